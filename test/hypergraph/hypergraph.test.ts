import { describe, expect, it } from "vitest";
import { withoutUsers } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { buildHypergraph } from "../../lib/hypergraph/hypergraph";
import { reachSizes } from "../../lib/hypergraph/reach";
import { explicitHypergraph, fixtureRatings, randomRatings, ratings, readFixture } from "./helpers";

const group = readFixture("group.json").hypergraph;
const REPRESENTATIONS = ["bitsets", "items", "mixed"] as const;

describe.each(REPRESENTATIONS)("the hypergraph of group.json as %s", (representation) => {
  it("has the fixture's members and sizes", async () => {
    const graph = await buildHypergraph(fixtureRatings(), { representation });
    expect(Array.from(graph.sizes)).toEqual(group.edge_size);
    for (let i = 0; i < 20; i++) {
      const members = group.membership[i].flatMap((bit: number, j: number) => (bit ? [j] : []));
      expect(Array.from(graph.members(i))).toEqual(members);
      for (let j = 0; j < 20; j++) expect(graph.has(i, j)).toBe(group.membership[i][j] === 1);
    }
  });

  it.each([
    ["shared", "w_co"],
    ["overall", "w_global"],
  ] as const)("has the fixture's weights in the reading %s", async (weights, field) => {
    const graph = await buildHypergraph(fixtureRatings(), { representation, weights });
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < 20; j++) expect(graph.weight(i, j)).toBeCloseTo(group[field][i][j], 12);
  });

  it.each([true, false])("agrees with the written-out definition, includeSelf %s", async (includeSelf) => {
    const data = withoutUsers(randomRatings(60, 90, 0.02, 3), [7]);
    for (const weights of ["shared", "overall"] as const) {
      const explicit = explicitHypergraph(data, includeSelf, weights === "overall");
      const graph = await buildHypergraph(data, { representation, includeSelf, weights });
      for (let i = 0; i < 60; i++) {
        expect(graph.sizes[i]).toBe(explicit.member[i].filter(Boolean).length);
        for (let j = 0; j < 60; j++) {
          expect(graph.has(i, j)).toBe(explicit.member[i][j]);
          expect(graph.weight(i, j)).toBeCloseTo(explicit.weight[i][j], 12);
        }
      }
    }
  });
});

describe("l, the order of reach", () => {
  // a chain: users 0 - 1 - 2 - 3 through items 0, 1, 2; user 4 has an item of his own
  const chain = ratings(
    [
      [0, 0, 5],
      [1, 0, 4],
      [1, 1, 2],
      [2, 1, 3],
      [2, 2, 1],
      [3, 2, 5],
      [4, 3, 4],
    ],
    5,
    4,
  );

  it.each([
    [2, [1, 1, 1, 1, 1]],
    [3, [1, 1, 1, 1, 1]],
    [4, [2, 3, 3, 2, 1]],
    [5, [2, 3, 3, 2, 1]],
    [6, [3, 4, 4, 3, 1]],
    [7, [3, 4, 4, 3, 1]],
    [8, [4, 4, 4, 4, 1]],
    [20, [4, 4, 4, 4, 1]],
  ])("l = %i on a chain of users", async (order, sizes) => {
    const graph = await buildHypergraph(chain, { hyperedgeOrder: order });
    expect(Array.from(graph.sizes)).toEqual(sizes);
    const without = await buildHypergraph(chain, { hyperedgeOrder: order, includeSelf: false });
    expect(Array.from(without.sizes)).toEqual(sizes.map((size) => size - 1));
  });

  it("weighs a user two hops away by his ratings of the items on the path", async () => {
    const graph = await buildHypergraph(chain, { hyperedgeOrder: 6 });
    expect(graph.weight(0, 2)).toBe(3); // 0 - item 0 - 1 - item 1 - 2: item 2 of user 2 lies beyond
    expect(graph.weight(0, 3)).toBe(0);
    expect(graph.weight(1, 2)).toBe(2); // items 1 and 2: user 1 reaches item 2 through user 2 himself
  });

  it("needs bitsets beyond one hop", async () => {
    await expect(buildHypergraph(chain, { hyperedgeOrder: 6, representation: "items" })).rejects.toThrow(
      /bitsets/,
    );
  });
});

describe("counting |e_i|", () => {
  it("gives the same by bitsets, by stamps and from stored bits", async () => {
    // more than one word, users without ratings, a very popular item
    const data = withoutUsers(randomRatings(300, 120, 0.03, 5), [0, 77, 299]);
    for (const includeSelf of [true, false]) {
      const stamps = await reachSizes(data, includeSelf, "stamps");
      expect(await reachSizes(data, includeSelf, "bits")).toEqual(stamps);
      expect(await reachSizes(data, includeSelf)).toEqual(stamps);
      const graph = await buildHypergraph(data, { includeSelf, representation: "bitsets" });
      expect(graph.sizes).toEqual(stamps);
      expect(stamps[77]).toBe(includeSelf ? 1 : 0);
    }
  });

  it("counts over several slabs of users as over one", async () => {
    // 5,000 users make five slabs of 1,024, the last not full, and two blocks; everybody rates one of 5 items
    const users = 5_000;
    const rows = Array.from({ length: users }, (_, u) => [u, u % 5, 3]);
    const sizes = await reachSizes(ratings(rows, users, 5), true, "bits");
    expect(new Set(sizes)).toEqual(new Set([users / 5]));
  });
});

describe("the representation", () => {
  it("is chosen by the work of drawing a neighbour: bitsets when dense, lists when sparse", async () => {
    expect((await buildHypergraph(randomRatings(80, 60, 0.5, 1))).bits).toBeDefined();
    const sparse = await buildHypergraph(randomRatings(200, 400, 0.01, 1));
    expect(sparse.bits).toBeUndefined();
    expect(sparse.representation).toBe("items");
  });

  it("is mixed where the tables of bits would be too large", async () => {
    const users = 33_000; // 33,000 squared bits are 136 MB
    const rows = Array.from({ length: users }, (_, u) => [u, u % 7, 3]);
    expect((await buildHypergraph(ratings(rows, users, 7))).representation).toBe("mixed");
  });
});

describe("settings", () => {
  const data = fixtureRatings();
  it.each([
    [{ hyperedgeOrder: 1 }, /hyperedgeOrder/],
    [{ hyperedgeOrder: 4.5 }, /hyperedgeOrder/],
    [{ weights: "both" }, /weights.*shared, overall/],
    [{ representation: "matrix" }, /representation/],
    [{ includeSelf: 1 }, /includeSelf/],
    [{ l: 4 }, /unknown key "l"/],
  ])("%j is refused", async (settings, message) => {
    const attempt = buildHypergraph(data, settings as object);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it("a rating of 0 or below cannot be a weight", async () => {
    await expect(buildHypergraph(ratings([[0, 0, 0]], 1, 1))).rejects.toThrow(/user u00000 has rating 0/);
  });

  it("bit tables beyond the limit are refused, not attempted", async () => {
    const users = 40_000;
    const rows = Array.from({ length: users }, (_, u) => [u, 0, 3]);
    const attempt = buildHypergraph(ratings(rows, users, 1), { representation: "bitsets" });
    await expect(attempt).rejects.toThrow(/bytes/);
  });

  it("stops when asked to", async () => {
    const stop = new AbortController();
    stop.abort();
    const data = randomRatings(2000, 200, 0.5, 1);
    await expect(buildHypergraph(data, {}, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});
