/**
 * Whether a data set can tell methods apart by a metric, and what "alike" means there (protocol section 6, version 2). The
 * yardstick of a data set, model and metric is what training wins at all: Retrain minus the item mean, after learning. Where
 * it is not positive with its whole interval, or where the metric spans next to nothing from random to oracle, nothing can
 * be told. Two values are alike when they differ by less than a quarter of the yardstick, with the whole interval.
 */

import { mean } from "../../statistics/statistics";
import { type BySeed, seedDifferences, seedInterval } from "../summary";
import type { Case } from "./verdict";

/** A metric of a system or of an anchor on one split; anchors have the model "". */
export interface MetricRow extends BySeed {
  readonly dataset: string;
  readonly model: string;
  /** "Retrain", "item mean", "random", "oracle" ... */
  readonly system: string;
  readonly request: string;
  readonly metric: string;
}

/** A metric that spans less than this from random to oracle says nothing. */
const LEAST_SPAN = 0.02;
/** Differences below this share of the yardstick are called alike. */
const ALIKE = 1 / 4;

export interface Yardstick {
  /** mean of Retrain minus item mean; NaN where one of them was not run */
  readonly size: number;
  /** Why nothing can be told, if so. */
  readonly cannotTell?: string;
}

/** @param rows of learning and of anchors, among others @param of a row of the data set, model and metric */
export function yardstick(
  rows: readonly MetricRow[],
  of: Pick<MetricRow, "dataset" | "model" | "metric">,
): Yardstick {
  const same = rows.filter(
    (row) => row.request === "none" && row.dataset === of.dataset && row.metric === of.metric,
  );
  const values = (system: string, model: string) =>
    same.filter((row) => row.system === system && row.model === model);
  const wins = seedDifferences(values("Retrain", of.model), values("item mean", ""));
  const span = seedDifferences(values("oracle", ""), values("random", ""));
  if (wins.length === 0 || span.length === 0)
    return { size: Number.NaN, cannotTell: "Retrain or an anchor was not run" };
  const size = mean(wins.map(({ value }) => value));
  const interval = seedInterval(wins.map(({ value }) => value));
  if (!interval || interval.low <= 0)
    return { size, cannotTell: "Retrain is not surely above the item mean" };
  if (mean(span.map(({ value }) => value)) < LEAST_SPAN)
    return { size, cannotTell: `the metric spans less than ${LEAST_SPAN} from random to oracle` };
  return { size };
}

/** What a claim says of a case whose effect has to be above 0, where the data set can tell. */
export const better = ({ cannotTell }: Yardstick): Pick<Case, "says" | "cannotTell"> =>
  cannotTell === undefined ? { says: { above: 0 } } : { cannotTell };

/** What a claim says of a case whose effect has to be next to 0. */
export const alike = ({ size, cannotTell }: Yardstick): Pick<Case, "says" | "cannotTell"> =>
  cannotTell === undefined ? { says: { within: ALIKE * size } } : { cannotTell };

/** What a claim says of a growth that has to stay below what counts as alike. */
export const stable = ({ size, cannotTell }: Yardstick): Pick<Case, "says" | "cannotTell"> =>
  cannotTell === undefined ? { says: { below: ALIKE * size } } : { cannotTell };
