/** Goal G1: the weights after an erasure against those of a fresh run without the erased users, bit for bit. */

import { METHOD_NAMES, type MethodName } from "../cell";
import { recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import { systemCells } from "./cells";
import type { Figure } from "./figure";

export interface ExactnessRow {
  readonly dataset: string;
  readonly model: string;
  readonly method: MethodName;
  readonly groups: number;
  readonly request: string;
  readonly seed: number;
  readonly identical: boolean;
  readonly parameters: number;
  readonly differing: number;
  readonly differingBefore: number;
}

/** Goal G1: unlearned weights against those of a fresh run, bit by bit. */
export const exactness: Figure<ExactnessRow> = {
  id: "exactness",
  title: "Unlearned weights against a fresh run",
  paper: "Goal G1 (Section 2.2)",
  notebook: "08_completeness",
  cells: (profile) =>
    profile.datasets.flatMap((dataset) =>
      systemCells({
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: profile.models,
        methods: METHOD_NAMES,
        groups: [profile.ablationGroups],
        requests: ["rand@5", "top@5", "last-group@5"],
        seeds: profile.seeds.slice(0, 1),
      }).map((cell) => ({ ...cell, kind: "exactness" as const })),
    ),
  rows: (records) =>
    recordsOf(records, "exactness").map(({ trial: cell, outcome }) => ({
      dataset: cell.dataset,
      model: cell.model,
      method: cell.method,
      groups: cell.groups,
      request: cell.request,
      seed: cell.seed,
      ...outcome,
    })),
};
