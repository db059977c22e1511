/**
 * Unlearning requests by name (Sections 4.3 and 4.4): `rand@K` and `top@K`, K % of the users drawn at random or by their
 * number of ratings, and `last-group@K`, K % of the users of the group trained last. Resolved to an erasure by numbers.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { Random } from "../random";
import { type Erasure, usersErasure } from "./erasure";
import { ratedUsers } from "./plan";

export const REQUEST_KINDS = ["rand", "top", "last-group"] as const;

export interface Request {
  readonly kind: (typeof REQUEST_KINDS)[number];
  /** K, in per cent, above 0 and at most 100 */
  readonly percent: number;
}

/** Reads "rand@5", "top@2.5", "last-group@5". @throws InputError saying what is allowed. */
export function parseRequest(text: string): Request {
  const [kind, number, ...more] = text.split("@");
  const percent = Number(number);
  const known = REQUEST_KINDS.find((candidate) => candidate === kind);
  if (!known || more.length > 0 || !number?.trim() || !(percent > 0 && percent <= 100))
    throw new InputError(`request "${text}": it must be rand@K, top@K or last-group@K, 0 < K <= 100`);
  return { kind: known, percent };
}

export const requestText = ({ kind, percent }: Request): string => `${kind}@${percent}`;

/** K % of n users: rounded, and at least one. */
export const share = (n: number, percent: number): number =>
  Math.max(1, Math.min(n, Math.round((n * percent) / 100)));

/**
 * The users of a request. Percentages count users with training ratings. Draws with one seed are nested: the users of
 * rand@2.5 are among those of rand@5.
 * @param lastGroup numbers of the users of the group trained last; needed by `last-group` alone
 * @throws InputError when nobody has ratings or the last group is needed and empty.
 */
export function resolveRequest(
  request: Request,
  train: Interactions,
  seed: number,
  lastGroup?: Uint32Array,
): Erasure {
  const pool = request.kind === "last-group" ? lastGroup : ratedUsers(train);
  if (!pool || pool.length === 0)
    throw new InputError(`request ${requestText(request)}: there is nobody to choose from`);
  const count = share(pool.length, request.percent);
  const users = Uint32Array.from(pool);
  if (request.kind === "top") {
    const { offsets } = train.byUser;
    const ratings = (user: number) => offsets[user + 1] - offsets[user];
    users.sort((a, b) => ratings(b) - ratings(a) || a - b); // numbers are in the order of ids
  } else Random.stream(seed, "request", request.kind).shuffle(users);
  return usersErasure(users.subarray(0, count).slice().sort());
}
