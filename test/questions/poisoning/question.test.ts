/** The question "poisoning": from findings to its rows, table and chart, with made-up numbers. */

import { describe, expect, it } from "vitest";
import { answerOf } from "../../../lib/questions/answer";
import { poisoning } from "../../../lib/questions/poisoning/question";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import type { Planned } from "../../../lib/questions/trial";

const profile = profileNamed("smoke");
const planned = poisoning.trials(profile) as Planned<{ system: string; attack: string }>[];
const stage = (meanRank: number) => ({ hitRatio: 0.25, meanRank, ndcg: 0.4, hr: 0.3, loss: 0.6 });
const findings = planned.map(
  ({ trial, labels }): Finding => ({
    trial,
    labels,
    outcome: {
      fakes: 20,
      fakeRatings: 400,
      targetRatings: 5,
      items: 100,
      clean: stage(51 + 20 * trial.seed),
      poisoned: stage(11),
      unlearned: stage(51 + 20 * trial.seed),
      identical: !(labels.system === "C-SISA" && trial.seed === 1),
      learnSamples: 1000,
      unlearnSamples: labels.system === "Retrain" ? 800 : 400,
      freshSamples: 900,
    },
    timings: {},
  }),
);
const answer = answerOf(poisoning, findings, profile);
type Cells = Readonly<Record<string, string | number | boolean | null>>;
const rows = answer.tables.damage.rows as unknown as readonly Cells[];
const row = (name: string, of: string, attack = "random") =>
  rows.find((one) => one.name === name && one.stage === of && one.attack === attack) as Cells;

describe("poisoning", () => {
  it("shows the spread over seeds, not a mean alone", () => {
    expect(row("L-CBKM", "clean")).toMatchObject({ rankPercent: 60, least: 50, most: 70, seeds: 2 });
    expect(row("L-CBKM", "clean").rankPercentStd).toBeCloseTo(Math.SQRT2 * 10, 12);
    expect(row("L-CBKM", "poisoned")).toMatchObject({ rankPercent: 10, rankPercentStd: 0, hitRatio: 25 });
  });

  it("shows costs beside Retrain's unlearning, and whether every seed is clean again", () => {
    expect(row("Retrain", "unlearned")).toMatchObject({ cost: 100, clean: true });
    expect(row("L-CBKM", "unlearned")).toMatchObject({ cost: 50, clean: true });
    expect(row("L-CBKM", "poisoned")).toMatchObject({ cost: 125, clean: null });
    expect(row("C-SISA", "unlearned").clean).toBe(false);
  });

  it("draws a point for each seed", () => {
    const [{ name, chart }] = answer.charts.ranks;
    expect([name, answer.charts.ranks.length]).toEqual(["completeness-poisoning-synthetic", 1]);
    const [points] = chart.marks;
    expect(points.rows).toHaveLength(3 * 2 * 3 * 2); // methods, attacks, systems, seeds
  });

  it("goes over every data set and seed in profile paper", () => {
    const paper = poisoning.trials(profileNamed("paper")).map(({ trial }) => trial);
    expect(new Set(paper.map(({ dataset }) => dataset))).toEqual(new Set(profileNamed("paper").datasets));
    expect(new Set(paper.map(({ seed }) => seed)).size).toBe(10);
  });
});
