/** A growing binary heap of (cost, user) in typed arrays, smallest cost on top, ties by smaller user. */
export class UserQueue {
  size = 0;
  private keys: Float64Array;
  private users: Uint32Array;

  constructor(capacity = 64) {
    this.keys = new Float64Array(capacity);
    this.users = new Uint32Array(capacity);
  }

  get top(): number {
    return this.users[0];
  }

  get topKey(): number {
    return this.keys[0];
  }

  /** Adds without order; `build` has to follow. */
  append(key: number, user: number): void {
    if (this.size === this.keys.length) this.grow();
    this.keys[this.size] = key;
    this.users[this.size++] = user;
  }

  /** Puts appended entries in heap order. */
  build(): void {
    for (let at = (this.size >>> 1) - 1; at >= 0; at--) this.sink(at);
  }

  push(key: number, user: number): void {
    this.append(key, user);
    const { keys, users } = this;
    let at = this.size - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (keys[above] < key || (keys[above] === key && users[above] <= user)) break;
      keys[at] = keys[above];
      users[at] = users[above];
      at = above;
    }
    keys[at] = key;
    users[at] = user;
  }

  pop(): void {
    this.size--;
    this.keys[0] = this.keys[this.size];
    this.users[0] = this.users[this.size];
    this.sink(0);
  }

  private sink(at: number): void {
    const { keys, users, size } = this;
    const key = keys[at];
    const user = users[at];
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const other = child + 1;
      if (
        other < size &&
        (keys[other] < keys[child] || (keys[other] === keys[child] && users[other] < users[child]))
      )
        child = other;
      if (key < keys[child] || (key === keys[child] && user <= users[child])) break;
      keys[at] = keys[child];
      users[at] = users[child];
      at = child;
    }
    keys[at] = key;
    users[at] = user;
  }

  private grow(): void {
    const capacity = Math.max(16, 2 * this.keys.length);
    const keys = new Float64Array(capacity);
    const users = new Uint32Array(capacity);
    keys.set(this.keys);
    users.set(this.users);
    this.keys = keys;
    this.users = users;
  }
}
