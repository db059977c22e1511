/** A binary heap of users in a typed array, smallest key on top, equal keys by smaller user: those whom balance.ts refused. */
export class UserHeap {
  size = 0;
  private users = new Uint32Array(64);

  /** `keys[user]`: read while the user is in the heap. */
  constructor(private readonly keys: Float64Array) {}

  get top(): number {
    return this.users[0];
  }

  push(user: number): void {
    if (this.size === this.users.length) {
      const longer = new Uint32Array(2 * this.size);
      longer.set(this.users);
      this.users = longer;
    }
    const { users } = this;
    let at = this.size++;
    for (; at > 0; ) {
      const parent = (at - 1) >>> 1;
      if (this.precedes(users[parent], user)) break;
      users[at] = users[parent];
      at = parent;
    }
    users[at] = user;
  }

  pop(): void {
    this.users[0] = this.users[--this.size];
    this.sink();
  }

  /** Puts the user on top, whose key has grown, in his place. */
  sink(): void {
    const { users, size } = this;
    const user = users[0];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.precedes(users[child + 1], users[child])) child++;
      if (this.precedes(user, users[child])) break;
      users[at] = users[child];
      at = child;
    }
    users[at] = user;
  }

  private precedes(a: number, b: number): boolean {
    const { keys } = this;
    return keys[a] < keys[b] || (keys[a] === keys[b] && a < b);
  }
}
