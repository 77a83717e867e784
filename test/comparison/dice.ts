import { seededRandom } from '../../fixtures/index.js';

/** Chances that follow from a seed alone. */
export class Dice {
  private readonly random: () => number;

  public constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A whole number below one. */
  public below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  /** Whether something of that probability happens. */
  public chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** One of several; there must be one. */
  public pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined && values.length === 0) throw new Error('there is nothing to pick from');
    return value as T;
  }

  /** One of several, or undefined if there is none. */
  public pickAny<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  /** A uuid. */
  public uuid(): string {
    const hex = (length: number): string => Array.from({ length }, () => this.below(16).toString(16)).join('');
    return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  }
}
