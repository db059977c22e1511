import { describe, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { split } from "../../lib/data/split";
import { createEngine } from "../../lib/engine/create";
import { itemMeanScorer } from "../../lib/metrics/anchors";
import { evaluate } from "../../lib/metrics/evaluate";
import { MemoryStore } from "../../lib/training/store";
import { ease } from "../../lib/unlearning/additive/ease";
import { realOrGenerated } from "../data/helpers";

/**
 * EASE (every observed rating as 1, penalty 1000) computed by numpy on the split of seed 0: NDCG, HR and recall at 10 of the
 * full ranking. The case ease_full_rank.json of an independent check.
 */
const NUMPY = { ndcg: 0.29704338590660906, hr: 0.7824549587472639, recall: 0.25308672605897836 } as const;
/** The mean of labCode NDCG@10 over all orders of equal ratings, by item mean, from the same check. */
const ITEM_MEAN = 0.4419;

describe("on MovieLens 1M, or on generated data where it is absent", () => {
  it("EASE ranks as numpy's does, and the item mean has its tie-free value", async () => {
    const { data, isReal } = await realOrGenerated("ml-1m");
    const { train, test } = split(core(data, 5), { seed: 0 });
    const context = { store: new MemoryStore(), createEngine, clock: () => 0 };
    const system = await ease({ label: "implicit", lambda: 1000 }).learn(train, context);
    const { fullRank } = await evaluate(system, train, test, { label: "rating", metrics: "all" });
    const own = await evaluate(itemMeanScorer(train), train, test, { label: "rating", metrics: "ownItems" });
    expect(fullRank?.ndcg).toBeGreaterThan(0.02);
    if (!isReal) return;
    expect(fullRank?.users).toBe(5939);
    for (const [metric, wanted] of Object.entries(NUMPY))
      expect(fullRank?.[metric as keyof typeof NUMPY]).toBeCloseTo(wanted, 9);
    expect(own.labCode?.ndcg).toBeCloseTo(ITEM_MEAN, 4);
  }, 300_000);
});
