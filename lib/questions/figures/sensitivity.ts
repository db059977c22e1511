/**
 * A figure of ours: which settings, open in the paper or against it, make its picture appear. One setting at a time
 * around PAPER, then the few that matter together; the comparisons are LASER against C-SISA, CBKM against BKM and Rand,
 * and the order of the groups.
 */

import { canonicalJson } from "../../json";
import { mean } from "../../statistics/statistics";
import { type Cell, METHOD_NAMES, type SystemCell } from "../cell";
import { type CellRecord, recordsOf } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { seedDifference } from "../summary";
import { systemCells } from "./cells";
import type { Figure } from "./figure";
import { type UtilityRow, utilityRows } from "./utility";

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
  { name: "C-SISA shared start", change: { cSisaStart: "shared" } },
  { name: "C-SISA shared start, own scoring", change: { cSisaStart: "shared" }, scoring: "own" },
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

const SENSITIVITY_SEEDS = 3;

export interface SensitivityRow extends UtilityRow {
  readonly variant: string;
  readonly order: string;
}

function variantProtocol(profile: Profile, dataset: string, change: Partial<Protocol>): Protocol {
  return profileProtocol(profile, dataset, "PAPER", change);
}

function cells(profile: Profile): Cell[] {
  const dataset = profile.datasets[0];
  const common = { dataset, models: profile.models, requests: ["none"], groups: [profile.ablationGroups] };
  const seeds = profile.seeds.slice(0, SENSITIVITY_SEEDS);
  return VARIANTS.flatMap(({ change }) => {
    const protocol = variantProtocol(profile, dataset, change);
    const main = systemCells({
      ...common,
      protocol,
      methods: METHOD_NAMES,
      seeds,
    });
    const reversed = systemCells({
      ...common,
      protocol: { ...protocol, order: "hardToEasy" },
      methods: ["l-cbkm"],
      seeds,
    });
    return [...main, ...(change.order === undefined ? reversed : [])];
  });
}

/** Cells of one variant with one seed, whatever the seed: what a record of the variant looks like. */
function patterns(profile: Profile, change: Partial<Protocol>): SystemCell[] {
  const dataset = profile.datasets[0];
  const protocol = variantProtocol(profile, dataset, change);
  const sweep = {
    dataset,
    models: profile.models,
    groups: [profile.ablationGroups],
    requests: ["none"],
    seeds: [0],
  };
  return [
    ...systemCells({ ...sweep, protocol, methods: METHOD_NAMES }),
    ...systemCells({ ...sweep, protocol: { ...protocol, order: "hardToEasy" }, methods: ["l-cbkm"] }),
  ];
}

/** Rows of every variant. A record whose method does not read the changed setting belongs to several variants. */
export function sensitivityRows(profile: Profile, all: readonly CellRecord[]): SensitivityRow[] {
  const shape = (cell: SystemCell) => canonicalJson({ ...cell, seed: undefined });
  // a list of records by cells names one as often as variants share it
  const records = [...new Map(recordsOf(all, "system").map((record) => [record.key, record])).values()];
  return VARIANTS.flatMap(({ name: variant, change, scoring = "merged" }) => {
    const wanted = new Set(patterns(profile, change).map(shape));
    return records
      .filter(({ trial: cell }) => wanted.has(shape(cell)))
      .flatMap((record) =>
        utilityRows(record)
          .filter((row) => row.scoring === "model" || row.scoring === scoring)
          .map((row) => ({ ...row, variant, order: record.trial.protocol.order })),
      );
  });
}

/** The comparisons, each a mean difference over seeds with half the width of its 95 % interval (paired by seed). */
export const SENSITIVITY_COMPARISONS = [
  { key: "laserOverSisa", half: "laserOverSisaHalf", label: "L-CBKM − C-SISA", minus: "c-sisa" },
  { key: "cbkmOverBkm", half: "cbkmOverBkmHalf", label: "CBKM − BKM", minus: "l-bkm" },
  { key: "cbkmOverRand", half: "cbkmOverRandHalf", label: "CBKM − Rand", minus: "l-rand" },
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

/** One row a model and variant: the main comparisons under that setting. */
export function sensitivityTable(
  profile: Profile,
  records: readonly CellRecord[],
  metric: string,
): SensitivitySummary[] {
  const rows = sensitivityRows(profile, records).filter((row) => row.metric === metric);
  return profile.models.flatMap((model) =>
    VARIANTS.flatMap(({ name: variant, change }) => {
      const own = rows.filter((row) => row.model === model && row.variant === variant);
      const order = change.order ?? "easyToHard";
      /** By seed. `hardToEasy` is L-CBKM in that order. */
      const of = (name: string): SensitivityRow[] => {
        const [method, wanted] = name === "hardToEasy" ? ["l-cbkm", name] : [name, order];
        return own.filter(
          (row) => row.method === method && (!method.startsWith("l-") || row.order === wanted),
        );
      };
      const [retrain, laser] = [of("retrain").map(({ value }) => value), of("l-cbkm")];
      if (laser.length === 0) return []; // no record of its own yet: what it shares with PAPER would show as its result
      const compared = SENSITIVITY_COMPARISONS.flatMap(({ key, half: halfKey, minus }) => {
        // an order by ratings has no reverse here
        const other = minus === "hardToEasy" && change.order !== undefined ? [] : of(minus);
        const { difference, half } = seedDifference(laser, other);
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

/** The main comparisons under each setting. */
export const sensitivity: Figure<UtilityRow> = {
  id: "sensitivity",
  title: "Which setting makes the paper's picture appear",
  paper: "around Section 4.2",
  notebook: "09_claims",
  cells,
  rows: (records) => recordsOf(records, "system").flatMap(utilityRows),
};
