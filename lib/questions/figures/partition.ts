/** Figures 9 and 12 and Eq. 7-11: sizes, work and cohesion of the groups that each grouping makes. */

import type { PartitionCell } from "../cell";
import { recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import type { Figure } from "./figure";

export const GROUPINGS = ["rand", "kmeans-ratings", "kmeans-embedding", "bkm", "cbkm"] as const;

export interface PartitionRow {
  readonly dataset: string;
  readonly grouping: PartitionCell["grouping"];
  readonly groups: number;
  readonly seed: number;
  /** place in training order, from 0 */
  readonly place: number;
  readonly users: number;
  readonly ratings: number;
  readonly rhoEmbedding: number;
  readonly rhoRatings: number;
}

/** Figures 9 and 12, Equations 7-11: sizes, work and cohesion of the groups. */
export const partition: Figure<PartitionRow> = {
  id: "partition",
  title: "Sizes and cohesion of groups",
  paper: "Figures 9 and 12, Equations 7-11",
  notebook: "03_balanced_grouping",
  cells: (profile) =>
    profile.datasets.flatMap((dataset) =>
      profile.seeds.flatMap((seed) =>
        GROUPINGS.flatMap((grouping) =>
          profile.groups.map((groups) => ({
            kind: "partition" as const,
            dataset,
            protocol: profileProtocol(profile, dataset),
            grouping,
            groups,
            seed,
          })),
        ),
      ),
    ),
  rows: (records) =>
    recordsOf(records, "partition").flatMap(({ trial: cell, outcome }) =>
      outcome.users.map((users, place) => ({
        dataset: cell.dataset,
        grouping: cell.grouping,
        groups: cell.groups,
        seed: cell.seed,
        place,
        users,
        ratings: outcome.ratings[place],
        rhoEmbedding: outcome.rhoEmbedding[place],
        rhoRatings: outcome.rhoRatings[place],
      })),
    ),
};
