/** A place in a {@link LinkedList}. Who pushed the value keeps it, to take the value out from the middle; the links are the list's own. */
export interface ListNode<T> {
  readonly value: T;
  previous: ListNode<T> | undefined;
  next: ListNode<T> | undefined;
  listed: boolean;
}

/** In at the end; out of both ends and of the middle: each in constant time, whatever the length. */
export class LinkedList<T> {
  private head: ListNode<T> | undefined;
  private tail: ListNode<T> | undefined;
  private count = 0;

  /** How many values are in it. */
  public get length(): number {
    return this.count;
  }

  /** The first value; undefined if there is none. */
  public get first(): T | undefined {
    return this.head?.value;
  }

  /** The last value; undefined if there is none. */
  public get last(): T | undefined {
    return this.tail?.value;
  }

  /** Puts the value last. */
  public push(value: T): ListNode<T> {
    const node: ListNode<T> = { value, previous: this.tail, next: undefined, listed: true };
    if (this.tail === undefined) this.head = node;
    else this.tail.next = node;
    this.tail = node;
    this.count++;
    return node;
  }

  /** Takes out the first value; undefined if there is none. */
  public shift(): T | undefined {
    const node = this.head;
    if (node === undefined) return undefined;
    this.remove(node);
    return node.value;
  }

  /** Takes the value out, wherever it stands; does nothing if it is out already. */
  public remove(node: ListNode<T>): void {
    if (!node.listed) return;
    if (node.previous === undefined) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.tail = node.previous;
    else node.next.previous = node.previous;
    node.listed = false;
    this.count--;
  }
}
