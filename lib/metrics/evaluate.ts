/**
 * One pass over a trained system gives every metric of protocol section 5: the held-out pairs are predicted once (own
 * lists and test loss), and, if asked, all items are scored once for each user (full ranking), in blocks of users.
 * Means are over users, in ascending order of user, so the same scores give the same bits.
 */

import type { Interactions } from "../data/interactions";
import { InputError, StoppedError } from "../errors";
import { LossSums } from "./loss";
import { fullRank, LIKED, type ListQuality, labCode, type RankQuality, testOnly } from "./ranking";

/** What is evaluated: an engine, an unlearned system, an anchor. */
export interface Scorer {
  /** Scores of pairs: Float32Array, users.length; in (0, 1) where the test loss is to mean something. */
  predict(users: Uint32Array, items: Uint32Array): Float32Array;
  /** Scores of all items for some users: Float32Array, users.length x items, row-major. */
  scoreItems(users: Uint32Array): Float32Array;
}

/** What is measured, and on whom. */
export interface EvaluationOptions {
  /** What the test loss is measured against: `rating`: r / 5, `implicit`: 1. */
  readonly label: "rating" | "implicit";
  /** `all` adds the full ranking. */
  readonly metrics: "ownItems" | "all";
  /** Users who are not scored: a system that forgot them owes them nothing. */
  readonly erased?: Iterable<number>;
  /** Group of each user, 0 .. groupCount - 1: adds the loss by group. */
  readonly groups?: ArrayLike<number>;
  readonly groupCount?: number;
  /** Users who take part in the full ranking, where all of them would be too many. Default: all. */
  readonly rankUsers?: Iterable<number>;
  /** Stops between two blocks of users. */
  readonly signal?: AbortSignal;
}

/** Plain JSON. */
export interface Evaluation {
  readonly testOnly: ListQuality;
  readonly labCode: ListQuality;
  /** Mean binary cross-entropy over the held-out ratings. */
  readonly loss: number;
  /** One a group; null for a group without held-out ratings. */
  readonly lossByGroup?: readonly (number | null)[];
  /** Over the users with at least one relevant held-out item, `users` in number. */
  readonly fullRank?: RankQuality & { readonly users: number };
  /** Users with held-out ratings, and those ratings, that were scored. */
  readonly users: number;
  readonly ratings: number;
}

/** Implicit data knows no rating: all held-out items are equally relevant, and lists of them alone say nothing. */
export type ImplicitEvaluation = Omit<Evaluation, "testOnly" | "labCode" | "fullRank"> & {
  readonly fullRank: NonNullable<Evaluation["fullRank"]>;
};

/**
 * Evaluates on explicit ratings (1 .. 5): an item is relevant when it is rated >= 4.
 * @param train what the user has trained on: left out of the full ranking
 * @param test held-out ratings over the same catalogue, none of them in `train`
 * @throws InputError when a score is NaN (naming user and item), when train and test overlap or differ in catalogue, or
 *   when no rating is left to score; StoppedError on the signal.
 */
export async function evaluate(
  scorer: Scorer,
  train: Interactions,
  test: Interactions,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const users = scoredUsers(train, test, options);
  const { pairs, ...lists } = await scorePairs(scorer, test, users, options, true);
  const ranked =
    options.metrics === "all" ? await rankAll(scorer, train, test, users, options, LIKED) : undefined;
  const list = (sums: ListQuality) => ({ ndcg: sums.ndcg / users.length, hr: sums.hr / users.length });
  return {
    testOnly: list(lists.testOnly),
    labCode: list(lists.labCode),
    loss: lists.loss,
    ...(lists.lossByGroup ? { lossByGroup: lists.lossByGroup } : {}),
    ...(ranked ? { fullRank: ranked } : {}),
    users: users.length,
    ratings: pairs,
  };
}

/**
 * Evaluates on implicit data, whose stored values are not ratings: every held-out item is relevant.
 * Parameters and errors as in `evaluate`; `options.metrics` does not matter.
 */
export async function evaluateImplicit(
  scorer: Scorer,
  train: Interactions,
  test: Interactions,
  options: Omit<EvaluationOptions, "label" | "metrics">,
): Promise<ImplicitEvaluation> {
  const asked = { ...options, label: "implicit", metrics: "all" } as const;
  const users = scoredUsers(train, test, asked);
  const { pairs, loss, lossByGroup } = await scorePairs(scorer, test, users, asked, false);
  const ranked = await rankAll(scorer, train, test, users, asked, Number.NEGATIVE_INFINITY);
  return {
    loss,
    ...(lossByGroup ? { lossByGroup } : {}),
    fullRank: ranked,
    users: users.length,
    ratings: pairs,
  };
}

/** Users with held-out ratings who are not erased, ascending; checks the data on the way. */
function scoredUsers(train: Interactions, test: Interactions, options: EvaluationOptions): Uint32Array {
  const n = test.userIds.length;
  if (train.userIds.length !== n || train.itemIds.length !== test.itemIds.length)
    throw new InputError(
      `evaluate: train has ${train.userIds.length} users and ${train.itemIds.length} items, test ${n} and ${test.itemIds.length}`,
    );
  if (options.groups && !(options.groupCount && options.groups.length === n))
    throw new InputError(`evaluate: groups needs one entry for each of ${n} users, and groupCount`);
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

/** Predicts the held-out pairs: sums of the own-list metrics over users, mean loss. */
async function scorePairs(
  scorer: Scorer,
  test: Interactions,
  users: Uint32Array,
  options: EvaluationOptions,
  lists: boolean,
) {
  const { offsets, values } = test.byUser;
  const sums = { testOnly: { ndcg: 0, hr: 0 }, labCode: { ndcg: 0, hr: 0 } };
  const loss = new LossSums(options.label, options.groups, options.groupCount);
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
      const first = offsets[users[n]];
      const ratings = values.subarray(first, first + rowOf(test, users[n]).length);
      const own = scores.subarray(at, at + ratings.length);
      at += ratings.length;
      loss.add(users[n], ratings, own);
      if (!lists) continue;
      addList(sums.testOnly, testOnly(ratings, own));
      addList(sums.labCode, labCode(ratings, own));
    }
    from = to;
    await breathe(options.signal);
  }
  return { ...sums, ...loss.means(), pairs: loss.pairs };
}

function addList(sum: { ndcg: number; hr: number }, one: ListQuality): void {
  sum.ndcg += one.ndcg;
  sum.hr += one.hr;
}

/** Scores all items for every user with a relevant held-out item: means over those users. */
async function rankAll(
  scorer: Scorer,
  train: Interactions,
  test: Interactions,
  users: Uint32Array,
  options: EvaluationOptions,
  relevantFrom: number,
): Promise<RankQuality & { users: number }> {
  const items = test.itemIds.length;
  const only = options.rankUsers ? new Set(options.rankUsers) : undefined;
  const ranked = users.filter(
    (user) => (only?.has(user) ?? true) && relevantItems(test, user, relevantFrom).length > 0,
  );
  if (ranked.length === 0) throw new InputError("evaluate: no user has a relevant held-out item to rank");
  const sum = { ndcg: 0, hr: 0, recall: 0, mrr: 0 };
  const block = Math.max(1, Math.floor(SCORE_BLOCK / items));
  for (let from = 0; from < ranked.length; from += block) {
    const some = ranked.slice(from, from + block);
    const scores = scorer.scoreItems(some);
    requireNumbers(scores, some.length * items, (at) => name(test, some[Math.floor(at / items)], at % items));
    some.forEach((user, row) => {
      const own = scores.subarray(row * items, (row + 1) * items);
      const one = fullRank(own, rowOf(train, user), relevantItems(test, user, relevantFrom));
      addList(sum, one);
      sum.recall += one.recall;
      sum.mrr += one.mrr;
    });
    await breathe(options.signal);
  }
  const n = ranked.length;
  return { ndcg: sum.ndcg / n, hr: sum.hr / n, recall: sum.recall / n, mrr: sum.mrr / n, users: n };
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

/** Lets timers and signals run between two blocks. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new StoppedError("evaluate: stopped on request");
}
