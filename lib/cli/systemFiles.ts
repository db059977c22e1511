/** Files beside a system: the operator's key, and what a verifier needs with a certificate. */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { nodeFiles } from "../training/files";
import { type Certificate, ratingTag, tagger, userTag } from "../unlearning/certificate";
import { type Plan, parsePlan } from "../unlearning/plan";

/** What a verifier needs beside certificate and ratings: the plan that the certificate names, and the items' order. */
export interface Evidence {
  /** text of the plan; null for a method without one */
  readonly plan: string | null;
  readonly itemIds: readonly string[];
}

/** "erased.evidence.json" for "erased.json". */
export const evidencePath = (certificate: string): string =>
  `${certificate.replace(/\.json$/, "")}.evidence.json`;

export function readEvidence(path: string): { plan: Plan | undefined; itemIds: readonly string[] } {
  let value: Partial<Evidence> | null;
  try {
    value = JSON.parse(readText(path, "--evidence")) as Partial<Evidence> | null;
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`${path}: ${(error as Error).message}`);
  }
  const { plan, itemIds } = value ?? {};
  const sound = (plan === null || typeof plan === "string") && Array.isArray(itemIds);
  if (!sound)
    throw new InputError(
      `${path}: this is not the file that unlearn --certificate writes beside a certificate`,
    );
  return { plan: plan === null ? undefined : parsePlan(plan), itemIds: itemIds.map(String) };
}

/**
 * Refuses a place for a certificate where it would be lost or overwrite something else: before anything is forgotten, since
 * afterwards it would be too late to say so. @throws InputError
 */
export function requirePlace(certificate: string, system: string, key: string): void {
  const folder = dirname(resolve(certificate));
  if (!existsSync(folder)) throw new InputError(`--certificate: the folder of ${certificate} is not there`);
  const within = existsSync(system) ? relative(realpathSync(system), realpathSync(folder)) : "..";
  if (within.split(sep)[0] !== ".." && !isAbsolute(within))
    throw new InputError(
      `--certificate: ${certificate} is in the system's folder; take a place outside of it`,
    );
  const places = [
    [certificate, "certificate", isCertificate],
    [evidencePath(certificate), "evidence", isEvidence],
  ] as const;
  for (const [path, what, is] of places) {
    if (resolve(path) === resolve(key))
      throw new InputError(`--certificate: ${path} is the place of the key`);
    if (existsSync(path) && !is(path))
      throw new InputError(
        `--certificate: ${path} is there already and is no ${what}; it would be overwritten`,
      );
  }
}

/** Whether an earlier certificate, or nothing yet, is in a file. */
const isCertificate = (path: string): boolean =>
  holds(path, (value) => typeof value.format === "string" && value.format.startsWith("erasable certificate"));

const isEvidence = (path: string): boolean =>
  holds(path, ({ plan, itemIds }) => (plan === null || typeof plan === "string") && Array.isArray(itemIds));

function holds(path: string, is: (value: Record<string, unknown>) => boolean): boolean {
  if (!statSync(path).isFile()) return false;
  const text = readFileSync(path, "utf8");
  if (text.trim() === "") return true;
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return typeof value === "object" && value !== null && is(value);
  } catch {
    return false;
  }
}

/** "store.key" beside the folder "store"; never in it, where "." and ".." would put it. */
export function defaultKey(system: string): string {
  const bare = system.replace(/[\\/]+$/, "");
  return `${/(^|[\\/])\.{0,2}$/.test(bare) ? resolve(system) : bare}.key`;
}

/** The operator's key of a file; undefined when there is no file. */
export function readKey(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (/^([0-9a-f]{2}){16,}$/i.test(text)) return text;
  throw new InputError(`--key: ${path} does not hold a key: at least 32 hexadecimal digits`);
}

/** How many of the erased users, and of the single ratings, that a certificate lists are in the data, by this key. */
export function countTagged(
  { userIds, itemIds, byUser }: Interactions,
  { userTags, ratingTags }: Certificate["erased"],
  key: string,
): { readonly users: number; readonly ratings: number } {
  const tag = tagger(key);
  const known = { users: new Set(userTags), ratings: new Set(ratingTags) };
  const users = userIds.filter((id) => known.users.has(userTag(tag, id))).length;
  if (known.ratings.size === 0) return { users, ratings: 0 };
  let ratings = 0;
  for (let user = 0; user < userIds.length; user++)
    for (const item of byUser.columns.subarray(byUser.offsets[user], byUser.offsets[user + 1]))
      if (known.ratings.has(ratingTag(tag, userIds[user], itemIds[item]))) ratings++;
  return { users, ratings };
}

/**
 * Makes a key and writes it so that its owner alone can read it; it is on the disk before anything is erased under it. It
 * is a secret, so it is drawn from the system. @throws when the file exists
 */
export function writeSecret(path: string): string {
  const key = randomBytes(32).toString("hex");
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
  nodeFiles.syncFolder(dirname(path));
  return key;
}

/** The text of a file that the caller named. @throws InputError naming the option and the file. */
export function readText(path: string, option: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`${option}: ${(error as Error).message}`);
  }
}
