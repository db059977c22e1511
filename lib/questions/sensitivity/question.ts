/**
 * A question of ours: which settings, open in the paper or against it, make its picture appear. One setting at a time
 * around PAPER, then the few that matter together; the comparisons are LASER against C-SISA, CBKM against BKM and Rand,
 * and the order of the groups.
 */

import { mean } from "../../statistics/statistics";
import { SYSTEM_NAMES, type SystemLabels, systemTrials } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { type Finding, question } from "../question";
import { seedDifference } from "../summary";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { type SystemRow, systemRows } from "../system/rows";
import type { Planned } from "../trial";

interface Variant {
  readonly name: string;
  /** what it changes in PAPER */
  readonly change: Partial<Protocol>;
  /** how C-SISA's shards are joined; default `merged` */
  readonly scoring?: "own";
}

export const VARIANTS: readonly Variant[] = [
  { name: "PAPER", change: {} },
  { name: "batch 1,024", change: { batchSize: 1024 } },
  { name: "batch 4,096", change: { batchSize: 4096 } },
  { name: "epochs ceil(T/S)", change: { epochsPerGroup: "divided" } },
  { name: "init literal", change: { initialisation: "literal" } },
  { name: "init unit", change: { initialisation: "unit" } },
  { name: "Adam carried on", change: { optimizer: "carried" } },
  { name: "most ratings first", change: { order: "ratingsDescending" } },
  { name: "fewest ratings first", change: { order: "ratingsAscending" } },
  { name: "equal ratings", change: { balance: "ratings" } },
  { name: "C-SISA own scoring", change: {}, scoring: "own" },
  { name: "C-SISA shared start", change: { start: "shared" } },
  { name: "C-SISA shared start, own scoring", change: { start: "shared" }, scoring: "own" },
  { name: "w over all items", change: { weights: "overall" } },
  { name: "skip-gram", change: { word2vec: "skipgram" } },
  { name: "SVD embedding", change: { embedding: "svd" } },
  { name: "noise embedding", change: { embedding: "noise" } },
  {
    name: "batch 1,024, epochs ceil(T/S)",
    change: { batchSize: 1024, epochsPerGroup: "divided" },
  },
  { name: "batch 1,024, init unit", change: { batchSize: 1024, initialisation: "unit" } },
];

const SEEDS = 3;

interface Labels extends SystemLabels {
  readonly variant: string;
  readonly order: string;
}

export interface SensitivityRow extends SystemRow {
  readonly variant: string;
  readonly order: string;
}

/** Trials of every variant: a system that does not read the changed setting is one trial of several variants. */
const trials = (profile: Profile): Planned<Labels>[] =>
  VARIANTS.flatMap(({ name: variant, change }) => {
    const dataset = profile.datasets[0];
    const protocol = profileProtocol(profile, dataset, "PAPER", change);
    const sweep = (one: Protocol, systems: typeof SYSTEM_NAMES | readonly ["L-CBKM"]) =>
      systemTrials({
        dataset,
        protocol: one,
        models: profile.models,
        systems,
        groups: [profile.ablationGroups],
        requests: ["none"],
        seeds: profile.seeds.slice(0, SEEDS),
      }).map(({ trial, labels }) => ({ trial, labels: { ...labels, variant, order: one.order } }));
    const reversed = { ...protocol, order: "hardToEasy" as const };
    // an order by ratings has no reverse here
    return [...sweep(protocol, SYSTEM_NAMES), ...(change.order ? [] : sweep(reversed, ["L-CBKM"]))];
  });

function sensitivityRows(finding: Finding<SystemOutcome, Labels>): SensitivityRow[] {
  const { variant, order } = finding.labels;
  const { scoring = "merged" } = VARIANTS.find(({ name }) => name === variant) ?? {};
  return systemRows(finding)
    .filter((row) => row.scoring === "model" || row.scoring === scoring)
    .map((row) => ({ ...row, variant, order }));
}

/** The main comparisons under each setting. */
export const sensitivity = question({
  id: "sensitivity",
  title: "Which setting makes the paper's picture appear",
  paper: "around Section 4.2",
  notebook: "09_claims",
  jobs: [system],
  trials,
  rows: (findings: readonly Finding<SystemOutcome, Labels>[]) => findings.flatMap(sensitivityRows),
});

/** The comparisons, each a mean difference over seeds with half the width of its 95 % interval (paired by seed). */
export const SENSITIVITY_COMPARISONS = [
  { key: "laserOverSisa", half: "laserOverSisaHalf", label: "L-CBKM − C-SISA", minus: "C-SISA" },
  { key: "cbkmOverBkm", half: "cbkmOverBkmHalf", label: "CBKM − BKM", minus: "L-BKM" },
  { key: "cbkmOverRand", half: "cbkmOverRandHalf", label: "CBKM − Rand", minus: "L-Rand" },
  { key: "easyOverHard", half: "easyOverHardHalf", label: "easy − hard", minus: "hardToEasy" },
] as const;

type ComparisonKey = (typeof SENSITIVITY_COMPARISONS)[number]["key"];

/** The main comparisons under one setting. */
export type SensitivitySummary = {
  readonly model: string;
  readonly variant: string;
  /** Retrain's metric, for the scale */
  readonly retrain: number | null;
  readonly seeds: number;
} & {
  /** null where the variant has no such comparison; half of it also with a single seed */
  readonly [key in ComparisonKey | `${ComparisonKey}Half`]: number | null;
};

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** One row per model and variant: the main comparisons under that setting. */
export function sensitivityTable(all: readonly SensitivityRow[], metric: string): SensitivitySummary[] {
  const rows = all.filter((row) => row.metric === metric);
  return [...new Set(rows.map(({ model }) => model))].flatMap((model) =>
    VARIANTS.flatMap(({ name: variant, change }) => {
      const own = rows.filter((row) => row.model === model && row.variant === variant);
      const order = change.order ?? "easyToHard";
      /** By seed. `hardToEasy` is L-CBKM in that order. */
      const of = (name: string): SensitivityRow[] => {
        const [wanted, inOrder] = name === "hardToEasy" ? ["L-CBKM", name] : [name, order];
        return own.filter(
          (row) => row.system === wanted && (!wanted.startsWith("L-") || row.order === inOrder),
        );
      };
      const [retrain, laser] = [of("Retrain").map(({ value }) => value), of("L-CBKM")];
      if (laser.length === 0) return []; // no record of its own yet: what it shares with PAPER would show as its result
      const compared = SENSITIVITY_COMPARISONS.flatMap(({ key, half: halfKey, minus }) => {
        const { difference, half } = seedDifference(laser, of(minus));
        return [[key, known(difference)] as const, [halfKey, known(half)] as const];
      });
      return [
        {
          model,
          variant,
          retrain: retrain.length > 0 ? mean(retrain) : null,
          seeds: laser.length,
          ...(Object.fromEntries(compared) as Record<(typeof compared)[number][0], number | null>),
        } as SensitivitySummary,
      ];
    }),
  );
}
