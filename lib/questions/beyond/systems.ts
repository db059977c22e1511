/**
 * The systems of the question `beyond`: a method of unlearning/methods.ts, what is set in it, what is searched, and how
 * tables and charts name it. A further system is a further entry of SYSTEMS. Settings are the first candidate of a search,
 * its stages hold changes to them; every search tries as many candidates as any other (system/search.ts, CANDIDATES).
 */

import { type ModelName, modelOf } from "../../model/spec";
import type { MethodName } from "../../unlearning/methods";
import type { Job } from "../job";
import type { PresetName, Protocol } from "../protocol";
import { coreAlsJob } from "../system/coreAlsJob";
import { system as systemJob } from "../system/job";
import type { Search, Settings } from "../trial";

/** One person, whoever it is or likely an active one; batches of Section 4.4, and of the least active (CURE4Rec). */
export const REQUESTS = ["random-user", "active-user", "rand@5", "top@5", "edge@5"] as const;

export interface SystemContext {
  readonly preset: PresetName;
  readonly dataset: string;
  readonly protocol: Protocol;
  /** S */
  readonly groups: number;
}

export interface BeyondSystem {
  /** its name in rows */
  readonly id: string;
  /** as tables name it */
  readonly label: string;
  /** colour, shape and line of a chart; systems of one series differ in one number */
  readonly series: string;
  /** what stands at its point in a chart; "" for none */
  readonly point: string;
  readonly method: MethodName;
  /** what runs its trials */
  readonly job: Job;
  /** the models that it trains; none of methods without a model; the system is left out where the list is empty */
  models(context: SystemContext): readonly ModelName[] | "none";
  /** whether it stands under PAPER, RANKING */
  readonly presets: readonly PresetName[];
  settings(context: SystemContext): Settings;
  search(context: SystemContext, model?: ModelName): Search;
}

const DEEP = ["dmf", "nmf"] as const;
const allModels = ({ preset }: SystemContext): readonly ModelName[] =>
  preset === "RANKING" ? [...DEEP, "bpr", "lightgcn"] : DEEP;
/** Models that rows can be folded into. */
const folded = () => DEEP;
const BOTH = ["RANKING", "PAPER"] as const;

/** Where one training under RANKING takes seconds with every model. */
const SMALL_DATA: readonly string[] = ["amazon-digital-music-implicit"];

/** Elsewhere a candidate with sampled negatives takes up to ten minutes. */
const searchable = ({ protocol, dataset }: SystemContext): boolean =>
  protocol.negatives === 0 || SMALL_DATA.includes(dataset);

/** One change for each value. */
const each = (setting: string, values: readonly number[]): Settings[] =>
  values.map((value) => ({ [setting]: value }));

/** Batches as changes: none larger than the protocol's, with which a small core would make few steps. */
const batches = ({ batchSize }: Protocol, sizes: readonly number[]): Settings[] =>
  each(
    "batchSize",
    sizes.filter((size) => size < batchSize),
  );
const batchOf = ({ batchSize }: Protocol, size: number): Settings => ({
  batchSize: Math.min(batchSize, size),
});

/** Where candidates are too dear, cores and rows are fitted with the settings that PAPER chose. */
const ifSearchable = (context: SystemContext, search: Search): Search => (searchable(context) ? search : []);

/**
 * What a model is trained with by all systems alike. In fifty epochs at the protocol's rate LightGCN is far from its best:
 * full-rank NDCG@10 of Retrain on MovieLens 100K, seed 0, is .196 at .001 and .267 at .005.
 */
export const OF_MODEL: Readonly<Partial<Record<ModelName, Settings>>> = { lightgcn: { learningRate: 5e-3 } };

const nothing = () => ({});
const noSearch = () => [];

/** A system that trains with the protocol's settings and has nothing to choose. */
const named = (id: string, label: string, method = id as MethodName): BeyondSystem => ({
  id,
  label,
  series: label,
  point: label,
  method,
  job: systemJob,
  models: allModels,
  presets: BOTH,
  settings: nothing,
  search: noSearch,
});

/** Training ratings that about one user in twenty reaches: numbers fixed beforehand, as the method asks. */
const ACTIVE: Readonly<Record<string, number>> = {
  synthetic: 60,
  "ml-100k": 250,
  "ml-1m": 500,
  "amazon-music": 70,
  "amazon-digital-music-implicit": 25,
};
const ACTIVE_ELSEWHERE = 100;

/**
 * For the lean fold-in: the lowest multiple of ten (of five below 300 ratings) at which one random user is expected to
 * cost less than a twentieth of Retrain. How ratings are spread over users decides it, no model and no metric.
 */
const LEAN_ACTIVE: Readonly<Record<string, number>> = { "ml-100k": 215, "ml-1m": 370, "amazon-music": 55 };

/**
 * For Core ALS likewise, beside fifty epochs of Retrain: less than a twentieth, and less than a tenth, the sweep included
 * (test/questions/beyond/thresholds.data.test.ts).
 */
const ALS_ACTIVE = {
  5: { synthetic: 65, "ml-100k": 275, "ml-1m": 530, "amazon-digital-music-implicit": 35 },
  10: { synthetic: 40, "ml-100k": 190, "ml-1m": 300, "amazon-digital-music-implicit": 20 },
} as const;

const activeCore = (thresholds: Readonly<Record<string, number>>, dataset: string): Settings => ({
  core: "activity",
  coreRatings: thresholds[dataset] ?? ACTIVE[dataset] ?? ACTIVE_ELSEWHERE,
});

const RIDGE_STEP = { itemStep: "ridge", itemLambda: 5 };

/** Fold-in with a core that a coin or activity chooses. @param size of batches in the core, and smaller ones to try */
function foldIn(
  id: string,
  point: string,
  own: (context: SystemContext) => Settings,
  [size, ...smaller]: readonly number[],
): BeyondSystem {
  return {
    ...named(id, `Fold-in ${point}`, "core-fold-in"),
    series: "Fold-in",
    point,
    models: folded,
    settings: (context) => ({
      ...own(context),
      ...batchOf(context.protocol, size),
      ...RIDGE_STEP,
      foldRidge: 10,
    }),
    search: (context) =>
      ifSearchable(context, [
        batches(context.protocol, smaller),
        each("l2", [1e-2]),
        each("foldRidge", [50, 200, 3]),
        each("itemLambda", [1, 20, 60]),
      ]),
  };
}

interface Lean {
  readonly id: string;
  /** "20 %", or "active" */
  readonly point: string;
  readonly core: (dataset: string) => Settings;
  /** of the core's training; default: the protocol's */
  readonly epochs?: number;
  readonly fold: { readonly foldSteps: number; readonly foldRate: number };
  readonly batches: readonly number[];
}

/**
 * Few large steps for the rows: what a request of somebody in the core repeats stays small beside Retrain. Users take a
 * half-step after the items, which costs an erasure nothing (unlearning/foldIn/userStep.ts).
 */
const leanFoldIn = ({
  id,
  point,
  core,
  epochs = Number.POSITIVE_INFINITY,
  fold,
  batches: sizes,
}: Lean): BeyondSystem => ({
  ...named(id, `Lean fold-in ${point}`, "core-fold-in"),
  series: "Lean fold-in",
  point,
  models: folded,
  settings: ({ protocol, dataset }) => ({
    ...(epochs < protocol.epochs ? { epochs } : {}),
    ...core(dataset),
    ...fold,
    ...batchOf(protocol, sizes[0]),
    ...RIDGE_STEP,
    userStep: "ridge",
    userLambda: 10,
    foldRidge: 10,
  }),
  search: (context) =>
    ifSearchable(context, [
      batches(context.protocol, sizes.slice(1)),
      each("l2", [1e-2]),
      each("foldRidge", [50, 200]),
      each("itemLambda", [1, 20]),
      each("userLambda", [3, 30, 100]),
    ]),
});

const NOBODY = { core: "activity", coreRatings: 2 ** 31 };

/** The width that is tried beside the protocol's. */
const WIDE = 64;

/** All rows by least squares, started from LightGCN of a core or, to see what that is worth, from its untrained rows. */
const als = (
  id: string,
  series: "Core ALS" | "ALS alone",
  point: string,
  own: (dataset: string) => Settings,
): BeyondSystem => ({
  ...named(id, `${series}, ${point}`, "core-als"),
  series,
  point,
  job: coreAlsJob,
  models: ({ preset }) => (preset === "RANKING" ? ["lightgcn"] : []),
  settings: ({ dataset }) => own(dataset),
  search: (context) => [
    // the width where no core is trained, or in seconds
    ...(series === "ALS alone" || searchable(context) ? [each("embeddingSize", [WIDE])] : []),
    each("unobserved", [0.3, 0.1, 0.03, 3]),
    each("alsRidge", [50, 10, 800]),
  ],
});

/** Components of the Gaussian filter; generated ratings have few, and looking for more takes seconds. */
const RANK: Readonly<Record<string, number>> = { synthetic: 8 };

/** A method without gradients, that trains no model. */
const additive = (
  id: "ease" | "gaussian" | "item-knn",
  label: string,
  presets: readonly PresetName[],
  search: Search,
): BeyondSystem => ({
  ...named(id, label),
  models: () => "none",
  presets,
  settings: ({ dataset }): Settings => (id === "gaussian" && RANK[dataset] ? { rank: RANK[dataset] } : {}),
  search: () => search,
});

const PENALTIES = [1e-3, 1e-2, 1e-1];
/** Three times, and three tenths of, the rate that the model has otherwise. */
const ratesOf = (model?: ModelName) => (model === "lightgcn" ? [1.5e-2, 1.5e-3] : [3e-3, 3e-4]);

const searched = (context: SystemContext): readonly ModelName[] =>
  context.preset === "PAPER" || searchable(context) ? allModels(context) : ["bpr"];

/** What is searched of a training; under RANKING also the width, or for models of one width alone a further batch. */
function trainingStages({ preset, protocol }: SystemContext, batch: number, model?: ModelName): Search {
  const penalties = each("l2", PENALTIES);
  const rates = each("learningRate", ratesOf(model));
  if (preset === "PAPER") return [batches(protocol, [4096, 1024, 256]), penalties, rates];
  const wider = model !== undefined && modelOf(model).embeddingSizes.includes(WIDE);
  const sizes = each("batchSize", wider ? [batch] : [batch, 256]);
  return [each("embeddingSize", wider ? [WIDE] : []), penalties, rates, sizes];
}

export const SYSTEMS: readonly BeyondSystem[] = [
  named("retrain", "Retrain"),
  {
    ...named("retrain-tuned", "Retrain, tuned", "retrain"), // what an exact method could be worth at best
    models: searched,
    search: (context, model) => trainingStages(context, 4096, model),
  },
  {
    ...named("l-cbkm", "L-CBKM", "laser"),
    settings: ({ groups }) => ({ grouping: "cbkm", groups }),
  },
  {
    ...named("l-cbkm-tuned", "L-CBKM, tuned", "laser"),
    models: (context) => (context.preset === "RANKING" ? searched(context) : []),
    settings: ({ groups }) => ({ grouping: "cbkm", groups }),
    search: (context, model) => trainingStages(context, 128, model), // a group makes about as many steps as Retrain
  },
  {
    ...named("c-sisa", "C-SISA"),
    settings: ({ groups }) => ({ grouping: "rand", groups }),
  },
  // with its defaults: unlearning/rivals/README.md says how they were chosen
  {
    ...named("receraser-ubp", "RecEraser", "receraser"),
    settings: ({ groups }) => ({ groups, partition: "ubp" }),
  },
  {
    ...named("ultrare", "UltraRE"),
    settings: ({ groups }) => ({ grouping: "cbkm", groups, assignment: "transport" }),
  },
  foldIn("coin@10+ridge", "10 %", () => ({ core: "coin", corePercent: 10 }), [1024, 256]),
  foldIn("coin@20+ridge", "20 %", () => ({ core: "coin", corePercent: 20 }), [4096, 1024]),
  foldIn("active+ridge", "active", ({ dataset }) => activeCore(ACTIVE, dataset), [4096, 1024]),
  leanFoldIn({
    id: "lean@20+ridge",
    point: "20 %",
    core: () => ({ core: "coin", corePercent: 20 }),
    epochs: 25,
    fold: { foldSteps: 5, foldRate: 0.06 },
    batches: [1024, 256], // half of the epochs make as many steps of the larger core
  }),
  leanFoldIn({
    id: "lean-active+ridge",
    point: "active",
    core: (dataset) => activeCore(LEAN_ACTIVE, dataset),
    fold: { foldSteps: 5, foldRate: 0.03 },
    batches: [4096, 1024], // a third of all ratings
  }),
  als("core-als@5", "Core ALS", "5 %", (dataset) => activeCore(ALS_ACTIVE[5], dataset)),
  als("core-als@10", "Core ALS", "10 %", (dataset) => activeCore(ALS_ACTIVE[10], dataset)),
  als("als@1", "ALS alone", "1 sweep", () => NOBODY),
  als("als@3", "ALS alone", "3 sweeps", () => ({ ...NOBODY, sweeps: 3 })),
  additive("ease", "EASE", BOTH, [each("lambda", [50, 100, 200, 300, 1000, 2000, 5000])]),
  additive("item-knn", "Item-KNN", BOTH, [
    each("neighbours", [50, 100, 200]),
    each("shrinkage", [0, 5, 80, 300]),
  ]),
  additive("gaussian", "Gaussian", ["PAPER"], [each("shrinkage", [50, 100, 200, 300, 600, 800, 1600])]),
];

/** C-SISA by its other scoring: each user by the user's own shard. It is no other system, and costs the same. */
export const OWN_SCORING = named("c-sisa-own", "C-SISA (own)", "c-sisa");

/** The system of this id. A record of a system that is no longer listed keeps its id as name. */
export function systemOf(id: string): Pick<BeyondSystem, "id" | "label" | "series" | "point" | "method"> {
  const known = [...SYSTEMS, OWN_SCORING].find((system) => system.id === id);
  return known ?? { id, label: id, series: id, point: id, method: id as MethodName };
}

/** "Fold-in 10 %" for "coin@10+ridge". */
export const systemLabel = (id: string): string => systemOf(id).label;

/** What a small profile is content with. */
export const SMALL: readonly string[] = [
  "retrain",
  "retrain-tuned",
  "l-cbkm",
  "c-sisa",
  "receraser-ubp",
  "ultrare",
  "coin@10+ridge",
  "lean-active+ridge",
  "core-als@5",
  "ease",
  "item-knn",
  "gaussian",
];
