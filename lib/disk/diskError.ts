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
  const { code } = error as { code?: unknown };
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
    const code = codeOf(error);
    if (code === undefined || error instanceof DiskError) throw error;
    const [reason, advice] = MEANING[code] ?? [(error as Error).message, "check the path"];
    const isLink = ["ENOENT", "EEXIST"].includes(code) && isDangling(path);
    const why = isLink ? "it is a link to nothing" : `${reason} (${code})`;
    throw new DiskError(`${path} cannot be ${action}: ${why}; ${advice}`, code, error);
  }
}

function isDangling(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
