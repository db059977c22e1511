/**
 * What aggregators are trained on. Shards of models that are trained on pairs are joined by points all the same: an item
 * rated has label 1, and each of at least one item drawn has 0.
 */

import type { PointSet } from "../../engine/engine";
import { modelOf } from "../../model/spec";
import { type GroupRatings, pointSet } from "../../training/groupRatings";
import type { TrainingSettings } from "../../training/settings";

/** The ratings of a group as points. @throws InputError for ratings that are no labels */
export function joiningSet(group: GroupRatings, training: TrainingSettings): PointSet {
  if (modelOf(training.model).samples === "points") return pointSet(group, training);
  return pointSet(group, { ...training, label: "implicit", negatives: Math.max(1, training.negatives) });
}
