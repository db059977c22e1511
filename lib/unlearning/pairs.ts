/**
 * Clicks, orders and plays: pairs without ratings. Every label is then 1, and a method that sees nothing
 * else learns a constant: it needs sampled negatives, or a model of its own for them (EASE, models trained
 * on pairs of items).
 */

import { holdsRatings, type Interactions, ratingCount } from "../data/interactions";
import { InputError } from "../errors";
import { type ModelName, modelOf } from "../model/spec";
import type { Spec } from "../settings";
import { METHOD_NAMES, type MethodName, specOf } from "./methods";

/** Sampled negatives per positive, as the preset RANKING has them. */
const NEGATIVES = 4;

/**
 * The settings that this data asks for where the caller leaves them out: none for ratings.
 * @throws InputError for a method, or settings, under which nothing can be learned from pairs alone
 */
export function settingsFor(
  data: Interactions,
  name: MethodName,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (holdsRatings(data) || ratingCount(data) === 0) return {};
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
  if (!Object.hasOwn(spec, "negatives")) return { label };
  if (negatives === 0 && modelOf(model as ModelName).samples === "points")
    throw new InputError(
      `${of}: without negatives every label is 1, and nothing is learned; leave negatives out, for ` +
        `${NEGATIVES}`,
    );
  return { label, negatives };
}
