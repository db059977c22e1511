/**
 * Unlearning requests by name. Sections 4.3 and 4.4: `rand@K` and `top@K`, K % of the users drawn at random
 * or with the most ratings, and `last-group@K`, K % of the users of the group trained last; `edge@K`, those
 * with the fewest ratings. One user: `random-user`, drawn uniformly, and `active-user`, the owner of a rating
 * drawn uniformly. By original ids: `users:42,77` (E1) and `ratings:42/10,42/11`, user and item (E2, Section
 * 1). Resolved to an erasure by numbers.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { Random } from "../random";
import { type Erasure, erasureOf, usersErasure } from "./erasure";
import { ratedUsers } from "./plan";

export const SHARE_KINDS = ["rand", "top", "edge", "last-group"] as const;
const SINGLE_KINDS = ["random-user", "active-user"] as const;

/** A share of the users. */
export interface ShareRequest {
  readonly kind: (typeof SHARE_KINDS)[number];
  /** K, in per cent, above 0 and at most 100 */
  readonly percent: number;
}

/** Users or ratings by original ids, none with a comma or a slash in it; `erasureOf` takes any. */
export type ListRequest =
  | { readonly kind: "users"; readonly ids: readonly string[] }
  | { readonly kind: "ratings"; readonly pairs: readonly (readonly [user: string, item: string])[] };

/** One user. */
export interface SingleRequest {
  readonly kind: (typeof SINGLE_KINDS)[number];
}

/** Who asks to be forgotten: a share of the users, one of them, or a list. */
export type Request = ShareRequest | SingleRequest | ListRequest;

const ALLOWED =
  "rand@K, top@K, edge@K or last-group@K with 0 < K <= 100, random-user, active-user, users:ID,ID,... or " +
  "ratings:USER/ITEM,...";

/** Reads "rand@5", "active-user", "users:42,77", "ratings:42/10". @throws InputError: what is allowed */
export function parseRequest(text: string): Request {
  const single = SINGLE_KINDS.find((kind) => kind === text);
  const request = single ? { kind: single } : (parseList(text) ?? parseShare(text));
  if (!request) throw new InputError(`request "${text}": it must be ${ALLOWED}`);
  return request;
}

function parseShare(text: string): ShareRequest | undefined {
  const [kind, number, ...more] = text.split("@");
  const percent = Number(number);
  const known = SHARE_KINDS.find((candidate) => candidate === kind);
  if (!known || more.length > 0 || !number?.trim() || !(percent > 0 && percent <= 100)) return undefined;
  return { kind: known, percent };
}

function parseList(text: string): ListRequest | undefined {
  const [, kind, list] = /^(users|ratings):(.+)$/s.exec(text) ?? [];
  if (!kind) return undefined;
  const parts = list.split(",").map((part) => part.trim());
  if (parts.includes("")) return undefined;
  if (kind === "users") return { kind, ids: parts };
  const pairs = parts.map((part) => part.split("/"));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes(""))) return undefined;
  return { kind: "ratings", pairs: pairs.map(([user, item]) => [user, item] as const) };
}

/** The text that `parseRequest` reads. */
export function requestText(request: Request): string {
  if (isSingle(request)) return request.kind;
  if (request.kind === "users") return `users:${request.ids.join(",")}`;
  if (request.kind === "ratings") return `ratings:${request.pairs.map((pair) => pair.join("/")).join(",")}`;
  return `${request.kind}@${request.percent}`;
}

const isSingle = (request: Request): request is SingleRequest =>
  (SINGLE_KINDS as readonly string[]).includes(request.kind);

/** K % of n users: rounded, and at least one. */
export const share = (n: number, percent: number): number =>
  Math.max(1, Math.min(n, Math.round((n * percent) / 100)));

/**
 * The erasure of a request. Percentages count users with training ratings. Draws with one seed are nested:
 * the users of rand@2.5 are among those of rand@5.
 * @param lastGroup numbers of the users of the group trained last; needed by `last-group` alone
 * @throws InputError for an unknown id, or when nobody has ratings or the last group is needed and empty.
 */
export function resolveRequest(
  request: Request,
  train: Interactions,
  seed: number,
  lastGroup?: Uint32Array,
): Erasure {
  if (request.kind === "users") return namedErasure(request.ids, [], train);
  if (request.kind === "ratings") return namedErasure([], request.pairs, train);
  if (isSingle(request)) return usersErasure([singleUser(request, train, seed)]);
  const pool = request.kind === "last-group" ? lastGroup : ratedUsers(train);
  if (!pool || pool.length === 0)
    throw new InputError(`request ${requestText(request)}: there is nobody to choose from`);
  const count = share(pool.length, request.percent);
  const users = Uint32Array.from(pool);
  if (request.kind === "top" || request.kind === "edge") {
    const { offsets } = train.byUser;
    const sign = request.kind === "top" ? -1 : 1;
    const ratings = (user: number) => offsets[user + 1] - offsets[user];
    users.sort((a, b) => sign * (ratings(a) - ratings(b)) || a - b); // numbers are in the order of ids
  } else Random.stream(seed, "request", request.kind).shuffle(users);
  return usersErasure(users.subarray(0, count).slice().sort());
}

function singleUser({ kind }: SingleRequest, train: Interactions, seed: number): number {
  const random = Random.stream(seed, "request", kind);
  const { offsets, columns } = train.byUser;
  if (columns.length === 0) throw new InputError(`request ${kind}: there is nobody to choose from`);
  if (kind === "random-user") {
    const users = ratedUsers(train);
    return users[random.below(users.length)];
  }
  const place = random.below(columns.length);
  return offsets.findIndex((end) => end > place) - 1;
}

/** An erasure by original ids. @throws InputError for an id that is not in the catalogue. */
export function namedErasure(
  users: readonly string[],
  ratings: readonly (readonly [user: string, item: string])[],
  catalogue: Pick<Interactions, "userIds" | "itemIds">,
): Erasure {
  const user = finder(catalogue.userIds, "user");
  const item = finder(ratings.length > 0 ? catalogue.itemIds : [], "item");
  return erasureOf(
    users.map(user),
    ratings.map(([u, i]) => [user(u), item(i)] as const),
  );
}

function finder(ids: readonly string[], what: string): (id: string) => number {
  const numbers = new Map(ids.map((id, number) => [id, number]));
  return (id) => {
    const number = numbers.get(id);
    if (number === undefined) throw new InputError(`${what} "${id}" is not in the catalogue`);
    return number;
  };
}
