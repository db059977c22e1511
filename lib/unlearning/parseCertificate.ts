/**
 * Reading a certificate: nothing is taken from JSON that the format does not have, numbers that contradict each other are
 * refused, and so is what was changed after it was signed. Whether it is true is verify.ts' to say.
 */

import { InputError, seen } from "../errors";
import { canonicalJson, sha256 } from "../json";
import { parseShallow } from "../nesting";
import { type Certificate, FORMAT, HOW } from "./certificate";
import { isSigned } from "./tags";

/** What a member must be: null when it is that, else what is allowed. Objects list theirs. */
type Form = ((value: unknown) => string | null) | { readonly [member: string]: Form };

const form =
  (allowed: string, is: (value: unknown) => boolean) =>
  (value: unknown): string | null =>
    is(value) ? null : allowed;

const isText = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);
const hex = (digits: number) =>
  form(`${digits} hexadecimal digits`, isText(new RegExp(`^[0-9a-f]{${digits}}$`)));
const HASH = hex(64);
const COUNT = form("a whole number from 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const only = (text: string) => form(JSON.stringify(text), (value) => value === text);
const optional = (of: (value: unknown) => string | null) => (value: unknown) =>
  value === undefined ? null : of(value);
const hashOrNull = (value: unknown) => (value === null ? null : HASH(value));
const list = (of: string, is: (value: unknown) => boolean) =>
  form(`a list of ${of}, none twice`, (value) => {
    return Array.isArray(value) && value.every(is) && new Set(value).size === value.length;
  });
const TAGS = list("64 hexadecimal digits", isText(/^[0-9a-f]{64}$/));
const NAMES = list("names of artefacts", isText(/^(record\/)?[0-9a-f]{64}$/));

const CERTIFICATE: Form = {
  format: only(FORMAT),
  method: form("the name of a method", isText(/^[a-z0-9-]+$/)),
  settings: form("settings", (value) => Object.prototype.toString.call(value) === "[object Object]"),
  guarantee: form(
    '"exact" or "exact given the partition"',
    (value) => value === "exact" || value === "exact given the partition",
  ),
  erased: { users: COUNT, ratings: COUNT, userTags: TAGS, ratingTags: TAGS, placeTags: TAGS },
  before: { data: HASH, model: HASH, plan: hashOrNull, artefacts: TAGS },
  after: { users: COUNT, items: COUNT, data: HASH, model: HASH, plan: hashOrNull, artefacts: NAMES },
  renewed: COUNT,
  superseded: optional(HASH),
  code: hex(16),
  how: only(HOW),
  signer: HASH,
  signature: hex(128),
  digest: HASH,
};

function requireForm(value: unknown, wanted: Form, path: string): void {
  if (typeof wanted === "function") {
    const allowed = wanted(value);
    if (allowed !== null) throw new InputError(`certificate: ${path}: ${seen(value)} is not ${allowed}`);
    return;
  }
  if (Object.prototype.toString.call(value) !== "[object Object]")
    throw new InputError(`certificate: ${path}: ${seen(value)} is not an object`);
  const members = value as Record<string, unknown>;
  const within = (member: string) => (path === "" ? member : `${path}.${member}`);
  for (const member of Object.keys(members))
    if (!Object.hasOwn(wanted, member))
      throw new InputError(`certificate: unknown member ${JSON.stringify(within(member))}`);
  for (const [member, of] of Object.entries(wanted)) requireForm(members[member], of, within(member));
}

/** Counts that cannot be together. */
function requireCounts({ erased, before, after, renewed }: Certificate): void {
  const { users, ratings, userTags, ratingTags, placeTags } = erased;
  const contradictions = [
    [users !== userTags.length, `erased.users is ${users}, and there are ${userTags.length} tags`],
    [ratings < ratingTags.length || (users === 0 && ratings > ratingTags.length), "erased.ratings"],
    [users === 0 && ratingTags.length === 0, "erased: nobody and nothing"],
    [placeTags.length > users + ratingTags.length, "erased.placeTags are more than users"],
    [renewed > after.artefacts.length, `renewed is ${renewed} of ${after.artefacts.length} artefacts`],
    [renewed < after.artefacts.length - before.artefacts.length, `renewed is ${renewed}, and more are new`],
  ] as const;
  for (const [contradicts, text] of contradictions)
    if (contradicts) throw new InputError(`certificate: its numbers contradict each other: ${text}`);
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
  const value = parseShallow(text, "certificate") as Certificate;
  if (value?.format !== FORMAT) throw new InputError(`certificate: ${otherFormat(value, FORMAT)}`);
  requireForm(value, CERTIFICATE, "");
  const { digest, ...whole } = value;
  if (sha256(canonicalJson(whole)) !== digest)
    throw new InputError("certificate: its digest does not fit its content; it was changed");
  const { signature, ...body } = whole;
  if (!isSigned(canonicalJson(body), signature, body.signer))
    throw new InputError("certificate: its signature does not fit its content; it was changed");
  requireCounts(value);
  return value;
}
