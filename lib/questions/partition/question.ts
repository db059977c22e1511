/** Figures 9 and 12 and Eq. 7-11: sizes, work and cohesion of the groups that each grouping makes. */

import { dataOf } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import type { Planned } from "../trial";
import { C10, C11, C12 } from "./claims";
import { type PartitionOutcome, type PartitionSettings, partitionJob } from "./job";
import { type Labels, partitionRows } from "./rows";

/** The groupings of Figures 9 and 12. */
const GROUPINGS: Readonly<Record<string, Pick<PartitionSettings, "grouping" | "balance">>> = {
  Rand: { grouping: "rand", balance: "users" },
  "k-means, rating rows": { grouping: "bkm", balance: "none" },
  "k-means, embedding": { grouping: "cbkm", balance: "none" },
  BKM: { grouping: "bkm", balance: "users" },
  CBKM: { grouping: "cbkm", balance: "users" },
};

function trials(profile: Profile): Planned<Labels>[] {
  return profile.datasets.flatMap((dataset) => {
    const protocol = profileProtocol(profile, dataset);
    const { embedding, weights, word2vec } = protocol;
    return profile.seeds.flatMap((seed) =>
      Object.entries(GROUPINGS).flatMap(([name, how]) =>
        profile.groups.map((groups) => ({
          trial: {
            job: partitionJob.name,
            dataset,
            data: dataOf(protocol),
            settings: { ...how, groups, embedding, weights, word2vec },
            seed,
          },
          labels: { name, groups, balance: how.balance },
        })),
      ),
    );
  });
}

/** Figures 9 and 12, Equations 7-11: sizes, work and cohesion of the groups. */
export const partition = question({
  id: "partition",
  title: "Sizes and cohesion of groups",
  paper: "Figures 9 and 12, Equations 7-11",
  notebook: "03_balanced_grouping",
  jobs: [partitionJob],
  trials,
  rows: (findings: readonly Finding<PartitionOutcome, Labels>[]) => findings.flatMap(partitionRows),
  claims: [C10, C11, C12],
});
