/** What each setting does: the comparisons, the silent settings of the paper, and what version 2 corrected. */

import type { ColumnTable } from "arquero";
import { columns } from "../../report/table";
import { mean } from "../../statistics/statistics";
import { datasetTitle } from "../labels";
import type { View } from "../question";
import { type BySeed, seedDifference } from "../summary";
import { COMPARISONS, type Compared, compared, panels, valuesOf } from "./comparisons";
import type { SensitivityRow } from "./rows";
import { CHOICES, IN_EMBEDDING, LISTED, PAPER_NAME } from "./variants";

export interface Options {
  /** what is compared: "labCode NDCG@10" */
  readonly metric: string;
}

/** The rows of the metric. */
export const ofMetric = (rows: ColumnTable, { options }: View<Options>): SensitivityRow[] =>
  (rows.objects() as SensitivityRow[]).filter(({ metric }) => metric === options.metric);

const panelOf = ({ model }: { readonly model: string }) => model.toUpperCase();

/** One row per model and setting: Retrain, for the scale, and the comparisons. */
export function differences(rows: ColumnTable, view: View<Options>) {
  const own = ofMetric(rows, view);
  const all = compared(own);
  const found = panels(own).map(({ model, variant, own: some }) => {
    const these = all.filter((one) => one.model === model && one.variant === variant);
    const cells = COMPARISONS.flatMap(({ key }) => {
      const one = these.find((some) => some.key === key);
      return [[key, one?.mean ?? null] as const, [`${key}Half`, one?.half ?? null] as const];
    });
    const retrain = valuesOf(some, "Retrain").map(({ value }) => value);
    return {
      model,
      panel: panelOf({ model }),
      variant,
      retrain: retrain.length > 0 ? mean(retrain) : null,
      ...Object.fromEntries(cells),
      seeds: valuesOf(some, "L-CBKM").length,
    };
  });
  return named(own, {
    name: "sensitivity-differences",
    caption: `What one setting does: differences in ${view.options.metric} after learning, S = ${view.profile.ablationGroups} (mean over seeds ± half of the 95 % interval)`,
    rows: found,
    within: ["panel"],
    columns: [
      ...columns({ panel: "Model", variant: "Setting" }),
      { key: "retrain", label: "Retrain", digits: 4 },
      ...COMPARISONS.map(({ key, label, claim }) => ({
        key,
        error: `${key}Half`,
        label,
        digits: 4,
        group: claim,
      })),
      { key: "seeds", label: "Seeds" },
    ],
  });
}

/** Nothing without rows; else the table, which says of which data it is. */
function named<T extends { readonly caption: string; readonly rows: readonly object[] }>(
  own: readonly SensitivityRow[],
  table: T,
): T[] {
  if (table.rows.length === 0) return [];
  return [{ ...table, caption: `${table.caption}, ${datasetTitle(own[0].dataset)}` }];
}

/** "above", "open → below" where it moves, "same" where it is another number on the same side, "–" where it is not touched. */
function turn(paper: Compared | undefined, one: Compared | undefined): string {
  if (paper === undefined || one === undefined || one.untouched) return "–";
  return paper.side === one.side ? "same" : `${paper.side} → ${one.side}`;
}

/** Every silent setting of the paper: what it says, what we take, what else was run, and what that does to each claim. */
export function choices(rows: ColumnTable, view: View<Options>) {
  const own = ofMetric(rows, view);
  const all = compared(own);
  const models = [...new Set(all.map(({ model }) => model))];
  const at = (model: string, variant: string, key: string) =>
    all.find((one) => one.model === model && one.variant === variant && one.key === key);
  const effects = (variant: string) =>
    COMPARISONS.map(({ key }) => {
      const words = models.map((model) => turn(at(model, PAPER_NAME, key), at(model, variant, key)));
      const text = models.map((model, m) => `${panelOf({ model })} ${words[m]}`).join(", ");
      return [key, new Set(words).size === 1 ? words[0] : text] as const;
    });
  const run = (variant: string) => all.some((one) => one.variant === variant);
  const lines = CHOICES.flatMap(({ setting, paper, ours, variants, elsewhere = "" }) => {
    const known = variants.filter(run);
    const tried = known.length > 0 ? known : [""];
    return tried.map((variant) => ({
      setting,
      paper,
      ours,
      alternative: variant || "none here",
      ...Object.fromEntries(effects(variant)),
      elsewhere,
    }));
  });
  return named(own, {
    name: "sensitivity-choices",
    caption: `Settings that the paper leaves open, or gives and we vary: the value taken and the alternatives run, and where the whole interval of each comparison lies under PAPER → under the alternative (${view.options.metric}, ${view.options.metric === "test loss" ? "lower is better, " : ""}S = ${view.profile.ablationGroups})`,
    rows: own.length > 0 ? lines : [],
    within: ["setting"],
    note: "above, below: the whole 95 % interval lies above or below 0; open: it does not; same: on the same side as under PAPER; –: the setting does not touch the two systems.",
    columns: [
      ...columns({
        setting: "Setting",
        paper: "The paper",
        ours: "PAPER takes",
        alternative: "Alternative run",
      }),
      ...COMPARISONS.map(({ key, label, claim }) => ({ key, label, group: claim })),
      { key: "elsewhere", label: "Also" },
    ],
  });
}

const CORRECTIONS = [
  { what: "space of rho: embedding for all → the grouping's own", variant: IN_EMBEDDING },
  { what: "labCode: order of item numbers → mean over orders", variant: LISTED },
] as const;
const SYSTEMS = ["Retrain", "C-SISA", "L-Rand", "L-BKM", "L-CBKM"];

/** What version 2 of this suite corrected, each correction by itself: old against new, paired by seed. */
export function corrections(rows: ColumnTable, view: View<Options>) {
  const own = ofMetric(rows, view);
  const all = panels(own);
  const lines = CORRECTIONS.flatMap(({ what, variant }) =>
    all
      .filter((one) => one.variant === variant)
      .flatMap(({ model, own: before }) => {
        const after = all.find((one) => one.model === model && one.variant === PAPER_NAME)?.own ?? [];
        const line = (name: string, old: readonly BySeed[], now: readonly BySeed[]) => {
          const { difference, half } = seedDifference(now, old);
          const middle = (values: readonly BySeed[]) => mean(values.map(({ value }) => value));
          return old.length === 0 || now.length === 0
            ? []
            : [
                {
                  what,
                  panel: panelOf({ model }),
                  name,
                  old: middle(old),
                  now: middle(now),
                  difference,
                  half,
                },
              ];
        };
        const ofComparison = (some: readonly SensitivityRow[], key: string) =>
          compared(some).find((one) => one.key === key)?.differences ?? [];
        return [
          ...SYSTEMS.flatMap((name) => line(name, valuesOf(before, name), valuesOf(after, name))),
          ...COMPARISONS.flatMap(({ key, label }) =>
            line(label, ofComparison(before, key), ofComparison(after, key)),
          ),
        ];
      }),
  ).filter(({ difference }) => difference !== 0);
  return named(own, {
    name: "sensitivity-corrections",
    caption: `What version 2 of this suite corrected, each by itself: ${view.options.metric} as version 1 computed it, and now (mean over seeds; difference ± half of the 95 % interval)`,
    rows: lines,
    within: ["what", "panel"],
    note: "Rows that a correction leaves unchanged are not listed. Version 1 disclosed neither choice; an independent check of its records found them.",
    columns: [
      { key: "what", label: "Correction", once: true },
      ...columns({ panel: "Model", name: "System or comparison" }),
      ...columns({ old: "version 1", now: "version 2" }, { digits: 4 }),
      { key: "difference", error: "half", label: "Difference", digits: 4 },
    ],
  });
}

/** For each comparison, the settings under which its whole interval lies on one side. */
export function turns(rows: ColumnTable, view: View<Options>) {
  const own = ofMetric(rows, view);
  const all = compared(own).filter(({ untouched }) => !untouched);
  const models = [...new Set(all.map(({ model }) => model))];
  const lines = models.flatMap((model) =>
    COMPARISONS.map(({ key, claim, label }) => {
      const some = all.filter((one) => one.model === model && one.key === key);
      const where = (side: string) => some.filter((one) => one.side === side).map(({ variant }) => variant);
      const [above, below] = [where("above"), where("below")];
      return {
        claim,
        compared: label,
        panel: panelOf({ model }),
        tried: some.length,
        above: above.join("; ") || "none",
        below: below.join("; ") || "none",
        open: some.length - above.length - below.length,
      };
    }),
  );
  return named(own, {
    name: "sensitivity-turns",
    caption: `Settings that decide a comparison: the whole 95 % interval of the difference in ${view.options.metric} on one side of 0`,
    rows: lines,
    within: ["claim"],
    columns: columns({
      claim: "Claim",
      compared: "Comparison",
      panel: "Model",
      tried: "Settings",
      above: "Above 0",
      below: "Below 0",
      open: "Open",
    }),
  });
}
