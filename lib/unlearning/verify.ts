/**
 * Verifies a certificate by doing the work again: learns the method from the remaining data, under the same plan where the
 * guarantee depends on one, and holds every statement that can be checked against what comes out (goal G1). With the
 * operator's key the erased users and ratings can still be in the data given: their tags are recognised and counted, and
 * they are left out. What cannot be checked are the HMACs of the system before, but for the names of its artefacts.
 */

import { type Interactions, interactionsFrom, selectRatings } from "../data/interactions";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import { MemoryStore } from "../training/store";
import {
  artefacts,
  artefactTag,
  type Certificate,
  type OperatorKey,
  parseCertificate,
  ratedUsers,
  ratingTag,
  tagger,
  userTag,
} from "./certificate";
import { type MethodContext, methodVersion, type System } from "./method";
import { methodOf } from "./methods";
import { type Plan, planHash } from "./plan";

/** Outcome of a verification, check by check. */
export interface Verification {
  readonly ok: boolean;
  /** what was compared, and how it came out */
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly text: string }[];
}

/** What an erasure lists: HMACs of users, and of single ratings. */
export type ErasedTags = Pick<Certificate["erased"], "userTags" | "ratingTags">;

export interface VerifyOptions {
  /**
   * the plan that the certificate names; needed unless its guarantee is "exact", and not used if it is: then the partition
   * has to come out of the remaining data (one group of everybody is no partition, and may be given)
   */
  readonly plan?: Plan | null;
  /** the operator's key: leaves the erased data out of `data` */
  readonly key?: OperatorKey;
  /**
   * Certificates of the erasures before, under the same key, as `certificates()` of the system gives them: with the key,
   * `data` may hold what they list too, and it is left out.
   */
  readonly earlier?: readonly { readonly erased: ErasedTags }[];
  /**
   * The system's catalogue of items, in its order, where the remaining data are a file of their own: an item that erased
   * users alone had rated is still in the catalogue. Default: the items of `data`.
   */
  readonly itemIds?: readonly string[];
  /** the system has its users by their ids as text, though the ids that are left may all be whole numbers */
  readonly usersByText?: boolean;
}

/** A statement of a certificate, what was found in its place, and whether that agrees. */
type Check = (what: string, expected: string | number | null, found: string | number | null) => boolean;

/**
 * @param data the remaining training data, over a catalogue in which the erased users have no ratings or do not occur;
 *   or all of it, with `key`
 * @throws InputError when the certificate was changed or superseded, names an unknown method, or its plan does not fit the
 *   data; StoppedError.
 */
export async function verify(
  certificate: Certificate,
  data: Interactions,
  options: VerifyOptions,
  context: Omit<MethodContext, "store">,
): Promise<Verification> {
  parseCertificate(JSON.stringify(certificate));
  requireWhole(certificate);
  if (certificate.superseded)
    throw new InputError("certificate: a later erasure has superseded it; verify that one's certificate");
  const { after, guarantee } = certificate;
  const checks: { what: string; ok: boolean; text: string }[] = [];
  const check: Check = (what, expected, found) => {
    const ok = expected === found;
    const text = ok ? `${found}` : `the certificate says ${expected}, and this is ${found}`;
    checks.push({ what, ok, text });
    return ok;
  };
  check(
    "code version",
    certificate.code,
    methodVersion({ name: certificate.method, settings: certificate.settings }),
  );
  const plan = planFor(certificate, options.plan);
  if (!plan && guarantee !== "exact") {
    checks.push({ what: "plan", ok: false, text: `the plan ${after.plan} is needed` });
    return { ok: false, checks };
  }
  if (plan && !check("plan", after.plan, planHash(plan))) return { ok: false, checks };
  const { key, itemIds, usersByText = false, earlier = [] } = options;
  const before = key && earlier.length > 0 ? withoutTagged(data, together(earlier), key) : data;
  const catalogued =
    itemIds || usersByText ? overCatalogue(before, itemIds ?? before.itemIds, usersByText) : before;
  checkErased(certificate, catalogued, options.key, check);
  const remaining = options.key ? withoutTagged(catalogued, certificate, options.key) : catalogued;
  const method = methodOf(certificate.method, certificate.settings);
  const system = await method
    .learn(remaining, { ...context, store: new MemoryStore() }, { plan })
    .catch((error: unknown) => explainMissing(certificate, error));
  try {
    if (!plan) check("plan", after.plan, planOf(system));
    checkSystem(certificate, system, options.key, check);
  } finally {
    system.dispose();
  }
  return { ok: checks.every(({ ok }) => ok), checks };
}

function requireWhole({ after, before, erased }: Partial<Certificate>): void {
  const lists = [after?.artefacts, before?.artefacts, erased?.userTags, erased?.ratingTags];
  if (!lists.every((list) => Array.isArray(list) && list.every((one) => typeof one === "string")))
    throw new InputError("certificate: it lacks what it says of before, after or the erased");
}

/** A user who has lost every single rating is a user still, with a place in a group, and has to be in the ratings given. */
function explainMissing({ erased }: Certificate, error: unknown): never {
  const missing =
    error instanceof InputError && /^plan: (user .*) of group \d+ is not in the data$/s.exec(error.message);
  if (!missing || erased.ratingTags.length === 0) throw error;
  throw new InputError(
    `${missing[1]} is in the system and not in these ratings. Whose ratings were all taken back one by one is a user still, and no ` +
      "file of the remaining ratings names them: verify on the ratings before, with the operator's key",
  );
}

/**
 * The plan to learn under. "Exact" means that the partition comes out of the remaining data, so a plan that was made with
 * the erased users must not be what makes it hold. One group of everybody is no partition: it tells nothing about anybody.
 */
function planFor({ guarantee, after }: Certificate, plan: Plan | null | undefined): Plan | undefined {
  if (!plan || guarantee !== "exact") return plan ?? undefined;
  return plan.groups.length === 1 && planHash(plan) === after.plan ? plan : undefined;
}

/** Holds what a certificate says of the erased against itself, and with the key against data that still hold them. */
function checkErased(
  { erased }: Certificate,
  data: Interactions,
  key: OperatorKey | undefined,
  check: Check,
) {
  const { users, ratings, userTags, ratingTags } = erased;
  check("erased users", users, new Set(userTags).size);
  const least = new Set(ratingTags).size;
  if (users === 0 || ratings < least) check("erased ratings", ratings, least);
  const found = key && recognised(data, erased, key);
  if (!found || found.ratings === 0) return; // these are the remaining data, and nobody erased is in them
  check("erased users in these ratings", userTags.length, found.users);
  check("single erased ratings in these ratings", ratingTags.length, found.single);
  check("erased ratings in these ratings", ratings, found.ratings);
}

/** Holds what a certificate says of the system after, and of how it came out, against the system learned again. */
function checkSystem(certificate: Certificate, system: System, key: OperatorKey | undefined, check: Check) {
  const { after, before, guarantee } = certificate;
  check("method", certificate.method, system.method.name);
  check("settings", canonicalJson(certificate.settings), canonicalJson(system.method.settings));
  // a partition that does not come out of the remaining data is a condition, whatever the certificate says
  const known = planOf(system) === after.plan;
  check("guarantee", guarantee, known ? system.guarantee : "exact given the partition");
  check("users", after.users, ratedUsers(system));
  check("items", after.items, system.itemIds.length);
  check("remaining data", after.data, system.dataHash);
  check("model", after.model, system.fingerprint);
  check("artefacts", inShort(after.artefacts), inShort(artefacts(system)));
  const tag = key && tagger(key);
  const former = new Set(before.artefacts);
  const most = artefacts(system).length;
  // without the key, nobody can tell which of the artefacts were there before: not more than there are, nor fewer than are new
  const least = Math.max(0, most - former.size);
  const renewed = tag
    ? artefacts(system).filter((name) => !former.has(artefactTag(tag, name))).length
    : Math.min(most, Math.max(least, certificate.renewed));
  check("renewed artefacts", certificate.renewed, renewed);
}

/** A list of names as one line. */
const inShort = (names: readonly string[]): string =>
  `${names.length}, SHA-256 ${sha256(canonicalJson(names))}`;

const planOf = ({ plan }: System): string | null => plan && planHash(plan);

/** How many of the erased are in the data, and how many ratings they have there. */
function recognised(data: Interactions, erased: Certificate["erased"], key: OperatorKey) {
  const tag = tagger(key);
  const users = new Set(erased.userTags);
  const pairs = new Set(erased.ratingTags);
  const { offsets, columns } = data.byUser;
  const found = { users: 0, single: 0, ratings: 0 };
  for (const [user, id] of data.userIds.entries()) {
    const own = columns.subarray(offsets[user], offsets[user + 1]);
    if (users.has(userTag(tag, id))) {
      found.users++;
      found.ratings += own.length;
    } else if (pairs.size > 0)
      found.single += own.filter((item) => pairs.has(ratingTag(tag, id, data.itemIds[item]))).length;
  }
  return { ...found, ratings: found.ratings + found.single };
}

/** All that some erasures list, as one. */
const together = (erasures: readonly { readonly erased: ErasedTags }[]): { readonly erased: ErasedTags } => ({
  erased: {
    userTags: erasures.flatMap(({ erased }) => erased.userTags),
    ratingTags: erasures.flatMap(({ erased }) => erased.ratingTags),
  },
});

/** The data without the users and ratings whose tags the certificate lists. */
export function withoutTagged(
  data: Interactions,
  { erased }: { readonly erased: ErasedTags },
  key: OperatorKey,
): Interactions {
  const tag = tagger(key);
  const users = new Set(erased.userTags);
  const ratings = new Set(erased.ratingTags);
  const gone = data.userIds.map((id) => users.has(userTag(tag, id)));
  const { columns } = data.byUser;
  const keep = (user: number, place: number) =>
    !gone[user] &&
    (ratings.size === 0 || !ratings.has(ratingTag(tag, data.userIds[user], data.itemIds[columns[place]])));
  return selectRatings(data, keep, "without what a certificate lists");
}

/**
 * The same ratings over the system's catalogue: its items, and its users in its order.
 * @throws InputError for a rated item that it does not have
 */
function overCatalogue(data: Interactions, itemIds: readonly string[], usersByText: boolean): Interactions {
  const numbers = new Map(itemIds.map((id, number) => [id, number]));
  const renumbered = data.itemIds.map((id) => numbers.get(id) ?? -1);
  const userIds = usersByText ? [...data.userIds].sort(byCodeUnit) : data.userIds;
  const places = new Map(userIds.map((id, place) => [id, place]));
  const { offsets, columns, values } = data.byUser;
  const users = new Uint32Array(columns.length);
  for (const [user, id] of data.userIds.entries())
    users.fill(places.get(id) as number, offsets[user], offsets[user + 1]);
  const items = columns.map((item) => {
    if (renumbered[item] < 0)
      throw new InputError(`item ${data.itemIds[item]} is not in the system's catalogue`);
    return renumbered[item];
  });
  return interactionsFrom({ users, items, ratings: values }, userIds, itemIds, data.provenance);
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether a system has its users by their ids as text: files are read so, unless all ids are whole numbers. When the only
 * ids that are none are erased, the remaining ratings alone would be read in another order.
 */
export function hasUsersByText(system: Pick<System, "userIds" | "erased">): boolean {
  const left = system.userIds.filter((_, user) => !system.erased.has(user));
  return left.every((id, k) => k === 0 || byCodeUnit(left[k - 1], id) < 0);
}
