/** Something that is not in order, shown until it is. Its type is a name of a documented table. */
export interface Problem<T extends string = string> {
  /** What it is, as one word. */
  readonly type: T;
  /** Kind of the object concerned, where there is one. */
  readonly kind?: string;
  readonly uuid?: string;
  /** The key concerned. */
  readonly key?: string;
  readonly message: string;
  /** Wall-clock time at which it was first seen, milliseconds since 1970. */
  readonly since: number;
  /** The key of the setting to look at, such as `rabbitmq.password`, where there is one. */
  readonly setting?: string;
  /** What the other side answered, in its words, where that is known. */
  readonly answer?: string;
  /** What an operator can do about it. */
  readonly advice?: string;
  /** The controller whose problem it is, where it is one's. */
  readonly controller?: string;
}
