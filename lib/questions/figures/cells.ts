/** Building blocks of the figures' cell lists: products over data sets, models, methods, S, requests and seeds. */

import type { ModelName } from "../../model/spec";
import type { MethodName, SystemCell } from "../cell";
import type { Profile } from "../profile";
import type { Protocol } from "../protocol";

export interface SystemSweep {
  readonly dataset: string;
  readonly protocol: Protocol;
  readonly models: readonly ModelName[];
  readonly methods: readonly MethodName[];
  readonly groups: readonly number[];
  readonly requests: readonly string[];
  readonly seeds: readonly number[];
}

/** One cell for each combination; Retrain knows no S and appears once with S = 1. */
export function systemCells(sweep: SystemSweep): SystemCell[] {
  const cells: SystemCell[] = [];
  for (const seed of sweep.seeds)
    for (const model of sweep.models)
      for (const method of sweep.methods)
        for (const groups of method === "retrain" ? [1] : sweep.groups)
          for (const request of sweep.requests)
            cells.push({
              kind: "system",
              dataset: sweep.dataset,
              protocol: withoutUnused(sweep.protocol, method),
              model,
              method,
              groups,
              seed,
              request,
            });
  return cells;
}

/**
 * The protocol with the fields that this method does not read set to the paper's value, so that, say, Retrain under
 * another group order is the same cell, computed once.
 */
export function withoutUnused(protocol: Protocol, method: MethodName): Protocol {
  const reads = READS[method];
  const neutral: Partial<Record<keyof Protocol, unknown>> = {};
  for (const field of Object.keys(GROUPING_FIELDS) as (keyof typeof GROUPING_FIELDS)[])
    if (!reads.includes(field)) neutral[field] = GROUPING_FIELDS[field];
  return Object.freeze({ ...protocol, ...neutral } as Protocol);
}

/** Fields that only some methods read, with the paper's value of each. */
const GROUPING_FIELDS = {
  order: "easyToHard",
  balance: "users",
  assignment: "greedy",
  embedding: "collaborative",
  weights: "shared",
  word2vec: "cbow",
  cSisaStart: "independent",
  epochsPerGroup: "all",
  optimizer: "new",
} as const satisfies Partial<Protocol>;

type GroupingField = keyof typeof GROUPING_FIELDS;

const SEQUENTIAL: readonly GroupingField[] = ["order", "epochsPerGroup", "optimizer", "balance"];
const READS: Readonly<Record<MethodName, readonly GroupingField[]>> = {
  retrain: [],
  "c-sisa": ["cSisaStart", "balance", "epochsPerGroup"],
  // the order needs cohesion in the space of the collaborative embedding, so every LASER variant reads that too
  "l-rand": [...SEQUENTIAL, "embedding", "weights", "word2vec"],
  "l-bkm": [...SEQUENTIAL, "assignment", "embedding", "weights", "word2vec"],
  "l-cbkm": [...SEQUENTIAL, "assignment", "embedding", "weights", "word2vec"],
};

/** "none" and the profile's requests: the learning process and the unlearning process. */
export const allRequests = (profile: Profile): readonly string[] => ["none", ...profile.requests];
