/** Tables and charts of `beyond` from made-up outcomes of the trials that it plans. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { beyond } from "../../../lib/questions/beyond/question";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { listOf } from "../../../lib/questions/question";
import type { SystemOutcome } from "../../../lib/questions/system/outcome";
import type { NamedTable } from "../../../lib/report/show";

const profile = profileNamed("smoke");
const view = { profile, options: {} };
const REQUESTS = ["random-user", "active-user", "rand@5", "top@5", "edge@5"];

/** Utilities by system; others have .3. */
const UTILITY: Readonly<Record<string, number>> = {
  retrain: 0.4,
  "retrain-tuned": 0.42,
  ease: 0.45,
  "c-sisa": 0.35,
};
const COST: Readonly<Record<string, number>> = { "c-sisa": 120, "coin@10+ridge": 30 };

function finding({ trial, labels }: (typeof planned)[number]): Finding<SystemOutcome> {
  const { system, model } = labels as { system: string; model: string };
  // the erased are not scored: another utility, of other users
  const value = (UTILITY[system] ?? 0.3) + trial.seed / 100 + (trial.request === "none" ? 0 : 0.2);
  const list = { ndcg: value, hr: 0.5 };
  const quality = {
    users: 9,
    ratings: 9,
    loss: 0.5,
    labCode: list,
    testOnly: list,
    fullRank: { ...list, recall: 0.1 },
  };
  const stratum = (upTo: number | null) => ({ upTo, items: 5, ratings: 3, loss: 0.6 });
  const core = system.startsWith("coin") ? { users: 10, ratings: 500, unseenItems: 3 } : null;
  const samples = COST[system] ?? 1000;
  const learned = {
    users: 100,
    ratings: 5000,
    batches: model === "none" ? [] : [{ users: 1, samples }],
    expected: model === "none" ? {} : Object.fromEntries(REQUESTS.map((request) => [request, samples])),
    core,
  };
  const outcome = {
    metrics: quality,
    ...(system === "c-sisa" ? { own: { ...quality, labCode: { ...list, ndcg: value + 0.02 } } } : {}),
    strata: [stratum(20), stratum(100), stratum(null)],
    samples: 1000,
    expected: null,
    bytes: 2e6,
    ...(trial.request === "none" ? { learned } : {}),
    ...(trial.system?.search
      ? {
          choice: {
            metric: "x",
            candidates: [{ settings: {}, score: 1 }],
            chosen: system === "ease" ? {} : { l2: 0.01 },
          },
        }
      : {}),
  };
  const timings: Record<string, number> =
    trial.request === "none" ? { train: 10 } : { erase: 0.1, derive: 0.4 };
  return { trial, labels, outcome: outcome as unknown as SystemOutcome, timings };
}
const planned = beyond.trials(profile);
const rows = beyond.rows(planned.map(finding));
const table = aq.from(rows);

describe("beyond", () => {
  const tables = beyond.tables(table, view);

  it("gives a learned system a row for every request, and C-SISA one for either scoring", () => {
    const of = (system: string) =>
      rows.filter((row) => row.preset === "PAPER" && row.system === system && row.model === "dmf");
    expect(of("l-cbkm").map(({ request }) => request)).toEqual(["none", ...REQUESTS]);
    expect(of("c-sisa-own").map(({ utility }) => utility)).toEqual(Array(6).fill(0.37));
    expect(of("c-sisa").map(({ expected }) => expected)).toEqual([1000, ...Array(5).fill(120)]);
    expect(of("retrain").map(({ seconds }) => seconds)).toEqual(Array(6).fill(10));
    expect(of("l-cbkm").map(({ seconds }) => seconds)).toEqual([10, ...Array(5).fill(null)]);
  });

  it("rates every system after learning, also those that carry a request out", () => {
    const ease = rows.filter((row) => row.preset === "PAPER" && row.system === "ease");
    expect(ease.map(({ request, utility }) => [request, utility])).toEqual(
      ["none", ...REQUESTS].map((request) => [request, 0.45]),
    );
  });

  it("leaves out a request whose system was not learned: it would be rated on other users", () => {
    const requested = planned.filter(({ trial }) => trial.request === "rand@5").map(finding);
    expect(requested.length).toBeGreaterThan(0);
    expect(beyond.rows(requested)).toEqual([]);
  });

  it("has no losses by item of C-SISA's own scoring, which are not recorded", () => {
    const names = tables.cold.flatMap(({ rows: cold }) => cold as { name: string }[]).map(({ name }) => name);
    expect(names).toContain("C-SISA");
    expect(names).not.toContain("C-SISA (own)");
  });

  it("sets systems side by side: RANKING first, utility, differences and costs by hand", () => {
    expect(tables.systems.map(({ name }) => name)).toEqual([
      "beyond-ranking-synthetic",
      "beyond-paper-synthetic",
    ]);
    const shown = tables.systems[1].rows as Record<string, unknown>[];
    const row = (name: string) => shown.find((one) => one.name === name && one.model === "DMF");
    expect(row("C-SISA")).toMatchObject({
      utility: 0.35,
      difference: expect.closeTo(-0.07, 12),
      behind: expect.closeTo(-0.1, 12),
      "cost rand@5": expect.closeTo(12, 9),
      kept: 2,
    });
    expect(row("EASE")).toMatchObject({ "cost edge@5": expect.closeTo(5, 9), behind: 0 }); // .5 s of 10 s
    expect(row("Retrain, tuned")).toMatchObject({ reference: true, "cost top@5": expect.closeTo(100, 9) });
  });

  it("draws a picture per request and panel, with a point per system and two for sums", () => {
    const { pareto, batches } = beyond.charts(table, view);
    expect(pareto.map(({ name }) => name)).toContain("beyond-pareto-paper-synthetic-edge-5");
    expect(pareto).toHaveLength(2 * REQUESTS.length);
    expect(batches.map(({ name }) => name)).toContain("beyond-batches-ranking-synthetic");
    const [{ chart }] = pareto.filter(({ name }) => name === "beyond-pareto-paper-synthetic-random-user");
    const points = chart.marks.find(({ mark }) => mark === "point")?.rows ?? [];
    expect(points.filter(({ series }) => series === "EASE").map(({ cost }) => cost)).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(5, 9),
    ]);
    expect(points.filter(({ series }) => series === "Retrain")).toHaveLength(1);
  });

  it("says what was chosen, where items are cold, who is in a core, and what to take", () => {
    expect(listOf<NamedTable>(tables).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "beyond-choices-paper-synthetic",
        "beyond-cold-paper-synthetic",
        "beyond-advice",
      ]),
    );
    const chosen = tables.choices[0].rows as Record<string, unknown>[];
    expect(chosen.map((one) => `${one.name}: ${one.chosen}`)).toContain("EASE: defaults");
    const [cores] = tables.cores.filter(({ name }) => name.includes("paper"));
    expect(cores.rows).toEqual([expect.objectContaining({ users: 10, ratings: 10, inside: 50, unseen: 20 })]);
    const advice = tables.advice[0].rows as Record<string, unknown>[];
    expect(advice).toHaveLength(2 * REQUESTS.length);
    expect(advice[0]).toMatchObject({ wanted: "recommendations", take: "EASE", asked: "one random user" });
    expect(advice[0].beside).toMatch(/^(BPR|DMF|LightGCN|NMF)$/);
  });

  it("leaves out what partial rows cannot show", () => {
    const few = table.filter(
      aq.escape((row: (typeof rows)[number]) => row.request === "none" && row.system === "ease"),
    );
    expect(listOf(beyond.charts(few, view))).toEqual([]);
    const left = listOf<NamedTable>(beyond.tables(few, view));
    expect(left.map(({ name }) => name)).not.toContain("beyond-advice");
    for (const { rows: own } of left) expect((own as object[]).length).toBeGreaterThan(0);
  });
});
