/** The tables of `beyond`: systems side by side, which reach the aim, what was chosen, and where they break. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import type { NamedTable } from "../../report/show";
import { columns } from "../../report/table";
import { datasetTitle, fileName, modelLabel, requestLabel, requestPhrase } from "../labels";
import { runOf } from "../shown";
import { CANDIDATES } from "../system/search";
import { AIMS, aimRows, type Comparison, comparisons } from "./comparisons";
import { choiceRows, coldRows, coreRows } from "./reading";
import type { BeyondRow } from "./rows";
import { REQUESTS } from "./systems";

/** The rows of one preset on one data set. */
export interface Panel {
  readonly preset: string;
  readonly dataset: string;
  readonly rows: readonly BeyondRow[];
  readonly run: ReturnType<typeof runOf>;
  /** "MovieLens 1M, RANKING" */
  readonly where: string;
  /** for names of files: "ranking-ml-1m" */
  readonly name: string;
}

/** An output for each preset and data set, in their order; none where there is nothing to show. */
export function byPanel<O>(rows: ColumnTable, output: (panel: Panel) => readonly O[]): O[] {
  const keys = rows.groupby("preset", "dataset").count().objects() as Pick<BeyondRow, "preset" | "dataset">[];
  return keys.flatMap(({ preset, dataset }) => {
    const own = rows.filter(aq.escape((row: BeyondRow) => row.preset === preset && row.dataset === dataset));
    return output({
      preset,
      dataset,
      rows: own.objects() as BeyondRow[],
      run: runOf(own),
      where: `${datasetTitle(dataset)}, ${preset}`,
      name: fileName(preset.toLowerCase(), dataset),
    });
  });
}

/** A system's row: what it is worth, and what each kind of request costs. */
function sideBySide(compared: readonly Comparison[]) {
  const own = compared.filter(({ request }) => request === REQUESTS[0]);
  const best = Math.max(...own.map(({ utility }) => utility));
  return own.map((row) => {
    const same = compared.filter(({ model, system }) => model === row.model && system === row.system);
    const costs = same.map(({ request, cost }) => [`cost ${request}`, cost]);
    return { ...row, behind: row.utility - best, ...Object.fromEntries(costs) };
  });
}

const SYSTEMS_NOTE =
  "NDCG@10 is measured after learning, of every system (\u00b1 standard deviation); an exact system is as good after a request " +
  "as one learned " +
  "without the erased users. Against Retrain: paired by seed with the better of the model's two Retrains, \u00b1 half of the 95 % " +
  "interval. Costs are gradient samples, expected over all users who might ask; EASE, Item-KNN and Gaussian have none, so theirs " +
  "are seconds until they recommend again, of runs with another one beside them, which spreads them by factors. All costs are " +
  "relative to Retrain's, of the seeds that both have (geometric means).";

/** A table of each panel whose rows it can be made of. @param what behind "beyond" in the names of its files */
const perPanel = <Row extends object>(
  rows: ColumnTable,
  what: string,
  rowsOf: (rows: readonly BeyondRow[]) => readonly Row[],
  {
    caption,
    ...format
  }: Omit<NamedTable, "name" | "rows" | "run" | "caption"> & {
    readonly caption: string | ((found: readonly Row[]) => string);
  },
) =>
  byPanel(rows, ({ preset, dataset, rows: own, run, where, name }) => {
    const found = rowsOf(own);
    if (found.length === 0) return [];
    const shown = typeof caption === "string" ? caption : caption(found);
    return [
      {
        ...format,
        name: fileName("beyond", what, name),
        caption: `${where}: ${shown}`,
        rows: found.map((row) => ({ preset, dataset, ...row })),
        run,
      },
    ];
  });

/** Rows whose model is none say so by a dash. */
const withModel = <Row extends { readonly model: string }>(found: readonly Row[]) =>
  found.map((row) => ({ ...row, model: row.model === "none" ? "–" : modelLabel(row.model) }));

/** Every system of a preset on a data set. */
export const systems = (rows: ColumnTable) =>
  perPanel(rows, "", (own) => withModel(sideBySide(comparisons(own))), {
    caption: ([{ metric }]) => `${metric} and the cost of a request, % of Retrain's (means over seeds)`,
    within: ["model"],
    note: SYSTEMS_NOTE,
    columns: [
      ...columns({ model: "Model", name: "System" }),
      { key: "utility", error: "std", label: "NDCG@10", digits: 4, best: "highest" },
      { key: "difference", error: "half", label: "Against Retrain", digits: 4 },
      { key: "behind", label: "Behind the best", digits: 4 },
      ...REQUESTS.map((request) => ({
        key: `cost ${request}`,
        label: requestLabel(request),
        digits: 1,
        group: "Cost of forgetting, %",
      })),
      { key: "kept", label: "Kept", unit: "MB", digits: 1 },
      { key: "seeds", label: "Seeds" },
    ],
  });

/** Which systems reach what was aimed at: a table for each aim. */
export const aims = (rows: ColumnTable) =>
  AIMS.flatMap((aim, place) =>
    perPanel(
      rows,
      place === 0 ? "aim" : `aim-${aim.request}`,
      (own) => withModel(aimRows(comparisons(own), aim)),
      {
        caption: `within ${aim.loss} of the model's better Retrain at ${aim.share} % of its cost to forget ${requestPhrase(aim.request)}?`,
        within: ["model"],
        note: "Reached: the whole interval of the difference is near enough, at no more than the cost; on average: its middle is.",
        columns: [
          ...columns({ model: "Model", name: "System" }),
          { key: "difference", error: "half", label: "Against Retrain", digits: 4 },
          { key: "cost", label: "Cost", unit: "%", digits: 2 },
          ...columns({ verdict: "Verdict", seeds: "Seeds" }),
        ],
      },
    ),
  );

/** What validation chose: the same number of candidates for every system that has something to choose. */
export const choices = (rows: ColumnTable) =>
  perPanel(rows, "choices", (own) => withModel(choiceRows(own)), {
    caption: `settings chosen on the validation split, of ${CANDIDATES} candidates (fewer in profile smoke)`,
    within: ["name"],
    columns: [
      ...columns({ model: "Model", name: "System", candidates: "Tried" }),
      ...columns({ chosen: "Most often chosen", agreeing: "Seeds" }),
    ],
  });

/** Where a core or a shard has not met an item: loss by how well the item is known. */
export const cold = (rows: ColumnTable) =>
  perPanel(
    // the losses of different models compare where all predict ratings
    rows.filter(aq.escape(({ preset }: BeyondRow) => preset === "PAPER")),
    "cold",
    (own) => withModel(coldRows(own)),
    {
      caption: "test loss after learning, by how many training ratings the item has (mean over seeds)",
      within: ["model"],
      columns: [
        ...columns({ model: "Model", name: "System" }),
        ...columns(
          { cold: "at most 20", fair: "21 to 100", known: "more" },
          { group: "Test loss", digits: 4, best: "lowest" },
        ),
      ],
    },
  );

/** Who is in a core: the chance to hit it, and what it says about its members. */
export const cores = (rows: ColumnTable) =>
  perPanel(rows, "cores", coreRows, {
    caption: "the users in the core and outside (mean over seeds)",
    columns: [
      { key: "name", label: "System" },
      ...columns(
        { users: "a random user", ratings: "by activity" },
        { unit: "%", group: "Chance to hit the core", digits: 1 },
      ),
      ...columns({ inside: "inside", outside: "outside" }, { group: "Ratings of a user", digits: 0 }),
      { key: "unseen", label: "Items unknown to the core", unit: "%", digits: 1 },
    ],
  });
