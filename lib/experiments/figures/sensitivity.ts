/**
 * A figure of ours: which of the choices that the paper leaves open makes its picture appear. One setting at a time
 * around PAPER, then the few that matter together; the comparisons are LASER against C-SISA, CBKM against BKM and Rand,
 * and the order of the groups.
 */

import { canonicalJson } from "../../json";
import { mean } from "../../metrics/statistics";
import { type Cell, METHOD_NAMES, type SystemCell } from "../cell";
import { type CellRecord, recordsOf } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { systemCells } from "./cells";
import type { Figure } from "./figure";
import { type UtilityRow, utilityRows } from "./utility";

/** Name of a variant and what it changes in PAPER. */
export const VARIANTS: readonly (readonly [name: string, change: Partial<Protocol>])[] = [
  ["PAPER", {}],
  ["batch 1,024", { batchSize: 1024 }],
  ["batch 4,096", { batchSize: 4096 }],
  ["epochs ceil(T/S)", { epochsPerGroup: "divided" }],
  ["init literal", { initialisation: "literal" }],
  ["init unit", { initialisation: "unit" }],
  ["Adam carried on", { optimizer: "carried" }],
  ["most ratings first", { order: "ratingsDescending" }],
  ["fewest ratings first", { order: "ratingsAscending" }],
  ["equal ratings", { balance: "ratings" }],
  ["C-SISA shared start", { cSisaStart: "shared" }],
  ["w over all items", { weights: "overall" }],
  ["skip-gram", { word2vec: "skipgram" }],
  ["SVD embedding", { embedding: "svd" }],
  ["noise embedding", { embedding: "noise" }],
  ["batch 1,024, epochs ceil(T/S)", { batchSize: 1024, epochsPerGroup: "divided" }],
  ["batch 1,024, init unit", { batchSize: 1024, initialisation: "unit" }],
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
  return VARIANTS.flatMap(([, change]) => {
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
  const records = recordsOf(all, "system");
  return VARIANTS.flatMap(([variant, change]) => {
    const wanted = new Set(patterns(profile, change).map(shape));
    return records
      .filter(({ cell }) => wanted.has(shape(cell)))
      .flatMap((record) =>
        utilityRows(record).map((row) => ({ ...row, variant, order: record.cell.protocol.order })),
      );
  });
}

/** The main comparisons under one setting. */
export interface SensitivitySummary {
  readonly model: string;
  readonly variant: string;
  /** Retrain's metric, for the scale */
  readonly retrain: number | null;
  /** differences of means over seeds; null where the variant has no such comparison */
  readonly laserOverSisa: number | null;
  readonly cbkmOverBkm: number | null;
  readonly cbkmOverRand: number | null;
  readonly easyOverHard: number | null;
}

/** One row a model and variant: the main comparisons under that setting. */
export function sensitivityTable(
  profile: Profile,
  records: readonly CellRecord[],
  metric: string,
): SensitivitySummary[] {
  const rows = sensitivityRows(profile, records).filter(
    (row) => row.metric === metric && row.scoring !== "own",
  );
  return profile.models.flatMap((model) =>
    VARIANTS.flatMap(([variant, change]) => {
      const own = rows.filter((row) => row.model === model && row.variant === variant);
      const order = change.order ?? "easyToHard";
      const of = (method: string, wanted: string = order): number | null => {
        const values = own.filter(
          (row) => row.method === method && (!method.startsWith("l-") || row.order === wanted),
        );
        return values.length > 0 ? mean(values.map(({ value }) => value)) : null;
      };
      const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
      if (own.length === 0) return [];
      return [
        {
          model,
          variant,
          retrain: of("retrain"),
          laserOverSisa: minus(of("l-cbkm"), of("c-sisa")),
          cbkmOverBkm: minus(of("l-cbkm"), of("l-bkm")),
          cbkmOverRand: minus(of("l-cbkm"), of("l-rand")),
          easyOverHard: change.order === undefined ? minus(of("l-cbkm"), of("l-cbkm", "hardToEasy")) : null,
        },
      ];
    }),
  );
}

export const sensitivity: Figure<UtilityRow> = {
  id: "sensitivity",
  title: "Which silent setting makes the paper's picture appear",
  paper: "Section 4.2, what it leaves open",
  notebook: "09_claims",
  cells,
  rows: (records) => recordsOf(records, "system").flatMap(utilityRows),
};
