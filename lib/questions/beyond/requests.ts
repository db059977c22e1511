/** The requests of the `beyond` figure: one person, whoever it is or likely an active one, and batches of Section 4.4. */

import type { Interactions } from "../../data/interactions";
import { Random } from "../../random";
import { type Erasure, usersErasure } from "../../unlearning/erasure";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, resolveRequest, share } from "../../unlearning/request";
import type { Draw } from "../../unlearning/requestCost/expected";

/** What a cell says that only learns. */
export const LEARNING_REQUEST = "none";
/** Requests of one user: drawn uniformly, and as the owner of a rating drawn uniformly. */
export const SINGLE_REQUESTS = ["random-user", "active-user"] as const;
/** All requests whose expected cost is worked out. */
export const REQUESTS = [...SINGLE_REQUESTS, "rand@5", "top@5"] as const;
export type BeyondRequest = (typeof REQUESTS)[number];

const isSingle = (text: string): text is (typeof SINGLE_REQUESTS)[number] =>
  (SINGLE_REQUESTS as readonly string[]).includes(text);

/** Whether a request's text can be resolved. @throws InputError saying what is allowed */
export function checkRequest(text: string): void {
  if (!isSingle(text)) parseRequest(text);
}

/** The users that a request erases from this training data, drawn from the seed. @throws InputError */
export function requestErasure(text: string, train: Interactions, seed: number): Erasure {
  if (!isSingle(text)) return resolveRequest(parseRequest(text), train, seed);
  const random = Random.stream(seed, "request", text);
  const { offsets, columns } = train.byUser;
  if (text === "random-user") {
    const users = ratedUsers(train);
    return usersErasure([users[random.below(users.length)]]);
  }
  const place = random.below(columns.length);
  return usersErasure([offsets.findIndex((end) => end > place) - 1]);
}

/** Who may be erased by a request, as the cost model takes it. */
export function drawOf(text: BeyondRequest, train: Interactions, seed: number): Draw {
  if (text === "random-user") return { kind: "uniform", count: 1 };
  if (text === "active-user") return { kind: "activity" };
  const request = parseRequest(text);
  if (request.kind === "rand")
    return { kind: "uniform", count: share(ratedUsers(train).length, request.percent) };
  return { kind: "users", users: resolveRequest(request, train, seed).users };
}
