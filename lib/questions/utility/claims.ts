/** C3 to C7: what Figures 5, 6, 10 and 11 are said to show. All are judged on the authors' own metrics (labCode). */

import { spearman } from "../../statistics/correlation";
import { modelLabel, requestLabel } from "../labels";
import { seedDifferences } from "../summary";
import { type Case, type Claim, type Found, grouped } from "../verdicts/verdict";
import { difference, effectOf, plain } from "../verdicts/words";
import { alike, better, stable, type Yardstick, yardstick } from "../verdicts/yardstick";
import type { UtilityRow } from "./rows";

const NDCG = "labCode NDCG@10";
const METRICS = [NDCG, "labCode HR@10"];
const LASER = ["L-Rand", "L-BKM", "L-CBKM"] as const;

/** How C-SISA's shards are joined: every shard scores every user, or each user's own shard alone. */
type Scoring = "merged" | "own";

/** The rows of one panel of a figure, and the yardstick that goes with them. */
interface Panel {
  readonly dataset: string;
  readonly model: string;
  /** "DMF, 5 % at random, labCode NDCG@10" */
  readonly name: string;
  readonly metric: string;
  readonly rows: readonly UtilityRow[];
  readonly yardstick: Yardstick;
}

/** Panels of data set, model, request and metric; C-SISA by one scoring. */
function panels(all: readonly UtilityRow[], scoring: Scoring = "merged"): Panel[] {
  const judged = all.filter(({ metric }) => METRICS.includes(metric));
  const rows = judged.filter((row) => row.scoring === "model" || row.scoring === scoring);
  const key = (row: UtilityRow) => [row.dataset, row.model, row.request, row.metric].join("|");
  const known = new Map<string, Yardstick>();
  return [...grouped(rows, key).values()].map((own) => {
    const [{ dataset, model, request, metric }] = own;
    const of = [dataset, model, metric].join("|");
    const size = known.get(of) ?? yardstick(judged, own[0]);
    known.set(of, size);
    return {
      dataset,
      model: modelLabel(model),
      name: `${modelLabel(model)}, ${requestLabel(request)}, ${metric}`,
      metric,
      rows: own,
      yardstick: size,
    };
  });
}

const sizesOf = (rows: readonly UtilityRow[]) =>
  [...new Set(rows.map(({ groups }) => groups))].sort((a, b) => a - b);

const unitOf = (metric: string, a: string, b: string) => `${metric}: ${a} - ${b}`;

/** "L-Rand 0.0011 (0.0002 to 0.002) higher": how a stands to b on average. */
const standing = (found: Found, a: string, b: string) =>
  `${a} is ${difference(effectOf(found, unitOf(NDCG, a, b)))} than ${b}`;

/** System a less system b at each S, panel by panel. */
const versus = (
  some: readonly Panel[],
  a: string,
  b: string,
  says: (size: Yardstick) => Pick<Case, "says" | "cannotTell">,
  part?: string,
): Case[] =>
  some.flatMap(({ dataset, model, name, metric, rows, yardstick: size }) =>
    sizesOf(rows.filter(({ system }) => system === a)).map((groups): Case => {
      const of = (system: string) => rows.filter((row) => row.system === system && row.groups === groups);
      return {
        dataset,
        model,
        name: `${a} - ${b}, S = ${groups}, ${name}`,
        ...(part === undefined ? {} : { part }),
        unit: unitOf(metric, a, b),
        effects: seedDifferences(of(a), of(b)),
        ...says(size),
      };
    }),
  );

const overSisa = (scoring: Scoring): Claim<UtilityRow> => ({
  id: "C3",
  place: "Figures 5 and 6",
  statement: "Every LASER variant, L-Rand too, beats C-SISA in all cases",
  rule: `a case is a LASER variant, model, S, request and metric; it holds if the variant is above C-SISA (${scoring} scoring) with the whole interval`,
  covers: "all",
  cases: (rows) => LASER.flatMap((system) => versus(panels(rows, scoring), system, "C-SISA", better)),
  sentence: (found) =>
    `by ${NDCG}, on average over models, S and requests, ${LASER.map((system) => standing(found, system, "C-SISA")).join(", ")}`,
});

export const C3 = overSisa("merged");

/** C3 by the other way to score shards, which the paper does not rule out; beside the claims, not one of them. */
export const C3_OWN: Claim<UtilityRow> = { ...overSisa("own"), id: "C3, own scoring" };

export const C4: Claim<UtilityRow> = {
  id: "C4",
  place: "Figures 5 and 6",
  statement: "The gap to Retrain stays stable as S grows to 16",
  rule: "a case is a LASER variant, model, request and metric; it holds if the gap at the largest S is less than a quarter of the yardstick wider than at the smallest, with the whole interval",
  covers: "all",
  cases: (all) =>
    panels(all).flatMap(({ dataset, model, name, metric, rows, yardstick: size }) =>
      LASER.flatMap((system): Case[] => {
        const own = rows.filter((row) => row.system === system);
        const sizes = sizesOf(own);
        if (sizes.length < 2) return [];
        const at = (groups: number | undefined) => own.filter((row) => row.groups === groups);
        // Retrain is the same at every S, so the gap grows by what the variant loses
        const effects = seedDifferences(at(sizes[0]), at(sizes.at(-1)));
        return [{ dataset, model, name: `${system}, ${name}`, unit: metric, effects, ...stable(size) }];
      }),
    ),
  sentence: (found) =>
    `by ${NDCG}, on average over variants, models and requests, the gap to Retrain is ${difference(effectOf(found, NDCG), "wider", "narrower")} at the largest S than at the smallest`,
};

/** Above this a rank correlation is called good. */
const GOOD = 0.5;

export const C5: Claim<UtilityRow> = {
  id: "C5",
  place: "Figures 5, 6, 10 and 11",
  statement: "Good performance in learning leads to good performance in unlearning",
  rule: `a case is a model, request and metric; it holds if Spearman's correlation, over methods and S, of learning and unlearning is above ${GOOD} with the whole interval, and points the other way below 0`,
  covers: "all",
  cases: (all) => {
    const some = panels(all);
    const place = (row: UtilityRow) =>
      [row.dataset, row.model, row.metric, row.system, row.groups, row.seed].join("|");
    const learned = new Map(
      some.flatMap(({ rows }) =>
        rows.flatMap((row) => (row.request === "none" ? [[place(row), row.value]] : [])),
      ),
    );
    return some
      .filter(({ rows }) => rows[0].request !== "none")
      .map(({ dataset, model, name, rows, yardstick: { cannotTell } }): Case => {
        const bySeed = [...grouped(rows, ({ seed }) => String(seed)).values()];
        const effects = bySeed.flatMap((points) => {
          const both = points.filter((row) => learned.has(place(row)));
          const value = spearman(
            both.map((row) => learned.get(place(row)) as number),
            both.map((row) => row.value),
          );
          // without any variation there is nothing to correlate
          return both.length < 4 || Number.isNaN(value) ? [] : [{ seed: both[0].seed, value }];
        });
        const told = cannotTell === undefined ? {} : { cannotTell };
        return {
          dataset,
          model,
          name,
          unit: "Spearman",
          effects,
          says: { above: GOOD, against: 0 },
          ...told,
        };
      });
  },
  sentence: (found) =>
    `the order of methods after learning and after unlearning correlates by ${plain(effectOf(found, "Spearman"))} on average`,
};

const PAIRS = [
  ["L-CBKM", "L-BKM"],
  ["L-CBKM", "L-Rand"],
  ["L-BKM", "L-Rand"],
] as const;

const PARTS = ["CBKM over BKM", "CBKM over Rand", "BKM like Rand"];

export const C6: Claim<UtilityRow> = {
  id: "C6",
  place: "Figures 5 and 6, Section 4.5",
  statement: "For DMF, CBKM beats BKM and Rand in most cases, and BKM is like Rand",
  rule: "three parts, as good as the weakest: CBKM above BKM, CBKM above Rand, BKM alike to Rand; a case is an S, request and metric, each with the whole interval",
  covers: "most",
  parts: PARTS,
  cases: (all) => {
    const some = panels(all.filter(({ model, scoring }) => model === "dmf" || scoring === "anchor"));
    const says = [better, better, alike];
    return PAIRS.flatMap(([a, b], k) => versus(some, a, b, says[k], PARTS[k]));
  },
  sentence: (found) =>
    `by ${NDCG}, on average over S and requests, ${PAIRS.map(([a, b]) => standing(found, a, b)).join(", ")}`,
};

export const C7: Claim<UtilityRow> = {
  id: "C7",
  place: "Figures 5 and 6, Section 4.5",
  statement: "For NMF all groupings are alike at S = 16",
  rule: "a case is a pair of groupings, a request and a metric, at the largest S; it holds if the two are alike, with the whole interval",
  covers: "all",
  cases: (all, profile) => {
    const most = Math.max(...profile.groups);
    const some = panels(
      all.filter(
        ({ model, groups, system, scoring }) =>
          scoring === "anchor" || (model === "nmf" && (groups === most || system === "Retrain")),
      ),
    );
    return PAIRS.flatMap(([a, b]) => versus(some, a, b, alike));
  },
  sentence: (found) =>
    `by ${NDCG}, on average over requests, ${PAIRS.map(([a, b]) => standing(found, a, b)).join(", ")}`,
};
