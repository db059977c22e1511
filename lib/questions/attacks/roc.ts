/**
 * How well scores tell members from non-members: the ROC curve, the area under it (the share of pairs in the right order,
 * ties half), and its standard error by DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more
 * correlated receiver operating characteristic curves" (Biometrics 1988).
 */

import { normalQuantile } from "../../numeric";
import { mean, squaredDeviations } from "../../statistics/statistics";

export interface Roc {
  readonly auc: number;
  /** 95 % interval of the area, over users */
  readonly low: number;
  readonly high: number;
  /** True-positive rate at the false-positive rates of `FALSE_POSITIVES`. */
  readonly truePositives: readonly number[];
}

/** 0, 0.05, ... 1 */
export const FALSE_POSITIVES: readonly number[] = Array.from({ length: 21 }, (_, k) => k / 20);

/** @param members scores of those who were trained on; higher means "member" */
export function roc(members: readonly number[], others: readonly number[]): Roc {
  const won = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const ofMembers = members.map((a) => mean(others.map((b) => won(a, b))));
  const ofOthers = others.map((b) => mean(members.map((a) => won(a, b))));
  const auc = mean(ofMembers);
  const error = Math.sqrt(variance(ofMembers) / members.length + variance(ofOthers) / others.length);
  const reach = normalQuantile(0.975) * error;
  const truePositives = FALSE_POSITIVES.map((rate) => truePositiveRate(members, others, rate));
  return { auc, low: Math.max(0, auc - reach), high: Math.min(1, auc + reach), truePositives };
}

const variance = (values: readonly number[]): number =>
  squaredDeviations(values) / Math.max(values.length - 1, 1);

/** The curve through all thresholds, read off at one false-positive rate; straight between thresholds, as for ties. */
function truePositiveRate(members: readonly number[], others: readonly number[], rate: number): number {
  const thresholds = [...new Set([...members, ...others])].sort((a, b) => b - a);
  const share = (scores: readonly number[], least: number) =>
    scores.filter((score) => score >= least).length / scores.length;
  let [x, y] = [0, 0];
  for (const threshold of thresholds) {
    const [nextX, nextY] = [share(others, threshold), share(members, threshold)];
    if (nextX > rate) return y + ((nextY - y) * (rate - x)) / (nextX - x);
    [x, y] = [nextX, nextY];
  }
  return y;
}
