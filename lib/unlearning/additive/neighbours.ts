/**
 * The k most similar items of every item, S_ij / (|i| |j| + shrinkage), kept up to date while users leave,
 * with the bits that they would have if made anew. A list holds more items than are wanted, k + `RESERVE`,
 * with the integer S_ij of each; taking a user out subtracts that user's products from the lists of the
 * user's items. An item outside a list had a similarity of at most the list's `floor` when the list was made,
 * and how much it can have gained since is bounded by what has left. While that bound is below the k-th
 * similarity the list is right; else, and for all lists when one user of `RENEWAL` has left, it is made anew
 * from the ratings (coRatings.ts). Incremental maintenance of item-based neighbourhoods for erasure:
 * Schelter, "Amnesia" (CIDR 2020), and Schelter, Ariannezhad and de Rijke, "Forget Me Now" (SIGIR 2023).
 *
 * Bytes: 12 (k + RESERVE) for an item. What a list holds beyond its k items, and its bound, are made while
 * those who leave later are there. No score depends on that, none of it is written, and it ends with the
 * process.
 */

import { createHash } from "node:crypto";
import { pause } from "../../hypergraph/pause";
import type { Preparation } from "../method";
import { CoRatings, type Rater } from "./coRatings";
import { TopList } from "./topList";

/** Items of a list beyond its k. */
const RESERVE = 64;
/** All lists are made anew when one user of so many has left since they were. */
const RENEWAL = 32;
/** Raters up to which S_ij is computed rather than bounded. */
const FEW = 64;
/** Above all roundings of a bound. */
const MARGIN = 1 + 1e-9;
const CHUNK = 30; // ms

interface List {
  /** Uint32Array, in the order of similarity as it was when the list was made */
  readonly items: Uint32Array;
  /** Float64Array beside them: S_ij, integers */
  readonly sums: Float64Array;
  /** No item outside had a larger S_ij / (|i| |j| + shrinkage), the norms being those of `base`. */
  readonly floor: number;
  /** By so much S_ij can have grown for an item outside. */
  readonly slack: number;
}

/** What is similar to an item, most similar first. */
export interface Neighbours {
  /** Uint32Array, at most k */
  readonly items: Uint32Array;
  /** Float64Array beside them, each in (0, 1] */
  readonly similarities: Float64Array;
}

/**
 * Neighbours by what users have in common. Immutable once settled, but for what is computed when it is first
 * wanted.
 */
export class Neighbourhoods {
  private joining: Rater[] = [];
  private nearest: (Neighbours | undefined)[] = [];
  private norms: Float64Array;
  private changes: Uint32Array | undefined;
  /** zeros, but while one list is looked at */
  private readonly within: Uint8Array;

  private constructor(
    private readonly k: number,
    /** items of a list beyond its k */
    private readonly reserve: number,
    private readonly shrinkage: number,
    /** |v| is at most this */
    private readonly largest: number,
    private current: CoRatings,
    private lists: (List | undefined)[],
    /** norms for which the lists' floors hold */
    private base: Float64Array,
    /** by item, whether an S_ij of it has changed since `base` */
    private readonly touched: Uint8Array,
    /** users who have left since `base` */
    private readonly gone: number,
  ) {
    this.norms = current.squares.map(Math.sqrt);
    this.within = new Uint8Array(current.items);
  }

  static zero(
    items: number,
    k: number,
    shrinkage: number,
    largest: number,
    reserve = RESERVE,
  ): Neighbourhoods {
    const none = CoRatings.of(items, []);
    return new Neighbourhoods(
      k,
      reserve,
      shrinkage,
      largest,
      none,
      [],
      none.squares,
      new Uint8Array(items),
      0,
    );
  }

  get ratings(): CoRatings {
    return this.current;
  }

  /** Adds a user, before `settle`. */
  add(user: Rater): void {
    this.joining.push(user);
  }

  /**
   * Makes the lists that are not there: some seconds for a large catalogue. @throws StoppedError on the
   * signal.
   */
  async settle({ signal, onProgress }: Preparation = {}): Promise<void> {
    if (this.joining.length > 0) {
      this.current = CoRatings.of(this.current.items, this.joining);
      this.base = this.norms = this.current.squares.map(Math.sqrt);
      this.joining = [];
    }
    const report = ({ stage, done }: { stage: string; done: number }) =>
      onProgress?.({ stage, done, text: "finding the neighbours of items" });
    const costs = this.current.raters.map(({ length }) => length + 1);
    const whole = costs.reduce((sum, cost) => sum + cost, 0);
    let [done, since] = [0, performance.now()];
    for (let item = 0; item < this.current.items; item++) {
      if (!this.lists[item]) this.renew(item);
      done += costs[item];
      if (performance.now() - since < CHUNK) continue;
      await pause({ signal, onProgress: report }, "neighbours", done / whole);
      since = performance.now();
    }
  }

  /** Others, with some users less and some more. These stay as they are. */
  changed(less: readonly Rater[], more: readonly Rater[]): Neighbourhoods {
    const { k, reserve, shrinkage, largest, base } = this;
    const current = this.current.changed(less, more);
    const gone = this.gone + less.length;
    if (gone * RENEWAL > current.users) {
      const norms = current.squares.map(Math.sqrt);
      const untouched = new Uint8Array(current.items);
      return new Neighbourhoods(k, reserve, shrinkage, largest, current, [], norms, untouched, 0);
    }
    const lists = this.lists.slice();
    const touched = this.touched.slice();
    for (const { items } of [...less, ...more]) for (const item of items) touched[item] = 1;
    const values = new Float64Array(current.items);
    for (const user of less) addTo(lists, user, -1, values);
    for (const user of more) addTo(lists, user, 1, values);
    return new Neighbourhoods(k, reserve, shrinkage, largest, current, lists, base, touched, gone);
  }

  /**
   * The neighbours of an item: the k items of largest similarity above 0; of equal ones, those of lowest
   * number.
   */
  of(item: number): Neighbours {
    let known = this.nearest[item];
    if (!known) {
      const list = this.lists[item] ?? this.renew(item);
      known = this.ranked(item, list);
      if (!this.holds(item, list, known)) known = this.ranked(item, this.renew(item));
      this.nearest[item] = known;
    }
    return known;
  }

  get bytes(): number {
    const bytes = (sum: number, list: List | undefined) =>
      sum + (list ? list.items.byteLength + list.sums.byteLength : 0);
    return this.lists.reduce(bytes, this.current.bytes);
  }

  /** SHA-256 over all neighbours with their similarities, and the sums of each item. */
  hash(): string {
    const hash = createHash("sha256");
    const { items, squares, sums, raters } = this.current;
    hash.update(Float64Array.from(raters, ({ length }) => length));
    hash.update(squares).update(sums);
    for (let item = 0; item < items; item++) {
      const near = this.of(item);
      hash.update(Uint32Array.of(near.items.length)).update(near.items).update(near.similarities);
    }
    return hash.digest("hex");
  }

  /** Makes an item's list of the ratings. */
  private renew(item: number): List {
    const { norms, base, shrinkage, current } = this;
    const { sums: products, others, done } = current.products(item);
    const top = new TopList(this.k + this.reserve);
    const [norm, former] = [norms[item], base[item]];
    let floor = 0;
    for (let n = 0; n < others.length; n++) {
      const j = others[n];
      if (products[j] <= 0 || j === item) continue;
      const out = top.push(j, products[j] / (norm * norms[j] + shrinkage));
      if (out >= 0) floor = Math.max(floor, products[out] / (former * base[out] + shrinkage));
    }
    const items = top.drain();
    const sums = Float64Array.from(items, (j) => products[j]);
    done();
    const list = { items, sums, floor, slack: 0 };
    this.lists[item] = list;
    return list;
  }

  /** The first k of a list as similarities are now. */
  private ranked(item: number, { items, sums }: List): Neighbours {
    const { norms, shrinkage } = this;
    const order = items.slice();
    const scores = new Float64Array(items.length);
    for (let n = 0; n < items.length; n++) {
      const [j, product] = [items[n], sums[n]];
      const score = product > 0 ? product / (norms[item] * norms[j] + shrinkage) : 0;
      let at = n; // hardly anything has moved: insertion is quick
      for (; at > 0 && (scores[at - 1] < score || (scores[at - 1] === score && order[at - 1] > j)); at--) {
        scores[at] = scores[at - 1];
        order[at] = order[at - 1];
      }
      scores[at] = score;
      order[at] = j;
    }
    let count = Math.min(this.k, items.length);
    while (count > 0 && scores[count - 1] === 0) count--;
    return { items: order.slice(0, count), similarities: scores.slice(0, count) };
  }

  /**
   * Whether no item outside the list is among its k best. An item of which nothing has changed stands behind
   * every such member of a list of which nothing has changed, as it did when the list was made; for others
   * there are bounds.
   */
  private holds(item: number, { items, floor, slack }: List, near: Neighbours): boolean {
    const { norms, base, shrinkage, k, largest, touched } = this;
    const { raters } = this.current;
    const [norm, former] = [norms[item], base[item]];
    if (norm === 0) return true;
    const full = near.items.length === k;
    const [last, least] = full ? [near.items[k - 1], near.similarities[k - 1]] : [-1, 0];
    const below = (bound: number) => bound <= 0 || bound * MARGIN < least;
    const asBefore = full && !touched[item] && !touched[last];
    if (!asBefore && !below(floor * Math.max(1, former / norm))) return false;
    const most = largest * Math.sqrt(raters[item].length) * norm;
    for (const member of items) this.within[member] = 1;
    const outside = (j: number) => norms[j] !== 0 && j !== item && this.within[j] === 0;
    const right = this.changedItems().every((j) => {
      if (!outside(j)) return true;
      const now = norm * norms[j];
      const gained = floor * (former * base[j] + shrinkage) + slack;
      // Cauchy and Schwarz, over the raters of the one or of the other
      const possible = Math.min(now, most, largest * Math.sqrt(raters[j].length) * norms[j]);
      if (below(Math.min(gained, possible) / (now + shrinkage))) return true;
      if (Math.min(raters[item].length, raters[j].length) > FEW) return false;
      const score = this.current.product(item, j) / (now + shrinkage);
      return score <= 0 || score < least || (score === least && j > last);
    });
    for (const member of items) this.within[member] = 0;
    return right;
  }

  private changedItems(): Uint32Array {
    this.changes ??= Uint32Array.from(this.touched.keys()).filter((item) => this.touched[item] === 1);
    return this.changes;
  }
}

/**
 * Adds a user's products to the lists of the user's items, or takes them off. `values` are zeros, and are
 * again.
 */
function addTo(lists: (List | undefined)[], user: Rater, sign: 1 | -1, values: Float64Array): void {
  const { items } = user;
  const value = (k: number) => (user.values ? user.values[k] : 1);
  items.forEach((item, k) => {
    values[item] = value(k);
  });
  const largest = user.values ? user.values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) : 1;
  const falls = sign < 0 && user.values === null; // counts that go down let nobody rise
  items.forEach((item, k) => {
    const list = lists[item];
    if (!list) return;
    const own = sign * value(k);
    const sums = list.sums.map((sum, n) => sum + own * values[list.items[n]]);
    lists[item] = { ...list, sums, slack: list.slack + (falls ? 0 : Math.abs(own) * largest) };
  });
  for (const item of items) values[item] = 0;
}
