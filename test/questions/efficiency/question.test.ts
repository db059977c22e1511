/** Made-up times to the table and the pictures of Figure 4. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { questions } from "../../../lib/questions/questions";
import type { Planned } from "../../../lib/questions/trial";

const { efficiency } = questions;
const profile = profileNamed("smoke");

const findings = (efficiency.trials(profile) as Planned<{ system: string; groups: number }>[]).map(
  (one): Finding => {
    const { system, groups } = one.labels;
    const samples = system === "Retrain" ? 1000 : 1000 / groups;
    const outcome = { samples, parallelSamples: system === "C-SISA" ? samples / 2 : samples, retrained: 1 };
    const unlearn = (2 ** one.trial.seed * samples) / 1000;
    return {
      ...one,
      outcome,
      timings: { unlearn, unlearnParallel: system === "C-SISA" ? unlearn / 2 : unlearn },
    };
  },
);
const rows = efficiency.rows(findings);
const view = { profile, options: efficiency.options };

describe("the cost of unlearning", () => {
  it("is timed in every seed of the profile", () => {
    expect(new Set(findings.map(({ trial }) => trial.seed))).toEqual(new Set(profile.seeds));
  });

  it("is shown for each S, Retrain beside every one, C-SISA in parallel and in total", () => {
    const table = efficiency.tables(aq.from([...rows]), view).numbers.rows as Record<
      string,
      number | string
    >[];
    expect(table.map(({ groups, name }) => `${groups} ${name}`)).toEqual(
      profile.groups.flatMap((S) =>
        ["Retrain", "C-SISA, parallel", "C-SISA, total", "L-CBKM"].map((name) => `${S} ${name}`),
      ),
    );
    expect(table.filter(({ groups }) => groups === 4).map(({ speedup }) => speedup)).toEqual([1, 8, 4, 4]);
    expect(table[0].mean).toBeCloseTo((1 + 2 + 4) / 3, 12);
  });

  it("has geometric means in Figure 4, and half of the users at least for one random user", () => {
    const charts = efficiency.charts(aq.from([...rows]), view);
    expect(Object.values(charts).map(({ name }) => name)).toEqual([
      "efficiency-seconds",
      "efficiency-samples",
      "efficiency-expected",
    ]);
    const points = (chart: { marks: readonly { mark: string; rows: readonly object[] }[] }) =>
      chart.marks.find(({ mark }) => mark === "line")?.rows as Record<string, number | string>[];
    const [retrain] = points(charts.seconds.chart as never);
    expect(retrain.mean).toBeCloseTo(2, 9); // of 1, 2 and 4
    const one = points(charts.expected.chart as never).filter(({ request }) => request === "1 random user");
    expect(one[0]).toMatchObject({ S: 2, percent: expect.closeTo(75, 9) });
    expect(one.every(({ percent }) => Number(percent) > 50)).toBe(true);
  });

  it("has Retrain alone beside every S that is planned", () => {
    const alone = rows.filter(({ system }) => system === "Retrain");
    const { numbers } = efficiency.tables(aq.from([...alone]), view);
    expect(numbers.rows.map(({ groups }: { groups?: number }) => groups)).toEqual(profile.groups);
    expect(efficiency.charts(aq.from([...alone]), view).seconds.name).toBe("efficiency-seconds");
  });
});
