/**
 * The certificate of an unlearning, plain JSON: what was erased, which system came out, and what it is identical to
 * (goal G1, Section 2.2). Erased ids are there only as tags under a key that stays with the operator (tags.ts), since plain
 * hashes of small ids can be enumerated. So is whatever depends on the erased data, the hashes of the system before: with
 * plain ones, a guess at a user's ratings could be tested by training on it. Who holds the remaining data can verify the
 * rest without the key: verify.ts. The operator signs all of it, so that nobody else can change what it says.
 */

import { canonicalJson, sha256 } from "../json";
import type { Json } from "../training/store";
import type { Erasure } from "./erasure";
import { type Guarantee, methodVersion, type System } from "./method";
import { planHash } from "./plan";
import { digestsFrom, ratedUsers, ratingsHash } from "./ratingsHash";
import {
  artefactTag,
  type OperatorKey,
  placeTag,
  publicKeyOf,
  ratingTag,
  signatureOf,
  tagger,
  userTag,
} from "./tags";

export const FORMAT = "erasable certificate, format 3";

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
    /** tags of the ids of erased users */
    readonly userTags: readonly string[];
    /** tags of the (user, item) pairs of single ratings that were erased */
    readonly ratingTags: readonly string[];
    /** tags of the (user, group) pairs of those who have left the plan: with the key, the plan before can be made again */
    readonly placeTags: readonly string[];
  };
  /** Everything here is a tag under the operator's key. */
  readonly before: {
    readonly data: string;
    readonly model: string;
    readonly plan: string | null;
    readonly artefacts: readonly string[];
  };
  readonly after: {
    /** users with training ratings */
    readonly users: number;
    /** of the catalogue */
    readonly items: number;
    /** SHA-256 of the remaining ratings (ratingsHash.ts), of every weight, and of the plan (null: the method has none) */
    readonly data: string;
    readonly model: string;
    readonly plan: string | null;
    /** names of the stored artefacts: checkpoints carry the hash of all that made them */
    readonly artefacts: readonly string[];
  };
  /** how many of the artefacts after are not among those before: checkpoints that were made anew */
  readonly renewed: number;
  /**
   * A later erasure has taken away what `after` is about: its hashes are tags now, and there is nothing to verify. This is
   * the first signer, under whose key the tags of `erased` and `before` are.
   */
  readonly superseded?: string;
  /** version of the code of the method and its model, with training, grouping and engines */
  readonly code: string;
  readonly how: typeof HOW;
  /** the operator's public key, and the signature of all of the above as canonical JSON */
  readonly signer: string;
  readonly signature: string;
  /** SHA-256 of all of the above as canonical JSON */
  readonly digest: string;
}

export const HOW =
  "Learn the named method with these settings from the remaining data, under the plan whose hash is given (none is " +
  "needed for the guarantee 'exact'), with code of this version: data and model hashes must come out the same. " +
  "The holder of the key can recompute the tags of the erased ids.";

export interface Certified {
  readonly before: System;
  readonly after: System;
  readonly erasure: Erasure;
  readonly key: OperatorKey;
}

/** A certificate without what signing adds. */
export type Statement = Omit<Certificate, "signer" | "signature" | "digest">;

/** The certificate of a statement, signed with the operator's key. @throws InputError for a key that is too short */
export function signed(statement: Statement, key: OperatorKey): Certificate {
  const body = { ...statement, signer: publicKeyOf(key) };
  const whole = { ...body, signature: signatureOf(canonicalJson(body), key) };
  return { ...whole, digest: sha256(canonicalJson(whole)) };
}

export function certify({ before, after, erasure, key }: Certified): Certificate {
  const tag = tagger(key);
  const { users, ratings } = erasure;
  const pairs = [...ratings].flatMap(([user, items]) => [...items].map((item) => [user, item] as const));
  const whole = [...users].reduce((sum, user) => sum + before.ratingsOf(user).items.length, 0);
  const touched = [...users, ...ratings.keys()];
  const id = (user: number) => before.userIds[user];
  const former = new Set(artefacts(before));
  digestsFrom(before, after, touched);
  const statement: Statement = {
    format: FORMAT,
    method: after.method.name,
    settings: after.method.settings,
    guarantee: after.guarantee,
    erased: {
      users: users.size,
      ratings: whole + pairs.length,
      userTags: [...users].map((user) => userTag(tag, id(user))).sort(),
      ratingTags: pairs.map(([u, i]) => ratingTag(tag, id(u), before.itemIds[i])).sort(),
      placeTags: placesLeft(new Set(touched.map(id)), before, after)
        .map(([user, group]) => placeTag(tag, user, group))
        .sort(),
    },
    before: {
      data: tag(["data", ratingsHash(before)]),
      model: tag(["model", before.fingerprint]),
      plan: before.plan && tag(["plan", planHash(before.plan)]),
      artefacts: artefacts(before).map((name) => artefactTag(tag, name)),
    },
    after: {
      users: ratedUsers(after),
      items: after.itemIds.length,
      data: ratingsHash(after),
      model: after.fingerprint,
      plan: after.plan && planHash(after.plan),
      artefacts: artefacts(after),
    },
    renewed: artefacts(after).filter((name) => !former.has(name)).length,
    code: methodVersion(after.method),
    how: HOW,
  };
  return signed(statement, key);
}

/** Names of a system's stored artefacts, as a certificate lists them. */
export const artefacts = (system: System): string[] =>
  system.entries().filter((name) => name.startsWith("record/"));

/** In which groups of the plan these ids stood that stand in none now (where a plan lists items, all stay). */
function placesLeft(ids: ReadonlySet<string>, before: System, after: System): [id: string, group: number][] {
  const places = ({ plan }: System) =>
    (plan?.groups ?? []).flatMap((group, g) =>
      group.flatMap((id): [string, number][] => (ids.has(id) ? [[id, g]] : [])),
    );
  const stay = new Set(places(after).map(([id]) => id));
  return places(before).filter(([id]) => !stay.has(id));
}

/**
 * An earlier certificate, once a later erasure under `key` has made its system one "before": the hashes in `after` depend
 * on what is erased now, and go the way of those in `before`. With one key for all, the `after` of a certificate and the
 * `before` of the next are equal.
 */
export function superseded(certificate: Certificate, key: OperatorKey): Certificate {
  if (certificate.superseded !== undefined) return certificate;
  const tag = tagger(key);
  const { digest: _, signature: __, signer, ...statement } = certificate;
  const { data, model, plan, artefacts } = certificate.after;
  const after = {
    ...certificate.after,
    data: tag(["data", data]),
    model: tag(["model", model]),
    plan: plan && tag(["plan", plan]),
    artefacts: artefacts.map((name) => artefactTag(tag, name)),
  };
  return signed({ ...statement, after, superseded: signer }, key);
}

/** Whether two certificates are of one erasure: what they say of it stays when one is superseded. */
export const sameErasure = (a: Certificate, b: Certificate): boolean =>
  canonicalJson([a.erased, a.before]) === canonicalJson([b.erased, b.before]);
