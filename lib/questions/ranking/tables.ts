/** T as it was chosen, and the systems under full ranking. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { rankingEpochsOf } from "../../data/catalog";
import { columns } from "../../report/table";
import { fileName } from "../labels";
import { byDataset, runOf, titled } from "../shown";
import { type BySeed, overSeeds, seedDifference } from "../summary";
import { grouped } from "../verdicts/verdict";
import type { RankingRow } from "./rows";

/** The metric that is shown: gain of the first ten of all items that a user has not trained on. */
export const RANKING_METRIC = "fullRank NDCG@10";

/** The rows of the shown metric, under the names that readers see. */
export const shown = (rows: ColumnTable, of: (row: RankingRow) => boolean): ColumnTable =>
  titled(rows)
    .filter(aq.escape((row: RankingRow) => row.metric === RANKING_METRIC && of(row)))
    .derive({ name: aq.escape(nameOf) });

const nameOf = ({ system, scoring }: RankingRow): string =>
  system + (scoring === "merged" || scoring === "own" ? ` (${scoring})` : "");

const NOTE =
  "A tenth of each user's training ratings of seed 0 is held out, and one training is evaluated on it every five epochs. T is the " +
  "only number that is tuned here, among the same values for every model; it is then the same for every method and seed. " +
  "Where T is the last epoch, more epochs might be better still.";

interface Curve extends RankingRow {
  readonly data: string;
  readonly panel: string;
  readonly epochs: number;
}

/** T of each model: the best point of its curve, and what the catalogue holds. */
function chosen(curve: readonly Curve[]) {
  const best = curve.reduce((a, b) => (b.value > a.value ? b : a));
  const last = curve[curve.length - 1];
  const { data, panel, dataset, model, epochs: T, value } = best;
  const used = rankingEpochsOf(dataset, model) ?? null;
  return { data, panel, T, used, value, most: last.epochs, after: last.value };
}

/** T under RANKING, by data set and model. */
export function epochs(rows: ColumnTable) {
  const points = shown(rows, ({ scoring }) => scoring === "validation");
  if (points.numRows() === 0) return [];
  const curves = grouped(points.objects() as Curve[], ({ dataset, model }) => `${dataset} ${model}`);
  return [
    {
      name: "ranking-epochs",
      caption: `T under RANKING: the number of epochs after which Retrain's ${RANKING_METRIC} is highest on a validation split`,
      rows: [...curves.values()].map(chosen),
      within: ["data"],
      run: runOf(points),
      note: NOTE,
      columns: [
        ...columns({ data: "Data", panel: "Model" }),
        ...columns({ T: "best", used: "in use" }, { group: "T" }),
        ...columns({ value: "after T", after: "after the last" }, { digits: 4, group: RANKING_METRIC }),
        { key: "most", label: "Last epoch" },
      ],
    },
  ];
}

interface Named extends RankingRow, BySeed {
  readonly data: string;
  readonly panel: string;
  readonly after: string;
  readonly name: string;
}

/** How far a system is ahead of C-SISA by either scoring, paired by seed. @param all of its panel and request */
function ahead(all: readonly Named[], system: string) {
  const own = all.filter(({ name }) => name === system);
  const over = (name: string) =>
    seedDifference(
      own,
      all.filter((row) => row.name === name),
    );
  const [merged, alone] = [over("C-SISA (merged)"), over("C-SISA (own)")];
  return { merged: merged.difference, mergedHalf: merged.half, own: alone.difference, ownHalf: alone.half };
}

/** The systems of a data set, model by model and request by request; beside learning the rankings that nobody trains. */
function panelsOf(own: ColumnTable): Named[][] {
  const all = own.objects() as Named[];
  const levels = all.filter(({ scoring }) => scoring === "anchor");
  const learned = all.filter(({ scoring }) => scoring !== "anchor");
  const panels = [...grouped(learned, ({ panel, after }) => `${panel} ${after}`).values()];
  return panels.map((systems) => {
    const { panel, after, request } = systems[0];
    const beside = levels.filter((level) => level.request === request);
    return [...systems, ...beside.map((level) => ({ ...level, panel, after }))];
  });
}

/** Every system, one table per data set. */
export function numbers(rows: ColumnTable) {
  const known = shown(rows, (row) => row.scoring !== "validation" && row.system !== "oracle");
  const tables = byDataset(known, (own, title, dataset) => ({
    name: fileName("ranking", dataset),
    caption: `${title} under full ranking (${RANKING_METRIC}, mean ± standard deviation; differences to C-SISA, by either scoring, paired by seed, ± half of the 95 % interval)`,
    rows: panelsOf(own).flatMap((panel) =>
      (overSeeds(aq.from(panel), ["panel", "after", "name", "epochs"]).objects() as Named[]).map((row) => ({
        ...row,
        ...ahead(panel, row.name),
      })),
    ),
    within: ["panel", "after"],
    columns: [
      ...columns({ panel: "Model", after: "After", name: "System", epochs: "T" }),
      { key: "mean", error: "std", label: RANKING_METRIC, digits: 4, best: "highest" as const },
      { key: "merged", error: "mergedHalf", label: "merged", digits: 4, group: "Ahead of C-SISA" },
      { key: "own", error: "ownHalf", label: "own", digits: 4, group: "Ahead of C-SISA" },
      { key: "n", label: "Seeds" },
    ],
  }));
  return tables.filter((table) => table.rows.length > 0);
}
