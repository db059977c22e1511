/**
 * One pass over a trained system gives every metric of protocol section 5: the held-out pairs are predicted
 * once (own lists and test loss), and, if asked, all items are scored once for each user (full ranking), in
 * blocks of users. Means are over users, in ascending order of user, so the same scores give the same bits.
 */

import { holdsRatings, type Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { yieldToEventLoop } from "../yield";
import { LIKED } from "./lists";
import { lossOf } from "./loss";
import { activeUsers, fullQuality, type LabCodeTies, ownQuality, type Quality, QualitySums } from "./quality";

/** What is evaluated: an engine, an unlearned system, an anchor. */
export interface Scorer {
  /** Does what the first score would have to wait for. */
  prepare?(work: { readonly signal?: AbortSignal }): Promise<void>;
  /** Scores of pairs: Float32Array, users.length; in (0, 1) where the test loss is to mean something. */
  predict(users: Uint32Array, items: Uint32Array): Float32Array;
  /** Scores of all items for some users: Float32Array, users.length x items, row-major. */
  scoreItems(users: Uint32Array): Float32Array;
}

/** What is measured, and on whom. */
export interface EvaluationOptions {
  /** What the test loss is measured against: `rating`: r / 5; `implicit`, and without ratings: 1. */
  readonly label: "rating" | "implicit";
  /** `all` adds the full ranking, which data without ratings always get. */
  readonly metrics: "ownItems" | "all";
  /**
   * How `labCode` takes equal ratings; default `mean`. `listed`, as version 1 did, depends on item numbers.
   */
  readonly labCodeTies?: LabCodeTies;
  /** Users who are not scored: a system that forgot them owes them nothing. */
  readonly erased?: Iterable<number>;
  /** Users who take part in the full ranking, where all of them would be too many. Default: all. */
  readonly rankUsers?: Iterable<number>;
  /** Stops between two blocks of users. */
  readonly signal?: AbortSignal;
}

/** Plain JSON: quality over all users, and over the most active of them (`activeUsers`). */
export interface Evaluation extends Quality {
  readonly active: Quality;
}

/** What a pass reads, and where it adds up. */
interface Pass {
  readonly scorer: Scorer;
  readonly train: Interactions;
  readonly test: Interactions;
  readonly users: Uint32Array;
  /** whether the stored values are ratings */
  readonly rated: boolean;
  readonly options: EvaluationOptions;
  /** the sums that a user counts in */
  readonly sumsOf: (user: number) => readonly QualitySums[];
}

/**
 * Evaluates a system. With ratings (1 .. 5) an item is relevant to the full ranking when it is rated >= 4.
 * Data without ratings (`holdsRatings`) know no better and worse: all held-out items are relevant, and lists
 * of them alone say nothing.
 * @param train what the user has trained on: left out of the full ranking
 * @param test held-out ratings over the same catalogue, none of them in `train`
 * @throws InputError when a score is NaN (naming user and item), when train and test overlap or differ in
 * catalogue, or
 *   when no rating is left to score; StoppedError on the signal.
 */
export async function evaluate(
  scorer: Scorer,
  train: Interactions,
  test: Interactions,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const users = scoredUsers(train, test, options);
  const active = activeUsers(train, users);
  const [everybody, most] = [new QualitySums(), new QualitySums()];
  const sumsOf = (user: number) => (active.has(user) ? [everybody, most] : [everybody]);
  const pass = { scorer, train, test, users, rated: holdsRatings(test), options, sumsOf };
  await scorer.prepare?.({ signal: options.signal });
  await scorePairs(pass);
  if (options.metrics === "all" || !pass.rated) await rankAll(pass);
  return { ...everybody.quality(), active: most.quality() };
}

/** Users with held-out ratings who are not erased, ascending; checks the data on the way. */
function scoredUsers(train: Interactions, test: Interactions, options: EvaluationOptions): Uint32Array {
  const n = test.userIds.length;
  if (train.userIds.length !== n || train.itemIds.length !== test.itemIds.length)
    throw new InputError(
      `evaluate: train has ${train.userIds.length} users and ${train.itemIds.length} items, ` +
        `test ${n} and ${test.itemIds.length}`,
    );
  const erased = new Set(options.erased);
  const users: number[] = [];
  for (let u = 0; u < n; u++) {
    if (erased.has(u) || test.byUser.offsets[u] === test.byUser.offsets[u + 1]) continue;
    requireDisjoint(train, test, u);
    users.push(u);
  }
  if (users.length === 0) throw new InputError("evaluate: no held-out rating is left to score");
  return Uint32Array.from(users);
}

function requireDisjoint(train: Interactions, test: Interactions, user: number): void {
  const trained = rowOf(train, user);
  let k = 0;
  for (const item of rowOf(test, user)) {
    while (k < trained.length && trained[k] < item) k++;
    if (trained[k] === item)
      throw new InputError(
        `evaluate: user ${test.userIds[user]} has item ${test.itemIds[item]} both in train and in test`,
      );
  }
}

const rowOf = (data: Interactions, user: number): Uint32Array =>
  data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]);

const PAIR_BLOCK = 1 << 16; // pairs a call of predict: enough to amortise it, little enough to stop soon
const SCORE_BLOCK = 1 << 20; // scores a call of scoreItems: 4 MB

/** Predicts the held-out pairs, for own lists and loss. */
async function scorePairs({ scorer, test, users, rated, options, sumsOf }: Pass): Promise<void> {
  const { offsets, values } = test.byUser;
  const label = rated ? options.label : "implicit";
  for (let from = 0; from < users.length; ) {
    let pairs = 0;
    let to = from;
    while (to < users.length && pairs < PAIR_BLOCK) pairs += rowOf(test, users[to++]).length;
    const pairUsers = new Uint32Array(pairs);
    const pairItems = new Uint32Array(pairs);
    for (let n = from, at = 0; n < to; n++) {
      const row = rowOf(test, users[n]);
      pairUsers.fill(users[n], at, at + row.length);
      pairItems.set(row, at);
      at += row.length;
    }
    const scores = scorer.predict(pairUsers, pairItems);
    requireNumbers(scores, pairs, (at) => name(test, pairUsers[at], pairItems[at]));
    for (let n = from, at = 0; n < to; n++) {
      const user = users[n];
      const ratings = values.subarray(offsets[user], offsets[user + 1]);
      const own = scores.subarray(at, at + ratings.length);
      at += ratings.length;
      const loss = lossOf(label, ratings, own);
      const lists = rated ? ownQuality(ratings, own, options.labCodeTies) : {};
      for (const sums of sumsOf(user)) sums.addUser(ratings.length, loss, lists);
    }
    from = to;
    await yieldToEventLoop(options.signal, "evaluate");
  }
}

/** Scores all items for every user with a relevant held-out item. */
async function rankAll({ scorer, train, test, users, rated, options, sumsOf }: Pass): Promise<void> {
  const items = test.itemIds.length;
  const least = rated ? LIKED : Number.NEGATIVE_INFINITY;
  const only = options.rankUsers ? new Set(options.rankUsers) : undefined;
  const ranked = users.filter(
    (user) => (only?.has(user) ?? true) && relevantItems(test, user, least).length > 0,
  );
  if (ranked.length === 0) throw new InputError("evaluate: no user has a relevant held-out item to rank");
  const block = Math.max(1, Math.floor(SCORE_BLOCK / items));
  for (let from = 0; from < ranked.length; from += block) {
    const some = ranked.slice(from, from + block);
    const scores = scorer.scoreItems(some);
    requireNumbers(scores, some.length * items, (at) => name(test, some[Math.floor(at / items)], at % items));
    some.forEach((user, row) => {
      const own = scores.subarray(row * items, (row + 1) * items);
      const full = fullQuality(own, rowOf(train, user), relevantItems(test, user, least));
      for (const sums of sumsOf(user)) sums.addRanked(full);
    });
    await yieldToEventLoop(options.signal, "evaluate");
  }
}

function relevantItems(test: Interactions, user: number, from: number): Uint32Array {
  const first = test.byUser.offsets[user];
  return rowOf(test, user).filter((_, k) => test.byUser.values[first + k] >= from);
}

const name = (data: Interactions, user: number, item: number): string =>
  `user ${data.userIds[user]} and item ${data.itemIds[item]}`;

function requireNumbers(scores: Float32Array, length: number, where: (at: number) => string): void {
  if (scores.length !== length)
    throw new InputError(`evaluate: ${scores.length} scores where ${length} were asked for`);
  for (let at = 0; at < length; at++) {
    if (Number.isNaN(scores[at])) throw new InputError(`evaluate: the score of ${where(at)} is not a number`);
  }
}
