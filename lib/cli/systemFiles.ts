/** Files beside a system: the operator's key, and where a certificate may be written. */

import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { type Encoding, textIn } from "../data/reading/encoding";
import { DiskError, onDisk } from "../disk/diskError";
import { nodeFiles, writeAtomically, writeNew } from "../disk/files";
import { InputError } from "../errors";

/** "erased.evidence.json" for "erased.json". */
export const evidencePath = (certificate: string): string =>
  `${certificate.replace(/\.json$/, "")}.evidence.json`;

/**
 * Refuses a place for a certificate where it would be lost or overwrite something else: before anything is forgotten, since
 * afterwards it would be too late to say so. @throws InputError
 */
export function requirePlace(certificate: string, system: string, key: string): void {
  const folder = dirname(resolve(certificate));
  if (!existsSync(folder)) throw new InputError(`--certificate: the folder of ${certificate} is not there`);
  if (isWithin(folder, system))
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

/** Whether a folder is that of the system, or in it. */
function isWithin(folder: string, system: string): boolean {
  if (!existsSync(system)) return false;
  const within = relative(realpathSync(system), realpathSync(folder));
  return within.split(sep)[0] !== ".." && !isAbsolute(within);
}

/** Whether an earlier certificate, what is left of one that was cut off, or nothing yet is in a file. */
const isCertificate = (path: string): boolean =>
  holds(
    path,
    (value) => typeof value.format === "string" && value.format.startsWith("erasable certificate"),
    /^\{\s*"format":\s*"erasable certificate/,
  );

const isEvidence = (path: string): boolean =>
  holds(
    path,
    ({ plan, itemIds }) => (plan === null || typeof plan === "string") && Array.isArray(itemIds),
    /^\{"plan":("|null,"itemIds":)/,
  );

function holds(path: string, is: (value: Record<string, unknown>) => boolean, beginning: RegExp): boolean {
  if (!statSync(path).isFile()) return false;
  const text = readFileSync(path, "utf8");
  if (text.trim() === "") return true;
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return typeof value === "object" && value !== null && is(value);
  } catch {
    return beginning.test(text);
  }
}

/** "store.key" beside the folder "store"; never in it, where "." and ".." would put it. */
export function defaultKey(system: string): string {
  const bare = system.replace(/[\\/]+$/, "");
  return `${/(^|[\\/])\.{0,2}$/.test(bare) ? resolve(system) : bare}.key`;
}

/** The operator's key of a file; undefined when there is no file. */
export function readKey(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const text = readText(path, "--key").trim();
  if (text === "") return undefined;
  if (/^([0-9a-f]{2}){16,}$/i.test(text)) return text;
  throw new InputError(
    `--key: ${path} does not hold a key: at least 32 hexadecimal digits. If it is the rest of one, no erasure was made ` +
      "under it: remove it, and do the same again",
  );
}

/**
 * Makes a key and writes it so that its owner alone can read it; it is on the disk before anything is erased under it. It
 * is a secret, so it is drawn from the system. @throws InputError where there is no folder, or in the system's own
 */
export function writeSecret(path: string, system: string): string {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new InputError(`--key: the folder of ${path} is not there`);
  if (isWithin(folder, system))
    throw new InputError(`--key: ${path} is in the system's folder; take a place outside of it`);
  const key = randomBytes(32).toString("hex");
  const bytes = Buffer.from(`${key}\n`);
  const isEmpty = existsSync(path) && statSync(path).size === 0; // a version that wrote it in place was cut off
  const isNew = named("--key", () => {
    if (isEmpty) writeAtomically(nodeFiles, path, bytes);
    return isEmpty || writeNew(nodeFiles, path, bytes);
  });
  if (isNew) return key;
  throw new InputError(`--key: ${path} is a link to nothing, or was made at this moment; do the same again`);
}

/**
 * Writes a file that the caller named, whole or not at all; where its name is a link, the file that this leads to.
 * @throws InputError naming option, file and what to do
 */
export function writeText(path: string, option: string, text: string, mode = 0o644): void {
  named(option, () => {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    const target = isLink ? onDisk("written", path, () => realpathSync(path)) : path;
    writeAtomically(nodeFiles, target, Buffer.from(text), mode);
  });
}

/** Names the option by which a caller named a file. */
function named<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DiskError) throw new DiskError(`${option}: ${error.message}`, error.code, error);
    throw error;
  }
}

/** The text of a file that the caller named. @throws InputError naming the option and the file. */
export function readText(path: string, option: string, encoding: Encoding = "utf-8"): string {
  try {
    return onDisk("read", path, () => textIn(readFileSync(path), encoding));
  } catch (error) {
    throw new InputError(`${option}: ${(error as Error).message}`);
  }
}
