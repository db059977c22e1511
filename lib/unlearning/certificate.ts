/**
 * The certificate of an unlearning, plain JSON: what was erased, which system came out, and what it is identical to
 * (goal G1, Section 2.2). Erased ids are there only as HMAC-SHA256 under a key that stays with the operator, since plain
 * hashes of small ids can be enumerated. So is whatever depends on the erased data, the hashes of the system before: with
 * plain ones, a guess at a user's ratings could be tested by training on it. Who holds the remaining data can verify the
 * rest without the key: verify.ts.
 */

import { createHmac } from "node:crypto";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import type { Json } from "../training/store";
import type { Erasure } from "./erasure";
import { type Guarantee, methodVersion, type System } from "./method";
import { planHash } from "./plan";

/** The operator's secret: at least 16 bytes, or their hexadecimal text. */
export type OperatorKey = Uint8Array | string;

export const FORMAT = "erasable certificate, format 2";

/** What an unlearning states, without naming anybody. */
export interface Certificate {
  readonly format: typeof FORMAT;
  /** the method and all its settings: with these and the plan a verifier learns the system anew */
  readonly method: string;
  readonly settings: Json;
  readonly guarantee: Guarantee;
  readonly erased: {
    readonly users: number;
    /** all of theirs, and the single ones */
    readonly ratings: number;
    /** HMACs of the ids of erased users */
    readonly userTags: readonly string[];
    /** HMACs of the (user, item) pairs of single ratings that were erased */
    readonly ratingTags: readonly string[];
  };
  /** Everything here is an HMAC under the operator's key. */
  readonly before: { readonly data: string; readonly model: string; readonly artefacts: readonly string[] };
  readonly after: {
    /** users with training ratings */
    readonly users: number;
    /** of the catalogue */
    readonly items: number;
    /** SHA-256 of the remaining training data, of every weight, and of the plan (null: the method has none) */
    readonly data: string;
    readonly model: string;
    readonly plan: string | null;
    /** names of the stored artefacts: checkpoints carry the hash of all that made them */
    readonly artefacts: readonly string[];
  };
  /** A later erasure has taken away what `after` is about: its hashes are HMACs now, and there is nothing to verify. */
  readonly superseded?: true;
  /** how many of the artefacts after are not among those before: checkpoints that were made anew */
  readonly renewed: number;
  /** version of the code of the method and its model, with training, grouping and engines */
  readonly code: string;
  readonly how: string;
  /** SHA-256 of all of the above as canonical JSON */
  readonly digest: string;
}

const HOW =
  "Learn the named method with these settings from the remaining data, under the plan whose hash is given (none is " +
  "needed for the guarantee 'exact'), with code of this version: data and model hashes must come out the same. " +
  "The holder of the key can recompute the tags of the erased ids.";

export interface Certified {
  readonly before: System;
  readonly after: System;
  readonly erasure: Erasure;
  readonly key: OperatorKey;
}

export function certify({ before, after, erasure, key }: Certified): Certificate {
  const tag = tagger(key);
  const { users, ratings } = erasure;
  const pairs = [...ratings].flatMap(([user, items]) => [...items].map((item) => [user, item] as const));
  const whole = [...users].reduce((sum, user) => sum + before.ratingsOf(user).items.length, 0);
  const former = new Set(artefacts(before));
  const body = {
    format: FORMAT as typeof FORMAT,
    method: after.method.name,
    settings: after.method.settings,
    guarantee: after.guarantee,
    erased: {
      users: users.size,
      ratings: whole + pairs.length,
      userTags: [...users].map((user) => userTag(tag, before.userIds[user])).sort(),
      ratingTags: pairs.map(([u, i]) => ratingTag(tag, before.userIds[u], before.itemIds[i])).sort(),
    },
    before: {
      data: tag(["data", before.dataHash]),
      model: tag(["model", before.fingerprint]),
      artefacts: artefacts(before).map((name) => artefactTag(tag, name)),
    },
    after: {
      users: ratedUsersAfter({ before, after, erasure }),
      items: after.itemIds.length,
      data: after.dataHash,
      model: after.fingerprint,
      plan: after.plan && planHash(after.plan),
      artefacts: artefacts(after),
    },
    renewed: artefacts(after).filter((name) => !former.has(name)).length,
    code: methodVersion(after.method),
    how: HOW,
  };
  return { ...body, digest: sha256(canonicalJson(body)) };
}

/** Names of a system's stored artefacts, as a certificate lists them. */
export const artefacts = (system: System): string[] =>
  system.entries().filter((name) => name.startsWith("record/"));

/** Counting asks for everybody's ratings, and forgetting one user should not have to: a system's count is remembered. */
const counts = new WeakMap<System, number>();

const hasRatings = (system: System, user: number): boolean =>
  !system.erased.has(user) && system.ratingsOf(user).items.length > 0;

/** How many users a system has training ratings of. */
export function ratedUsers(system: System): number {
  const known = counts.get(system);
  if (known !== undefined) return known;
  let count = 0;
  for (let user = 0; user < system.userIds.length; user++) count += Number(hasRatings(system, user));
  counts.set(system, count);
  return count;
}

/** The same behind an erasure: it changes nobody's ratings but those of the users whom it names. */
function ratedUsersAfter({ before, after, erasure }: Omit<Certified, "key">): number {
  const named = new Set([...erasure.users, ...erasure.ratings.keys()]);
  const gone = [...named].filter((user) => hasRatings(before, user) && !hasRatings(after, user));
  const count = ratedUsers(before) - gone.length;
  counts.set(after, count);
  return count;
}

/**
 * An earlier certificate, once a later erasure under `key` has made its system one "before": the hashes in `after` depend
 * on what is erased now, and go the way of those in `before`. With one key for all, the `after` of a certificate and the
 * `before` of the next are equal.
 */
export function superseded(certificate: Certificate, key: OperatorKey): Certificate {
  if (certificate.superseded) return certificate;
  const tag = tagger(key);
  const { digest: _, ...body } = certificate;
  const { data, model, plan, artefacts } = certificate.after;
  const after = {
    ...certificate.after,
    data: tag(["data", data]),
    model: tag(["model", model]),
    plan: plan && tag(["plan", plan]),
    artefacts: artefacts.map((name) => artefactTag(tag, name)),
  };
  const next = { ...body, after, superseded: true as const };
  return { ...next, digest: sha256(canonicalJson(next)) };
}

/** What to say of a file of another format than this version's, which it names and perhaps the code that made it. */
export function otherFormat(
  value: { readonly format?: unknown; readonly code?: unknown } | null,
  wanted: string,
): string {
  const { format, code } = value ?? {};
  if (typeof format !== "string" || !format.startsWith(wanted.replace(/\d+$/, "")))
    return `this is not a file of "${wanted}"`;
  const made = typeof code === "string" ? ` (code version ${code})` : "";
  return `this is of "${format}", made by another version of erasable${made}; that version reads it, and this one reads "${wanted}"`;
}

/** A certificate read from JSON. @throws InputError when it is none, or was changed after it was made. */
export function parseCertificate(text: string): Certificate {
  let value: Certificate;
  try {
    value = JSON.parse(text) as Certificate;
  } catch (error) {
    throw new InputError(`certificate: ${(error as Error).message}`);
  }
  if (value?.format !== FORMAT) throw new InputError(`certificate: ${otherFormat(value, FORMAT)}`);
  const { digest, ...body } = value;
  if (sha256(canonicalJson(body)) !== digest)
    throw new InputError("certificate: its digest does not fit its content; it was changed");
  return value;
}

type Tagger = (path: readonly string[]) => string;

/** HMAC-SHA256 over a path of names. @throws InputError for a key that is too short. */
export function tagger(key: OperatorKey): Tagger {
  const bytes = typeof key === "string" ? Buffer.from(key, "hex") : key;
  if (bytes.length < 16 || (typeof key === "string" && bytes.length * 2 !== key.length))
    throw new InputError("operator key: at least 16 bytes, or 32 hexadecimal digits");
  return (path) => createHmac("sha256", bytes).update(canonicalJson(path)).digest("hex");
}

export const userTag = (tag: Tagger, user: string): string => tag(["user", user]);
export const ratingTag = (tag: Tagger, user: string, item: string): string => tag(["rating", user, item]);
export const artefactTag = (tag: Tagger, name: string): string => tag(["artefact", name]);
