/** Rows of made-up systems and anchors to the tables and pictures of Figures 5, 6, 10 and 11. */

import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { questions } from "../../../lib/questions/questions";
import type { Planned } from "../../../lib/questions/trial";
import type { UtilityRow } from "../../../lib/questions/utility/rows";

const { utility } = questions;
const profile = {
  ...profileNamed("smoke"),
  models: ["dmf"] as const,
  seeds: [0, 1],
  requests: ["rand@5", "rand@2.5"],
};
const LEVEL: Readonly<Record<string, number>> = {
  Retrain: 0.5,
  "C-SISA": 0.4,
  "L-Rand": 0.41,
  "L-BKM": 0.42,
  "L-CBKM": 0.45,
};

const quality = (ndcg: number) => ({ users: 1, ratings: 1, loss: 1, labCode: { ndcg, hr: ndcg / 2 } });
const findings = (utility.trials(profile) as Planned<{ system: string; groups: number }>[]).map(
  (one): Finding => {
    const { system, groups } = one.labels;
    const value = LEVEL[system] - 0.01 * groups + 0.02 * one.trial.seed;
    const systems = {
      metrics: quality(value),
      ...(system === "C-SISA" ? { own: quality(value + 0.1) } : {}),
    };
    const anchors = { random: quality(0.2), itemMean: quality(0.3), oracle: quality(0.7) };
    return { ...one, outcome: system === "" ? anchors : systems, timings: {} };
  },
);
const rows = utility.rows(findings) as UtilityRow[];
const view = { profile, options: utility.options };
const tables = utility.tables(aq.from([...rows]), view);

describe("utility", () => {
  it("shows every number by S, Retrain beside every S, C-SISA by merged scoring", () => {
    const [table] = tables.numbers;
    expect(table).toMatchObject({ name: "utility-synthetic-dmf" });
    const line = (name: string) =>
      (table.rows as Record<string, number | string>[]).find(
        (row) => row.name === name && row.metric === "labCode NDCG@10" && row.after === "learning",
      );
    expect([line("Retrain")?.mean_2, line("Retrain")?.mean_4]).toEqual(
      [0.5, 0.5].map((x) => expect.closeTo(x, 12)),
    );
    expect(line("C-SISA")?.mean_4).toBeCloseTo(0.4 - 0.04 + 0.01, 12);
    expect(line("C-SISA")?.std_4).toBeCloseTo(0.02 / Math.SQRT2, 12);
    expect(table.rows[0].metric).toBe("labCode NDCG@10");
  });

  it("holds every method against Retrain and C-SISA of the same seed, at each S", () => {
    const noisy = rows.map((row) =>
      row.system === "L-BKM" && row.seed === 1 ? { ...row, value: row.value + 0.001 } : row,
    );
    const [table] = utility.tables(aq.from(noisy), view).differences;
    expect(table.name).toBe("utility-differences-synthetic-dmf");
    const of = (name: string) =>
      table.rows.find((row) => row.name === name && row.after === "learning") as Record<string, number>;
    // Retrain has 1 for S, so it is .01 better at S = 1 than what its level says of the others at S = 2
    expect(of("L-BKM").Retrain_2).toBeCloseTo(0.42 - 0.02 - (0.5 - 0.01) + 0.0005, 12);
    for (const S of [2, 4]) expect(of("L-BKM")[`C-SISA_${S}`]).toBeCloseTo(0.0205, 12);
    const half = 12.706205 * (0.001 / Math.SQRT2) * Math.sqrt(1 / 2 + 1 / 9);
    expect(of("L-BKM")["C-SISA_4_half"]).toBeCloseTo(half, 6);
    expect(of("C-SISA")["C-SISA_4"]).toBe(0);
    expect(table.rows.some((row) => row.name === "Retrain")).toBe(false);
  });

  it("says how far between item mean and oracle a system is", () => {
    const [scale] = tables.scale.rows as Record<string, number>[];
    expect(scale.least).toBeCloseTo(0.3, 12);
    expect(scale["L-CBKM"]).toBeCloseTo((100 * (0.45 - 0.04 + 0.01 - 0.3)) / 0.4, 9);
    expect(scale["C-SISA"]).toBeCloseTo((100 * (0.4 - 0.04 + 0.01 - 0.3)) / 0.4, 9);
  });

  it("has C-SISA by both scorings, and the anchors", () => {
    const joined = tables.scoring.rows as Record<string, number | string>[];
    const at = (scoring: string) =>
      joined.find((row) => row.scoring === scoring && row.metric === "labCode NDCG@10")?.mean_2 as number;
    expect(at("own") - at("merged")).toBeCloseTo(0.1, 12);
    const [ndcg, ...others] = tables.anchors.rows as Record<string, number | string>[];
    expect(others.map(({ metric }) => metric)).toEqual(["labCode HR@10"]);
    expect(tables.anchors.columns.slice(2).map(({ key }) => ndcg[key])).toEqual(
      [0.2, 0.3, 0.7].map((value) => expect.closeTo(value, 12)), // random, item mean, oracle
    );
  });

  it("draws the requests of Figures 5 and 6 first, the others apart, and nothing that was not run", () => {
    const names = (some: readonly UtilityRow[]) => {
      const { figures, others } = utility.charts(aq.from([...some]), view);
      return [figures, others].map((list) => list.map(({ name }) => name));
    };
    expect(names(rows)).toEqual([["utility-synthetic"], ["utility-synthetic-others"]]);
    expect(names(rows.filter(({ request }) => request === "none"))).toEqual([["utility-synthetic"], []]);
    const [{ chart, caption }] = utility.charts(aq.from([...rows]), view).figures;
    expect(caption).toMatch(
      /^synthetic \(generated\), after learning and after forgetting 5 % of the users at random /,
    );
    const columns = new Set(chart.marks.at(-1)?.rows.map(({ after }) => after));
    expect(columns).toEqual(new Set(["after learning", "after forgetting 5 % at random"]));
  });

  it("gives the number of a figure to the paper's data alone", () => {
    const captions = ["ml-1m", "amazon-music", "ml-100k"].map((dataset) => {
      const own = rows.map((row) => ({ ...row, dataset }));
      return utility.charts(aq.from(own), view).figures[0].caption;
    });
    expect(captions.map((caption) => caption.split(", after")[0])).toEqual([
      "Figure 5: MovieLens 1M",
      "Like Figure 6, on another Amazon data set: Amazon Music",
      "MovieLens 100K",
    ]);
  });

  it("draws Retrain alone as lines over every S that is planned", () => {
    const alone = rows.filter(({ system }) => system === "Retrain");
    const [{ chart }] = utility.charts(aq.from([...alone]), view).figures;
    const line = chart.marks.find(({ mark }) => mark === "line")?.rows as { groups: number }[];
    expect(new Set(line.map(({ groups }) => groups))).toEqual(new Set(profile.groups));
  });
});
