/**
 * Folders that a command makes: each by itself, because Node's recursive making does not end where a file system says that
 * a parent is not there which it shows (/proc), and so that a command that fails can take back what it made.
 */

import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { codeOf, onDisk } from "../disk/diskError";

/** Makes a folder and those above it. @returns the folders that were not there, outermost first */
export function makeFolders(path: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
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
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST" && isFolder(folder)) return false;
      throw error;
    }
  });
}

/** Whether there is a folder of this name, or a link to one. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

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

/** What a system's folder has in it beside files. */
const PARTS = ["blobs", "records", "certificates"];

/**
 * Makes the folder of a system. @returns what takes back whatever was made and is still empty, when nothing came of it;
 * not while another process works there.
 */
export function makeSystemFolder(path: string): () => void {
  const parts = PARTS.map((name) => join(path, name)).filter((part) => !existsSync(part));
  const made = makeFolders(path);
  return () => {
    if (existsSync(path) && readdirSync(path).some((name) => name.startsWith("lock"))) return;
    for (const part of parts) removeEmpty([part]);
    removeEmpty(made);
  };
}
