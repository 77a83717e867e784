const chunkBits = 15;
const rowsPerChunk = 2 ** chunkBits;
const withinChunk = rowsPerChunk - 1;

/** All states that were seen, each once and exactly: rows of numbers, found by their hash. */
export class StateTable {
  private readonly chunks: Int32Array[] = [];
  private slots = new Int32Array(2 ** 16).fill(-1);
  private count = 0;

  public constructor(private readonly width: number) {}

  public get size(): number {
    return this.count;
  }

  /** The number of a state, a new one if it was not seen before. */
  public numberOf(row: Int32Array): number {
    let slot = this.slotOf(row, 0);
    for (;;) {
      const known = this.slots[slot] ?? -1;
      if (known < 0) break;
      if (this.equals(known, row)) return known;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    const number = this.append(row);
    this.slots[slot] = number;
    if (this.count * 2 > this.slots.length) this.grow();
    return number;
  }

  /** The row of a state; not to be changed. */
  public row(number: number): Int32Array {
    const chunk = this.chunkOf(number);
    const from = (number & withinChunk) * this.width;
    return chunk.subarray(from, from + this.width);
  }

  private chunkOf(number: number): Int32Array {
    const chunk = this.chunks[number >> chunkBits];
    if (chunk === undefined) throw new RangeError(`there is no state ${number}`);
    return chunk;
  }

  private append(row: Int32Array): number {
    const number = this.count;
    if ((number & withinChunk) === 0) this.chunks.push(new Int32Array(rowsPerChunk * this.width));
    this.chunkOf(number).set(row, (number & withinChunk) * this.width);
    this.count += 1;
    return number;
  }

  private equals(number: number, row: Int32Array): boolean {
    const chunk = this.chunkOf(number);
    const from = (number & withinChunk) * this.width;
    for (let index = 0; index < this.width; index += 1) if (chunk[from + index] !== row[index]) return false;
    return true;
  }

  private slotOf(cells: Int32Array, from: number): number {
    let hash = 0x811c9dc5;
    for (let index = 0; index < this.width; index += 1) {
      hash = Math.imul(hash ^ (cells[from + index] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash & (this.slots.length - 1);
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 4).fill(-1);
    for (let number = 0; number < this.count; number += 1) {
      let slot = this.slotOf(this.chunkOf(number), (number & withinChunk) * this.width);
      while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = number;
    }
  }
}
