/**
 * Neighbours of items while users come and go, against all pairs computed anew; and that few lists are made
 * again.
 */

import { describe, expect, it, vi } from "vitest";
import { StoppedError } from "../../lib/errors";
import { Random } from "../../lib/random";
import { CoRatings, type Rater } from "../../lib/unlearning/additive/coRatings";
import { Neighbourhoods } from "../../lib/unlearning/additive/neighbours";
import { TopList } from "../../lib/unlearning/additive/topList";

const ITEMS = 150;
const K = 5;
/** Few items beyond K, so that bounds decide often. */
const RESERVE = 2;

/** Users with long tails of activity and of popularity. */
function raters(count: number, kind: "clicks" | "stars", seed = 1): Rater[] {
  const random = Random.stream(seed, "neighbours", kind);
  return Array.from({ length: count }, (_, user) => {
    const share = 0.02 + 0.4 * random.uniform() ** 4;
    const items = Uint32Array.from({ length: ITEMS }, (_, i) => i).filter(
      (item) => random.uniform() < share * (1 + 20 / (1 + item)),
    );
    const values = kind === "clicks" ? null : Int32Array.from(items, () => random.below(161) - 80);
    return { user, items, values };
  });
}

async function settled(users: readonly Rater[], shrinkage: number): Promise<Neighbourhoods> {
  const largest = users[0].values ? 80 : 1;
  const made = Neighbourhoods.zero(ITEMS, K, shrinkage, largest, RESERVE);
  for (const user of users) made.add(user);
  await made.settle();
  return made;
}

/** Every pair by itself. */
function plain(users: readonly Rater[], item: number, shrinkage: number): [item: number, score: number][] {
  const rows = users.map(
    ({ items, values }) => new Map([...items].map((i, k) => [i, values ? values[k] : 1])),
  );
  const product = (i: number, j: number) =>
    rows.reduce((sum, row) => sum + (row.get(i) ?? 0) * (row.get(j) ?? 0), 0);
  const norm = (i: number) => Math.sqrt(product(i, i));
  return Array.from({ length: ITEMS }, (_, j): [number, number] => [
    j,
    j !== item && product(item, j) > 0 ? product(item, j) / (norm(item) * norm(j) + shrinkage) : 0,
  ])
    .filter(([, score]) => score > 0)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, K);
}

const seen = (of: Neighbourhoods, item: number) => {
  const { items, similarities } = of.of(item);
  return [...items].map((j, n) => [j, similarities[n]]);
};

const CASES = [
  ["clicks", 0],
  ["clicks", 10],
  ["stars", 0],
  ["stars", 2000],
] as const;

describe.each(CASES)("neighbours by %s, shrinkage %d", (kind, shrinkage) => {
  const users = raters(400, kind);

  it("are those of all pairs", async () => {
    const made = await settled(users, shrinkage);
    for (let item = 0; item < ITEMS; item += 7)
      expect(seen(made, item)).toEqual(plain(users, item, shrinkage));
  });

  it("are, after each of many departures and changes, those made anew, to the bit", async () => {
    const random = Random.stream(3, "departures", kind);
    const left = [...users];
    let made = await settled(left, shrinkage);
    for (let step = 0; step < 40; step++) {
      const [gone] = left.splice(random.below(left.length), 1);
      if (step % 4 === 3) {
        // a user who loses some ratings: the others get other values, as they do when a mean moves
        const keep = gone.items.map((_, k) => k).filter((k) => k % 3 !== 0);
        const items = Uint32Array.from(keep, (k) => gone.items[k]);
        const values = gone.values && Int32Array.from(keep, (k) => -(gone.values as Int32Array)[k]);
        const changed = { user: gone.user, items, values };
        made = made.changed([gone], [changed]);
        left.push(changed);
      } else made = made.changed([gone], []);
      for (let item = step % 3; item < ITEMS; item += 3) made.of(item); // others wait for a later look
      if (step % 5 === 4) expect(made.hash()).toBe((await settled(left, shrinkage)).hash());
    }
    for (let item = 0; item < ITEMS; item += 11)
      expect(seen(made, item)).toEqual(plain(left, item, shrinkage));
  });
});

describe("departures", () => {
  it("make few lists anew, and hold nothing of those who left", async () => {
    const users = raters(2000, "clicks", 5);
    const before = await settled(users, 10);
    const products = vi.spyOn(CoRatings.prototype, "products");
    const after = before.changed([users[7]], []);
    for (let item = 0; item < ITEMS; item++) after.of(item);
    const made = products.mock.calls.length;
    products.mockRestore();
    expect(made).toBeLessThan(ITEMS / 3);
    for (const item of users[7].items) expect(after.ratings.raters[item]).not.toContain(7);
    expect(after.ratings.bytes).toBeLessThan(before.ratings.bytes);
    expect(before.hash()).toBe((await settled(users, 10)).hash());
  });

  it("stop on the signal, and say how far they are", async () => {
    const stop = new AbortController();
    const made = Neighbourhoods.zero(ITEMS, K, 0, 1);
    for (const user of raters(400, "clicks")) made.add(user);
    const clock = vi.spyOn(performance, "now");
    let now = 0;
    clock.mockImplementation(() => (now += 20));
    const shares: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      shares.push(done);
      if (shares.length === 3) stop.abort();
    };
    await expect(made.settle({ signal: stop.signal, onProgress })).rejects.toThrow(StoppedError);
    clock.mockRestore();
    expect(shares.length).toBe(3);
    expect(shares[0]).toBeLessThan(shares[2]);
  });
});

describe("the list of the best", () => {
  it("keeps those of highest score, of equal ones those of lowest number, and tells who has no place", () => {
    const random = Random.stream(2, "top");
    const scores = Array.from({ length: 300 }, () => random.below(40));
    const top = new TopList(25);
    const out = scores.map((score, number) => top.push(number, score)).filter((number) => number >= 0);
    const order = scores.map((_, number) => number).sort((a, b) => scores[b] - scores[a] || a - b);
    expect([...top.drain()]).toEqual(order.slice(0, 25));
    expect(out.sort((a, b) => a - b)).toEqual(order.slice(25).sort((a, b) => a - b));
    expect(top.drain().length).toBe(0);
  });
});
