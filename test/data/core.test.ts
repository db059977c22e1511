import { describe, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { rowLengths } from "../../lib/data/describe";
import { type Interactions, ratingCount, selectRatings } from "../../lib/data/interactions";
import { synthesize } from "../../lib/data/synthetic";
import { fromRows, listed, listedByItem } from "./helpers";

/** The definition, word for word: drop users and items with fewer than k ratings until none is left. */
function plainCore(data: Interactions, k: number): string[] {
  let ratings = data;
  for (;;) {
    const users = rowLengths(ratings.byUser);
    const items = rowLengths(ratings.byItem);
    const { columns } = ratings.byUser;
    const rest = selectRatings(ratings, (u, place) => users[u] >= k && items[columns[place]] >= k, "");
    if (ratingCount(rest) === ratingCount(ratings)) return listed(rest);
    ratings = rest;
  }
}

describe("k-core", () => {
  it("is the plain definition on random graphs of every density", () => {
    for (let seed = 0; seed < 12; seed++) {
      const { data } = synthesize({
        users: 60,
        items: 40,
        ratings: 120 + 60 * seed,
        seed,
        userMinimum: 1,
        itemMinimum: 1,
        activity: { power: 0.7, shift: 0 },
      });
      for (const k of [2, 3, 5]) {
        const found = core(data, k);
        expect(listed(found)).toEqual(plainCore(data, k));
        expect(listedByItem(found)).toEqual(listed(found));
      }
    }
  });

  it("undoes a chain where each loss causes the next", () => {
    // user n rates items n and n + 1: the two ends have one rating, and everything unravels from there
    const rows = Array.from({ length: 50 }, (_, n) => [[n, n, 3] as const, [n, n + 1, 3] as const]).flat();
    expect(ratingCount(core(fromRows(rows), 2))).toBe(0);
    const ring = rows.map(([u, i, r]) => [u, i % 50, r] as const);
    expect(ratingCount(core(fromRows(ring), 2))).toBe(100);
  });

  it("numbers anew in the old order and keeps the ids", () => {
    const data = fromRows([
      [0, 0, 1],
      [1, 1, 2],
      [1, 3, 3],
      [2, 2, 4],
      [3, 1, 5],
      [3, 3, 4],
    ]);
    const found = core(data, 2);
    expect(found.userIds).toEqual(["u1", "u3"]);
    expect(found.itemIds).toEqual(["i1", "i3"]);
    expect(listed(found)).toEqual(["u1 i1 2", "u1 i3 3", "u3 i1 5", "u3 i3 4"]);
    expect(found.provenance.steps).toEqual(["2-core"]);
  });

  it("changes nothing when applied again, but for its note", () => {
    const once = core(synthesize({ ratings: 3000, userMinimum: 1, itemMinimum: 1 }).data, 5);
    expect(ratingCount(once)).toBeGreaterThan(0);
    expect({ ...core(once, 5), provenance: once.provenance }).toEqual(once);
  });

  it("with k = 1 drops only users and items without ratings", () => {
    const data = fromRows([
      [0, 0, 1],
      [2, 2, 2],
    ]);
    expect(core(data, 1).userIds).toEqual(["u0", "u2"]);
    expect(core(data, 1).itemIds).toEqual(["i0", "i2"]);
  });

  it("refuses a k that is not a positive whole number", () => {
    for (const k of [0, -1, 2.5, NaN]) expect(() => core(fromRows([[0, 0, 1]]), k)).toThrow("core: k");
  });
});
