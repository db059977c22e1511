import { describe, expect, it } from "vitest";
import { type Interactions, withoutUsers } from "../../lib/data/interactions";
import { buildHypergraph, type Hypergraph } from "../../lib/hypergraph/hypergraph";
import { pathCounts } from "../../lib/hypergraph/reach";
import { createWalker, randomWalks } from "../../lib/hypergraph/walk";
import type { Walker } from "../../lib/hypergraph/walker";
import { Random } from "../../lib/random";
import {
  explicitHypergraph,
  fixtureRatings,
  misfit,
  P_1E4,
  randomRatings,
  ratings,
  readFixture,
} from "./helpers";

const DRAWS = 5_000;

/** How far `DRAWS` steps from each user are from a transition matrix, in standard deviations. */
function stepMisfit(walker: Walker, transition: readonly (readonly number[])[], seed: number): number {
  const random = Random.stream(seed, "test walk");
  const counts = transition.map((row, v) => {
    const ends = new Uint32Array(row.length);
    for (let k = 0; k < DRAWS; k++) {
      const e = walker.hyperedge(v, random);
      if (e !== undefined) ends[walker.vertex(e, random)]++;
    }
    return ends;
  });
  return misfit(counts, transition);
}

const group = readFixture("group.json").hypergraph;

describe.each(["bitsets", "items", "mixed"] as const)("one step of Algorithm 3 on %s", (representation) => {
  it("has the fixture's exact transition matrix", async () => {
    const graph = await buildHypergraph(fixtureRatings(), { representation });
    expect(stepMisfit(createWalker(graph), group.step_transition_co, 1)).toBeLessThan(P_1E4);
  });

  it("would be found out by this test if it drew by other weights", async () => {
    const fixture = await buildHypergraph(fixtureRatings(), { representation });
    const overall = await buildHypergraph(fixtureRatings(), { representation, weights: "overall" });
    expect(stepMisfit(createWalker(overall), group.step_transition_co, 1)).toBeGreaterThan(3 * P_1E4);
    const anyVertex = { ...createWalker(fixture), vertex: uniformly(fixture) };
    expect(stepMisfit(anyVertex, group.step_transition_co, 1)).toBeGreaterThan(3 * P_1E4);

    // hyperedges of the fixture hold 15 to 20 users, so their choice is judged where they differ more
    const graph = await buildHypergraph(unevenRatings(), { representation });
    const alone = await buildHypergraph(unevenRatings(), { representation, includeSelf: false });
    const { transition } = explicitHypergraph(unevenRatings(), true, false);
    expect(stepMisfit(createWalker(graph), transition, 1)).toBeLessThan(P_1E4);
    const anyEdge = { ...createWalker(graph), hyperedge: uniformly(graph) };
    expect(stepMisfit(anyEdge, transition, 1)).toBeGreaterThan(3 * P_1E4);
    expect(stepMisfit(createWalker(alone), transition, 1)).toBeGreaterThan(3 * P_1E4);
  });

  it.each([
    [true, "shared"],
    [true, "overall"],
    [false, "shared"],
    [false, "overall"],
  ] as const)(
    "is exact on a sparse graph with lone users: includeSelf %s, %s",
    async (includeSelf, weights) => {
      const data = withoutUsers(randomRatings(16, 24, 0.07, 11), [3]);
      const graph = await buildHypergraph(data, { representation, includeSelf, weights });
      const { transition } = explicitHypergraph(data, includeSelf, weights === "overall");
      expect(transition.some((row) => row.filter((p) => p > 0).length <= 1)).toBe(true);
      expect(stepMisfit(createWalker(graph), transition, 2)).toBeLessThan(P_1E4);
    },
  );
});

describe("a step on mixed", () => {
  it("is exact where some users reach many and others few, and pairs share only unpopular items", async () => {
    // five users rate 520 items, which are the most popular; user 0 shares one other item with each of users 1 to 40
    const rows: number[][] = [];
    for (let u = 1; u <= 40; u++) rows.push([0, u, 1 + (u % 5)], [u, u, 1 + ((u + 2) % 5)]);
    for (let u = 41; u < 55; u++) rows.push([u, 50 + (u >> 1), 3]);
    for (let u = 55; u < 60; u++) for (let i = 100; i < 620; i++) rows.push([u, i, 1 + ((u + i) % 5)]);
    const data = ratings(rows, 60, 620);
    const graph = await buildHypergraph(data, { representation: "mixed" });
    const rejecting = Array.from(pathCounts(data)).flatMap((paths, user) => (paths > 60 ? [user] : []));
    expect(rejecting).toEqual([0, 55, 56, 57, 58, 59]);
    const { transition } = explicitHypergraph(data, true, false);
    expect(stepMisfit(createWalker(graph), transition, 4)).toBeLessThan(P_1E4);
  });
});

/** A member of the hyperedge, each as likely. */
const uniformly = (graph: Hypergraph) => (i: number, random: Random) => {
  const members = graph.members(i);
  return members[random.below(members.length)];
};

/** One item that all share, and a crowd that only one of them belongs to: hyperedges of very different sizes. */
function unevenRatings(): Interactions {
  const rows: number[][] = [];
  for (let u = 0; u < 5; u++) rows.push([u, 0, 1 + u]);
  for (let u = 4; u < 20; u++) rows.push([u, 1, 1 + (u % 5)]);
  for (let u = 3; u < 9; u++) rows.push([u, 2, 5 - (u % 5)]);
  return ratings(rows, 20, 3);
}

describe("random walks", () => {
  const data = fixtureRatings();

  it("give rep sequences of dep + 1 users a user, in the order of the users", async () => {
    const graph = await buildHypergraph(data);
    const walks = await randomWalks(graph, { walks: 3, walkSteps: 5, seed: 1 });
    expect(walks.users.length).toBe(20 * 3 * 6);
    expect(Array.from(walks.offsets)).toEqual(Array.from({ length: 61 }, (_, k) => 6 * k));
    for (let k = 0; k < 60; k++) expect(walks.users[6 * k]).toBe(Math.floor(k / 3));
    const paper = await randomWalks(graph, { seed: 1 });
    expect(paper.users.length).toBe(20 * 4 * 9); // Appendix A.3: rep = 4, dep = 8
  });

  it("are the same for a seed and others for another", async () => {
    const graph = await buildHypergraph(data);
    const first = await randomWalks(graph, { seed: 1 });
    expect(await randomWalks(graph, { seed: 1 })).toEqual(first);
    expect((await randomWalks(graph, { seed: 2 })).users).not.toEqual(first.users);
  });

  it("step to users within two hyperedges only, and reach every one of them", async () => {
    const sparse = randomRatings(30, 40, 0.05, 4);
    const graph = await buildHypergraph(sparse);
    const { transition } = explicitHypergraph(sparse, true, false);
    const { users } = await randomWalks(graph, { walks: 200, walkSteps: 8, seed: 3 });
    const seen = new Set<string>();
    for (let at = 0; at < users.length; at += 9)
      for (let k = 0; k < 8; k++) {
        expect(transition[users[at + k]][users[at + k + 1]]).toBeGreaterThan(0);
        seen.add(`${users[at + k]} ${users[at + k + 1]}`);
      }
    const possible = transition.flat().filter((p) => p > 0.001).length;
    expect(seen.size).toBeGreaterThan(0.9 * possible);
  });

  it("stay with a user whom nobody reaches, or end at once when his hyperedge is empty", async () => {
    const lone = ratings(
      [
        [0, 0, 3],
        [1, 1, 4],
        [2, 1, 2],
      ],
      4,
      2,
    ); // user 0 shares nothing, user 3 rated nothing
    for (const representation of ["bitsets", "items", "mixed"] as const) {
      const stays = await randomWalks(await buildHypergraph(lone, { representation }), {
        walks: 1,
        walkSteps: 4,
        seed: 1,
      });
      expect(Array.from(stays.users.subarray(0, 5))).toEqual([0, 0, 0, 0, 0]);
      expect(Array.from(stays.users.subarray(15))).toEqual([3, 3, 3, 3, 3]);
      const graph = await buildHypergraph(lone, { representation, includeSelf: false });
      const ends = await randomWalks(graph, { walks: 1, walkSteps: 4, seed: 1 });
      expect(Array.from(ends.offsets)).toEqual([0, 1, 6, 11, 12]);
      // with himself left out, the one hyperedge that holds user 1 is user 2's, and it holds nobody else
      expect(Array.from(ends.users)).toEqual([0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]);
    }
  });

  it("refuse settings that are not theirs", async () => {
    const graph = await buildHypergraph(data);
    await expect(randomWalks(graph, { walks: 0, seed: 1 })).rejects.toThrow(/walks/);
    await expect(randomWalks(graph, { walkSteps: -1, seed: 1 })).rejects.toThrow(/walkSteps/);
    await expect(randomWalks(graph, { depth: 8, seed: 1 } as never)).rejects.toThrow(/unknown key "depth"/);
  });
});
