/**
 * The systems of the question `beyond`: a method of unlearning/methods.ts, what is set in it, what is searched, and how
 * tables and charts name it. A further system is a further entry of SYSTEMS.
 */

import type { Protocol } from "../protocol";
import type { Search, Settings } from "../trial";

/** Requests of one user: drawn uniformly, and as the owner of a rating drawn uniformly. */
export const SINGLE_REQUESTS = ["random-user", "active-user"] as const;
/** One person, whoever it is or likely an active one, and batches of Section 4.4. */
export const REQUESTS = [...SINGLE_REQUESTS, "rand@5", "top@5"] as const;

export interface SystemContext {
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
  readonly method: string;
  /** whether it trains DMF or NMF */
  readonly trains: boolean;
  settings(context: SystemContext): Settings;
  search(protocol: Protocol): Search;
}

const L2 = [{ l2: 0 }, { l2: 1e-2 }, { l2: 1e-1 }];
/** Penalties that pull fitted rows of users to the anchor, in samples. */
const RIDGES = [10, 50, 200].map((ridge) => ({ foldRidge: ridge }));

/** Batches, without those larger than the protocol's: a small core would make few steps in the protocol's own. */
const batches = ({ batchSize }: Protocol, sizes: readonly number[]) =>
  [...new Set(sizes.map((size) => Math.min(size, batchSize)))].map((size) => ({ batchSize: size }));

/** Retrain's own: the protocol's batch first, which is what PAPER says. */
const retrainBatches = (protocol: Protocol) => batches(protocol, [protocol.batchSize, 4096]);

const nothing = () => ({});
const noSearch = () => [];

interface ItemStep {
  readonly kind: string;
  /** what is searched of it */
  readonly stages: Search;
  /** shares of users in a core, in per cent */
  readonly cores: readonly number[];
}

/** The closed form is swept over all cores, the others where they tell them apart. */
const RIDGE_STEP: ItemStep = {
  kind: "ridge",
  stages: [[5, 1, 20].map((lambda) => ({ itemLambda: lambda }))],
  cores: [2, 5, 10, 20],
};

/** Item steps of core fold-in. */
const ITEM_STEPS: readonly ItemStep[] = [
  { kind: "none", stages: [], cores: [10] },
  {
    kind: "items",
    stages: [[10, 40, 160].map((ridge) => ({ itemRidge: ridge }))],
    cores: [5, 10],
  },
  RIDGE_STEP,
];

/** A larger core takes more steps an epoch by itself. */
const trainingStages = (protocol: Protocol, percent: number): Search => [
  batches(protocol, percent < 20 ? [1024, 256] : [4096, 1024]),
  L2.slice(0, 2),
];

/** With sampled negatives a candidate is too dear: cores and rows are then fitted with the defaults, as Retrain is. */
const searched = (protocol: Protocol, search: Search): Search => (protocol.negatives > 0 ? [] : search);

function foldIn(percent: number, step: ItemStep): BeyondSystem {
  const series = step.kind === "none" ? "Fold-in" : `Fold-in + ${step.kind}`;
  return {
    id: `coin@${percent}+${step.kind}`,
    label: series.replace("Fold-in", `Fold-in ${percent} %`),
    series,
    point: step.cores.length > 1 ? `${percent} %` : `${series}, ${percent} %`,
    method: "core-fold-in",
    trains: true,
    settings: () => ({ core: "coin", corePercent: percent, itemStep: step.kind }),
    search: (protocol) => searched(protocol, [...trainingStages(protocol, percent), RIDGES, ...step.stages]),
  };
}

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

const activeCore = (thresholds: Readonly<Record<string, number>>, dataset: string): Settings => ({
  core: "activity",
  coreRatings: thresholds[dataset] ?? ACTIVE[dataset] ?? ACTIVE_ELSEWHERE,
});

interface Lean {
  readonly id: string;
  /** "10 %", or "active" */
  readonly point: string;
  readonly core: (dataset: string) => Settings;
  /** of the core's training; default: the protocol's */
  readonly epochs?: number;
  readonly fold: { readonly foldSteps: number; readonly foldRate: number };
  readonly batches: readonly number[];
  readonly userLambdas: readonly number[];
}

/** Few large steps for the rows: what a request of somebody in the core repeats stays small beside Retrain. */
const LEAN: readonly Lean[] = [
  {
    id: "lean@10+ridge",
    point: "10 %",
    core: () => ({ core: "coin", corePercent: 10 }),
    fold: { foldSteps: 10, foldRate: 0.03 },
    batches: [1024, 256],
    userLambdas: [10, 3, 30],
  },
  {
    id: "lean@20+ridge",
    point: "20 %",
    core: () => ({ core: "coin", corePercent: 20 }),
    epochs: 25,
    fold: { foldSteps: 5, foldRate: 0.06 },
    batches: [1024, 256], // half of the epochs make as many steps of the larger core
    userLambdas: [10, 3, 30],
  },
  {
    id: "lean-active+ridge",
    point: "active",
    core: (dataset) => activeCore(LEAN_ACTIVE, dataset),
    fold: { foldSteps: 5, foldRate: 0.03 },
    batches: [4096, 1024, 8192], // a third of all ratings
    userLambdas: [10, 3, 30, 100],
  },
];

/** Fold-in where users take a half-step after the items, which costs an erasure nothing (unlearning/foldIn/userStep.ts). */
const leanFoldIn = ({ id, point, core, epochs, fold, ...searchedOver }: Lean): BeyondSystem => ({
  id,
  label: `Lean fold-in ${point}`,
  series: "Lean fold-in",
  point,
  method: "core-fold-in",
  trains: true,
  settings: ({ protocol, dataset }) => ({
    epochs: Math.min(epochs ?? protocol.epochs, protocol.epochs),
    ...core(dataset),
    ...fold,
    itemStep: "ridge",
    userStep: "ridge",
  }),
  search: (protocol) =>
    searched(protocol, [
      batches(protocol, searchedOver.batches),
      L2.slice(0, 2),
      RIDGES,
      ...RIDGE_STEP.stages,
      searchedOver.userLambdas.map((lambda) => ({ userLambda: lambda })),
    ]),
});

/** Components of the Gaussian filter; generated ratings have few, and looking for more takes seconds. */
const RANK: Readonly<Record<string, number>> = { synthetic: 8 };
const RANK_ELSEWHERE = 32;

const additive = (id: "ease" | "gaussian", label: string, search: Search): BeyondSystem => ({
  id,
  label,
  series: label,
  point: label,
  method: id,
  trains: false,
  settings: ({ dataset }): Settings => (id === "ease" ? {} : { rank: RANK[dataset] ?? RANK_ELSEWHERE }),
  search: () => search,
});

/** A system that trains with the protocol's settings and has nothing to choose. */
const named = (id: string, label: string, method = id): BeyondSystem => ({
  id,
  label,
  series: label,
  point: label,
  method,
  trains: true,
  settings: nothing,
  search: noSearch,
});

/** With its defaults: unlearning/rivals/README.md says how they were chosen. */
const recEraser = (partition: "ubp" | "ibp" | "inbp"): BeyondSystem => ({
  ...named(`receraser-${partition}`, `RecEraser ${partition.toUpperCase()}`, "receraser"),
  settings: ({ groups }) => ({ groups, partition }),
});

export const SYSTEMS: readonly BeyondSystem[] = [
  named("retrain", "Retrain"),
  {
    ...named("retrain-tuned", "Retrain, tuned", "retrain"),
    search: (protocol) => [retrainBatches(protocol), L2],
  },
  {
    ...named("l-cbkm", "L-CBKM", "laser"),
    settings: ({ groups }) => ({ grouping: "cbkm", groups }),
  },
  {
    ...named("c-sisa", "C-SISA"),
    settings: ({ groups }) => ({ grouping: "rand", groups }),
  },
  {
    ...named("refresh", "Refresh"),
    settings: ({ groups }) => ({ grouping: "cbkm", groups }),
    search: () => [RIDGES],
  },
  recEraser("ubp"),
  recEraser("ibp"),
  recEraser("inbp"),
  {
    ...named("ultrare", "UltraRE"),
    settings: ({ groups }) => ({ grouping: "cbkm", groups, assignment: "transport" }),
  },
  ...ITEM_STEPS.flatMap((step) => step.cores.map((percent) => foldIn(percent, step))),
  ...LEAN.map(leanFoldIn),
  {
    ...foldIn(20, RIDGE_STEP),
    id: "active+ridge",
    label: "Fold-in active + ridge",
    series: "Fold-in active + ridge",
    point: "Fold-in active",
    settings: ({ dataset }) => ({
      ...activeCore(ACTIVE, dataset),
      itemStep: "ridge",
    }),
  },
  additive("ease", "EASE", [[500, 200, 1000].map((lambda) => ({ lambda }))]),
  additive("gaussian", "Gaussian", [[400, 200, 800].map((shrinkage) => ({ shrinkage }))]),
];

/** The system of this id. A record of a system that is no longer listed keeps its id as name. */
export function systemOf(id: string): Pick<BeyondSystem, "id" | "label" | "series" | "point"> {
  return SYSTEMS.find((system) => system.id === id) ?? { id, label: id, series: id, point: id };
}

/** "Fold-in 10 % + ridge" for "coin@10+ridge". */
export const systemLabel = (id: string): string => systemOf(id).label;

/** What a small profile is content with. */
export const SMALL: readonly string[] = [
  "retrain",
  "retrain-tuned",
  "l-cbkm",
  "c-sisa",
  "refresh",
  "receraser-ubp",
  "ultrare",
  "coin@10+none",
  "coin@10+items",
  "coin@10+ridge",
  "lean@20+ridge",
  "active+ridge",
  "ease",
  "gaussian",
];

/**
 * RANKING costs ten times as much. Nobody's batch or penalty is searched there, so a tuned Retrain would be the plain one,
 * and the Gaussian filter predicts ratings alone.
 */
export const RANKED: readonly string[] = ["retrain", "l-cbkm", "coin@10+ridge", "coin@20+ridge", "ease"];
