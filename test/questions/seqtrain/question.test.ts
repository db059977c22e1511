/** Rows of made-up systems to the differences and the picture of Figure 7. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { questions } from "../../../lib/questions/questions";
import type { SeqTrainRow } from "../../../lib/questions/seqtrain/rows";
import type { Planned } from "../../../lib/questions/trial";

const { seqtrain } = questions;
const profile = { ...profileNamed("smoke"), models: ["dmf"] as const, seeds: [0, 1] };
const WORTH: Readonly<Record<string, number>> = { easyToHard: 0.5, hardToEasy: 0.4, random: 0.45, "": 0.6 };

/** Easy to hard is .1 better in seed 0 and .3 in seed 1. */
const findings = (seqtrain.trials(profile) as Planned<{ order: string }>[]).map((one): Finding => {
  const { order } = one.labels;
  const ndcg = WORTH[order] + (order === "easyToHard" ? 0.2 : 0.01) * one.trial.seed;
  const list = { ndcg, hr: 2 * ndcg };
  const evaluation = { loss: 1, labCode: list, testOnly: list };
  const outcome = one.trial.job === "anchors" ? { oracle: evaluation } : { metrics: evaluation };
  return { ...one, outcome, timings: {} };
});
const rows = seqtrain.rows(findings) as SeqTrainRow[];
const view = { profile, options: seqtrain.options };
const tablesOf = (some: readonly SeqTrainRow[]) => seqtrain.tables(aq.from([...some]), view);
const lines = (some: readonly SeqTrainRow[]) =>
  tablesOf(some).differences.rows as { compared: string; metric: string; after: string; mean: number }[];

describe("the order of the groups", () => {
  it("is one trial per grouping, order, request and seed, beside Retrain and anchors; one row per metric", () => {
    const trials = 3 * 3 * 3 * 2 + 2 + 2;
    expect(findings).toHaveLength(trials);
    expect(rows).toHaveLength(trials * 5);
    const ordered = rows.filter(({ order }) => order !== "");
    expect(ordered[0]).toMatchObject({
      order: "easyToHard",
      system: "L-Rand",
      metric: "test loss",
      value: 1,
    });
    expect(new Set(rows.filter(({ order }) => order === "").map(({ scoring }) => scoring))).toEqual(
      new Set(["anchor", "model"]),
    );
  });

  it("shows differences paired by seed", () => {
    const own = lines(rows);
    expect(own).toHaveLength(3 * 2 * 3 * 2); // groupings, comparisons, requests, metrics
    const [first] = own.filter(
      ({ metric, after }) => metric === "labCode NDCG@10" && after === "5 % at random",
    );
    expect(first).toMatchObject({ compared: "hard to easy", n: 2 });
    expect(first.mean).toBeCloseTo((0.1 + 0.29) / 2, 12);
  });

  it("shows another family of metrics on wish, and full ranking where there are no ratings", () => {
    const asked = { ...view, options: { metricFamily: "testOnly" } };
    const other = seqtrain.tables(aq.from([...rows]), asked).differences.rows as { metric: string }[];
    expect(new Set(other.map(({ metric }) => metric))).toEqual(
      new Set(["testOnly NDCG@10", "testOnly HR@10"]),
    );
    const ranked = rows
      .filter(({ metric }) => metric === "labCode NDCG@10")
      .map((row) => ({ ...row, metric: "fullRank NDCG@10" }));
    expect(lines(ranked).map(({ metric }) => metric)).toContain("fullRank NDCG@10");
  });

  it("leaves out comparisons whose order was not run", () => {
    const some = rows.filter(({ order }) => order !== "random");
    expect(new Set(lines(some).map(({ compared }) => compared))).toEqual(new Set(["hard to easy"]));
  });

  it("draws one picture per data set", () => {
    const { order, differences } = seqtrain.charts(aq.from([...rows]), view);
    expect(differences).toMatchObject([{ name: "seqtrain-differences-synthetic" }]);
    const [zero, , points] = differences[0].chart.marks;
    expect(zero).toMatchObject({ mark: "rule", rows: [{ zero: 0 }], y: "zero" });
    const names = points.rows.map(({ series }) => series);
    expect(new Set(names)).toEqual(new Set(["easy to hard − hard to easy", "easy to hard − random order"]));
    expect(order).toMatchObject([
      { name: "seqtrain-synthetic", run: { data: [{ name: "synthetic", synthetic: true }], seeds: [0, 1] } },
    ]);
  });
});
