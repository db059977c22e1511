/**
 * The steps on disk that stores and folders are made of, as an interface: so that a test can make any one of them fail,
 * or end the process there, and see that what is left is whole.
 */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface Files {
  /** Creates a file with these bytes, and returns when they are on the disk. */
  write(path: string, bytes: Uint8Array): void;
  /** Puts a file in the place of another, or of none: at once, never half. */
  rename(from: string, to: string): void;
  /** Returns when the names in a folder are on the disk. */
  syncFolder(path: string): void;
  /** Removes a file; one that is not there is passed over. */
  remove(path: string): void;
  makeFolder(path: string): void;
  /** The bytes of a file, in a buffer of their own; undefined when there is none. */
  read(path: string): Uint8Array | undefined;
  /** Names of the files in a folder; empty when there is none. */
  names(path: string): string[];
  /** The same with their sizes. */
  list(path: string): { readonly name: string; readonly bytes: number }[];
}

const missing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** The real thing. */
export const nodeFiles: Files = {
  write(path, bytes) {
    const file = openSync(path, "w", 0o600); // ratings are personal data
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  syncFolder(path) {
    if (process.platform === "win32") return; // a folder cannot be opened there; renames are journalled
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  remove(path) {
    try {
      unlinkSync(path);
    } catch (error) {
      if (!missing(error)) throw error;
    }
  },
  makeFolder: (path) => void mkdirSync(path, { recursive: true }),
  read(path) {
    try {
      const bytes = readFileSync(path);
      return bytes.byteLength === bytes.buffer.byteLength
        ? new Uint8Array(bytes.buffer)
        : Uint8Array.from(bytes);
    } catch (error) {
      if (missing(error)) return undefined;
      throw error;
    }
  },
  names(path) {
    try {
      return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [entry.name] : [],
      );
    } catch (error) {
      if (missing(error)) return [];
      throw error;
    }
  },
  list: (path) => nodeFiles.names(path).map((name) => ({ name, bytes: statSync(join(path, name)).size })),
};

/** Ends in the name of a file that is being written, and never read. */
export const UNFINISHED = ".unfinished";

/** Writes a file so that at any moment there is the old one or the new one, whole. */
export function writeAtomically(files: Files, path: string, bytes: Uint8Array): void {
  putWhole(files, path, bytes);
  files.syncFolder(dirname(path));
}

/** The same, but that the name may not be on the disk before its folder is synced. */
export function putWhole(files: Files, path: string, bytes: Uint8Array): void {
  const unfinished = `${path}${UNFINISHED}`;
  files.write(unfinished, bytes);
  files.rename(unfinished, path);
}
