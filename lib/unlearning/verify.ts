/**
 * Verifies a certificate by doing the work again: learns the method from the remaining data, under the same plan where the
 * guarantee depends on one, and holds every statement against what comes out (goal G1). Each gets one of three words: it
 * holds, it is wrong, or it was not checked, and then what would have to be given. With the operator's key the erased users
 * and ratings can still be in the data given: their tags are recognised and counted, the system before is learned as well,
 * and they are left out.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import { type Json, MemoryStore } from "../training/store";
import { overCatalogue } from "./catalogue";
import { artefacts, type Certificate, sameErasure } from "./certificate";
import { type Method, type MethodContext, methodVersion, type System } from "./method";
import { methodOf } from "./methods";
import { parseCertificate } from "./parseCertificate";
import { type Plan, planHash } from "./plan";
import { ratedBy, ratedUsers, ratingsHash } from "./ratingsHash";
import { type ErasedTags, planBefore, recognised, together, withoutTagged } from "./recognised";
import { artefactTag, type OperatorKey, publicKeyOf, type Tagger, tagger } from "./tags";

/** What became of a statement. */
export type Verdict = "holds" | "wrong" | "not checked";

/** A statement of a certificate, and what was found in its place. */
export interface Check {
  readonly what: string;
  readonly verdict: Verdict;
  readonly text: string;
  /** for what was not checked: what would have to be given */
  readonly needs?: string;
}

/** Outcome of a verification, statement by statement. */
export interface Verification {
  /** Nothing is wrong, and all that the guarantee says of the system after was checked. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** An erasure before: a certificate, or whom it lists and the public key with which its tags go. */
export interface Earlier extends Partial<Pick<Certificate, "signer" | "superseded">> {
  readonly erased: ErasedTags;
}

export interface VerifyOptions {
  /**
   * the plan that the certificate names; needed unless its guarantee is "exact", and not used if it is: then the partition
   * has to come out of the remaining data (one group of everybody is no partition, and may be given)
   */
  readonly plan?: Plan | null;
  /** the operator's key: leaves the erased data out of `data`, and checks the system before where they are in it */
  readonly key?: OperatorKey;
  /** the operator's public key, where the key is not given: who has signed */
  readonly signer?: string;
  /**
   * Certificates of the erasures before, under the same key, as `certificates()` of the system gives them (this one may be
   * among them): with the key, `data` may hold what they list too, and it is left out.
   */
  readonly earlier?: readonly Earlier[];
  /** The system: is this its last certificate, and is the model that it is about in force? */
  readonly system?: {
    /** oldest first, but for those that are lost */
    readonly certificates: readonly Certificate[];
    /** how many are lost; default 0 */
    readonly lost?: number;
    readonly fingerprint: string;
  };
  /**
   * The system's catalogue of items, in its order, where the remaining data are a file of their own: an item that erased
   * users alone had rated is still in the catalogue. Default: the items of `data`.
   */
  readonly itemIds?: readonly string[];
  /** the system has its users by their ids as text, though the ids that are left may all be whole numbers */
  readonly usersByText?: boolean;
}

type Context = Omit<MethodContext, "store">;
type Value = string | number | null;

/** The statements so far. */
class Checks {
  readonly list: Check[] = [];

  /** @returns whether both agree */
  compare(what: string, expected: Value, found: Value, hint = ""): boolean {
    const holds = expected === found;
    const text = holds ? `${found}` : `the certificate says ${expected}, and this is ${found}${hint}`;
    this.list.push({ what, verdict: holds ? "holds" : "wrong", text });
    return holds;
  }

  say(what: string, holds: boolean, text: string): void {
    this.list.push({ what, verdict: holds ? "holds" : "wrong", text });
  }

  /** @param stated null: nothing that can be read */
  skip(what: string, stated: Value, needs: string): void {
    this.list.push({ what, verdict: "not checked", text: `${stated ?? ""}`, needs });
  }
}

/** Those of which the guarantee consists: unless they are checked, nothing is verified. */
const GUARANTEED: readonly string[] = ["guarantee", "remaining data", "plan", "model", "artefacts"];

/**
 * @param data the remaining training data, over a catalogue in which the erased users have no ratings or do not occur;
 *   or all of it, with `key`
 * @throws InputError when the certificate was changed, names an unknown method, or its plan does not fit the data;
 *   StoppedError.
 */
export async function verify(
  certificate: Certificate,
  data: Interactions,
  options: VerifyOptions,
  context: Context,
): Promise<Verification> {
  parseCertificate(JSON.stringify(certificate));
  const checks = new Checks();
  checkSigner(certificate, options, checks);
  checkPlace(certificate, options, checks);
  const method = methodOf(certificate.method, certificate.settings);
  checks.compare("code version", certificate.code, methodVersion(method));
  let after: After | undefined;
  if (certificate.superseded === undefined) {
    const all = givenData(certificate, data, options);
    const remaining = options.key ? withoutTagged(all, certificate, options.key) : all;
    after = await checkAfter(certificate, method, remaining, options, context, checks);
    await checkBefore(certificate, method, { all, plan: after?.plan }, options.key, context, checks);
  }
  checkSettings(certificate, method, after, checks);
  const unchecked = ({ what, verdict }: Check) => verdict === "not checked" && GUARANTEED.includes(what);
  const ok = !checks.list.some((check) => check.verdict === "wrong" || unchecked(check));
  return { ok: ok && certificate.superseded === undefined, checks: checks.list };
}

/** The data over the system's catalogue, without what earlier erasures list where the key tells it. */
function givenData({ erased }: Certificate, data: Interactions, options: VerifyOptions): Interactions {
  const { key, itemIds, usersByText = false } = options;
  const tags = ({ userTags, ratingTags }: ErasedTags) => canonicalJson([userTags, ratingTags]);
  const earlier = (options.earlier ?? []).filter((one) => tags(one.erased) !== tags(erased));
  const left = key && earlier.length > 0 ? withoutTagged(data, together(earlier), key) : data;
  return itemIds || usersByText ? overCatalogue(left, itemIds ?? left.itemIds, usersByText) : left;
}

function checkSigner({ signer }: Certificate, { key, signer: known }: VerifyOptions, checks: Checks): void {
  const expected = key === undefined ? known : publicKeyOf(key);
  if (expected === undefined)
    checks.skip("signer", signer, "the operator's key, or the public key that the operator has made known");
  else
    checks.say(
      "signer",
      signer === expected,
      signer === expected ? signer : `signed with ${signer}, and not with the key given (${expected})`,
    );
}

/** The system after, learned again. */
interface After {
  readonly plan: Plan | null;
  /** whether the plan was given: then what made the groups has not been used */
  readonly isGiven: boolean;
  /** whether its model is the one that is certified */
  readonly isSame: boolean;
}

/**
 * Settings hold where the model was learned with them and came out the same. One that is left out is not the default, which
 * may be another one day. Under a plan that was given, those that make groups decide nothing: they are held against what
 * the plan says of itself, which is no proof.
 */
function checkSettings(
  { settings }: Certificate,
  method: Method,
  after: After | undefined,
  checks: Checks,
): void {
  type Values = Readonly<Record<string, Json>>;
  const [stated, all] = [settings, method.settings] as Values[];
  const same = (one: Values, other: Values, key: string) =>
    canonicalJson({ of: one[key] }) === canonicalJson({ of: other[key] });
  const planned = (after?.isGiven && after.plan?.settings ? after.plan.settings : {}) as Values;
  const grouping = Object.keys(all).filter((key) => key !== "seed" && Object.hasOwn(planned, key));
  const differ = Object.keys(all).filter((key) => !same(stated, all, key));
  const contradict = grouping.filter((key) => !same(all, planned, key));
  const used = Object.keys(all).length - grouping.length;
  const text = `${used} of ${method.name}`;
  if (differ.length > 0) checks.say("settings", false, `other or missing: ${differ.join(", ")}`);
  else if (contradict.length > 0)
    checks.say("settings", false, `the plan was made with other ones: ${contradict.join(", ")}`);
  else if (after?.isSame) checks.say("settings", true, `${text}: with them the model comes out the same`);
  else checks.skip("settings", text, after ? "a model that comes out the same" : "what the model needs");
  if (grouping.length > 0)
    checks.skip(
      "grouping settings",
      grouping.join(", "),
      "groups that come out of the ratings: a regrouping",
    );
}

/** Whether it is the last of its system, and the system in force is the one that it is about. */
function checkPlace(certificate: Certificate, { system }: VerifyOptions, checks: Checks): void {
  const what = "last certificate";
  const certificates = system?.certificates ?? [];
  const place = certificates.findIndex((one) => sameErasure(one, certificate));
  const last = certificates.at(-1);
  const of = `${certificates.length}${system?.lost ? ` (${system.lost} more lost)` : ""}`;
  if (place >= 0 && last && place < certificates.length - 1)
    checks.say(
      what,
      false,
      `this is of erasure ${place + 1} of ${of}; the last certificate is ${last.digest.slice(0, 16)}`,
    );
  else if (certificate.superseded !== undefined)
    checks.say(what, false, "a later erasure has superseded it, and there is nothing left to verify");
  else if (!system) checks.skip(what, null, "the folder of the system");
  else if (place < 0) checks.say(what, false, "it is none of this system's certificates");
  else checks.say(what, true, `erasure ${place + 1} of ${of}`);
  if (system) checks.compare("system in force", certificate.after.model, system.fingerprint);
}

/**
 * Holds what a certificate says of the system after against the system learned again.
 * @returns undefined where it was not learned
 */
async function checkAfter(
  certificate: Certificate,
  method: Method,
  remaining: Interactions,
  options: VerifyOptions,
  context: Context,
  checks: Checks,
): Promise<After | undefined> {
  const { after, guarantee, erased } = certificate;
  const rated = ratedBy(remaining);
  checks.compare("users", after.users, ratedUsers(rated));
  checks.compare("items", after.items, remaining.itemIds.length);
  const isData = checks.compare("remaining data", after.data, ratingsHash(rated), hintOf(options));
  const plan = planFor(certificate, options.plan);
  const isPlan = plan ? checks.compare("plan", after.plan, planHash(plan)) : guarantee === "exact";
  if (!isPlan || !isData) {
    const needs = isPlan ? "the ratings that it is about" : "the plan that it names";
    if (!plan) checks.skip("plan", after.plan, needs);
    checks.skip("guarantee", guarantee, needs);
    checks.skip("model", after.model, needs);
    checks.skip("artefacts", inShort(after.artefacts), needs);
    return undefined;
  }
  const system = await learned(method, remaining, plan, context).catch((error: unknown) =>
    explainMissing(erased.ratingTags.length > 0, error),
  );
  try {
    if (!plan) checks.compare("plan", after.plan, system.plan && planHash(system.plan));
    checks.compare("guarantee", guarantee, guaranteeOf(system, after.plan));
    const isSame = checks.compare("model", after.model, system.fingerprint);
    checks.compare("artefacts", inShort(after.artefacts), inShort(artefacts(system)));
    return { plan: system.plan, isGiven: plan !== undefined, isSame };
  } finally {
    system.dispose();
  }
}

/** The likeliest reason why ratings are not those that were left. */
function hintOf({ key, earlier = [] }: VerifyOptions): string {
  if (!key) return "; if these ratings hold what was erased, give the key";
  const own = publicKeyOf(key);
  const others = earlier.filter(({ signer = own, superseded = signer }) => superseded !== own).length;
  if (others === 0) return "";
  return `; the key recognises nobody of ${others} earlier erasures, under other keys: give ratings without them`;
}

/** A partition that does not come out of the remaining data is a condition, whatever the certificate says. */
const guaranteeOf = ({ plan, guarantee }: System, stated: string | null) =>
  (plan && planHash(plan)) === stated ? guarantee : "exact given the partition";

const learned = (method: Method, data: Interactions, plan: Plan | null | undefined, context: Context) =>
  method.learn(data, { ...context, store: new MemoryStore() }, plan ? { plan } : {});

/**
 * The plan to learn under. "Exact" means that the partition comes out of the remaining data, so a plan that was made with
 * the erased users must not be what makes it hold. One group of everybody is no partition: it tells nothing about anybody.
 */
function planFor({ guarantee, after }: Certificate, plan: Plan | null | undefined): Plan | undefined {
  if (!plan || guarantee !== "exact") return plan ?? undefined;
  return plan.groups.length === 1 && planHash(plan) === after.plan ? plan : undefined;
}

/** A user who has lost every single rating is a user still, with a place in a group, and has to be in the ratings given. */
function explainMissing(singles: boolean, error: unknown): never {
  const missing =
    error instanceof InputError && /^plan: (user .*) of group \d+ is not in the data$/s.exec(error.message);
  if (!missing || !singles) throw error;
  throw new InputError(
    `${missing[1]} is in the system and not in these ratings. Whose ratings were all taken back one by one is a user still, and no ` +
      "file of the remaining ratings names them: verify on the ratings before, with the operator's key",
  );
}

/** Data that may hold the erased, and the plan of the system after; undefined where that was not learned. */
interface Before {
  readonly all: Interactions;
  readonly plan: Plan | null | undefined;
}

/** Holds what a certificate says of the erased, and of the system before, against data that still hold them. */
async function checkBefore(
  certificate: Certificate,
  method: Method,
  data: Before,
  key: OperatorKey | undefined,
  context: Context,
  checks: Checks,
): Promise<void> {
  const { before, after, renewed } = certificate;
  if (key === undefined) {
    checks.skip("renewed artefacts", renewed, "the key");
    skipErased(certificate, "the ratings before the erasure, and the key", checks);
    return;
  }
  const tag = tagger(key);
  const former = new Set(before.artefacts);
  const made = after.artefacts.filter((name) => !former.has(artefactTag(tag, name)));
  checks.compare("renewed artefacts", renewed, made.length);
  const found = recognised(data.all, certificate.erased, key);
  if (found.users + found.single === 0) {
    skipErased(certificate, "the ratings before the erasure", checks);
    return;
  }
  if (!checkErased(certificate, found, checks)) return;
  checkTag("data before", before.data, tag(["data", ratingsHash(ratedBy(data.all))]), checks);
  const plan =
    data.plan && planBefore(data.plan, certificate.erased, { data: data.all, ids: found.ids, tag });
  const places = members(plan) - members(data.plan);
  await checkModelBefore(certificate, method, { all: data.all, plan, places }, tag, context, checks);
}

function skipErased({ erased }: Certificate, needs: string, checks: Checks): void {
  checks.skip("erased users", erased.users, needs);
  checks.skip("erased ratings", erased.ratings, needs);
  skipPlaces(erased, needs, checks);
  for (const what of ["data before", "model before"]) checks.skip(what, null, needs);
}

function skipPlaces({ placeTags }: Certificate["erased"], needs: string, checks: Checks): void {
  if (placeTags.length > 0) checks.skip("places of the erased", placeTags.length, needs);
}

/** @returns whether all who are listed are in the data */
function checkErased({ erased }: Certificate, found: ReturnType<typeof recognised>, checks: Checks): boolean {
  const { userTags, ratingTags, ratings } = erased;
  const counts = [
    checks.compare("erased users", userTags.length, found.users),
    checks.compare("single erased ratings", ratingTags.length, found.single),
    checks.compare("erased ratings", ratings, found.ratings),
  ];
  return counts.every(Boolean);
}

function checkTag(what: string, stated: string | null, found: string | null, checks: Checks): boolean {
  const fits = stated === found;
  checks.say(what, fits, fits ? "its tag fits" : "its tag does not fit what these ratings give");
  return fits;
}

const members = (plan: Plan | null | undefined): number =>
  plan?.groups.reduce((sum, group) => sum + group.length, 0) ?? 0;

async function checkModelBefore(
  { before, erased, guarantee }: Certificate,
  method: Method,
  { all, plan, places }: Before & { readonly places: number },
  tag: Tagger,
  context: Context,
  checks: Checks,
): Promise<void> {
  const skip = (needs: string) => {
    skipPlaces(erased, needs, checks);
    checks.skip("model before", null, needs);
  };
  if (plan === undefined) return skip("what the system after needs");
  const planTag = plan && tag(["plan", planHash(plan)]);
  // groups that the erasure made anew, or whose members are pairs, cannot be made again from those after
  const isRegrouped = guarantee === "exact" && plan !== null && plan.groups.length > 1;
  if (planTag !== before.plan && (isRegrouped || erased.placeTags.length === 0))
    return skip("the groups before, which nobody has any more");
  if (!checkTag("plan before", before.plan, planTag, checks)) return;
  if (plan && erased.placeTags.length > 0)
    checks.compare("places of the erased", erased.placeTags.length, places);
  const system = await learned(method, all, plan, context);
  try {
    checkTag("model before", before.model, tag(["model", system.fingerprint]), checks);
    const names = artefacts(system).map((name) => artefactTag(tag, name));
    checks.compare("artefacts before", inShort(before.artefacts), inShort(names));
  } finally {
    system.dispose();
  }
}

/** A list of names as one line. */
const inShort = (names: readonly string[]): string =>
  `${names.length}, SHA-256 ${sha256(canonicalJson(names))}`;
