import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { loadOrSynthetic } from "../../lib/data/load";
import { split } from "../../lib/data/split";
import { evaluateAnchors } from "../../lib/metrics/anchors";

/** labCode NDCG and HR of the anchors on MovieLens 100K, 5-core, 90/10 (protocol section 5). */
const MEASURED = {
  random: [0.32, 0.39],
  popularity: [0.35, 0.42],
  itemMean: [0.4, 0.44],
  oracle: [0.54, 0.5],
} as const;

describe("anchors on MovieLens 100K, or on generated data where it is absent", () => {
  it("have the values that protocol.md measured, and stand in order", async () => {
    const beside = join(__dirname, "../../../shared/data");
    const dataFolder = process.env.ERASABLE_DATA ?? (existsSync(beside) ? beside : undefined);
    const loaded = await loadOrSynthetic("ml-100k", dataFolder ? { dataFolder } : {});
    const { train, test } = split(core(loaded.data, 5), { trainShare: 0.9, seed: 1 });
    const found = await evaluateAnchors(train, test, 1, { label: "rating", metrics: "all" });
    for (const family of ["testOnly", "labCode"] as const) {
      // the generated users hold out ten items at most, so every order of theirs has the same hits among the first ten
      for (const metric of loaded.notice ? (["ndcg"] as const) : (["ndcg", "hr"] as const)) {
        expect(found.random[family][metric]).toBeLessThan(found.itemMean[family][metric]);
        expect(found.itemMean[family][metric]).toBeLessThan(found.oracle[family][metric]);
      }
    }
    expect(found.random.fullRank?.ndcg).toBeLessThan(found.popularity.fullRank?.ndcg ?? 0);
    expect(found.oracle.fullRank?.ndcg).toBeCloseTo(1, 12);
    expect(found.oracle.loss).toBeLessThan(found.itemMean.loss);
    if (loaded.notice) return;
    for (const [anchor, [ndcg, hr]] of Object.entries(MEASURED)) {
      const { labCode } = found[anchor as keyof typeof MEASURED];
      expect(Math.abs(labCode.ndcg - ndcg)).toBeLessThan(0.015);
      expect(Math.abs(labCode.hr - hr)).toBeLessThan(0.015);
    }
  });
});
