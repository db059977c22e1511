/** The tables of `beyond`: systems side by side, which reach the aim, what was chosen, and where they break. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { columns } from "../../report/table";
import { datasetTitle, fileName, modelLabel } from "../labels";
import { runOf } from "../shown";
import { CANDIDATES } from "../system/search";
import { AIM, aimRows, type Comparison, comparisons } from "./comparisons";
import { choiceRows, coldRows, coreRows } from "./reading";
import type { BeyondRow } from "./rows";
import { REQUESTS, requestLabel } from "./systems";

/** The rows of one preset on one data set. */
export interface Panel {
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
      rows: own.objects() as BeyondRow[],
      run: runOf(own),
      where: `${datasetTitle(dataset)}, ${preset}`,
      name: fileName(preset.toLowerCase(), dataset),
    });
  });
}

const shownModel = (model: string): string => (model === "none" ? "\u2013" : modelLabel(model));

/** A system's row: what it is worth, and what each kind of request costs. */
function sideBySide(compared: readonly Comparison[]) {
  const best = Math.max(...compared.map(({ utility }) => utility));
  return compared
    .filter(({ request }) => request === AIM.request)
    .map((row) => {
      const same = compared.filter(({ model, system }) => model === row.model && system === row.system);
      const costs = same.map(({ request, cost }) => [`cost ${request}`, cost]);
      const model = shownModel(row.model);
      return { ...row, model, behind: row.utility - best, ...Object.fromEntries(costs) };
    });
}

const SYSTEMS_NOTE =
  "Utility is that after learning, with its standard deviation: an exact system is worth after a request what learning without the " +
  "erased is worth. Against Retrain: paired by seed with the better of the two Retrains of the model, \u00b1 half of the 95 % " +
  "interval. Costs count gradient samples, expected over all who might ask; EASE, Item-KNN and Gaussian have none, and their " +
  "costs are seconds until they recommend again, as a share of Retrain's.";

/** Every system of a preset on a data set. */
export const systems = (rows: ColumnTable) =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    const shown = sideBySide(comparisons(own));
    if (shown.length === 0) return [];
    return [
      {
        name: `beyond-${name}`,
        caption: `${where}: ${shown[0].metric} and the cost of a request, % of Retrain's (mean over seeds)`,
        rows: shown,
        within: ["model"],
        note: SYSTEMS_NOTE,
        run,
        columns: [
          ...columns({ model: "Model", name: "System" }),
          { key: "utility", error: "std", label: "NDCG@10", digits: 4, best: "highest" as const },
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
      },
    ];
  });

/** Which systems reach what was aimed at. */
export const aims = (rows: ColumnTable) =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    const found = aimRows(comparisons(own)).map((row) => ({ ...row, model: shownModel(row.model) }));
    if (found.length === 0) return [];
    return [
      {
        name: `beyond-aim-${name}`,
        caption: `${where}: within ${AIM.loss} of the best Retrain at ${AIM.share} % of its cost for one random request?`,
        rows: found,
        within: ["model"],
        note: "Reached: the whole interval of the difference is near enough, at no more than the cost; on average: its middle is.",
        run,
        columns: [
          ...columns({ model: "Model", name: "System" }),
          { key: "difference", error: "half", label: "Against Retrain", digits: 4 },
          { key: "cost", label: "Cost", unit: "%", digits: 2 },
          ...columns({ verdict: "Verdict", seeds: "Seeds" }),
        ],
      },
    ];
  });

/** What validation chose: the same number of candidates for every system that has something to choose. */
export const choices = (rows: ColumnTable) =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    const found = choiceRows(own);
    if (found.length === 0) return [];
    return [
      {
        name: `beyond-choices-${name}`,
        caption: `${where}: settings chosen on the validation split, of ${CANDIDATES} candidates (fewer in profile smoke)`,
        rows: found.map((row) => ({
          ...row,
          model: shownModel(row.model),
          agreeing: `${row.agreeing} of ${row.seeds}`,
        })),
        within: ["name"],
        run,
        columns: columns({
          model: "Model",
          name: "System",
          candidates: "Tried",
          chosen: "Most often chosen",
          agreeing: "Seeds",
        }),
      },
    ];
  });

/** Where a core or a shard has not met an item: loss by how well the item is known. */
export const cold = (rows: ColumnTable) =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    if (own[0].preset !== "PAPER") return []; // the losses of different models compare where all predict ratings
    const found = coldRows(own);
    if (found.length === 0) return [];
    const loss = (key: string, label: string) => ({
      key,
      label,
      group: "Test loss",
      digits: 4,
      best: "lowest" as const,
    });
    return [
      {
        name: `beyond-cold-${name}`,
        caption: `${where}: test loss after learning, by training ratings of the item (mean over seeds)`,
        rows: found.map((row) => ({ ...row, model: shownModel(row.model) })),
        within: ["model"],
        run,
        columns: [
          ...columns({ model: "Model", name: "System" }),
          loss("cold", "at most 20"),
          loss("fair", "21 to 100"),
          loss("known", "more"),
        ],
      },
    ];
  });

/** Who is in a core: the chance to hit it, and what it says about its members. */
export const cores = (rows: ColumnTable) =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    const found = coreRows(own);
    if (found.length === 0) return [];
    const chance = "Chance to hit the core";
    return [
      {
        name: `beyond-cores-${name}`,
        caption: `${where}: who is in the core (mean over seeds)`,
        rows: found,
        run,
        columns: [
          { key: "name", label: "System" },
          ...columns(
            { users: "a random user", ratings: "by activity" },
            { unit: "%", group: chance, digits: 1 },
          ),
          ...columns({ inside: "inside", outside: "outside" }, { group: "Ratings of a user", digits: 0 }),
          { key: "unseen", label: "Items unknown to the core", unit: "%", digits: 1 },
        ],
      },
    ];
  });
