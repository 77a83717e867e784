/** A place in a {@link LinkedList}. Who pushed the value keeps it, to take the value out from the middle; the links are the list's own. */
export interface ListNode<T> {
  readonly value: T;
  previous: ListNode<T> | undefined;
  next: ListNode<T> | undefined;
  listed: boolean;
}

/** In at the end; out of both ends and of the middle: each in constant time, whatever the length. */
export class LinkedList<T> {
  private first: ListNode<T> | undefined;
  private last: ListNode<T> | undefined;
  private count = 0;

  /** How many values are in it. */
  public get length(): number {
    return this.count;
  }

  /** Puts the value last. */
  public push(value: T): ListNode<T> {
    const node: ListNode<T> = { value, previous: this.last, next: undefined, listed: true };
    if (this.last === undefined) this.first = node;
    else this.last.next = node;
    this.last = node;
    this.count++;
    return node;
  }

  /** Takes out the first value; undefined if there is none. */
  public shift(): T | undefined {
    const node = this.first;
    if (node === undefined) return undefined;
    this.remove(node);
    return node.value;
  }

  /** Takes out the last value; undefined if there is none. */
  public pop(): T | undefined {
    const node = this.last;
    if (node === undefined) return undefined;
    this.remove(node);
    return node.value;
  }

  /** Takes the value out, wherever it stands; does nothing if it is out already. */
  public remove(node: ListNode<T>): void {
    if (!node.listed) return;
    if (node.previous === undefined) this.first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.last = node.previous;
    else node.next.previous = node.previous;
    node.listed = false;
    this.count--;
  }
}
