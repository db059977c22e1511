/** A binary heap of users in typed arrays, smallest key on top, equal keys by smaller user: a priority queue for balance.ts. */
export class UserHeap {
  size: number;

  /** `keys[user]`; `users`: who is in the heap. Both arrays are kept and changed. */
  constructor(
    private readonly keys: Float64Array,
    private readonly users: Uint32Array,
  ) {
    this.size = users.length;
    for (let at = (this.size >>> 1) - 1; at >= 0; at--) this.sink(at);
  }

  get top(): number {
    return this.users[0];
  }

  pop(): void {
    this.users[0] = this.users[--this.size];
    this.sink(0);
  }

  /** Gives the user on top a larger key. */
  rekeyTop(key: number): void {
    this.keys[this.users[0]] = key;
    this.sink(0);
  }

  private sink(at: number): void {
    const { keys, users, size } = this;
    const user = users[at];
    const key = keys[user];
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let childUser = users[child];
      let childKey = keys[childUser];
      if (child + 1 < size) {
        const other = users[child + 1];
        const otherKey = keys[other];
        if (otherKey < childKey || (otherKey === childKey && other < childUser)) {
          child++;
          childUser = other;
          childKey = otherKey;
        }
      }
      if (key < childKey || (key === childKey && user < childUser)) break;
      users[at] = childUser;
      at = child;
    }
    users[at] = user;
  }
}
