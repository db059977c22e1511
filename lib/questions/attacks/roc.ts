/**
 * How well scores tell members from non-members: the ROC curve, the area under it (the share of pairs in the right order,
 * ties half), and standard errors by DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated
 * receiver operating characteristic curves" (Biometrics 1988): of one area, and of the difference of two on the same people.
 */

import { mean, squaredDeviations } from "../../statistics/statistics";

/** Scores of one attack on one system, higher for "member"; the people of a place are the same in every system. */
export interface Scores {
  /** of those who were trained on */
  readonly members: readonly number[];
  readonly others: readonly number[];
}

/** An estimate with its standard error, over users. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** 0, 0.05, ... 1 */
export const FALSE_POSITIVES: readonly number[] = Array.from({ length: 21 }, (_, k) => k / 20);

/** For each member the share of non-members scored lower, and for each non-member that of members scored higher. */
function placements({ members, others }: Scores) {
  const won = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  return {
    members: members.map((a) => mean(others.map((b) => won(a, b)))),
    others: others.map((b) => mean(members.map((a) => won(a, b)))),
  };
}

function estimate({ members, others }: Scores): Estimate {
  const variance = (values: readonly number[]) =>
    squaredDeviations(values) / Math.max(values.length - 1, 1) / values.length;
  return { value: mean(members), error: Math.sqrt(variance(members) + variance(others)) };
}

/** The area under the curve: 0.5 for guessing, 1 for certainty. */
export const area = (scores: Scores): Estimate => estimate(placements(scores));

/** The area of a less that of b, whose people are the same: what they have in common cancels out. */
export function areaDifference(a: Scores, b: Scores): Estimate {
  const [ours, theirs] = [placements(a), placements(b)];
  return estimate({
    members: ours.members.map((value, k) => value - theirs.members[k]),
    others: ours.others.map((value, k) => value - theirs.others[k]),
  });
}

/** True-positive rates at the false-positive rates of `FALSE_POSITIVES`. */
export const truePositives = ({ members, others }: Scores): number[] =>
  FALSE_POSITIVES.map((rate) => truePositiveRate(members, others, rate));

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
