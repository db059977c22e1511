import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../lib/json";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import {
  type SensitivityRow,
  sensitivity,
  sensitivityTable,
  VARIANTS,
} from "../../../lib/questions/sensitivity/question";
import { seedInterval } from "../../../lib/questions/summary";
import type { SystemOutcome } from "../../../lib/questions/system/outcome";
import type { Planned } from "../../../lib/questions/trial";

const profile = profileNamed("smoke");
const METRIC = "labCode NDCG@10";
const WORTH: Readonly<Record<string, number>> = {
  Retrain: 0.5,
  "C-SISA": 0.4,
  "L-Rand": 0.41,
  "L-BKM": 0.43,
  "L-CBKM": 0.46,
};

interface Labels {
  readonly system: string;
  readonly variant: string;
}

const planned = sensitivity.trials(profile) as Planned<Labels>[];

/** What a made-up system scores: by method, order and batch size, and a little by seed. */
function worth({ trial: { system, seed }, labels }: Planned<Labels>): number {
  const order = system?.settings.order === "hardToEasy" ? 0.02 : 0;
  const batch = system?.settings.batchSize === 1024 && labels.system === "C-SISA" ? 0.1 : 0;
  return (
    WORTH[labels.system] + order + batch + (labels.system === "L-CBKM" ? 0.001 * seed * seed : 0.01 * seed)
  );
}

const evaluation = (ndcg: number) => {
  const at = (value: number, hr: number) => ({ ndcg: value, hr, cuts: {} });
  return { loss: 0.6, labCode: at(ndcg, 0.5), testOnly: at(0.9, 0.7) } as unknown as SystemOutcome["metrics"];
};

const findings = planned.map(
  (one): Finding => ({
    ...one,
    outcome: {
      metrics: evaluation(worth(one)),
      ...(one.labels.system === "C-SISA" ? { own: evaluation(worth(one) + 0.05) } : {}),
    },
    timings: {},
  }),
);
const rowsOf = (some: readonly Finding[]) => sensitivity.rows(some) as SensitivityRow[];
const table = sensitivityTable(rowsOf(findings), METRIC);
const row = (variant: string, model = "dmf") =>
  table.find((one) => one.variant === variant && one.model === model);

describe("the sensitivity table", () => {
  it("has a row for every variant and model, with as many seeds as were run", () => {
    expect(table).toHaveLength(profile.models.length * VARIANTS.length);
    expect(new Set(table.map(({ seeds }) => seeds))).toEqual(new Set([3]));
  });

  it("shows mean differences paired by seed, with half their interval", () => {
    const differences = [0, 1, 2].map((seed) => 0.06 + 0.001 * seed * seed - 0.01 * seed);
    const { low, high } = seedInterval(differences) as { low: number; high: number };
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

  it("shares the trials of systems that do not read what a variant changes", () => {
    const text = (variant: string, system: string) =>
      planned
        .filter(({ labels }) => labels.variant === variant && labels.system === system)
        .map(({ trial }) => canonicalJson(trial));
    expect(text("SVD embedding", "Retrain")).toEqual(text("PAPER", "Retrain"));
    expect(text("SVD embedding", "L-BKM")).toEqual(text("PAPER", "L-BKM"));
    expect(text("SVD embedding", "L-CBKM")).not.toEqual(text("PAPER", "L-CBKM"));
    expect(text("Adam carried on", "C-SISA")).toEqual(text("PAPER", "C-SISA"));
    expect(text("C-SISA shared start", "L-CBKM")).toEqual(text("PAPER", "L-CBKM"));
  });

  it("leaves out what has no record of its own", () => {
    const some = findings.filter(({ trial }) => trial.system?.settings.embedding !== "noise");
    const left = sensitivityTable(rowsOf(some), METRIC).map(({ variant }) => variant);
    expect(left).not.toContain("noise embedding");
    expect(left).toContain("SVD embedding");
    expect(sensitivityTable([], METRIC)).toEqual([]);
  });
});
