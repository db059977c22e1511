/** What is measured of a system beside its metrics: loss by how well items are known, expected cost, who is in a core. */

import type { Interactions } from "../../data/interactions";
import type { Split } from "../../data/split";
import type { Scorer } from "../../metrics/evaluate";
import { HIGHEST_RATING } from "../../metrics/lists";
import { crossEntropy } from "../../metrics/loss";
import type { SettingsOf } from "../../settings";
import type { AdditiveSystem } from "../../unlearning/additive/additive";
import type { Erasure } from "../../unlearning/erasure";
import { coreTest } from "../../unlearning/foldIn/core";
import type { CORE_FOLD_IN } from "../../unlearning/foldIn/coreFoldIn";
import type { System } from "../../unlearning/method";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, resolveRequest, share } from "../../unlearning/request";
import { type CostModel, type Draw, expectedSamples } from "../../unlearning/requestCost/expected";
import type { EvaluationSettings } from "../trial";
import type { BatchCost, CoreShare, ItemStratum } from "./outcome";

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

  async prepare(work: { readonly signal?: AbortSignal }): Promise<void> {
    await this.scorer.prepare?.(work);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.scorer.scoreItems(users);
  }
}

/** Training ratings up to which an item is little known, and fairly. */
const STRATA = [20, 100, null] as const;
const BLOCK = 1 << 16; // pairs a call of predict

/** Loss over the held-out ratings of those who stay, by the number of training ratings of the item. */
export function strata(
  { label }: EvaluationSettings,
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
  const { users, items, labels } = heldOut(test, erased, label);
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

/** Expected gradient samples of batches of random users; none without a cost model. */
export const batchCosts = (model: CostModel | null): BatchCost[] =>
  model === null
    ? []
    : BATCHES.filter((users) => users <= model.users.length).map((users) => ({
        users,
        samples: expectedSamples(model, { kind: "uniform", count: users }),
      }));

/** Requests whose expected cost is told as soon as a system is learned: those of the question `beyond`. */
const EXPECTED = ["random-user", "active-user", "rand@5", "top@5", "edge@5"] as const;

/** Expected gradient samples of requests, by their texts; none without a cost model. */
export const expectedCosts = (model: CostModel | null, train: Interactions): Record<string, number> =>
  Object.fromEntries(
    EXPECTED.flatMap((text) => {
      if (model === null) return [];
      const erasure = resolveRequest(parseRequest(text), train, 0);
      return [[text, expectedSamples(model, drawOf(text, train, erasure))]];
    }),
  );

/** Who may be erased by a request, as the cost model takes it. @param erasure who is, where the request names them */
export function drawOf(text: string, train: Interactions, erasure: Erasure): Draw {
  const request = parseRequest(text);
  if (request.kind === "random-user") return { kind: "uniform", count: 1 };
  if (request.kind === "active-user") return { kind: "activity" };
  if (request.kind === "rand")
    return { kind: "uniform", count: share(ratedUsers(train).length, request.percent) };
  return { kind: "users", users: erasure.users };
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
