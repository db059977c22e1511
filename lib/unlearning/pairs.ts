/**
 * Clicks, orders and plays: pairs without ratings. Every label is then 1, and a method that sees nothing
 * else learns a constant: it needs sampled negatives, or a model of its own for them (EASE, models trained
 * on pairs of items).
 */

import { rowLengths } from "../data/describe";
import { holdsRatings, type Interactions, itemCount, ratingCount } from "../data/interactions";
import { InputError } from "../errors";
import { type ModelName, modelOf } from "../model/spec";
import type { Spec } from "../settings";
import type { Json } from "../training/store";
import { METHOD_NAMES, type MethodName, specOf } from "./methods";

/** Sampled negatives per positive, as the preset RANKING has them. */
const NEGATIVES = 4;

/**
 * EASE's penalty for pairs: the published 500 belongs to files in which an item has hundreds of them, and
 * would leave of a small shop's nothing but what is bought most.
 */
const penaltyFor = (data: Interactions): number =>
  Math.min(500, Math.max(10, Math.round((4 * ratingCount(data)) / Math.max(1, itemCount(data)))));

/**
 * The settings that this data asks for where the caller leaves them out: none for ratings, but EASE's
 * penalty.
 * @throws InputError for a method, or settings, under which nothing can be learned from pairs alone
 */
export function settingsFor(
  data: Interactions,
  name: MethodName,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const penalty = name === "ease" && given.lambda === undefined ? { lambda: penaltyFor(data) } : {};
  if (ratingCount(data) === 0) return {};
  if (holdsRatings(data)) return given.label === "implicit" ? penalty : {};
  const of = `${data.provenance.name} has pairs without ratings (clicks, orders, plays)`;
  const spec: Spec = specOf(name);
  if (!Object.hasOwn(spec, "label")) {
    const able = METHOD_NAMES.filter((method) => Object.hasOwn(specOf(method), "label"));
    throw new InputError(
      `${of}, and method ${name} learns from ratings alone; take one of ${able.join(", ")}`,
    );
  }
  const { label = "implicit", model = spec.model?.default, negatives = NEGATIVES } = given;
  if (label === "rating")
    throw new InputError(
      `${of}: label "rating" would train on a constant; leave it out, for label "implicit"`,
    );
  if (!Object.hasOwn(spec, "negatives")) return { label, ...penalty };
  if (negatives === 0 && modelOf(model as ModelName).samples === "points")
    throw new InputError(
      `${of}: without negatives every label is 1, and nothing is learned; leave negatives out, for ` +
        `${NEGATIVES}`,
    );
  return { label, negatives };
}

/**
 * Training that draws items which a user does not have needs some to be left.
 * @throws InputError naming a user who has every item
 */
export function requireItemsLeft(ratings: Interactions, settings: Json): void {
  const { model, negatives = 0 } = settings as { readonly model?: ModelName; readonly negatives?: number };
  if (model === undefined || (negatives === 0 && modelOf(model).samples === "points")) return;
  const items = itemCount(ratings);
  const full = rowLengths(ratings.byUser).findIndex((length) => length >= items);
  if (full >= 0)
    throw new InputError(
      `user ${JSON.stringify(ratings.userIds[full])} has all ${items} items, so no other item is left to learn the user's taste by, ` +
        `as model ${model} needs; leave out who has everything, or take a method without drawn items: item-knn`,
    );
}
