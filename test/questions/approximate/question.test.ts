/** The question `approximate`: its job on a small data set, and its table and picture from made-up outcomes. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { fits } from "../../../lib/questions/approximate/attack";
import { bestItems, relativeDistance } from "../../../lib/questions/approximate/distances";
import { approximateJob } from "../../../lib/questions/approximate/job";
import type { ApproximateOutcome, Left } from "../../../lib/questions/approximate/outcome";
import { approximate } from "../../../lib/questions/approximate/question";
import { profileNamed } from "../../../lib/questions/profile";
import type { Trial } from "../../../lib/questions/trial";
import { groupRatings } from "../../../lib/training/groupRatings";
import { retrain } from "../../../lib/unlearning/laser";
import { world } from "../../training/world";
import { context } from "../../unlearning/support";

const profile = profileNamed("smoke");
const view = { profile, options: {} };
const planned = approximate.trials(profile);

const left = (system: Left["system"], by: number, attacked: boolean): Left => ({
  system,
  weights: by,
  scores: by,
  ranks: 1 - by,
  top: 1 - by,
  attack: attacked ? { auc: 0.5 + by, error: 0.01, lessExact: by, lessExactError: 0.01 } : null,
  metrics: { "labCode NDCG@10": 0.4, "fullRank NDCG@10": 0.2 },
  samples: system === "exact" ? 200 : 10,
});
const rows = approximate.rows(
  planned.map(({ trial, labels }) => {
    const attacked = trial.request === "rand@5";
    const systems = [
      left("rows deleted", 0.3, attacked),
      left("scif", 0.1, attacked),
      left("exact", 0, attacked),
    ];
    const outcome: ApproximateOutcome = { erasedUsers: 1, attacked: { members: 0, others: 0 }, systems };
    return { trial, labels, outcome, timings: {} };
  }),
);

describe("outputs", () => {
  it("one row a system, with what is left and what it cost; nobody is attacked for one user", () => {
    const { left: table } = approximate.tables(aq.from(rows), view);
    const shown = table.rows as Record<string, unknown>[];
    const of = (system: string, after: string) =>
      shown.find((row) => row.system === system && row.after === after && String(row.panel).endsWith("DMF"));
    expect(of("scif", "5 % at random")).toMatchObject({
      mean_weights: 0.1,
      mean_left: 0.1,
      mean_attack: 0.6,
      mean_cost: 5,
    });
    expect(of("scif", "one random user")).toMatchObject({ mean_left: null, mean_quality: 0.4 });
    expect(of("exact", "5 % at random")).toMatchObject({ mean_cost: 100, mean_top: 1 });
    expect(shown.find((row) => String(row.panel).endsWith("BPR"))).toMatchObject({
      metric: "fullRank NDCG@10",
      mean_quality: 0.2,
    });
  });

  it("draws what is left against the cost, and nothing where nobody was attacked", () => {
    const [{ chart }] = approximate.charts(aq.from(rows), view).exposure;
    const points = chart.marks.find(({ mark }) => mark !== "rule")?.rows ?? [];
    expect(points).toContainEqual(expect.objectContaining({ system: "scif", mean_cost: 5, mean_left: 0.1 }));
    const single = aq.from(rows.filter(({ request }) => request === "random-user"));
    expect(approximate.charts(single, view).exposure).toEqual([]);
  });
});

describe("distances", () => {
  it("are relative to the exact weights, part by part", () => {
    const part = (...values: number[]) => Float32Array.from(values);
    expect(relativeDistance([part(3, 0), part(0)], [part(3, 4), part(0)])).toBeCloseTo(4 / 5, 12);
    expect(relativeDistance([part(1)], [part(1)])).toBe(0);
  });

  it("compare what is recommended: best first, without what was rated", () => {
    expect(bestItems(Float32Array.of(0.1, 0.9, 0.5, 0.9), new Set([1]), 2)).toEqual([3, 2]);
  });
});

describe("the attack", () => {
  it("fits rows to ratings: well to a taste that the model knows, and not to its opposite", async () => {
    const data = world();
    const inside = context();
    const method = retrain({ epochs: 60, batchSize: 32, learningRate: 0.01 });
    const kept = { system: await method.learn(data, inside), store: inside.store };
    const group = groupRatings(data, Uint32Array.of(2, 3, 7, 11));
    const opposite = { ...group, ratings: group.ratings.map((_, k) => (k % 2 ? 1 : 5)) };
    const mean = async (of: typeof group) => {
      const found = await fits(kept, of, method.training, inside);
      return found.reduce((sum, fit) => sum + fit, 0) / found.length;
    };
    expect(await mean(group)).toBeGreaterThan(-0.55); // .5 is what labels of .2 and 1 cost at best
    expect(await mean(opposite)).toBeLessThan(await mean(group));
  });
});

describe("the job", () => {
  it("finds nothing left in the exact system, and more in deleted rows than in it", async () => {
    const trials = planned
      .map(({ trial }) => trial)
      .filter(({ system, seed }) => system?.model === "dmf" && seed === 0);
    const found = new Map<string | undefined, ApproximateOutcome>();
    const report = {
      samples: () => {},
      outcome: (trial: Trial, outcome: object) =>
        void found.set(trial.request, outcome as ApproximateOutcome),
    };
    await approximateJob.run(trials, report, new AbortController().signal);
    const { systems, attacked } = found.get("rand@5") as ApproximateOutcome;
    const by = Object.fromEntries(systems.map((one) => [one.system, one]));
    expect(by.exact).toMatchObject({ weights: 0, scores: 0, ranks: 1, top: 1 });
    expect(by.exact.attack).toMatchObject({ lessExact: 0, lessExactError: 0 });
    expect(attacked.members).toBeGreaterThanOrEqual(10);
    expect(by["rows deleted"].samples).toBe(0);
    expect(by["fine-tune"].samples).toBeLessThan(by.exact.samples);
    for (const name of ["rows deleted", "fine-tune", "gradient-ascent", "scif"]) {
      expect(by[name].weights, name).toBeGreaterThan(0);
      expect(by[name].ranks, name).toBeLessThan(1);
    }
    expect(by["exact, another seed"].weights).toBeGreaterThan(by["rows deleted"].weights);
    const { systems: single } = found.get("random-user") as ApproximateOutcome;
    expect(single.map(({ attack }) => attack)).toEqual(Array(6).fill(null));
  }, 60_000);
});
