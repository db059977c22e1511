/** Thresholds of the cores of Core ALS: the lowest at which one random user costs less than is allowed. */

import { describe, expect, it } from "vitest";
import { filledCore } from "../../../lib/data/core";
import { loadDataset } from "../../../lib/data/load";
import { split } from "../../../lib/data/split";
import { SYSTEMS } from "../../../lib/questions/beyond/systems";
import { protocol } from "../../../lib/questions/protocol";
import { complete } from "../../../lib/settings";
import { CORE_ALS } from "../../../lib/unlearning/foldIn/coreAls";
import { coreAlsCost } from "../../../lib/unlearning/requestCost/coreAls";
import { expectedSamples } from "../../../lib/unlearning/requestCost/expected";
import { realData } from "../../data/helpers";

const DATASETS = ["synthetic", ...(realData ? ["ml-100k", "ml-1m", "amazon-digital-music-implicit"] : [])];

describe.each(DATASETS)("%s", (dataset) => {
  it.each([5, 10])(
    "costs less than %i %% of Retrain, and with the next lower threshold more",
    async (share) => {
      const data = await loadDataset(dataset, realData ? { dataFolder: realData } : {});
      const { train } = split(filledCore(data, 5), { trainShare: 0.9, seed: 0 });
      const system = SYSTEMS.find(({ id }) => id === `core-als@${share}`);
      const context = {
        preset: "RANKING",
        dataset,
        protocol: protocol("RANKING", dataset),
        groups: 8,
      } as const;
      const own = complete(CORE_ALS, system?.settings(context) ?? {}, "core-als");
      /** in per cent of Retrain's, which trains on everybody who is left */
      const cost = (coreRatings: number) => {
        const model = coreAlsCost(train, { ...own, coreRatings });
        const whole = model.parts[1].samples;
        const left = (1 - 1 / model.users.length) * Array.from(whole).reduce((sum, count) => sum + count, 0);
        return (100 * expectedSamples(model, { kind: "uniform", count: 1 })) / (own.epochs * left);
      };
      const step = own.coreRatings > 300 ? 10 : 5;
      expect(cost(own.coreRatings)).toBeLessThan(share);
      expect(cost(own.coreRatings - step)).toBeGreaterThanOrEqual(share);
    },
  );
});
