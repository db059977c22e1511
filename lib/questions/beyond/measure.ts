/** What a `beyond` cell measures of a system: quality, quality by how well items are known, expected cost, who is in a core. */

import type { Interactions } from "../../data/interactions";
import type { Split } from "../../data/split";
import { evaluate, type Scorer } from "../../metrics/evaluate";
import { HIGHEST_RATING } from "../../metrics/lists";
import { crossEntropy } from "../../metrics/loss";
import type { SettingsOf } from "../../settings";
import type { AdditiveSystem } from "../../unlearning/additive/additive";
import { coreTest } from "../../unlearning/foldIn/core";
import type { CORE_FOLD_IN } from "../../unlearning/foldIn/coreFoldIn";
import type { System } from "../../unlearning/method";
import { ratedUsers } from "../../unlearning/plan";
import { expectedSamples } from "../../unlearning/requestCost/expected";
import { costModel } from "../../unlearning/requestCost/models";
import type { BeyondCell } from "../cell";
import type { BeyondOutcome, CoreShare, ItemStratum } from "../outcome";
import { drawOf, REQUESTS } from "./requests";

/** A scorer that predicts each pair once: some methods derive a user's vector anew for each call. */
export class Remembering implements Scorer {
  private readonly known = new Map<number, number>();

  constructor(
    private readonly scorer: Scorer,
    private readonly itemCount: number,
  ) {}

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    const { known, itemCount } = this;
    const pair = (k: number) => users[k] * itemCount + items[k];
    const asked = users.map((_, k) => k).filter((k) => !known.has(pair(k)));
    if (asked.length > 0) {
      const scores = this.scorer.predict(
        asked.map((k) => users[k]),
        asked.map((k) => items[k]),
      );
      asked.forEach((k, place) => {
        known.set(pair(k), scores[place]);
      });
    }
    return Float32Array.from(users, (_, k) => known.get(pair(k)) as number);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.scorer.scoreItems(users);
  }
}

/** The metrics of the cell's protocol over those who are not erased. */
export function quality(
  { protocol }: BeyondCell,
  system: Scorer,
  { train, test }: Split,
  erased: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<BeyondOutcome["metrics"]> {
  const { label, metrics } = protocol;
  return evaluate(system, train, test, { label, metrics, erased, signal });
}

/** Training ratings up to which an item is little known, and fairly. */
const STRATA = [20, 100, null] as const;
const BLOCK = 1 << 16; // pairs a call of predict

/** Loss over the held-out ratings of those who stay, by the number of training ratings of the item. */
export function strata(
  { protocol }: BeyondCell,
  system: Scorer,
  { train, test }: Split,
  erased: ReadonlySet<number>,
): ItemStratum[] {
  const { offsets } = train.byItem;
  const stratumOf = Uint8Array.from(train.itemIds, (_, item) => {
    const raters = offsets[item + 1] - offsets[item];
    return STRATA.findIndex((upTo) => upTo === null || raters <= upTo);
  });
  const sums = STRATA.map(() => ({ loss: 0, ratings: 0 }));
  const { users, items, labels } = heldOut(test, erased, protocol.label);
  for (let from = 0; from < users.length; from += BLOCK) {
    const to = Math.min(users.length, from + BLOCK);
    const scores = system.predict(users.slice(from, to), items.slice(from, to));
    for (let k = from; k < to; k++) {
      const sum = sums[stratumOf[items[k]]];
      sum.loss += crossEntropy(labels[k], scores[k - from]);
      sum.ratings++;
    }
  }
  return STRATA.map((upTo, s) => ({
    upTo,
    items: stratumOf.filter((own) => own === s).length,
    ratings: sums[s].ratings,
    loss: sums[s].ratings > 0 ? sums[s].loss / sums[s].ratings : null,
  }));
}

function heldOut(
  { byUser, userIds }: Interactions,
  erased: ReadonlySet<number>,
  label: "rating" | "implicit",
) {
  const { offsets, columns, values } = byUser;
  const users = new Uint32Array(columns.length);
  for (let user = 0; user < userIds.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  const kept = Array.from(users, (_, k) => k).filter((k) => !erased.has(users[k]));
  return {
    users: Uint32Array.from(kept, (k) => users[k]),
    items: Uint32Array.from(kept, (k) => columns[k]),
    labels: kept.map((k) => (label === "implicit" ? 1 : values[k] / HIGHEST_RATING)),
  };
}

/** How many ask at once, for the curve of batches. */
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** Expected gradient samples of every request and of batches of random users. */
export function expectations(
  system: System,
  train: Interactions,
  seed: number,
): Pick<BeyondOutcome, "expected" | "batches"> {
  const model = costModel(system);
  if (!model) return { expected: null, batches: [] };
  const expected = REQUESTS.map((request) => [request, expectedSamples(model, drawOf(request, train, seed))]);
  const batches = BATCHES.filter((users) => users <= model.users.length).map((users) => ({
    users,
    samples: expectedSamples(model, { kind: "uniform", count: users }),
  }));
  return { expected: Object.fromEntries(expected), batches };
}

/** Who is in the core of a core fold-in; null for other methods. */
export function coreShare(system: System, train: Interactions): CoreShare | null {
  if (system.method.name !== "core-fold-in") return null;
  const settings = system.method.settings as unknown as SettingsOf<typeof CORE_FOLD_IN>;
  const inCore = coreTest(settings, settings.seed);
  const { offsets, columns } = train.byUser;
  const seen = new Uint8Array(train.itemIds.length);
  let [users, ratings] = [0, 0];
  for (const user of ratedUsers(train)) {
    const [from, to] = [offsets[user], offsets[user + 1]];
    if (!inCore(train.userIds[user], to - from)) continue;
    users++;
    ratings += to - from;
    for (let k = from; k < to; k++) seen[columns[k]] = 1;
  }
  return { users, ratings, unseenItems: seen.filter((one) => one === 0).length };
}

/** Seconds until the model of a method without gradients stands; none for the others, whose training is all there is. */
export function deriveSeconds(system: System, clock: () => number): Record<string, number> {
  if (!("derive" in system)) return {};
  const began = clock();
  (system as AdditiveSystem).derive();
  return { derive: clock() - began };
}
