/** C8 (order of the groups), C9 and C13 (cohesion as difficulty), C10 and C11 (what the groupings are like). */

import { spearman } from "../../statistics/correlation";
import { mean } from "../../statistics/statistics";
import { theoremOne } from "../figures/cohesion";
import { type SeqTrainRow, seqtrain } from "../figures/seqtrain";
import { type PartitionRecord, recordsOf } from "../outcome";
import { isPaperProtocol, type Protocol } from "../protocol";
import { seedDifferences } from "../summary";
import { type Claim, grouped } from "./verdict";

const METRICS = ["labCode NDCG@10", "labCode HR@10"];

export const C8: Claim = {
  id: "C8",
  place: "Figure 7",
  statement: "Easy-to-hard order beats hard-to-easy in all cases (S = 8, K = 5)",
  rule: "reproduced if the difference is above 0 with its whole interval in every case",
  effect: "labCode metric of easy-to-hard minus hard-to-easy",
  needs: 1,
  compare: (records, profile) => {
    const paper = records.filter(
      ({ trial: cell }) =>
        cell.kind === "system" &&
        cell.groups === profile.ablationGroups &&
        isPaperProtocol(
          { ...cell.protocol, order: "easyToHard" } as Protocol,
          cell.dataset,
          profile.overrides,
        ),
    );
    const rows = (seqtrain.rows(paper) as SeqTrainRow[]).filter(
      ({ metric, request }) => METRICS.includes(metric) && ["none", "rand@5", "top@5"].includes(request),
    );
    const panels = grouped(rows, (row) => `${row.dataset}|${row.model}, ${row.request}, ${row.metric}`);
    return [...panels].map(([name, inPanel]) => ({
      dataset: inPanel[0].dataset,
      name: name.slice(name.indexOf("|") + 1),
      effects: seedDifferences(
        inPanel.filter(({ order }) => order === "easyToHard"),
        inPanel.filter(({ order }) => order === "hardToEasy"),
      ),
    }));
  },
};

export const C9: Claim = {
  id: "C9",
  place: "Figures 8 and 13",
  statement: "Test loss grows as cohesion falls, for DMF and NMF (S = 8, each group from scratch)",
  rule: "reproduced if Spearman's correlation of rho and test loss is below 0 with its whole interval over seeds, for both models on every data set",
  effect: "minus the Spearman correlation of rho and test loss over the groups",
  needs: 1,
  compare: (records) =>
    [
      ...grouped(
        recordsOf(records, "groupLoss"),
        ({ trial: cell }) => `${cell.dataset}|${cell.model}`,
      ).values(),
    ].map((same) => ({
      dataset: same[0].trial.dataset,
      name: same[0].trial.model,
      effects: same.map(({ trial: cell, outcome }) => ({
        seed: cell.seed,
        value: -spearman(outcome.rho, outcome.testLoss),
      })),
    })),
};

const byGrouping = (records: readonly PartitionRecord[]) =>
  grouped(records, ({ trial: cell }) => `${cell.dataset}|${cell.grouping}|${cell.groups}`);

/** Unbalanced: the largest group is at least this many times the smallest. */
const UNBALANCED = 2;

export const C10: Claim = {
  id: "C10",
  place: "Figure 9",
  statement: "Plain k-means groups are highly unbalanced for k = 2, 4, 8, 16",
  rule: `reproduced if the largest group has more than ${UNBALANCED} times the users of the smallest at every k, on rating rows and on the embedding`,
  effect: `log2 of largest over smallest group size (${UNBALANCED} times = 1)`,
  needs: 1,
  compare: (records) =>
    [...byGrouping(recordsOf(records, "partition")).values()]
      .filter((same) => same[0].trial.grouping.startsWith("kmeans"))
      .map((same) => ({
        dataset: same[0].trial.dataset,
        name: `${same[0].trial.grouping}, k = ${same[0].trial.groups}`,
        effects: same.map(({ trial: cell, outcome }) => ({
          seed: cell.seed,
          value: Math.log2(Math.max(...outcome.users) / Math.max(1, Math.min(...outcome.users))),
        })),
        threshold: Math.log2(UNBALANCED),
      })),
};

/** "Far higher": at least twice. */
const FAR_HIGHER = 2;

export const C11: Claim = {
  id: "C11",
  place: "Figure 12",
  statement: "Groups on the collaborative embedding have far higher cohesion than groups on sparse ratings",
  rule: `reproduced if CBKM's mean rho is more than ${FAR_HIGHER} times BKM's, at every S, in the same space, for both spaces`,
  effect: `log2 of mean rho of CBKM groups over BKM groups, in one space (${FAR_HIGHER} times = 1)`,
  needs: 1,
  compare: (records) => {
    const groups = byGrouping(recordsOf(records, "partition"));
    return [...groups]
      .filter(([, same]) => same[0].trial.grouping === "cbkm")
      .flatMap(([, ours]) => {
        const { dataset, groups: S } = ours[0].trial;
        const theirs = groups.get(`${dataset}|bkm|${S}`) ?? [];
        return (["rhoEmbedding", "rhoRatings"] as const).map((space) => {
          const value = (list: readonly PartitionRecord[]) =>
            list.map(({ trial: cell, outcome }) => ({
              seed: cell.seed,
              value: Math.log2(mean(outcome[space])),
            }));
          return {
            dataset,
            name: `${space === "rhoEmbedding" ? "embedding" : "rating"} space, S = ${S}`,
            effects: seedDifferences(value(ours), value(theirs)),
            threshold: Math.log2(FAR_HIGHER),
          };
        });
      });
  },
};

export const C13: Claim = {
  id: "C13",
  place: "Equation 6, Theorem 1",
  statement: "U_p = U + Cov[U, p], with Cov > 0 on the measured groups",
  rule: "the identity is checked by a test (it holds with Cov as a sum over groups); reproduced if that covariance is above 0 with its whole interval, for both models on every data set",
  effect: "sum over groups of (e^-L - mean)(p - 1/S), p proportional to rho",
  needs: 1,
  compare: (records) =>
    [
      ...grouped(
        recordsOf(records, "groupLoss"),
        ({ trial: cell }) => `${cell.dataset}|${cell.model}`,
      ).values(),
    ].map((same) => ({
      dataset: same[0].trial.dataset,
      name: same[0].trial.model,
      effects: same.map(({ trial: cell, outcome }) => ({
        seed: cell.seed,
        value: theoremOne(outcome.rho, outcome.testLoss).covarianceSum,
      })),
    })),
};
