/**
 * Which method learns where the caller names none: one that recommends well without tuning and forgets at
 * once. Settings that are named decide first, since each method has its own: `--groups` asks for LASER. This
 * is a rule of thumb; lib/advice measures. (MovieLens 100K, all items ranked, NDCG@10 on a held-out tenth:
 * EASE .316 without and .067 with the values of the ratings, popularity .128, the paper's LASER with eight
 * groups .021, which learns to predict ratings and not to rank.)
 */

import { holdsRatings, type Interactions, itemCount } from "../data/interactions";
import { STARS } from "../data/scale";
import { MOST_ITEMS } from "./additive/statistics";
import { METHOD_NAMES, type MethodName, type MethodSettings, specOf } from "./methods";

/** A method, those of its settings that go with the choice, and a reason. */
export interface MethodChoice {
  readonly method: MethodName;
  readonly settings: MethodSettings;
  readonly why: string;
}

/** The method for some ratings. @param given names of settings that the caller gives */
export function chooseMethod(data: Interactions, given: readonly string[] = []): MethodChoice {
  const additive: string = itemCount(data) <= MOST_ITEMS ? "ease" : "item-knn";
  const method = METHOD_NAMES.find((name) => name === additive) ?? "laser";
  const foreign = given.filter((key) => !Object.hasOwn(specOf(method), key));
  if (foreign.length > 0)
    return {
      method: "laser",
      settings: {},
      why: `it has ${foreign.slice(0, 2).join(" and ")} among its settings`,
    };
  const quick = "it needs no training and forgets by subtraction";
  if (!holdsRatings(data)) return { method, settings: {}, why: `for pairs without ratings: ${quick}` };
  if (given.includes("label")) return { method, settings: {}, why: quick };
  if (isUpOrDown(data))
    return { method, settings: { label: "rating" }, why: `for thumbs up and down: ${quick}` };
  return {
    method,
    settings: { label: "implicit" },
    why:
      `${quick}; by who rated what, which ranks all items best (label=rating predicts ratings, ` +
      "laser is the paper's)",
  };
}

/** Whether ratings have two values, a like and a dislike: the latter must not be taken for a like. */
export function isUpOrDown({ byUser: { values } }: Interactions): boolean {
  const other = values.find((value) => value !== values[0]) ?? values[0];
  return (
    values[0] >= STARS.liked !== other >= STARS.liked &&
    values.every((value) => value === values[0] || value === other)
  );
}
