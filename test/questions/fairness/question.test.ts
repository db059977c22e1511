/** Rows of made-up evaluations to the gap between active users and others. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { fairnessRows } from "../../../lib/questions/fairness/rows";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { questions } from "../../../lib/questions/questions";

const { fairness } = questions;
const profile = { ...profileNamed("smoke"), models: ["dmf"] as const, seeds: [0, 1] };

/** Ten users of 20; the active ones are .2 better than all in seed 0 and .4 in seed 1, so the others as much worse. */
const findings = fairness.trials(profile).map((one): Finding => {
  const apart = 0.2 + 0.2 * one.trial.seed;
  const quality = (users: number, value: number) => ({
    users,
    ratings: users,
    loss: 1,
    labCode: { ndcg: value, hr: value },
    testOnly: { ndcg: value, hr: value },
  });
  const metrics = { ...quality(20, 0.5), active: quality(10, 0.5 + apart) };
  return { ...one, outcome: { metrics }, timings: {} };
});
const rows = fairness.rows(findings);
const view = { profile, options: fairness.options };

describe("fairness", () => {
  it("sweeps every method under learning and three requests, the least active users too", () => {
    expect(new Set(findings.map(({ trial }) => trial.request))).toEqual(
      new Set(["none", "rand@5", "top@5", "edge@5"]),
    );
    expect(findings).toHaveLength(5 * 4 * 2);
  });

  it("gives both kinds of users and the gap", () => {
    const own = rows.filter((row) => row.metric === "labCode NDCG@10" && row.seed === 1).slice(0, 3);
    expect(own.map(({ users }) => users)).toEqual(["active", "others", "gap"]);
    [0.9, 0.1, 0.8].map((wanted, k) => expect(own[k].value).toBeCloseTo(wanted, 12));
    const all = findings[0].outcome as { metrics: { active: object } };
    const alike = { ...all.metrics, users: 10, ratings: 10 };
    const one = { ...findings[0], outcome: { metrics: alike } };
    expect(fairnessRows(one as unknown as Parameters<typeof fairnessRows>[0])).toEqual([]);
  });

  it("shows gaps after each request with half of their interval, and draws one picture per data set", () => {
    const [first] = fairness.tables(aq.from([...rows]), view).gaps.rows as Record<string, number>[];
    for (const after of ["learning", "5 % at random", "5 % most active", "5 % least active"])
      expect(first[`mean_gap ${after}`]).toBeCloseTo(0.6, 12);
    expect(first["mean_active learning"]).toBeCloseTo(0.8, 12);
    // .4 and .8: s = .2 sqrt 2
    const half = 12.7062 * 0.2 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9);
    expect(first["half_gap learning"]).toBeCloseTo(half, 4);
    expect(fairness.charts(aq.from([...rows]), view).gaps.map(({ name }) => name)).toEqual([
      "fairness-synthetic",
    ]);
  });
});
