/**
 * What an error of the file system means, in words: which path, what is wrong with it, and what to do.
 * Whatever the house writes or reads goes through `onDisk`, so no bare error number reaches a person.
 */

import { lstatSync } from "node:fs";
import { InputError } from "../errors";

/**
 * The disk did not do what was asked. The message names path, reason and advice; `code` is the system's, as
 * "ENOSPC".
 */
export class DiskError extends InputError {
  override name = "DiskError";

  constructor(
    message: string,
    readonly code: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

const ELSEWHERE = "take another place, or change who may use this one";
const SPACE = "make space there, and do the same again";

/** Reason and advice by the system's code. */
const MEANING: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ["the disk is full", SPACE],
  EDQUOT: ["the disk quota is used up", SPACE],
  EFBIG: ["the file size limit is reached", "raise it (ulimit -f), and do the same again"],
  EROFS: ["the file system is read-only", "take another place"],
  EACCES: ["no permission", ELSEWHERE],
  EPERM: ["no permission", ELSEWHERE],
  EISDIR: ["it is a folder", "name a file"],
  ENOTDIR: ["a part of the path is a file", "check the path"],
  EEXIST: ["something else has that name", "take another name, or move it away"],
  ENOENT: ["it, or its folder, is not there", "check the path"],
  ELOOP: ["its links lead in a circle", "check the path"],
  ENAMETOOLONG: ["the name is too long", "take a shorter one"],
  EMFILE: ["too many files are open", "close some, and do the same again"],
  EIO: ["the disk reports an error", "check the disk"],
  ESTALE: ["another machine removed it", "do the same again"],
};

/** The system's code of an error, as "ENOENT"; undefined for an error of another kind. */
export const codeOf = (error: unknown): string | undefined => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
};

/**
 * Does something with a path.
 * @param action past participle for the message: "written", "read"
 * @throws DiskError in place of an error of the file system; any other as it is
 */
export function onDisk<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asDiskError(error, action, path) ?? error;
  }
}

/**
 * An error of the system in words; undefined for one of another kind.
 * @param path default: the one that the error names, if any
 */
export function asDiskError(error: unknown, action = "used", path = pathOf(error)): DiskError | undefined {
  if (error instanceof DiskError) return error;
  const code = codeOf(error);
  if (code === undefined || path === undefined) return undefined;
  const { message } = error as Error;
  if (path === "") return new DiskError(MEANING[code]?.join("; ") ?? message, code, error);
  const [reason, advice] = MEANING[code] ?? [message, "check the path"];
  const isDangling = ["ENOENT", "EEXIST"].includes(code) && isLink(path);
  const why = isDangling ? "it is a link to nothing" : `${reason} (${code})`;
  return new DiskError(`${path} cannot be ${action}: ${why}; ${advice}`, code, error);
}

/** Of an error of the system, "" where it names none: a full disk does not. */
function pathOf(error: unknown): string | undefined {
  const { syscall, path = "" } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : path;
}

/** Whether a path is a link, wherever it leads; false where this cannot be seen. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** The same with the option that named the path: "--out: /full/a.svg cannot be written: ...". */
export const withOption = (option: string, error: unknown): unknown =>
  error instanceof DiskError ? new DiskError(`${option}: ${error.message}`, error.code, error) : error;

/** Throws an error again, one of the disk with the option: for `.catch`. */
export const naming =
  (option: string) =>
  (error: unknown): never => {
    throw withOption(option, error);
  };

/** Does something, and names the option in an error of the disk. */
export function named<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withOption(option, error);
  }
}
