/**
 * Collaborative cohesion, Eq. 3 of LASER: rho(g) = sum over pairs x, y in g of 1 / dist(x, y), divided by
 * |g|. As printed the sum holds x = y (1 / 0); here it runs over ordered pairs x != y. The printed divisor
 * lets rho grow with the size of a group, so the mean over pairs, rho / (|g| - 1), is reported beside it.
 *
 * O(|g|^2) time, O(|g|) memory: no table of distances. Above a size, a seeded sample of pairs with its
 * standard error.
 */

import { pointsOf, type UserSpace } from "../grouping/space";
import { Random } from "../random";
import { complete, real, SEED, type SettingsOf, whole } from "../settings";
import { yieldToEventLoop } from "../yield";
import { type PairVisitor, pairDistances, sharedItems } from "./pairs";

/** The least distance, and from which size of a group on pairs are sampled. */
const COHESION = {
  // 1e-3: one pair of twins then weighs as a thousand pairs at distance 1, not as a million
  epsilon: real(Number.MIN_VALUE, Number.MAX_VALUE, 1e-3, "distances below this count as this"),
  sampleAbove: whole(1, Number.MAX_SAFE_INTEGER, 20_000, "groups of more users are estimated from a sample"),
  // a second or two of multiplications; on MovieLens 1M all users together share less
  sampleAboveShared: whole(
    1,
    Number.MAX_SAFE_INTEGER,
    1e9,
    "so are groups of rating rows whose pairs share more items",
  ),
  samplePairs: whole(2, Number.MAX_SAFE_INTEGER, 200_000, "ordered pairs drawn, with replacement"),
  seed: SEED,
};
export type CohesionSettings = SettingsOf<typeof COHESION>;

export interface CohesionOptions {
  readonly signal?: AbortSignal;
  /** After each chunk of users: the share of all pairs that is done, 0 .. 1. */
  readonly onProgress?: (progress: { stage: "cohesion"; done: number }) => void;
}

/** rho of every group, and how it was formed. */
export interface Cohesion {
  readonly users: number;
  /** Eq. 3 without the diagonal: sum over ordered pairs of 1 / dist, over |g|; 0 for one user or none */
  readonly rho: number;
  /** sum over ordered pairs of 1 / dist, over |g| (|g| - 1) */
  readonly meanOverPairs: number;
  /** unordered pairs looked at whose distance was below epsilon */
  readonly floored: number;
  /** unordered pairs looked at: |g| (|g| - 1) / 2, or the size of the sample */
  readonly pairs: number;
  /** standard error of `rho`, for a sample */
  readonly standardError?: number;
}

/**
 * The cohesion of every group.
 * @param groups lists of user numbers, such as `Grouping.groups`
 * @throws InputError for bad settings, StoppedError when stopped
 */
export async function cohesion(
  space: UserSpace,
  groups: readonly Uint32Array[],
  settings: Partial<CohesionSettings> = {},
  options: CohesionOptions = {},
): Promise<Cohesion[]> {
  const full = complete(COHESION, settings, "cohesion");
  const points = pointsOf(space);
  const large = groups.map(
    (members) => members.length > full.sampleAbove || sharedItems(points, members) > full.sampleAboveShared,
  );
  const work = (group: number) => (large[group] ? full.samplePairs : groups[group].length ** 2 / 2);
  const total = groups.reduce((sum, _, group) => sum + work(group), 0) || 1;
  let behind = 0;
  const pause = async (doneHere: number) => {
    options.onProgress?.({ stage: "cohesion", done: Math.min(1, (behind + doneHere) / total) });
    await yieldToEventLoop(options.signal, "cohesion");
  };
  const results: Cohesion[] = [];
  for (const [number, members] of groups.entries()) {
    if (large[number]) {
      const random = Random.stream(full.seed, "cohesion", number);
      const distance = (a: number, b: number) => Math.sqrt(points.squaredDistance(a, b));
      results.push(await sampled(members, distance, full, random, pause));
    } else results.push(await exact(members, pairDistances(points, members), full.epsilon, pause));
    behind += work(number);
  }
  return results;
}

/** Pairs between two looks at the event loop: some ten milliseconds. */
const CHUNK = 1_000_000;

async function exact(
  members: Uint32Array,
  visit: PairVisitor,
  epsilon: number,
  pause: (done: number) => Promise<void>,
): Promise<Cohesion> {
  const count = members.length;
  let sum = 0;
  let floored = 0;
  for (let place = 0, pairs = 0, chunk = 0; place < count; place++) {
    const squares = visit(place); // to all earlier members
    let ofPlace = 0; // summed by user, so that rounding grows with |g| and not with |g|^2
    for (let other = 0; other < place; other++) {
      const distance = Math.sqrt(squares[other]);
      if (distance < epsilon) floored++;
      ofPlace += 1 / Math.max(distance, epsilon);
    }
    sum += ofPlace;
    pairs += place;
    chunk += place;
    if (chunk > CHUNK) {
      await pause(pairs);
      chunk = 0;
    }
  }
  const pairs = (count * (count - 1)) / 2;
  return {
    users: count,
    rho: count > 0 ? (2 * sum) / count : 0,
    meanOverPairs: pairs > 0 ? sum / pairs : 0,
    floored,
    pairs,
  };
}

async function sampled(
  members: Uint32Array,
  distance: (a: number, b: number) => number,
  { epsilon, samplePairs }: CohesionSettings,
  random: Random,
  pause: (done: number) => Promise<void>,
): Promise<Cohesion> {
  const count = members.length;
  let mean = 0;
  let squares = 0; // of the deviations, updated with the mean (Welford 1962)
  let floored = 0;
  for (let draw = 1; draw <= samplePairs; draw++) {
    const first = random.below(count);
    const step = 1 + random.below(count - 1);
    const between = distance(members[first], members[(first + step) % count]);
    if (between < epsilon) floored++;
    const similarity = 1 / Math.max(between, epsilon);
    const deviation = similarity - mean;
    mean += deviation / draw;
    squares += deviation * (similarity - mean);
    if (draw % 50_000 === 0) await pause(draw);
  }
  const spread = Math.sqrt(squares / (samplePairs - 1));
  return {
    users: count,
    rho: (count - 1) * mean,
    meanOverPairs: mean,
    floored,
    pairs: samplePairs,
    standardError: ((count - 1) * spread) / Math.sqrt(samplePairs),
  };
}
