/** Figures 9 and 12 and Eq. 7-11: sizes, work and cohesion of the groups that each grouping makes. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { log } from "../../numeric";
import { dataOf } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import { type Finding, question, type View } from "../question";
import { runOf } from "../shown";
import type { Planned } from "../trial";
import { cohesionTable, figure9, figure9Everywhere, figure12, sizeTable, workChart } from "./charts";
import { C10, C11, C12 } from "./claims";
import { expectedCosts } from "./expectedCosts";
import { type GroupingSummary, groupingSummaries } from "./groupings";
import { type PartitionOutcome, type PartitionSettings, partitionJob } from "./job";
import { type Labels, type PartitionRow, partitionRows } from "./rows";

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

/** One row per partition, from one row per group. */
const partitionsOf = (rows: ColumnTable): ColumnTable =>
  aq.from(groupingSummaries(rows.objects() as PartitionRow[])).derive({
    logWork: aq.escape(({ workRatio }: GroupingSummary) => log(workRatio)),
    logSizes: aq.escape(({ sizeRatio }: GroupingSummary) => log(sizeRatio)),
  });

/** The rows of the first data set. */
function firstOf(rows: ColumnTable): ColumnTable {
  const [first] = rows.array("dataset") as string[];
  return rows.filter(aq.escape(({ dataset }: PartitionRow) => dataset === first));
}

export interface Options {
  /** requests in a simulated stream, beside Eq. 7 */
  readonly requests: number;
}

/** Figures 9 and 12, Equations 7-11: sizes, work and cohesion of the groups. */
export const partition = question({
  id: "partition",
  title: "Sizes and cohesion of groups",
  paper: "Figures 9 and 12, Equations 7-11",
  notebook: "03_balanced_grouping",
  jobs: [partitionJob],
  options: { requests: 20_000 },
  trials,
  rows: (findings: readonly Finding<PartitionOutcome, Labels>[]) => findings.flatMap(partitionRows),
  tables(rows, { options }: View<Options>) {
    const partitions = partitionsOf(rows);
    return {
      sizes: sizeTable(partitions),
      cohesion: cohesionTable(partitions),
      cost: { ...expectedCosts(partitions, options.requests), run: runOf(firstOf(rows)) },
    };
  },
  charts(rows) {
    const partitions = partitionsOf(rows);
    return {
      sizes: figure9(partitions),
      everySize: figure9Everywhere(partitions),
      cohesion: figure12(partitions),
      work: workChart(partitions),
    };
  },
  claims: [C10, C11, C12],
});
