/** The excerpt of Figure 3 shows what is in the data, and nothing that contradicts it. */

import { describe, expect, it } from "vitest";
import { type Excerpt, excerpt } from "../../lib/hypergraph/excerpt";
import { buildHypergraph, type Hypergraph, sharedItems } from "../../lib/hypergraph/hypergraph";
import { pairsAfter, visitCounts } from "../../lib/hypergraph/visits";
import { randomRatings, ratings } from "./helpers";

function requireTrue(graph: Hypergraph, { user, members, outside, items, ratings }: Excerpt) {
  const { byUser } = graph.data;
  const drawn = [user, ...members.map((member) => member.user), ...outside];
  expect(new Set(drawn).size).toBe(drawn.length);
  const seen = new Map(ratings.map((rating) => [`${rating.user}|${rating.item}`, rating.rating]));
  for (const who of drawn)
    for (const item of items) {
      const row = byUser.columns.subarray(byUser.offsets[who], byUser.offsets[who + 1]);
      const at = row.indexOf(item);
      expect(seen.get(`${who}|${item}`)).toBe(at < 0 ? undefined : byUser.values[byUser.offsets[who] + at]);
    }
  for (const member of members) {
    expect(graph.has(user, member.user)).toBe(true);
    const shared = items.filter((item) => seen.has(`${user}|${item}`) && seen.has(`${member.user}|${item}`));
    expect(shared.length).toBe(sharedItems(byUser.offsets, byUser.columns, user, member.user));
    const values = shared.map((item) => seen.get(`${member.user}|${item}`) as number);
    expect(member.weight).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 12);
  }
  for (const who of outside) {
    expect(graph.has(user, who)).toBe(false);
    expect(items.some((item) => seen.has(`${who}|${item}`))).toBe(true);
  }
}

describe("excerpt", () => {
  it.each([1, 2, 3])(
    "draws every shared item, so that the weights can be read off (seed %i)",
    async (seed) => {
      const graph = await buildHypergraph(randomRatings(60, 40, 0.08, seed));
      const found = excerpt(graph) as Excerpt;
      expect(found.members).toHaveLength(4);
      expect(found.outside).toHaveLength(2);
      requireTrue(graph, found);
      requireTrue(graph, excerpt(graph, { members: 2, outside: 1, ownItems: 2 }) as Excerpt);
    },
  );

  it("says when the data do not allow one, or the order is another", async () => {
    const everybody = ratings(
      [0, 1, 2, 3, 4, 5, 6].map((user) => [user, 0, 3]),
      7,
      1,
    );
    const graph = await buildHypergraph(everybody);
    expect(excerpt(graph)).toBeUndefined();
    expect(excerpt(graph, { outside: 0 })?.members.map(({ user }) => user)).toEqual([1, 2, 3, 4]);
    const narrow = await buildHypergraph(everybody, { hyperedgeOrder: 2 });
    expect(() => excerpt(narrow)).toThrow(/order 2/);
  });
});

describe("where walks go", () => {
  const walks = { users: Uint32Array.of(0, 1, 1, 1, 0, 2, 2), offsets: Uint32Array.of(0, 3, 6, 7) };

  it("counts steps and not beginnings", () => {
    expect([...visitCounts(walks, 4)]).toEqual([1, 2, 1, 0]);
  });

  it("pairs beginnings with the user after so many steps, and nobody with himself", () => {
    expect(pairsAfter(walks, 1)).toEqual({ first: Uint32Array.of(0, 1), second: Uint32Array.of(1, 0) });
    expect(pairsAfter(walks, 2)).toEqual({ first: Uint32Array.of(0, 1), second: Uint32Array.of(1, 2) });
  });
});
