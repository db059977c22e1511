/**
 * What is read out of the question `beyond`: which settings were chosen, and where systems break (items that few know, who is
 * in a core).
 */

import { mean } from "../../statistics/statistics";
import { LEARNING } from "../trial";
import type { BeyondRow } from "./rows";
import { systemLabel } from "./systems";

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** "batchSize 256, fold.ridge 50" */
function settingsText(settings: object, prefix = ""): string {
  return Object.entries(settings)
    .map(([key, value]) =>
      typeof value === "object" && value !== null
        ? settingsText(value, `${prefix}${key}.`)
        : `${prefix}${key} ${String(value)}`,
    )
    .join(", ");
}

/** What the validation split chose for a system, and in how many seeds. */
export interface ChoiceRow {
  readonly dataset: string;
  readonly preset: string;
  readonly model: string;
  readonly name: string;
  /** settings tried in one trial */
  readonly candidates: number;
  /** the most frequent choice, and the share of seeds that made it */
  readonly chosen: string;
  readonly seeds: number;
  readonly agreeing: number;
}

/** What the validation split chose, for each system with something to choose. */
export function choiceRows(rows: readonly BeyondRow[]): ChoiceRow[] {
  const own = rows.flatMap((row) =>
    row.request === LEARNING && row.choice ? [{ ...row, choice: row.choice }] : [],
  );
  const key = ({ dataset, preset, model, system }: (typeof own)[number]) =>
    JSON.stringify([dataset, preset, model, system]);
  return distinct(own.map(key)).map((name) => {
    const same = own.filter((row) => key(row) === name);
    const texts = same.map(({ choice }) => settingsText(choice.chosen));
    const votes = distinct(texts).map((text) => ({
      text,
      count: texts.filter((one) => one === text).length,
    }));
    const [first] = votes.sort((a, b) => b.count - a.count);
    const { dataset, preset, model, system, choice } = same[0];
    return {
      dataset,
      preset,
      model,
      name: systemLabel(system),
      candidates: choice.candidates.length,
      chosen: first.text,
      seeds: same.length,
      agreeing: first.count,
    };
  });
}

/** Test loss of a system after learning, over items that few, some and many have rated. */
export interface ColdRow {
  readonly dataset: string;
  readonly model: string;
  readonly name: string;
  /** mean test loss over items with at most 20 training ratings, at most 100, and more; null without such */
  readonly cold: number | null;
  readonly fair: number | null;
  readonly known: number | null;
}

/** Loss after learning by how well an item is known; systems that train no model stand beside every model. */
export function coldRows(rows: readonly BeyondRow[]): ColdRow[] {
  const learned = rows.filter(({ request }) => request === LEARNING);
  const models = distinct(learned.map(({ model }) => model)).filter((model) => model !== "none");
  return distinct(learned.map(({ dataset }) => dataset)).flatMap((dataset) =>
    models.flatMap((model) => {
      const here = learned.filter(
        (row) => row.dataset === dataset && (row.model === model || row.model === "none"),
      );
      return distinct(here.map(({ system }) => system)).map((system): ColdRow => {
        const own = here.filter((row) => row.system === system);
        const average = (of: (row: BeyondRow) => number | null) => {
          const values = own.map(of).filter((value): value is number => value !== null);
          return values.length > 0 ? mean(values) : null;
        };
        return {
          dataset,
          model,
          name: systemLabel(system),
          cold: average(({ lossCold }) => lossCold),
          fair: average(({ lossFair }) => lossFair),
          known: average(({ lossKnown }) => lossKnown),
        };
      });
    }),
  );
}

/** Who is in a core of core fold-in, mean over seeds. */
export interface CoreRow {
  readonly dataset: string;
  readonly preset: string;
  readonly name: string;
  /** users of the core, in %: the chance that a request of a random user hits it */
  readonly users: number;
  /** their ratings, in %: the chance that the owner of a random rating hits it */
  readonly ratings: number;
  /** mean ratings of a user in the core, and of one outside */
  readonly inside: number;
  readonly outside: number;
  /** items that nobody of the core knows, in % of all that have an item stratum */
  readonly unseen: number;
}

/** Who is in the cores, mean over seeds; each kind of core once. */
export function coreRows(rows: readonly BeyondRow[]): CoreRow[] {
  const own = rows.flatMap((row) => {
    const { core } = row.learned ?? {};
    return row.learned && core ? [{ ...row, learned: row.learned, core }] : [];
  });
  const [model] = own.map((row) => row.model);
  const chosen = own.filter((row) => row.model === model && row.system.endsWith("+ridge"));
  const key = ({ dataset, preset, system }: (typeof own)[number]) =>
    JSON.stringify([dataset, preset, system]);
  return distinct(chosen.map(key)).map((name) => {
    const same = chosen.filter((one) => key(one) === name);
    const average = (of: (one: (typeof own)[number]) => number) => mean(same.map(of));
    return {
      dataset: same[0].dataset,
      preset: same[0].preset,
      name: systemLabel(same[0].system),
      users: average(({ core, learned }) => (100 * core.users) / learned.users),
      ratings: average(({ core, learned }) => (100 * core.ratings) / learned.ratings),
      inside: average(({ core }) => core.ratings / Math.max(1, core.users)),
      outside: average(
        ({ core, learned }) => (learned.ratings - core.ratings) / Math.max(1, learned.users - core.users),
      ),
      unseen: average(({ core, items }) => (100 * core.unseenItems) / items),
    };
  });
}
