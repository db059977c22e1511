/**
 * The systems of the figure `beyond`: a method of unlearning/methods.ts, what is set in it, what is searched, and how
 * tables and charts name it. A further system is a further entry of SYSTEMS.
 */

import type { FlatSettings, SettingsGrid } from "../cell";
import type { Protocol } from "../protocol";

export interface SystemContext {
  readonly dataset: string;
  readonly protocol: Protocol;
  /** S */
  readonly groups: number;
}

export interface BeyondSystem {
  /** `variant` of its cells */
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
  settings(context: SystemContext): FlatSettings;
  grid(protocol: Protocol): SettingsGrid;
}

const L2 = [{ l2: 0 }, { l2: 1e-2 }, { l2: 1e-1 }];
/** Penalties that pull fitted rows of users to the anchor, in samples. */
const RIDGES = [10, 50, 200].map((ridge) => ({ fold: { ridge } }));

/** Batches, without those larger than the protocol's: a small core would make few steps in the protocol's own. */
const batches = ({ batchSize }: Protocol, sizes: readonly number[]) =>
  [...new Set(sizes.map((size) => Math.min(size, batchSize)))].map((size) => ({ batchSize: size }));

/** Retrain's own: the protocol's batch first, which is what PAPER says. */
const retrainBatches = (protocol: Protocol) => batches(protocol, [protocol.batchSize, 4096]);

const nothing = () => ({});
const noGrid = () => [];

/** Item steps of core fold-in, and what is searched of each. */
const ITEM_STEPS: readonly { readonly kind: string; readonly stages: SettingsGrid }[] = [
  { kind: "none", stages: [] },
  { kind: "items", stages: [[10, 40, 160].map((ridge) => ({ itemStep: { fit: { ridge } } }))] },
  { kind: "ridge", stages: [[5, 1, 20].map((lambda) => ({ itemStep: { lambda } }))] },
];

function foldIn(percent: number, step: (typeof ITEM_STEPS)[number]): BeyondSystem {
  const series = step.kind === "none" ? "Fold-in" : `Fold-in + ${step.kind}`;
  const core = `coin@${percent}`;
  return {
    id: `${core}+${step.kind}`,
    label: series.replace("Fold-in", `Fold-in ${percent} %`),
    series,
    point: `${percent} %`,
    method: "core-fold-in",
    trains: true,
    settings: () => ({ core, itemStep: { kind: step.kind } }),
    grid: (protocol) => [
      // a larger core takes more steps an epoch by itself
      batches(protocol, percent < 20 ? [1024, 256] : [4096, 1024]),
      L2.slice(0, 2),
      RIDGES,
      ...step.stages,
    ],
  };
}

/** Shares of users in a core, in per cent. */
const COINS = [2, 5, 10, 20] as const;

/** Training ratings that about one user in twenty reaches: numbers fixed beforehand, as the method asks. */
const ACTIVE: Readonly<Record<string, number>> = {
  synthetic: 60,
  "ml-100k": 250,
  "ml-1m": 500,
  "amazon-music": 70,
  "amazon-digital-music-implicit": 25,
};
const ACTIVE_ELSEWHERE = 100;

/** Components of the Gaussian filter; generated ratings have few, and looking for more takes seconds. */
const RANK: Readonly<Record<string, number>> = { synthetic: 8 };
const RANK_ELSEWHERE = 32;

const additive = (id: "ease" | "gaussian", label: string, grid: SettingsGrid): BeyondSystem => ({
  id,
  label,
  series: label,
  point: label,
  method: id,
  trains: false,
  settings: ({ protocol, dataset }): FlatSettings =>
    id === "ease" ? { label: protocol.label } : { rank: RANK[dataset] ?? RANK_ELSEWHERE },
  grid: () => grid,
});

const RETRAIN: BeyondSystem = {
  id: "retrain",
  label: "Retrain",
  series: "Retrain",
  point: "Retrain",
  method: "retrain",
  trains: true,
  settings: nothing,
  grid: noGrid,
};

export const SYSTEMS: readonly BeyondSystem[] = [
  RETRAIN,
  {
    ...RETRAIN,
    id: "retrain-tuned",
    label: "Retrain, tuned",
    series: "Retrain, tuned",
    point: "Retrain, tuned",
    grid: (protocol) => [retrainBatches(protocol), L2],
  },
  {
    ...RETRAIN,
    id: "l-cbkm",
    label: "L-CBKM",
    series: "L-CBKM",
    point: "L-CBKM",
    method: "laser",
    settings: ({ groups }) => ({ groups, grouping: "cbkm" }),
  },
  {
    ...RETRAIN,
    id: "c-sisa",
    label: "C-SISA",
    series: "C-SISA",
    point: "C-SISA",
    method: "c-sisa",
    settings: ({ groups, protocol }) => ({
      groups,
      grouping: "rand",
      order: "random",
      start: protocol.cSisaStart,
    }),
  },
  {
    ...RETRAIN,
    id: "refresh",
    label: "Refresh",
    series: "Refresh",
    point: "Refresh",
    method: "refresh",
    settings: ({ groups }) => ({ groups, grouping: "cbkm" }),
    grid: () => [RIDGES],
  },
  ...ITEM_STEPS.flatMap((step) => COINS.map((percent) => foldIn(percent, step))),
  {
    ...foldIn(20, ITEM_STEPS[2]),
    id: "active+ridge",
    label: "Fold-in active + ridge",
    series: "Fold-in active + ridge",
    point: "active",
    settings: ({ dataset }) => ({
      core: `activity@${ACTIVE[dataset] ?? ACTIVE_ELSEWHERE}`,
      itemStep: { kind: "ridge" },
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
  "coin@20+none",
  "coin@20+items",
  "coin@10+ridge",
  "coin@20+ridge",
  "active+ridge",
  "ease",
  "gaussian",
];

/** RANKING costs ten times as much, and the Gaussian filter predicts ratings alone. */
export const RANKED: readonly string[] = [
  "retrain",
  "retrain-tuned",
  "l-cbkm",
  "coin@10+items",
  "coin@10+ridge",
  "coin@20+ridge",
  "ease",
];
