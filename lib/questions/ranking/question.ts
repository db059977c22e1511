/**
 * Does the paper's picture survive outside its own protocol? The same methods under RANKING: sampled negatives in
 * training, ranking of all items at test. One S, learning and one request. Shown in notebook 09, C-SISA by both scorings.
 */

import { SYSTEM_NAMES, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { question } from "../question";
import { seedDifference, summarise } from "../summary";
import { system } from "../system/job";
import { anchors } from "../utility/anchorsJob";
import { anchorTrials, type UtilityFinding, type UtilityRow, utilityRows } from "../utility/rows";

const SEEDS = 3;

/** The same systems under full ranking (preset RANKING). */
export const ranking = question({
  id: "ranking",
  title: "The same methods under full ranking with sampled negatives",
  paper: "beyond Section 4.4: the evaluation that the field uses today",
  notebook: "09_claims",
  jobs: [system, anchors],
  trials: (profile) =>
    profile.rankingDatasets.flatMap((dataset) => {
      const protocol = profileProtocol(profile, dataset, "RANKING");
      const seeds = profile.seeds.slice(0, SEEDS);
      return [
        ...anchorTrials(dataset, protocol, seeds),
        ...systemTrials({
          dataset,
          protocol,
          models: profile.models,
          systems: SYSTEM_NAMES,
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5"],
          seeds,
        }),
      ];
    }),
  rows: (findings: readonly UtilityFinding[]) => findings.flatMap(utilityRows),
});

/** The metric that `rankingTable` shows: gain of the first ten of all items that a user has not trained on. */
export const RANKING_METRIC = "fullRank NDCG@10";

/** A system, or a ranking that is the same for everybody, after learning; and how far it is ahead of C-SISA. */
export interface RankingSummary {
  readonly dataset: string;
  readonly model: string;
  readonly name: string;
  readonly mean: number;
  /** NaN for a single seed */
  readonly std: number;
  readonly seeds: number;
  /** less C-SISA's value by merged and by own scoring, paired by seed; half of the 95 % interval, NaN for a single seed */
  readonly overMerged: number;
  readonly overMergedHalf: number;
  readonly overOwn: number;
  readonly overOwnHalf: number;
}

const nameOf = ({ system, scoring }: UtilityRow): string =>
  system + (scoring === "merged" || scoring === "own" ? ` (${scoring})` : "");

/** Full ranking after learning: every system of every model, with the anchors of the same splits below it. */
export function rankingTable(rows: readonly UtilityRow[]): RankingSummary[] {
  const all = rows.filter((row) => row.metric === RANKING_METRIC && row.request === "none");
  const learned = all.filter(({ scoring }) => scoring !== "anchor");
  const marks = all.filter(({ scoring, system }) => scoring === "anchor" && system !== "oracle");
  const panels = summarise(learned, ["dataset", "model"], (row) => row.value);
  return panels.flatMap(({ dataset, model }) => {
    const own = learned
      .filter((row) => row.dataset === dataset && row.model === model)
      .map((row) => ({ ...row, name: nameOf(row) }));
    const level = marks.filter((row) => row.dataset === dataset).map((row) => ({ ...row, name: row.system }));
    const all = [...own, ...level].map(({ name, seed, value }) => ({ name, seed, value }));
    const sisa = (scoring: UtilityRow["scoring"]) => own.filter((row) => row.scoring === scoring);
    return summarise(all, ["name"], (row) => row.value).map(({ name, mean, std, n }): RankingSummary => {
      const these = all.filter((row) => row.name === name);
      const [merged, alone] = [seedDifference(these, sisa("merged")), seedDifference(these, sisa("own"))];
      return {
        dataset,
        model,
        name,
        mean,
        std,
        seeds: n,
        overMerged: merged.difference,
        overMergedHalf: merged.half,
        overOwn: alone.difference,
        overOwnHalf: alone.half,
      };
    });
  });
}
