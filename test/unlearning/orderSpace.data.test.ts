/**
 * The space of rho decides the order of groups, and so the weights (protocol, "space of rho"). Hashes of weights and
 * ratings of the groups in training order, from an independent check of version 1: PAPER, S = 8, easy to hard, seed 0.
 */

import { describe, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { loadDataset } from "../../lib/data/load";
import { split } from "../../lib/data/split";
import type { ModelName } from "../../lib/model/spec";
import { laser } from "../../lib/unlearning/laser";
import type { PlanSettings } from "../../lib/unlearning/planSettings";
import { realData as dataFolder } from "../data/helpers";
import cases from "../fixtures/orderSpace.json";
import { context } from "./support";

describe.runIf(dataFolder).each(Object.entries(cases))("%s", (dataset, { runs, model, ...settings }) => {
  const GROUPINGS = Object.entries(runs) as [
    "rand" | "bkm" | "cbkm",
    Record<"embedding" | "ratings", { weights: string; ratings: number[] }>,
  ][];

  it.each(GROUPINGS)(
    "%s has the order and the weights of each space, and own is that of its groups",
    async (grouping, known) => {
      const { train } = split(core(await loadDataset(dataset, { dataFolder }), 5), {
        trainShare: 0.9,
        seed: 0,
      });
      const own = grouping === "cbkm" ? "embedding" : "ratings";
      const spaces: [PlanSettings["cohesionSpace"], (typeof known)["embedding"]][] = [
        ["own", known[own]],
        ["embedding", known.embedding],
        ["ratings", known.ratings],
      ];
      const store = context();
      for (const [cohesionSpace, { weights, ratings }] of spaces) {
        const method = laser({ ...settings, model: model as ModelName, grouping, cohesionSpace });
        const system = await method.learn(train, store);
        expect(system.partition.groups.map(({ items }) => items.length)).toEqual(ratings);
        expect(system.fingerprint).toBe(weights);
        system.dispose();
      }
    },
    300_000,
  );
});
