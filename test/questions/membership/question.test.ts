/** The question "membership": what is planned, and from findings to its table and chart, with made-up numbers. */

import { describe, expect, it } from "vitest";
import { answerOf } from "../../../lib/questions/answer";
import { FALSE_POSITIVES } from "../../../lib/questions/attacks/roc";
import { type MembershipCurve, STAGES } from "../../../lib/questions/membership/job";
import { membership } from "../../../lib/questions/membership/question";
import { type ProfileName, profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import type { Planned } from "../../../lib/questions/trial";

const profile = { ...profileNamed("paper"), datasets: ["synthetic"], seeds: [0, 1] };
const planned = membership.trials(profile) as Planned<{ system: string; training: string }>[];

/** Retrain is found before by .2 and .21, LASER by .05 and .06, less surely than it seems; nothing is found after. */
const curves = (system: string, seed: number): MembershipCurve[] =>
  (["stored row", "fold-in", "shadow"] as const).flatMap((attack) =>
    STAGES.map((stage) => {
      const less =
        stage === "before" || stage === "rows deleted"
          ? (system === "Retrain" ? 0.2 : 0.05) + 0.01 * seed
          : 0;
      return {
        stage,
        attack,
        auc: 0.5 + less + 0.01 * seed,
        error: 0.04,
        lessFresh: less,
        lessFreshError: stage === "fresh" ? 0 : 0.02,
        truePositives: FALSE_POSITIVES,
      };
    }),
  );
const findings = planned.map(
  ({ trial, labels }): Finding => ({
    trial,
    labels,
    outcome: { users: 100, curves: curves(labels.system, trial.seed), learned: 1, unlearned: 1 },
    timings: {},
  }),
);
const answer = answerOf(membership, findings, profile);
type Cells = Readonly<Record<string, string | number | boolean>>;
const rows = answer.tables.areas.rows as unknown as readonly Cells[];
const row = (system: string, attack: string) =>
  rows.find((one) => one.system === system && one.attack === attack) as Cells;

describe("membership", () => {
  it("shows the interval of the mean over seeds, which share users; of a single seed that over users", () => {
    expect(row("Retrain", "shadow").area_before).toBeCloseTo(0.71, 12);
    // two seeds .02 apart, one degree of freedom, variance of the mean s^2 (1 / 2 + 1 / 9)
    const half = 12.706205 * (0.02 / Math.SQRT2) * Math.sqrt(1 / 2 + 1 / 9);
    expect(row("Retrain", "shadow").reach_before).toBeCloseTo(half, 6);
    const single = findings.filter(({ trial }) => trial.seed === 0);
    const [one] = answerOf(membership, single, profile).tables.areas.rows as unknown as Cells[];
    expect(one.reach_before).toBeCloseTo(1.96 * 0.04, 4);
  });

  it("holds every system against a fresh one on the same people, and says where nobody was found before", () => {
    expect(row("Retrain", "fold-in").above_before).toBeCloseTo(0.205, 12);
    const half = 12.706205 * (0.01 / Math.SQRT2) * Math.sqrt(1 / 2 + 1 / 9);
    expect(row("Retrain", "fold-in").aboveReach_before).toBeCloseTo(half, 6);
    expect(row("Retrain", "fold-in")).toMatchObject({ above_unlearned: 0, found: true });
    expect(row("L-CBKM", "fold-in").found).toBe(false);
  });

  it("draws the curves of what was overfitted on purpose", () => {
    const [{ name, chart }] = answer.charts.curves;
    expect(name).toBe("membership-roc");
    const panels = new Set(chart.marks.flatMap((mark) => mark.rows.map((one) => `${one.name} ${one.panel}`)));
    expect(panels.size).toBe(3 * 2); // methods, attacks
    const published = findings.filter(
      ({ labels }) => (labels as { training: string }).training === "as published",
    );
    expect(answerOf(membership, published, profile).charts.curves).toEqual([]);
  });

  it("names the data of the curves, and not what else is attacked", () => {
    const datasets = ["ml-1m", "ml-100k"];
    const two = { ...profile, datasets };
    const found = datasets.flatMap((dataset) =>
      findings
        .filter(
          ({ labels }) => dataset === "ml-100k" || (labels as { training: string }).training !== "overfitted",
        )
        .map((one) => ({ ...one, trial: { ...one.trial, dataset } })),
    );
    const [{ caption, run }] = answerOf(membership, found, two).charts.curves;
    expect(caption).toMatch(/^MovieLens 100K: ROC curves/);
    expect(run?.data).toEqual([{ name: "ml-100k", synthetic: false }]);
  });

  it.each([
    ["smoke", 6],
    ["quick", 6],
    ["paper", 3 * 10 * (3 + 1)],
  ] as [ProfileName, number][])("plans no more in profile %s than it needs: %i trials", (name, count) => {
    expect(membership.trials(profileNamed(name))).toHaveLength(count);
  });
});
