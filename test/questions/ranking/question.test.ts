/** The question "ranking": from findings to its rows, tables and charts, with made-up numbers. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { rankingEpochsOf } from "../../../lib/data/catalog";
import { answerOf } from "../../../lib/questions/answer";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { ranking } from "../../../lib/questions/ranking/question";
import type { RankingRow } from "../../../lib/questions/ranking/rows";
import type { Planned } from "../../../lib/questions/trial";

const profile = { ...profileNamed("quick"), rankingDatasets: ["synthetic"], seeds: [0, 1], longSeeds: 2 };
interface Labels {
  readonly system: string;
  readonly model: string;
}
const planned = ranking.trials(profile) as Planned<Labels>[];

const full = (ndcg: number) => ({
  loss: 0.5,
  fullRank: { ndcg, hr: 0.5, recall: 0.1, mrr: 0.1, users: 9, cuts: {} },
});
const WORTH: Readonly<Record<string, readonly [number, number]>> = {
  Retrain: [0.3, 0.4],
  "C-SISA": [0.1, 0.2],
  "L-Rand": [0.15, 0.25],
  "L-BKM": [0.2, 0.2],
  "L-CBKM": [0.2, 0.2],
};

/** Curves peak at 15; C-SISA's own scoring is .2 and .1. */
function outcomeOf({ trial: { job, seed, request }, labels }: Planned<Labels>): object {
  if (job === "epochs")
    return {
      metric: "fullRank NDCG@10",
      curve: [5, 10, 15, 20].map((epochs) => ({ epochs, value: epochs === 15 ? 0.9 : epochs / 100 })),
      best: 15,
      samples: 1,
    };
  if (job === "anchors")
    return { random: full(0.01), popularity: full(0.12), itemMean: full(0.05), oracle: full(1) };
  const value = WORTH[labels.system][seed] + (request === "none" ? 0 : 1);
  return {
    metrics: full(value),
    ...(labels.system === "C-SISA" ? { own: full(seed === 0 ? 0.2 : 0.1) } : {}),
  };
}
const findings = planned.map((one): Finding => ({ ...one, outcome: outcomeOf(one), timings: {} }));
const answer = answerOf(ranking, findings, profile);
type Numbers = Record<"merged" | "mergedHalf" | "own" | "ownHalf" | "mean" | "n", number> &
  Record<"panel" | "after" | "name", string> & { epochs: number | null };
const numbers = answer.tables.numbers[0].rows as unknown as Numbers[];
const learned = numbers.filter(({ panel, after }) => panel === "DMF" && after === "learning");
const named = (name: string) => learned.find((row) => row.name === name) as Numbers;

describe("full ranking", () => {
  it("trains every method for the T that the catalogue holds, unless a number is given", () => {
    const systems = planned.filter(({ trial }) => trial.job === "system");
    for (const { trial, labels } of systems)
      expect(trial.system?.settings.epochs).toBe(rankingEpochsOf("synthetic", labels.model));
    const given = { ...profile, overrides: { epochsBy: "given", epochs: 3 } as const };
    const other = ranking.trials(given).filter(({ trial }) => trial.job === "system");
    expect(new Set(other.map(({ trial }) => trial.system?.settings.epochs))).toEqual(new Set([3]));
    const most = { ...profile, overrides: { epochs: 16 } };
    const bounded = ranking.trials(most).filter(({ trial }) => trial.job === "system");
    expect(new Set(bounded.map(({ trial }) => trial.system?.settings.epochs))).toEqual(new Set([15, 16]));
  });

  it("takes T of a data set without one to be the most", () => {
    const own = ranking.trials({ ...profile, rankingDatasets: ["synthetic-ml-1m"] });
    const systems = own.filter(({ trial }) => trial.job === "system");
    expect(new Set(systems.map(({ trial }) => trial.system?.settings.epochs))).toEqual(new Set([50]));
  });

  it("has a row for each system, C-SISA by both scorings, and the anchors but for the perfect one", () => {
    expect(learned.map(({ name }) => name)).toEqual([
      "Retrain",
      "C-SISA (merged)",
      "C-SISA (own)",
      "L-Rand",
      "L-BKM",
      "L-CBKM",
      "random",
      "popularity",
      "item mean",
    ]);
    expect(named("L-Rand")).toMatchObject({ n: 2, epochs: 15 });
    expect(named("L-Rand").mean).toBeCloseTo(0.2, 12);
    const after = numbers.filter(({ panel, after }) => panel === "DMF" && after === "5 % at random");
    expect(after.find(({ name }) => name === "L-Rand")?.mean).toBeCloseTo(1.2, 12);
    expect(after.map(({ name }) => name)).not.toContain("popularity");
  });

  it("pairs differences by seed", () => {
    // merged: .05 in both seeds; own: -.05 and .15, s = .1 sqrt 2, error s sqrt(1/2 + 1/9), t(.975, 1) = 12.7062
    const laser = named("L-Rand");
    expect([laser.merged, laser.mergedHalf]).toEqual([expect.closeTo(0.05, 12), expect.closeTo(0, 12)]);
    expect([laser.own, laser.ownHalf]).toEqual([
      expect.closeTo(0.05, 12),
      expect.closeTo(12.7062 * 0.1 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9), 4),
    ]);
    expect(named("C-SISA (merged)").merged).toBe(0);
  });

  it("says which T the curves choose, and which is in use", () => {
    const [table] = answer.tables.epochs;
    expect(table.rows).toHaveLength(4);
    expect(table.rows[1]).toMatchObject({ panel: "NMF", T: 15, used: 20, value: 0.9, after: 0.2, most: 20 });
  });

  it("names its outputs, and has none without rows for it", () => {
    expect(answer.tables.numbers.map(({ name }) => name)).toEqual(["ranking-synthetic"]);
    expect(answer.charts.curves.map(({ name }) => name)).toEqual(["ranking-epochs-synthetic"]);
    expect(answer.charts.systems.map(({ name }) => name)).toEqual(["ranking-systems-synthetic"]);
    const [line] = answer.charts.curves[0].chart.marks;
    expect(line.rows.filter((row) => row.panel === "LightGCN")).toHaveLength(4);
    const some = (keep: (row: RankingRow) => boolean) => {
      const rows = aq.from((answer.rows as RankingRow[]).filter(keep));
      const view = { profile, options: {} };
      return { ...ranking.tables(rows, view), ...ranking.charts(rows, view) };
    };
    const curves = some(({ scoring }) => scoring === "validation");
    expect([curves.numbers, curves.systems]).toEqual([[], []]);
    const systems = some(({ scoring }) => scoring === "model");
    expect([systems.epochs, systems.curves]).toEqual([[], []]);
    expect(systems.numbers).toHaveLength(1);
  });
});
