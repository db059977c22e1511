/**
 * Folders: each level is made by itself, because Node's recursive making does not end where a file system
 * says that a parent is not there which it shows (/proc), and tells another reason than the system's where it
 * is read-only; and so that what was made can be taken back by whoever fails.
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { codeOf, DiskError, named, onDisk } from "./diskError";

/**
 * Makes a folder and those above it.
 * @returns the folders that were not there, outermost first
 * @throws DiskError; what was made is gone again
 */
export function makeFolders(path: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  const made: string[] = [];
  try {
    for (const folder of missing) {
      if (makeOne(folder)) made.push(folder);
    }
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return made;
}

/** Whether it was made; another process may have been first. */
function makeOne(folder: string): boolean {
  return onDisk("made", folder, () => {
    try {
      mkdirSync(folder);
      syncParent(folder);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST" && isFolder(folder)) return false;
      if (codeOf(error) !== "ENOENT" || !existsSync(dirname(folder))) throw error;
      throw new DiskError(
        `${folder} cannot be made: the file system there takes no folders (ENOENT); take another place`,
        "ENOENT",
        error,
      );
    }
  });
}

/** Returns when the names in a folder are on the disk. @throws an error of the system */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return; // a folder cannot be opened there; renames are journalled
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** So that what is written into a new folder is not lost with the folder's name. */
function syncParent(folder: string): void {
  try {
    syncFolder(dirname(folder));
  } catch {
    // a folder of others' that may be written and not read: its names come to the disk in their own time
  }
}

/** Whether there is a folder of this name, or a link to one. @throws DiskError where this cannot be seen */
export const isFolder = (path: string): boolean =>
  onDisk("read", path, () => {
    try {
      return statSync(path).isDirectory();
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return false;
      throw error;
    }
  });

/** A new folder among the system's temporary ones. @throws DiskError */
export const temporaryFolder = (prefix: string): string =>
  named("TMPDIR", () => onDisk("written", tmpdir(), () => mkdtempSync(join(tmpdir(), prefix))));

/** Removes folders that are empty, innermost first; the others stay. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      return; // it holds something
    }
  }
}
