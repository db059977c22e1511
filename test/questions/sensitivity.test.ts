import { describe, expect, it } from "vitest";
import type { SystemCell } from "../../lib/questions/cell";
import { sensitivity, sensitivityTable, VARIANTS } from "../../lib/questions/figures/sensitivity";
import type { CellRecord, SystemOutcome } from "../../lib/questions/outcome";
import { profileNamed } from "../../lib/questions/profile";
import { recordKey } from "../../lib/runs/record";
import { meanInterval } from "../../lib/statistics/statistics";

const profile = profileNamed("smoke");
const METRIC = "labCode NDCG@10";
const WORTH = { retrain: 0.5, "c-sisa": 0.4, "l-rand": 0.41, "l-bkm": 0.43, "l-cbkm": 0.46 };

/** What a made-up system scores: by method, order and batch size, and a little by seed. */
function worth({ method, protocol, seed }: SystemCell): number {
  const order = protocol.order === "hardToEasy" ? 0.02 : 0;
  const batch = protocol.batchSize === 1024 && method === "c-sisa" ? 0.1 : 0;
  return WORTH[method] + order + batch + (method === "l-cbkm" ? 0.001 * seed * seed : 0.01 * seed);
}

const evaluation = (ndcg: number) =>
  ({ loss: 0.6, labCode: { ndcg, hr: 0.5 }, testOnly: { ndcg: 0.9, hr: 0.7 } }) as SystemOutcome["metrics"];

const records = (sensitivity.cells(profile) as SystemCell[]).map(
  (cell): CellRecord => ({
    key: recordKey(cell, "data", "code"),
    trial: cell,
    outcome: {
      metrics: evaluation(worth(cell)),
      ...(cell.method === "c-sisa" ? { own: evaluation(worth(cell) + 0.05) } : {}),
    },
    timings: {},
  }),
);
const table = sensitivityTable(profile, records, METRIC);
const row = (variant: string, model = "dmf") =>
  table.find((one) => one.variant === variant && one.model === model);

describe("the sensitivity table", () => {
  it("has a row for every variant and model, with as many seeds as were run", () => {
    expect(table).toHaveLength(profile.models.length * VARIANTS.length);
    expect(new Set(table.map(({ seeds }) => seeds))).toEqual(new Set([3]));
  });

  it("shows mean differences paired by seed, with half their interval", () => {
    const differences = [0, 1, 2].map((seed) => 0.06 + 0.001 * seed * seed - 0.01 * seed);
    const { low, high } = meanInterval(differences);
    expect(row("PAPER")?.laserOverSisa).toBeCloseTo((low + high) / 2, 12);
    expect(row("PAPER")?.laserOverSisaHalf).toBeCloseTo((high - low) / 2, 12);
    expect(row("PAPER")?.retrain).toBeCloseTo(0.51, 12);
    expect(row("PAPER")?.easyOverHard).toBeCloseTo(-0.02, 12);
  });

  it("tells the settings apart: a small batch, C-SISA's own scoring, an order without a reverse", () => {
    const paper = row("PAPER")?.laserOverSisa as number;
    expect(row("batch 1,024")?.laserOverSisa).toBeCloseTo(paper - 0.1, 12);
    expect(row("C-SISA own scoring")?.laserOverSisa).toBeCloseTo(paper - 0.05, 12);
    expect(row("C-SISA own scoring")?.cbkmOverBkm).toBe(row("PAPER")?.cbkmOverBkm);
    expect(row("most ratings first")?.easyOverHard).toBeNull();
  });

  it("counts a record once, however often the list has it", () => {
    expect(sensitivityTable(profile, [...records, ...records], METRIC)).toEqual(table);
  });

  it("leaves out what has no record of its own", () => {
    const some = records.filter(({ trial: cell }) => cell.protocol.embedding !== "noise");
    const left = sensitivityTable(profile, some, METRIC).map(({ variant }) => variant);
    expect(left).not.toContain("noise embedding");
    expect(left).toContain("SVD embedding");
    expect(sensitivityTable(profile, [], METRIC)).toEqual([]);
  });
});
