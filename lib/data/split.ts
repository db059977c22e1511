/**
 * The split of Section 4.1: of each user's n ratings a random floor(share * n) go to training, the rest to
 * testing. A user's draw has a stream of its own, named by the original id, so it does not change when other
 * users come or go: an unlearned system and a retrained one see the same split of everyone who stays. Items
 * are drawn in the order of their ids in a catalogue, however they are numbered and in whatever order a file
 * lists them.
 */

import { requireInteger, requireNumber } from "../errors";
import { Random } from "../random";
import { type Interactions, selectRatings } from "./interactions";
import { catalogueOrder } from "./table";

export interface SplitOptions {
  /** share of each user's ratings that is trained on, 0 .. 1; default 0.9 */
  readonly trainShare?: number;
  readonly seed: number;
}

/** Both parts have the catalogue of the whole: the same users and items under the same numbers. */
export interface Split {
  readonly train: Interactions;
  readonly test: Interactions;
}

/**
 * Training and test part of `data`. A user with one rating has nothing in training, as floor(0.9 * 1) says.
 * @throws InputError on a share outside [0, 1] or a seed that is not an integer.
 */
export function split(data: Interactions, options: SplitOptions): Split {
  const [train, test] = divide(data, options, "split", ["train", "test"]);
  return { train, test };
}

/** A part of the training data to choose settings by, drawn in the same way from another stream. */
export function validationSplit(
  train: Interactions,
  options: SplitOptions,
): { train: Interactions; validation: Interactions } {
  const [rest, validation] = divide(train, options, "validation", ["train", "validation"]);
  return { train: rest, validation };
}

function divide(
  data: Interactions,
  { trainShare = 0.9, seed }: SplitOptions,
  stream: string,
  names: readonly [string, string],
): [Interactions, Interactions] {
  requireNumber(trainShare, 0, 1, "trainShare");
  requireInteger(seed, 0, Number.MAX_SAFE_INTEGER, "seed");
  const { offsets, columns } = data.byUser;
  const held = new Uint8Array(columns.length);
  const family = Random.stream(seed, stream);
  const places = new Uint32Array(longestRow(offsets));
  const { rank } = catalogueOrder(data.itemIds);
  const asNumbered = rank.every((place, item) => place === item);
  for (let u = 0; u + 1 < offsets.length; u++) {
    const first = offsets[u];
    const n = offsets[u + 1] - first;
    // 1e-9: 0.29 * 100 is 28.999999999999996 in floating point, and the share means 29
    const count = n - Math.floor(trainShare * n + 1e-9);
    if (count === 0) continue;
    const random = family.fork(data.userIds[u]);
    const row = places.subarray(0, n);
    for (let j = 0; j < n; j++) row[j] = j;
    if (!asNumbered) row.sort((a, b) => rank[columns[first + a]] - rank[columns[first + b]]);
    for (let j = 0; j < count; j++) {
      const other = j + random.below(n - j); // the first `count` places of a Fisher-Yates shuffle
      held[first + row[other]] = 1;
      row[other] = row[j];
    }
  }
  const percent = Math.round(trainShare * 1e4) / 1e2;
  return [
    selectRatings(data, (_, place) => held[place] === 0, `${names[0]} ${percent} %`),
    selectRatings(
      data,
      (_, place) => held[place] === 1,
      `${names[1]} ${Math.round(1e4 - percent * 1e2) / 1e2} %`,
    ),
  ];
}

function longestRow(offsets: Uint32Array): number {
  let longest = 0;
  for (let u = 0; u + 1 < offsets.length; u++) longest = Math.max(longest, offsets[u + 1] - offsets[u]);
  return longest;
}
