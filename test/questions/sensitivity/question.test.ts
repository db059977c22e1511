/** The question "sensitivity": from findings to its rows, tables and chart, with made-up numbers. */

import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../lib/json";
import { answerOf } from "../../../lib/questions/answer";
import { profileNamed } from "../../../lib/questions/profile";
import type { Finding } from "../../../lib/questions/question";
import { sensitivity } from "../../../lib/questions/sensitivity/question";
import { CHOICES, VARIANTS } from "../../../lib/questions/sensitivity/variants";
import { seedInterval } from "../../../lib/questions/summary";
import type { SystemOutcome } from "../../../lib/questions/system/outcome";
import type { Planned } from "../../../lib/questions/trial";

const profile = profileNamed("smoke");
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

/** What a made-up system scores: by method, order, batch size and what version 1 did, and a little by seed. */
function worth({ trial: { system, seed, evaluation }, labels }: Planned<Labels>): number {
  const ties = evaluation?.labCodeTies === "listed" ? 0.012 : 0;
  const rho = system?.settings.cohesionSpace === "embedding" && labels.system === "L-BKM" ? 0.04 : 0;
  const order = system?.settings.order === "hardToEasy" ? 0.02 : 0;
  const batch = system?.settings.batchSize === 1024 && labels.system === "C-SISA" ? 0.1 : 0;
  return (
    WORTH[labels.system] -
    ties -
    rho +
    order +
    batch +
    (labels.system === "L-CBKM" ? 0.001 * seed * seed : 0.01 * seed)
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
const answerOn = (some: readonly Finding[]) => answerOf(sensitivity, some, profile);
const answer = answerOn(findings);
type Cells = Readonly<Record<string, string | number | null>>;
const [table, choices, corrections, turns] = (
  ["differences", "choices", "corrections", "turns"] as const
).map((name) => answer.tables[name][0].rows as unknown as readonly Cells[]);
const row = (variant: string, model = "dmf") =>
  table.find((one) => one.variant === variant && one.model === model) as Cells;

describe("the differences", () => {
  it("have a row for every variant and model, with as many seeds as were run", () => {
    expect(table).toHaveLength(profile.models.length * VARIANTS.length);
    expect(new Set(table.map(({ seeds }) => seeds))).toEqual(new Set([3]));
  });

  it("are means paired by seed, with half their interval", () => {
    const differences = [0, 1, 2].map((seed) => 0.06 + 0.001 * seed * seed - 0.01 * seed);
    const { low, high } = seedInterval(differences) as { low: number; high: number };
    expect(row("PAPER").laserOverSisa).toBeCloseTo((low + high) / 2, 12);
    expect(row("PAPER").laserOverSisaHalf).toBeCloseTo((high - low) / 2, 12);
    expect(row("PAPER").retrain).toBeCloseTo(0.51, 12);
    expect(row("PAPER").easyOverHard).toBeCloseTo(-0.02, 12);
    expect(row("PAPER").bkmOverRand).toBeCloseTo(0.02, 12);
  });

  it("tell the settings apart: a small batch, C-SISA's own scoring, an order without a reverse", () => {
    const paper = row("PAPER").laserOverSisa as number;
    expect(row("batch 1,024").laserOverSisa).toBeCloseTo(paper - 0.1, 12);
    expect(row("C-SISA own scoring").laserOverSisa).toBeCloseTo(paper - 0.05, 12);
    expect(row("C-SISA own scoring").cbkmOverBkm).toBe(row("PAPER").cbkmOverBkm);
    expect(row("most ratings first").easyOverHard).toBeNull();
  });

  it("share the trials of systems that do not read what a variant changes", () => {
    const text = (variant: string, system: string) =>
      planned
        .filter(({ labels }) => labels.variant === variant && labels.system === system)
        .map(({ trial }) => canonicalJson(trial));
    expect(text("SVD embedding", "Retrain")).toEqual(text("PAPER", "Retrain"));
    expect(text("SVD embedding", "L-BKM")).toEqual(text("PAPER", "L-BKM"));
    expect(text("SVD embedding", "L-CBKM")).not.toEqual(text("PAPER", "L-CBKM"));
    expect(text("Adam carried on", "C-SISA")).toEqual(text("PAPER", "C-SISA"));
    expect(text("C-SISA shared start", "L-CBKM")).toEqual(text("PAPER", "L-CBKM"));
    expect(text("rho in the embedding", "Retrain")).toEqual(text("PAPER", "Retrain"));
    expect(text("rho in the embedding", "L-BKM")).not.toEqual(text("PAPER", "L-BKM"));
  });

  it("leave out what has no record of its own, and are no table without rows", () => {
    const some = findings.filter(({ trial }) => trial.system?.settings.embedding !== "noise");
    const [left] = answerOn(some).tables.differences;
    const variants = (left.rows as unknown as readonly Cells[]).map(({ variant }) => variant);
    expect(variants).not.toContain("noise embedding");
    expect(variants).toContain("SVD embedding");
    const other = answerOf(sensitivity, findings, profile, { metric: "fullRank NDCG@10" });
    for (const one of [...Object.values(other.tables), ...Object.values(other.charts)])
      expect(one).toEqual([]);
  });
});

describe("the page of choices", () => {
  const choice = (alternative: string) => choices.find((one) => one.alternative === alternative) as Cells;

  it("has a row for each alternative that was run, and one for a setting without", () => {
    const named = CHOICES.flatMap(({ variants }) => variants);
    expect([...named].sort()).toEqual(
      VARIANTS.map(({ name }) => name)
        .filter((name) => name !== "PAPER")
        .sort(),
    );
    expect(choices).toHaveLength(
      CHOICES.flatMap(({ variants }) => (variants.length > 0 ? variants : [""])).length,
    );
    expect(choices.find(({ setting }) => setting === "negatives")).toMatchObject({
      alternative: "none here",
      laserOverSisa: "–",
    });
  });

  it("says what an alternative does to each comparison", () => {
    // the interval of .05 to .06 is above 0; C-SISA gains .1 by a small batch
    expect(choice("batch 1,024").laserOverSisa).toBe("above → below");
    expect(choice("C-SISA own scoring").cbkmOverBkm).toBe("–");
    expect(choice("rho in the embedding").cbkmOverBkm).toBe("open → above");
    expect(choice("rho in the embedding").bkmOverRand).toBe("above → below");
  });

  it("lists the settings that decide a comparison", () => {
    const line = turns.find(({ compared, panel }) => compared === "BKM − Rand" && panel === "DMF");
    expect(line).toMatchObject({ claim: "C6", below: "rho in the embedding", open: 0 });
    const sisa = turns.find(({ compared, panel }) => compared === "L-CBKM − C-SISA" && panel === "DMF");
    expect(sisa?.below).toContain("batch 1,024");
    expect(sisa?.below).not.toContain("SVD embedding");
  });

  it("sets what version 2 corrected beside version 1", () => {
    const of = (what: string) =>
      corrections.filter((one) => String(one.what).startsWith(what) && one.panel === "DMF");
    const rho = of("space of rho");
    expect(rho.map(({ name }) => name)).toEqual(["L-BKM", "CBKM − BKM", "BKM − Rand"]);
    expect(rho[0].what).toBe(rho[1].what);
    expect(answer.tables.corrections[0].columns?.[0]).toMatchObject({ key: "what", once: true });
    expect(rho[0].old).toBeCloseTo(0.4, 12);
    expect(rho[0].difference).toBeCloseTo(0.04, 12);
    const ties = of("labCode").map(({ name, difference }) => [name, difference]);
    expect(ties.slice(0, 2)).toEqual([
      ["Retrain", expect.closeTo(0.012, 12)],
      ["C-SISA", expect.closeTo(0.012, 12)],
    ]);
  });

  it("has a map with a cell for each difference", () => {
    const [{ name, chart }] = answer.charts.map;
    expect(name).toBe("sensitivity-map");
    const [cells] = chart.marks;
    expect(cells.rows).toHaveLength(
      table.flatMap((one) => Object.keys(one).filter((key) => `${key}Half` in one && one[key] !== null))
        .length,
    );
  });
});
