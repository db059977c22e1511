/** C3 to C7: what Figures 5, 6, 10 and 11 are said to show. All are judged on the authors' own metrics (labCode). */

import { spearman } from "../../statistics/correlation";
import { mean } from "../../statistics/statistics";
import { seedDifferences } from "../summary";
import { type Claim, type Comparison, grouped } from "../verdicts/verdict";
import type { UtilityRow } from "./rows";

const METRICS = ["labCode NDCG@10", "labCode HR@10"];
const LASER = ["L-Rand", "L-BKM", "L-CBKM"] as const;
/** Differences below this are called alike: half a unit of the second decimal, which the paper's figures cannot show. */
const ALIKE = 0.005;

/** How C-SISA's shards are joined: every shard scores every user, or each user's own shard alone. */
type Scoring = "merged" | "own";

/** Rows in the metrics of the paper; C-SISA by one scoring. */
const sweep = (rows: readonly UtilityRow[], scoring: Scoring = "merged"): UtilityRow[] =>
  rows.filter((row) => METRICS.includes(row.metric) && ["model", scoring].includes(row.scoring));

/** "dmf, rand@5, labCode NDCG@10": one panel of a figure. */
const panel = (row: UtilityRow) => `${row.model}, ${row.request}, ${row.metric}`;
const panelKey = (row: UtilityRow) => `${row.dataset}|${panel(row)}`;

/** Comparisons of method a against method b at each S, panel by panel. */
function versus(rows: readonly UtilityRow[], a: string, b: string): Comparison[] {
  return [...grouped(rows, panelKey).values()].flatMap((inPanel) => {
    const sizes = [...new Set(inPanel.filter(({ system }) => system === a).map(({ groups }) => groups))];
    return sizes.map((groups) => {
      const of = (system: string) =>
        inPanel.filter((row) => row.system === system && (row.groups === groups || system === "Retrain"));
      return {
        dataset: inPanel[0].dataset,
        name: `${a} - ${b}, S = ${groups}, ${panel(inPanel[0])}`,
        effects: seedDifferences(of(a), of(b)),
      };
    });
  });
}

/** Turns "a and b differ" into "a and b are alike": ALIKE - |difference|, by seed around the mean difference. */
function alike(comparison: Comparison): Comparison {
  const values = comparison.effects.map(({ value }) => value);
  const sign = values.length > 0 && mean(values) < 0 ? -1 : 1;
  return {
    ...comparison,
    name: `alike: ${comparison.name}`,
    effects: comparison.effects.map(({ seed, value }) => ({ seed, value: ALIKE - sign * value })),
  };
}

const overSisa = (scoring: Scoring): Claim<UtilityRow> => ({
  id: "C3",
  place: "Figures 5 and 6",
  statement: "Every LASER variant, L-Rand too, beats C-SISA in all cases",
  rule: `reproduced if L - C-SISA (${scoring}) is above 0 with its whole interval in every case; partly from half of them`,
  effect: "labCode metric of the LASER variant minus C-SISA's",
  needs: 1,
  compare: (all) => {
    const rows = sweep(all, scoring);
    return LASER.flatMap((method) => versus(rows, method, "C-SISA"));
  },
});

export const C3 = overSisa("merged");

/** C3 by the other way to score shards, which the paper does not rule out; beside the claims, not one of them. */
export const C3_OWN: Claim<UtilityRow> = { ...overSisa("own"), id: "C3, own scoring" };

export const C4: Claim<UtilityRow> = {
  id: "C4",
  place: "Figures 5 and 6",
  statement: "The gap to Retrain stays stable as S grows to 16",
  rule: `reproduced if, in every case, the gap to Retrain grows by less than ${ALIKE} a doubling of S (whole interval)`,
  effect: `${ALIKE} minus the growth of the gap to Retrain per doubling of S`,
  needs: 1,
  compare: (all) => {
    const rows = sweep(all);
    return [...grouped(rows, panelKey).values()].flatMap((inPanel) =>
      LASER.flatMap((system) => {
        const bySeed = grouped(
          inPanel.filter((row) => row.system === system),
          (row) => String(row.seed),
        );
        const effects = [...bySeed.values()]
          .filter((points) => points.length > 1)
          .map((points) => ({
            seed: points[0].seed,
            value: ALIKE + slope(points.map(({ groups, value }) => [Math.log2(groups), value])),
          }));
        return [{ dataset: inPanel[0].dataset, name: `${system}, ${panel(inPanel[0])}`, effects }];
      }),
    );
  },
};

/** Least-squares slope of y on x. The value falls as the gap grows, so the gap's growth is minus this. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mx = mean(points.map(([x]) => x));
  const my = mean(points.map(([, y]) => y));
  const xy = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const xx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return xy / xx;
}

export const C5: Claim<UtilityRow> = {
  id: "C5",
  place: "Figures 5, 6, 10 and 11",
  statement: "Good performance in learning leads to good performance in unlearning",
  rule: "reproduced if, in every panel, Spearman's correlation over methods and S between learning and unlearning is above .5 with its whole interval over seeds",
  effect: "Spearman correlation, over methods and S, of the metric after learning and after unlearning",
  needs: 1,
  compare: (all) => {
    const rows = sweep(all);
    const learning = rows.filter(({ request }) => request === "none");
    const unlearning = rows.filter(({ request }) => request !== "none");
    const place = (row: UtilityRow) =>
      [row.dataset, row.model, row.metric, row.system, row.groups, row.seed].join("|");
    const learned = new Map(learning.map((row) => [place(row), row.value]));
    return [...grouped(unlearning, panelKey).values()].map((inPanel) => {
      const bySeed = grouped(inPanel, (row) => String(row.seed));
      const effects = [...bySeed.values()].flatMap((points) => {
        const both = points.filter((row) => learned.has(place(row)));
        const before = both.map((row) => learned.get(place(row)) as number);
        const after = both.map(({ value }) => value);
        // without any variation there is nothing to correlate
        const varied = (values: readonly number[]) => new Set(values).size > 1;
        if (both.length < 4 || !varied(before) || !varied(after)) return [];
        return [{ seed: both[0].seed, value: spearman(before, after) }];
      });
      return { dataset: inPanel[0].dataset, name: panel(inPanel[0]), effects, threshold: 0.5 };
    });
  },
};

export const C6: Claim<UtilityRow> = {
  id: "C6",
  place: "Figures 5 and 6, Section 4.5",
  statement: "For DMF, CBKM beats BKM and Rand in most cases, and BKM is like Rand",
  rule: `reproduced if at least half of the cases (CBKM above BKM, CBKM above Rand, BKM within ${ALIKE} of Rand) hold with their whole interval`,
  effect:
    "difference in the labCode metric (where BKM is to be like Rand: the margin minus the absolute difference)",
  needs: 0.5,
  compare: (all) => {
    const rows = sweep(all).filter(({ model }) => model === "dmf");
    return [
      ...versus(rows, "L-CBKM", "L-BKM"),
      ...versus(rows, "L-CBKM", "L-Rand"),
      ...versus(rows, "L-BKM", "L-Rand").map(alike),
    ];
  },
};

export const C7: Claim<UtilityRow> = {
  id: "C7",
  place: "Figures 5 and 6, Section 4.5",
  statement: "For NMF all groupings are alike at S = 16",
  rule: `reproduced if, at the largest S, every pair of groupings is within ${ALIKE} with its whole interval`,
  effect: `${ALIKE} minus the absolute difference of two groupings' labCode metric`,
  needs: 1,
  compare: (all, profile) => {
    const most = Math.max(...profile.groups);
    const rows = sweep(all).filter(({ model, groups }) => model === "nmf" && groups === most);
    return [
      ...versus(rows, "L-CBKM", "L-BKM"),
      ...versus(rows, "L-CBKM", "L-Rand"),
      ...versus(rows, "L-BKM", "L-Rand"),
    ].map(alike);
  },
};
