/**
 * Requests that name people, in trials: records are published, so a trial names users and ratings by tags. A tag is an HMAC
 * under a key that is made from all the ratings: who has the data can tell whom it means, on every machine, and nobody else
 * can try ids one by one. `users:42,77` of the command line becomes `people:TAG,TAG`, and `ratings:42/10` becomes `pairs:TAG`.
 */

import { createHash, createHmac } from "node:crypto";
import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { bytesOf } from "../training/store";
import { parseRequest, requestText } from "../unlearning/request";

type Tag = (path: readonly string[]) => string;

const taggers = new WeakMap<Interactions, Tag>();

function taggerOf(data: Interactions): Tag {
  const known = taggers.get(data);
  if (known) return known;
  const { userIds, itemIds, byUser } = data;
  const hash = createHash("sha256").update(`people of\n${JSON.stringify([userIds, itemIds])}\n`);
  for (const part of [byUser.offsets, byUser.columns, byUser.values]) hash.update(bytesOf(part));
  const key = hash.digest();
  const tag: Tag = (path) => createHmac("sha256", key).update(canonicalJson(path)).digest("hex").slice(0, 32);
  taggers.set(data, tag);
  return tag;
}

/** Whether a request of the command line names people. */
export const namesPeople = (request: string | undefined): request is string =>
  request !== undefined && /^(users|ratings):/.test(request);

/** The request as a trial has it. @throws InputError for who or what is not in the data */
export function withTags(request: string, data: Interactions): string {
  const parsed = parseRequest(request);
  const tag = taggerOf(data);
  const users = new Set(data.userIds);
  const items = new Set(data.itemIds);
  const require = (ids: ReadonlySet<string>, id: string, what: string) => {
    if (!ids.has(id)) throw new InputError(`--request: ${what} "${id}" is not in ${data.provenance.name}`);
  };
  if (parsed.kind === "users") {
    for (const id of parsed.ids) require(users, id, "user");
    return `people:${parsed.ids.map((id) => tag([id])).join(",")}`;
  }
  if (parsed.kind !== "ratings") return request;
  for (const [user, item] of parsed.pairs) {
    require(users, user, "user");
    require(items, item, "item");
  }
  return `pairs:${parsed.pairs.map((pair) => tag(pair)).join(",")}`;
}

/** The request as its job takes it: that of `withTags`, on the same data. @throws InputError for a tag of nobody */
export function withNames(request: string, data: Interactions): string {
  const [, kind, list] = /^(people|pairs):(.*)$/.exec(request) ?? [];
  if (kind === undefined) return request;
  const wanted = new Map(list.split(",").map((tag) => [tag, ""]));
  const tag = taggerOf(data);
  const { offsets, columns } = data.byUser;
  const found = (path: readonly string[], name: () => string) => {
    const one = tag(path);
    if (wanted.has(one)) wanted.set(one, name());
  };
  for (const [user, id] of data.userIds.entries()) {
    if (kind === "people") found([id], () => id);
    else
      for (const item of columns.subarray(offsets[user], offsets[user + 1]))
        found([id, data.itemIds[item]], () => `${id}/${data.itemIds[item]}`);
  }
  const names = [...wanted.values()];
  if (names.includes(""))
    throw new InputError(`request ${request}: somebody or something of it is not in ${data.provenance.name}`);
  return requestText(parseRequest(`${kind === "people" ? "users" : "ratings"}:${names.join(",")}`));
}
