/**
 * Verifies a certificate by doing the work again: learns the method from the remaining data under the same plan and
 * compares hashes (goal G1). With the operator's key the erased users and ratings can still be in the data given: their
 * tags are recognised, and they are left out.
 */

import { type Interactions, interactionsFrom, selectRatings } from "../data/interactions";
import { InputError } from "../errors";
import { MemoryStore } from "../training/store";
import { codeVersion } from "../version";
import {
  type Certificate,
  type OperatorKey,
  parseCertificate,
  ratingTag,
  tagger,
  userTag,
} from "./certificate";
import type { MethodContext } from "./method";
import { methodOf } from "./methods";
import { type Plan, planHash } from "./plan";

/** Outcome of a verification, check by check. */
export interface Verification {
  readonly ok: boolean;
  /** what was compared, and how it came out */
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly text: string }[];
}

export interface VerifyOptions {
  /** the plan that the certificate names; needed unless its guarantee is "exact" */
  readonly plan?: Plan | null;
  /** the operator's key: leaves the erased data out of `data` */
  readonly key?: OperatorKey;
  /**
   * The system's catalogue of items, in its order, where the remaining data are a file of their own: an item that erased
   * users alone had rated is still in the catalogue. Default: the items of `data`.
   */
  readonly itemIds?: readonly string[];
}

/**
 * @param data the remaining training data, over a catalogue in which the erased users have no ratings or do not occur;
 *   or all of it, with `key`
 * @throws InputError when the certificate was changed or superseded, or names an unknown method; StoppedError.
 */
export async function verify(
  certificate: Certificate,
  data: Interactions,
  options: VerifyOptions,
  context: Omit<MethodContext, "store">,
): Promise<Verification> {
  parseCertificate(JSON.stringify(certificate));
  if (certificate.superseded)
    throw new InputError("certificate: a later erasure has superseded it; verify that one's certificate");
  const { after, code } = certificate;
  const checks: { what: string; ok: boolean; text: string }[] = [];
  const check = (what: string, expected: string | null, found: string | null) => {
    const ok = expected === found;
    checks.push({
      what,
      ok,
      text: ok ? `${found}` : `the certificate says ${expected}, and this is ${found}`,
    });
    return ok;
  };
  check("code version", code, codeVersion("training"));
  const plan = options.plan ?? undefined;
  const given = plan ? check("plan", after.plan, planHash(plan)) : true;
  if (!plan && certificate.guarantee !== "exact") {
    checks.push({ what: "plan", ok: false, text: `the plan ${after.plan} is needed` });
    return { ok: false, checks };
  }
  if (!given) return { ok: false, checks };
  const catalogued = options.itemIds ? overItems(data, options.itemIds) : data;
  const remaining = options.key ? withoutTagged(catalogued, certificate, options.key) : catalogued;
  const store = new MemoryStore();
  const system = await methodOf(certificate.method, certificate.settings).learn(
    remaining,
    { ...context, store },
    { plan },
  );
  if (!plan) check("plan", after.plan, system.plan && planHash(system.plan));
  check("remaining data", after.data, system.dataHash);
  check("model", after.model, system.fingerprint);
  system.dispose();
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** The data without the users and ratings whose tags the certificate lists. */
export function withoutTagged(data: Interactions, certificate: Certificate, key: OperatorKey): Interactions {
  const tag = tagger(key);
  const users = new Set(certificate.erased.userTags);
  const ratings = new Set(certificate.erased.ratingTags);
  const gone = data.userIds.map((id) => users.has(userTag(tag, id)));
  const { columns } = data.byUser;
  const keep = (user: number, place: number) =>
    !gone[user] &&
    (ratings.size === 0 || !ratings.has(ratingTag(tag, data.userIds[user], data.itemIds[columns[place]])));
  return selectRatings(data, keep, "without what a certificate lists");
}

/** The same ratings over another catalogue of items. @throws InputError for a rated item that it does not have. */
function overItems(data: Interactions, itemIds: readonly string[]): Interactions {
  const numbers = new Map(itemIds.map((id, number) => [id, number]));
  const renumbered = data.itemIds.map((id) => numbers.get(id) ?? -1);
  const { offsets, columns, values } = data.byUser;
  const users = new Uint32Array(columns.length);
  for (let user = 0; user < data.userIds.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  const items = columns.map((item) => {
    if (renumbered[item] < 0)
      throw new InputError(`item ${data.itemIds[item]} is not in the system's catalogue`);
    return renumbered[item];
  });
  return interactionsFrom({ users, items, ratings: values }, data.userIds, itemIds, data.provenance);
}
