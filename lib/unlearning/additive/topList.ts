/**
 * The best of many candidates: a heap of bounded size whose root is the worst that is kept (Knuth, TAOCP 3,
 * 5.2.3).
 */

/** Keeps the `most` pushed candidates of highest score; of equal scores, those of lowest number. */
export class TopList {
  private size = 0;
  private readonly scores: Float64Array;
  private readonly numbers: Uint32Array;

  constructor(private readonly most: number) {
    this.scores = new Float64Array(most);
    this.numbers = new Uint32Array(most);
  }

  /**
   * Takes a candidate in. @returns the number that finds no place for it: its own, another's, or -1 while all
   * do
   */
  push(number: number, score: number): number {
    if (this.size < this.most) {
      let at = this.size++;
      for (let up = (at - 1) >> 1; at > 0 && !this.above(up, number, score); at = up, up = (at - 1) >> 1)
        this.move(up, at);
      this.put(at, number, score);
      return -1;
    }
    if (!this.above(0, number, score)) return number;
    const out = this.numbers[0];
    this.sink(number, score);
    return out;
  }

  /** Empties the list. Uint32Array: the numbers, best first. */
  drain(): Uint32Array {
    const best = new Uint32Array(this.size);
    while (this.size > 0) {
      best[--this.size] = this.numbers[0];
      this.sink(this.numbers[this.size], this.scores[this.size]);
    }
    return best;
  }

  /** Whether a candidate is better than the one at `at`. */
  private above(at: number, number: number, score: number): boolean {
    const kept = this.scores[at];
    return score > kept || (score === kept && number < this.numbers[at]);
  }

  /** Puts a candidate in place of the root. */
  private sink(number: number, score: number): void {
    let at = 0;
    for (let down = 1; down < this.size; down = 2 * at + 1) {
      const right = down + 1;
      if (right < this.size && this.above(right, this.numbers[down], this.scores[down])) down = right;
      if (!this.above(down, number, score)) break;
      this.move(down, at);
      at = down;
    }
    this.put(at, number, score);
  }

  private move(from: number, to: number): void {
    this.scores[to] = this.scores[from];
    this.numbers[to] = this.numbers[from];
  }

  private put(at: number, number: number, score: number): void {
    this.scores[at] = score;
    this.numbers[at] = number;
  }
}
