/** The charts of the paper's figures, from rows made by hand. */

import { describe, expect, it } from "vitest";
import type { BeyondRow } from "../../lib/questions/figures/beyond";
import { CHARTED, chartsOf } from "../../lib/questions/figures/charts";
import type { CohesionRow } from "../../lib/questions/figures/cohesion";
import type { EfficiencyRow } from "../../lib/questions/figures/efficiency";
import { GROUPINGS, type PartitionRow } from "../../lib/questions/figures/partition";
import { ORDERS, type SeqTrainRow } from "../../lib/questions/figures/seqtrain";
import type { UtilityRow } from "../../lib/questions/figures/utility";
import { toSvg } from "../../lib/report/svg";

const SEEDS = [0, 1, 2];
const METRICS = ["test loss", "labCode HR@10", "labCode NDCG@10"];

const base = { dataset: "ml-1m", preset: "PAPER", model: "dmf", scoring: "model", request: "none" } as const;
const utility: UtilityRow[] = SEEDS.flatMap((seed) =>
  METRICS.flatMap((metric) => [
    { ...base, method: "retrain", groups: 1, seed, metric, value: 0.5 },
    ...[2, 4].flatMap((groups) => [
      { ...base, method: "l-cbkm" as const, groups, seed, metric, value: 0.4 + groups / 100 + seed / 1000 },
      { ...base, method: "c-sisa" as const, scoring: "merged" as const, groups, seed, metric, value: 0.3 },
      { ...base, method: "c-sisa" as const, scoring: "own" as const, groups, seed, metric, value: 9 },
    ]),
  ]),
);
const efficiency: EfficiencyRow[] = SEEDS.flatMap((seed) =>
  (["total", "parallel"] as const).flatMap((work) => [
    { dataset: "ml-1m", method: "retrain", work, groups: 1, seed, seconds: 10, samples: 1 },
    ...[2, 4].flatMap((groups) =>
      (["c-sisa", "l-cbkm"] as const).map((method) => ({
        dataset: "ml-1m",
        method,
        work,
        groups,
        seed,
        seconds: [1, 10, 100][seed],
        samples: 1,
      })),
    ),
  ]),
);
const partition: PartitionRow[] = GROUPINGS.flatMap((grouping) =>
  SEEDS.flatMap((seed) =>
    // the order of places is that of training: by cohesion, not by size
    [10, 30].map((users, place) => ({
      dataset: "ml-1m",
      grouping,
      groups: 2,
      seed,
      place,
      users: users + seed,
      ratings: users,
      rhoEmbedding: 2 - place,
      rhoRatings: 1 + place,
    })),
  ),
);
const cohesion: CohesionRow[] = SEEDS.flatMap((seed) =>
  ["dmf", "nmf"].flatMap((model) =>
    [1, 2].map((place) => ({
      dataset: "ml-1m",
      model,
      seed,
      place,
      rho: 1 / place,
      rhoRatings: 1,
      testLoss: place / 10,
      ratings: 5,
    })),
  ),
);
const seqtrain: SeqTrainRow[] = ORDERS.flatMap((order) =>
  SEEDS.flatMap((seed) =>
    METRICS.map((metric) => ({ ...base, method: "l-cbkm", groups: 8, seed, metric, value: 0.4, order })),
  ),
);
const beyond: BeyondRow[] = SEEDS.flatMap((seed) =>
  ["retrain", "l-cbkm", "coin@10+ridge"].map((system, place) => ({
    dataset: "ml-1m",
    preset: "PAPER",
    model: "dmf",
    system,
    request: "random-user",
    seed,
    metric: "labCode NDCG@10",
    utility: 0.45 - place / 100 + seed / 1000,
    hr: 0.5,
    loss: 0.5,
    expected: 1000 / 10 ** place,
    samples: 1000 / 10 ** place,
    seconds: 1,
    derive: 0,
    bytes: 1,
    lossCold: 0.6,
    lossFair: 0.5,
    lossKnown: 0.4,
  })),
);
const ROWS: Readonly<Record<string, readonly object[]>> = {
  utility,
  efficiency,
  partition,
  cohesion,
  seqtrain,
  beyond,
};

/** The rows that a chart draws. */
const drawn = (figure: string, index = 0) =>
  chartsOf(figure, ROWS[figure])[index].chart.marks[0].rows as readonly Record<string, number | string>[];

describe("chartsOf", () => {
  it.each(CHARTED)("draws %s, with names that a file can have", async (figure) => {
    const charts = chartsOf(figure, ROWS[figure]);
    expect(charts.length).toBeGreaterThan(0);
    for (const { name, alt, chart, dataset } of charts) {
      expect(name).toMatch(/^[A-Za-z0-9-]+$/);
      expect(dataset).toBe("ml-1m");
      expect(await toSvg(chart, { name, alt })).toMatch(/^<svg.*<\/svg>$/s);
    }
    expect(new Set(charts.map(({ name }) => name)).size).toBe(charts.length);
  });

  it("has a set of charts for each data set", () => {
    const two = [...cohesion, ...cohesion.map((row) => ({ ...row, dataset: "ml-100k" }))];
    expect(chartsOf("cohesion", two).map(({ name }) => name)).toEqual(["cohesion-ml-1m", "cohesion-ml-100k"]);
  });

  it("has none for a figure that is a table, nor without rows", () => {
    expect(chartsOf("exactness", [{}])).toEqual([]);
    expect(chartsOf("utility", [])).toEqual([]);
  });

  it("utility: Retrain is a level line, C-SISA is merged, NDCG stands above HR", () => {
    const rows = drawn("utility");
    const retrain = rows.filter(({ name }) => name === "Retrain");
    expect(retrain.filter(({ metric }) => metric === "labCode NDCG@10").map(({ groups }) => groups)).toEqual([
      2, 4,
    ]);
    for (const { mean } of retrain) expect(mean).toBeCloseTo(0.5, 12);
    for (const { name, mean } of rows) if (name === "C-SISA") expect(mean).toBeCloseTo(0.3, 12);
    expect([...new Set(rows.map(({ metric }) => metric))]).toEqual(["labCode NDCG@10", "labCode HR@10"]);
    const laser = rows.find(({ name, groups }) => name === "L-CBKM" && groups === 4);
    expect(laser?.mean).toBeCloseTo(0.441, 12);
  });

  it("efficiency: geometric means, and both costs of C-SISA", () => {
    const rows = drawn("efficiency");
    expect(new Set(rows.map(({ name }) => name))).toEqual(
      new Set(["Retrain", "C-SISA parallel", "C-SISA total", "L-CBKM"]),
    );
    for (const { mean } of rows) expect(mean).toBeCloseTo(10, 9);
  });

  it("partition: groups are ranked by size, and by cohesion in each space", () => {
    const sizes = drawn("partition").filter(({ name }) => name === "BKM");
    expect(sizes.map(({ place, mean }) => [place, mean])).toEqual([
      [1, 31],
      [2, 11],
    ]);
    const rho = drawn("partition", 1).filter(({ name }) => name === "CBKM");
    expect(rho.map(({ place, mean }) => [place, mean])).toEqual([
      [1, 2],
      [2, 1],
      [1, 2],
      [2, 1],
    ]);
  });
});
