/** A list of numbers that grows, without an object each. */
export class Numbers {
  public length = 0;
  private cells = new Int32Array(2 ** 12);

  public push(value: number): void {
    if (this.length === this.cells.length) {
      const larger = new Int32Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells[this.length] = value;
    this.length += 1;
  }

  public at(index: number): number {
    return this.cells[index] ?? -1;
  }
}
