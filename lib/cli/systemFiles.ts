/** Files beside a system: the operator's key, and where a certificate may be written. */

import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { type Encoding, textIn } from "../data/reading/encoding";
import { DiskError, named, onDisk } from "../disk/diskError";
import { nodeFiles, tryPlace, writeAtomically, writeNew } from "../disk/files";
import { isFolder } from "../disk/folders";
import { InputError } from "../errors";

/** "erased.evidence.json" for "erased.json". */
export const evidencePath = (certificate: string): string =>
  `${certificate.replace(/\.json$/, "")}.evidence.json`;

/**
 * Refuses a place for a certificate where it would be lost or overwrite something else: before anything is
 * forgotten, since afterwards it would be too late to say so. @throws InputError
 */
export function requirePlace(certificate: string, system: string, key: string): void {
  const places = [
    [certificate, "certificate", isCertificate],
    [evidencePath(certificate), "evidence", isEvidence],
  ] as const;
  for (const [path, what, is] of places) {
    const target = named(OPTION, () => targetOf(path));
    const refuse = (why: string): never => {
      throw new InputError(`${OPTION}: ${why}`);
    };
    if (!named(OPTION, () => isFolder(dirname(target))))
      refuse(`the folder of ${path} is not there; make it, or take another place`);
    if (isWithin(dirname(target), system))
      refuse(`${path} is in the system's folder; take a place outside of it`);
    if (target === named("--key", () => targetOf(key))) refuse(`${path} is the place of the key`);
    if (existsSync(target) && !is(target))
      refuse(`${path} is there already and is no ${what}; it would be overwritten`);
  }
}

const OPTION = "--certificate";

/** More than a certificate of some ten thousand users has. */
const CERTIFICATE_BYTES = 2 ** 20;

/**
 * Tries whether a certificate and its evidence can be written, when all but the erasure is done.
 * @param evidence bytes of the evidence as it would be now @throws DiskError: nothing has been forgotten
 */
export function tryPlaces(certificate: string, evidence: number): void {
  named(OPTION, () => {
    tryPlace(nodeFiles, targetOf(evidencePath(certificate)), evidence);
    tryPlace(nodeFiles, targetOf(certificate), CERTIFICATE_BYTES);
  });
}

/** The file that a name stands for, where it is a link. @throws DiskError for a link that leads nowhere */
function targetOf(path: string): string {
  const isLink = onDisk("read", path, () => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink());
  return isLink ? onDisk("written", path, () => realpathSync(path)) : resolve(path);
}

/** Whether a folder is that of the system, or in it. */
function isWithin(folder: string, system: string): boolean {
  if (!existsSync(system)) return false;
  const within = relative(realpathSync(system), realpathSync(folder));
  return within.split(sep)[0] !== ".." && !isAbsolute(within);
}

/** Whether an earlier certificate, what is left of one that was cut off, or nothing yet is in a file. */
const isCertificate = (path: string): boolean => begins(path, ['{"format":"erasable certificate']);

const isEvidence = (path: string): boolean =>
  begins(path, ['{"plan":null,"itemIds":[', '{"plan":"{\\"format\\":\\"erasable plan']);

/** Larger files are nobody's certificate, and are not read. */
const LARGE = 2 ** 29;

/** Whether a file begins in one of these ways, or ends before that can be told; white space does not count. */
function begins(path: string, ways: readonly string[]): boolean {
  const bare = (text: string) => text.replace(/[\s\0]+/g, ""); // a crash may leave zeros
  return onDisk("read", path, () => {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > LARGE) return false;
    const text = bare(readFileSync(path, "utf8"));
    return ways.map(bare).some((way) => text.startsWith(way) || way.startsWith(text));
  });
}

/** "store.key" beside the folder "store"; never in it, where "." and ".." would put it. */
export function defaultKey(system: string): string {
  const bare = system.replace(/[\\/]+$/, "");
  return `${/(^|[\\/])\.{0,2}$/.test(bare) ? resolve(system) : bare}.key`;
}

/** The operator's key of a file; undefined when there is no file, or an empty one. @throws DiskError, InputError */
export function readKey(path: string): string | undefined {
  const bytes = reading("--key", () => nodeFiles.read(path));
  const text = Buffer.from(bytes ?? [])
    .toString("utf8")
    .trim();
  if (text === "") return undefined;
  if (/^([0-9a-f]{2}){16,}$/i.test(text)) return text;
  throw new InputError(
    `--key: ${path} does not hold a key: at least 32 hexadecimal digits. If it is the rest of one, no erasure was made ` +
      "under it: remove it, and do the same again",
  );
}

/** The same of a file that must hold one. @throws DiskError, InputError */
export function requireKey(path: string): string {
  const key = readKey(path);
  if (key !== undefined) return key;
  reading("--key", () => onDisk("read", path, () => statSync(path))); // says why there is no file
  throw new InputError(`--key: ${path} is empty: put the key back from a copy`);
}

/**
 * Makes a key and writes it so that its owner alone can read it; it is on the disk before anything is erased under it. It
 * is a secret, so it is drawn from the system. @throws InputError where there is no folder, or in the system's own
 */
export function writeSecret(path: string, system: string): string {
  const folder = dirname(resolve(path));
  if (!named("--key", () => isFolder(folder)))
    throw new InputError(`--key: the folder of ${path} is not there; make it, or take another place`);
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
  named(option, () => writeAtomically(nodeFiles, targetOf(path), Buffer.from(text), mode));
}

/** The text of a file that the caller named. @throws InputError naming the option and the file. */
export function readText(path: string, option: string, encoding: Encoding = "utf-8"): string {
  return reading(option, () => onDisk("read", path, () => textIn(readFileSync(path), encoding)));
}

/** What cannot be read is the caller's mistake: the option names another file, or none. */
function reading<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DiskError) throw new InputError(`${option}: ${error.message}`);
    throw error;
  }
}
