/**
 * What rows are fitted to. A user's samples are the own ratings as training labels them, and, where training
 * samples negatives, as many drawn once from the user's own stream: they are a function of the user's id and
 * ratings alone, so that a user's row is one too. An item's samples are those of all users that hold it,
 * users ascending.
 */

import { Random } from "../../random";
import { type GroupRatings, pickRows, pointSet } from "../../training/groupRatings";
import type { TrainingSettings } from "../../training/settings";
import type { Runs } from "./kernel";

/** The samples of a group's users, one run a member. @throws InputError for a rating outside the scale. */
export function groupSamples(group: GroupRatings, settings: TrainingSettings, items: number): Runs {
  const { labels } = pointSet(group, settings);
  const { negatives, seed } = settings;
  if (negatives === 0) return { offsets: group.offsets, partners: group.items, labels };
  const stream = Random.stream(seed, "fold-in", "negatives");
  const offsets = new Uint32Array(group.offsets.length);
  const partners: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < group.members.length; row++) {
    const [from, to] = [group.offsets[row], group.offsets[row + 1]];
    const own = new Set(group.items.subarray(from, to));
    for (let k = from; k < to; k++) {
      partners.push(group.items[k]);
      values.push(labels[k]);
    }
    if (own.size < items) {
      const random = stream.fork(group.ids[row]);
      for (let k = 0; k < negatives * own.size; k++) {
        let item = random.below(items);
        while (own.has(item)) item = random.below(items);
        partners.push(item);
        values.push(0);
      }
    }
    offsets[row + 1] = partners.length;
  }
  return { offsets, partners: Uint32Array.from(partners), labels: Float32Array.from(values) };
}

/** The samples of some of the rows of a run. */
export function pickRuns(
  { offsets: ends, partners: columns, labels: values }: Runs,
  rows: readonly number[],
): Runs {
  const picked = pickRows({ offsets: ends, columns, values }, rows);
  return { offsets: picked.offsets, partners: picked.columns, labels: picked.values };
}
