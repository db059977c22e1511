/** How far a model is from the exact one: in its weights, its scores, and what it recommends. */

import { spearman } from "../../statistics/correlation";
import { mean, standardDeviation } from "../../statistics/statistics";
import { loadFloats } from "../../training/checkpoint";
import type { Store } from "../../training/store";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { Left } from "./outcome";

/** A system of one model on one group of everybody who is left, and where its weights are. */
export interface Kept {
  readonly system: GroupedSystem;
  readonly store: Store;
}

const USERS = 200; // whose scores are compared
const TOP = 10;

/** Item tables and shared layers, and the rows of all who are left. */
const weightsOf = ({ system: { checkpoints }, store }: Kept): Float32Array[] =>
  [checkpoints[0].rest, checkpoints[0].rows[0]].map((blob) => loadFloats(store, blob));

/** |a - b| / |b| of some vectors side by side. */
export function relativeDistance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [apart, length] = [0, 0];
  b.forEach((part, p) => {
    for (let k = 0; k < part.length; k++) {
      apart += (a[p][k] - part[k]) ** 2;
      length += part[k] ** 2;
    }
  });
  return Math.sqrt(apart / length);
}

/** Items that score highest of those that a user has not rated, lower numbers first among equals. */
export function bestItems(scores: Float32Array, rated: ReadonlySet<number>, count = TOP): number[] {
  return [...scores.keys()]
    .filter((item) => !rated.has(item))
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, count);
}

/** Some of those who are left and have ratings, evenly over the catalogue. */
function someUsers({ partition }: GroupedSystem): Uint32Array {
  const [{ members, offsets }] = partition.groups;
  const rated = members.filter((_, row) => offsets[row + 1] > offsets[row]);
  const step = Math.max(1, rated.length / USERS);
  const count = Math.min(USERS, rated.length);
  return Uint32Array.from({ length: count }, (_, k) => rated[Math.floor(k * step)]);
}

/** The distances of one system from another on the same people. */
export function distances(one: Kept, exact: Kept): Pick<Left, "weights" | "scores" | "ranks" | "top"> {
  const users = someUsers(exact.system);
  const [ours, theirs] = [one, exact].map(({ system }) => system.scoreItems(users));
  const items = exact.system.itemIds.length;
  const apart = mean(ours.map((score, k) => Math.abs(score - theirs[k])));
  const perUser = Array.from(users, (user, k) => {
    const [a, b] = [ours, theirs].map((scores) => scores.subarray(k * items, (k + 1) * items));
    const rated = new Set(exact.system.ratingsOf(user).items);
    const best = new Set(bestItems(b, rated));
    const shared = bestItems(a, rated).filter((item) => best.has(item)).length;
    return { ranks: spearman(a, b), top: shared / Math.max(1, best.size) };
  });
  return {
    weights: relativeDistance(weightsOf(one), weightsOf(exact)),
    scores: apart / standardDeviation(theirs),
    ranks: mean(perUser.map(({ ranks }) => ranks)),
    top: mean(perUser.map(({ top }) => top)),
  };
}
