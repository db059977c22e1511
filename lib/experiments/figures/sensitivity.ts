/**
 * A figure of ours: which of the choices that the paper leaves open makes its picture appear. One setting at a time
 * around PAPER, then the few that matter together; the comparisons are LASER against C-SISA, CBKM against BKM and Rand,
 * and the order of the groups.
 */

import type { Cell } from "../cell";
import { recordsOf, type SystemRecord } from "../outcome";
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
      methods: ["retrain", "c-sisa", "l-rand", "l-bkm", "l-cbkm"],
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

/** Whether a record's protocol is this variant's, in the fields that its method reads. */
function belongs(record: SystemRecord, wanted: readonly SystemRecord["cell"][]): boolean {
  return wanted.some(
    (cell) =>
      cell.method === record.cell.method &&
      (Object.keys(cell.protocol) as (keyof Protocol)[]).every(
        (field) => cell.protocol[field] === record.cell.protocol[field],
      ),
  );
}

export const sensitivity: Figure<SensitivityRow> & {
  rowsFor(profile: Profile, records: readonly SystemRecord[]): SensitivityRow[];
} = {
  id: "sensitivity",
  title: "Which silent setting makes the paper's picture appear",
  paper: "Section 4.2, what it leaves open",
  notebook: "09_claims",
  cells,
  rows: (records) =>
    recordsOf(records, "system").flatMap((record) =>
      utilityRows(record).map((row) => ({ ...row, variant: "", order: record.cell.protocol.order })),
    ),
  rowsFor(profile, records) {
    const dataset = profile.datasets[0];
    return VARIANTS.flatMap(([variant, change]) => {
      const protocol = variantProtocol(profile, dataset, change);
      const sweep = { dataset, models: profile.models, groups: [profile.ablationGroups], requests: ["none"] };
      const methods = ["retrain", "c-sisa", "l-rand", "l-bkm", "l-cbkm"] as const;
      const wanted = [
        ...systemCells({ ...sweep, protocol, methods, seeds: [0] }),
        ...systemCells({
          ...sweep,
          protocol: { ...protocol, order: "hardToEasy" },
          methods: ["l-cbkm"],
          seeds: [0],
        }),
      ];
      return records
        .filter((record) => record.cell.dataset === dataset && record.cell.request === "none")
        .filter((record) => record.cell.groups === 1 || record.cell.groups === profile.ablationGroups)
        .filter((record) => belongs(record, wanted))
        .flatMap((record) =>
          utilityRows(record).map((row) => ({ ...row, variant, order: record.cell.protocol.order })),
        );
    });
  },
};
