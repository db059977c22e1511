/**
 * Membership inference (Shokri et al. 2017; loss threshold: Yeom et al. 2018; calibration by a model that has not seen
 * the user: Watson et al. 2022): was a model trained on this user's ratings? The attacker knows the ratings in question
 * and holds the item tables and shared layers of the model, as frozen.ts says; for C-SISA those of every shard.
 */

import { crossEntropy } from "../../metrics/loss";
import type { FrozenModel } from "../../model/frozen";
import { Random } from "../../random";
import { mean } from "../../statistics/statistics";
import { foldIn } from "./frozen";
import { logisticScorer } from "./logistic";

/** The ratings of one user as training samples. */
export interface UserSamples {
  readonly items: Uint32Array;
  readonly labels: Float32Array;
}

/** What a folded-in user looks like. */
export interface View {
  /** mean cross-entropy of the own samples */
  readonly loss: number;
  /** mean prediction of own items minus that of other items */
  readonly margin: number;
  /** cross-entropies of the own samples, in the order of the samples */
  readonly losses: Float64Array;
}

const OTHERS = 50; // unrated items that the margin is taken against

const SCALE = 0.01; // of a row's start: N(0, 0.01^2), as rows begin in Section 4.2

/** Folds a user into a model and looks. @param stream of the row's start and of the unrated items: one a user */
export function look(
  model: FrozenModel,
  { items, labels }: UserSamples,
  count: number,
  stream: Random,
): View {
  const start = Float64Array.from({ length: model.width }, () => SCALE * stream.normal());
  const row = foldIn(model, start, items, labels);
  const predicted = model.predict(row, items);
  const losses = predicted.map((p, k) => crossEntropy(labels[k], p));
  const rated = new Set(items);
  const others = Array.from({ length: OTHERS }, () => stream.below(count)).filter((item) => !rated.has(item));
  const level = others.length > 0 ? mean([...model.predict(row, others)]) : 0;
  return { loss: mean([...losses]), margin: mean([...predicted]) - level, losses };
}

/** The views of a user in all models of a system: the closest fit counts, for a user was in one shard at most. */
export const closest = (views: readonly View[]): View =>
  views.reduce((best, view) => (view.loss < best.loss ? view : best));

/**
 * Features of a user for the shadow attack: the closest fit, and how much closer it is than in models that have certainly
 * not seen the user.
 * @param views in the models under attack; @param reference in the attacker's own models without the user
 */
export function features(views: readonly View[], reference: readonly View[]): number[] {
  const own = closest(views);
  const expected = own.losses.map((_, k) => mean(reference.map(({ losses }) => losses[k])));
  const gains = Array.from(own.losses, (loss, k) => expected[k] - loss).sort((a, b) => a - b);
  const quantile = (p: number) => gains[Math.floor(p * (gains.length - 1))];
  return [own.margin - mean(reference.map(({ margin }) => margin)), mean(gains), quantile(0.5)];
}

/** The attack learnt on shadow models, whose members the attacker chose. */
export const shadowAttack = logisticScorer;

/** Four disjoint sets of users of one size: who is attacked, and whom the attacker practises on. */
export interface AttackedUsers {
  /** trained on, then erased */
  readonly members: Uint32Array;
  /** never trained on */
  readonly others: Uint32Array;
  readonly shadowMembers: Uint32Array;
  readonly shadowOthers: Uint32Array;
}

/** Draws the four sets. @param size of each; @param users who have ratings */
export function drawUsers(users: Uint32Array, size: number, seed: number): AttackedUsers {
  const drawn = Random.stream(seed, "membership", "users").shuffle(Uint32Array.from(users));
  const part = (k: number) => drawn.slice(k * size, (k + 1) * size).sort();
  return { members: part(0), others: part(1), shadowMembers: part(2), shadowOthers: part(3) };
}
