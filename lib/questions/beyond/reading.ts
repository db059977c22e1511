/**
 * What is read out of the question `beyond` on one data set under one preset: which settings were chosen, and where systems
 * break (items that few know, who is in a core).
 */

import { formatNumber } from "../../report/table";
import { mean } from "../../statistics/statistics";
import { LEARNING } from "../trial";
import { grouped } from "../verdicts/verdict";
import type { AimRow } from "./comparisons";
import type { BeyondRow } from "./rows";
import { systemLabel } from "./systems";

/** "batchSize 256, foldRidge 50"; "defaults" where none was changed */
const settingsText = (settings: object): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(", ") || "defaults";

/**
 * What the validation split chose for each system with something to choose: settings tried in one trial, the most frequent
 * choice, and how many of the seeds made it.
 */
export function choiceRows(rows: readonly BeyondRow[]) {
  const own = rows.flatMap((row) =>
    row.request === LEARNING && row.choice ? [{ ...row, choice: row.choice }] : [],
  );
  return [...grouped(own, ({ model, system }) => `${model} ${system}`).values()].map((same) => {
    const votes = [...grouped(same, ({ choice }) => settingsText(choice.chosen))];
    const [[chosen, agreeing]] = votes.sort(([, a], [, b]) => b.length - a.length);
    const [{ model, system, choice }] = same;
    return {
      model,
      name: systemLabel(system),
      candidates: choice.candidates.length,
      chosen,
      agreeing: `${agreeing.length} of ${same.length}`,
    };
  });
}

/**
 * Mean test loss after learning over items with at most 20 training ratings, at most 100, and more; null without such.
 * Systems that train no model stand beside every model.
 */
export function coldRows(rows: readonly BeyondRow[]) {
  const learned = rows.filter(({ request }) => request === LEARNING);
  const models = [...new Set(learned.map(({ model }) => model))].filter((model) => model !== "none");
  return models.flatMap((model) => {
    const here = learned.filter((row) => row.model === model || row.model === "none");
    return [...grouped(here, ({ system }) => system)]
      .map(([system, own]) => {
        const average = (of: "lossCold" | "lossFair" | "lossKnown") => {
          const values = own.map((row) => row[of]).filter((value) => value !== null);
          return values.length > 0 ? mean(values) : null;
        };
        const [cold, fair, known] = (["lossCold", "lossFair", "lossKnown"] as const).map(average);
        return { model, name: systemLabel(system), cold, fair, known };
      })
      .filter(({ cold, fair, known }) => [cold, fair, known].some((loss) => loss !== null));
  });
}

/** Which systems reach an aim; where none does, what comes nearest from either side. */
export function aimText(rows: readonly AimRow[]): string {
  const named = ({ name, model }: AimRow) => (model === "–" ? name : `${name} (${model})`);
  const reached = rows.filter(({ verdict }) => verdict.startsWith("reached"));
  if (reached.length > 0) return reached.map((row) => `${named(row)}, ${row.verdict}`).join("; ");
  const told = (row: AimRow) =>
    `${named(row)}, ${formatNumber(row.difference, 4)} at ${formatNumber(row.cost, 1)} %`;
  const [good] = rows.filter(({ verdict }) => verdict === "too costly").sort((a, b) => a.cost - b.cost);
  const [cheap] = rows
    .filter(({ verdict }) => verdict === "too far")
    .sort((a, b) => b.difference - a.difference);
  const nearest = [
    ...(good ? [`the cheapest that is good enough: ${told(good)}`] : []),
    ...(cheap ? [`the best that is cheap enough: ${told(cheap)}`] : []),
  ];
  return ["No system does", ...nearest].join("; ");
}

/**
 * Who is in a core, mean over seeds; each kind of core once, since no model has a say in it. `users` and `ratings`: of the
 * core, in %, the chance that a random user's request hits it, and one by activity; `inside` and `outside`: mean ratings of
 * a user in the core, and of one outside; `unseen`: items that nobody of the core knows, in % of all.
 */
export function coreRows(rows: readonly BeyondRow[]) {
  const own = rows.flatMap(({ learned, ...row }) =>
    learned?.core ? [{ ...row, learned, core: learned.core }] : [],
  );
  const cores = own.filter(({ core }) => core.users > 0);
  return [...grouped(cores, ({ system }) => system)].map(([system, [first, ...others]]) => {
    const same = [first, ...others.filter(({ model }) => model === first.model)];
    const average = (of: (one: (typeof own)[number]) => number) => mean(same.map(of));
    return {
      name: systemLabel(system),
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
