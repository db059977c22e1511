import { describe, expect, it } from "vitest";
import { buildHypergraph } from "../../lib/hypergraph/hypergraph";
import { walkMemory } from "../../lib/hypergraph/memory";
import { explicitHypergraph, randomRatings, ratings } from "./helpers";

describe("what a step of the walk remembers", () => {
  it.each([
    ["bitsets", true, "shared"],
    ["items", true, "overall"],
    ["items", false, "shared"],
    ["bitsets", false, "overall"],
  ] as const)(
    "is the distance of the explicit rows from their mean (%s, %s, %s)",
    async (representation, includeSelf, weights) => {
      const data = randomRatings(30, 40, 0.05, 6);
      const graph = await buildHypergraph(data, { representation, includeSelf, weights });
      const { transition } = explicitHypergraph(data, includeSelf, weights === "overall");
      const steps = transition.filter((row) => row.some((p) => p > 0));
      const mean = transition[0].map((_, u) => steps.reduce((sum, row) => sum + row[u], 0) / steps.length);
      const { users, totalVariation } = await walkMemory(graph, { count: steps.length, seed: 1 });
      users.forEach((v, k) => {
        const distance = transition[v].reduce((sum, p, u) => sum + Math.abs(p - mean[u]) / 2, 0);
        expect(totalVariation[k]).toBeCloseTo(distance, 12);
      });
    },
  );

  it("is nothing where all share one item, and near 1 where nobody shares any", async () => {
    const one = ratings(
      Array.from({ length: 12 }, (_, u) => [u, 0, 3]),
      12,
      1,
    );
    const crowd = await walkMemory(await buildHypergraph(one), { count: 12, seed: 1 });
    for (const distance of crowd.totalVariation) expect(distance).toBeLessThan(1e-12);
    const alone = ratings(
      Array.from({ length: 12 }, (_, u) => [u, u, 3]),
      12,
      12,
    );
    const hermits = await walkMemory(await buildHypergraph(alone), { count: 5, seed: 1 });
    for (const distance of hermits.totalVariation) expect(distance).toBeCloseTo(11 / 12, 12);
  });
});
