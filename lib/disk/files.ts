/**
 * The steps on disk that stores and folders are made of, as an interface: so that a test can make any one of
 * them fail, or end the process there, and see that what is left is whole.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf, onDisk } from "./diskError";
import { makeFolders, syncFolder } from "./folders";

/** Every step throws DiskError when the disk does not do it. */
export interface Files {
  /**
   * Creates a file with these bytes, and returns when they are on the disk. @param mode default 0o600: its
   * owner's alone
   */
  write(path: string, bytes: Uint8Array, mode?: number): void;
  /**
   * Adds bytes at the end of a file, or of a new one, and returns when they are on the disk. What a failed
   * write left is taken back where that is possible.
   */
  append(path: string, bytes: Uint8Array): void;
  /** Cuts a file off behind its first `size` bytes. */
  cut(path: string, size: number): void;
  /** Puts a file in the place of another, or of none: at once, never half. */
  rename(from: string, to: string): void;
  /** Gives a file a second name, at once. False when the name is taken. */
  link(from: string, to: string): boolean;
  /** Returns when the names in a folder are on the disk. */
  syncFolder(path: string): void;
  /** Removes a file; one that is not there is passed over. */
  remove(path: string): void;
  /** Makes a folder and those above it; one that is there is passed over. */
  makeFolder(path: string): void;
  /** The bytes of a file, in a buffer of their own; undefined when there is none. */
  read(path: string): Uint8Array | undefined;
  /** Names of the files in a folder; empty when there is none. */
  names(path: string): string[];
  /** The same with their sizes. */
  list(path: string): { readonly name: string; readonly bytes: number }[];
}

/** Ends in the name of a file that is being written, and never read. */
export const UNFINISHED = ".unfinished";

/** What a file system says that has no hard links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"];

const isMissing = (error: unknown): boolean => codeOf(error) === "ENOENT";

/** Opens a file, does something with it, and closes it. */
function using<T>(path: string, flags: string, mode: number, work: (file: number) => T): T {
  const file = openSync(path, flags, mode);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** The result of `work`, or `none` when what it looks for is not there. */
function unlessMissing<T>(work: () => T, none: T): T {
  try {
    return work();
  } catch (error) {
    if (isMissing(error)) return none;
    throw error;
  }
}

/** The name that an unfinished file is to have, which is the one that people know. */
const wholeOf = (path: string): string =>
  path.endsWith(UNFINISHED) ? path.slice(0, -UNFINISHED.length) : path;

/** The real thing. */
export const nodeFiles: Files = {
  write(path, bytes, mode = 0o600) {
    onDisk("written", wholeOf(path), () =>
      using(path, "w", mode, (file) => {
        writeAll(file, bytes);
        fsyncSync(file);
      }),
    );
  },
  append(path, bytes) {
    const before = onDisk("written", path, () =>
      using(path, "a", 0o666, (file) => {
        const { size } = fstatSync(file);
        try {
          writeAll(file, bytes);
        } catch (error) {
          ftruncateSync(file, size);
          throw error;
        }
        fdatasyncSync(file);
        return size;
      }),
    );
    if (before === 0) nodeFiles.syncFolder(dirname(path)); // the name of a new file, too
  },
  cut: (path, size) => onDisk("written", path, () => truncateSync(path, size)),
  rename: (from, to) => onDisk("written", to, () => renameSync(from, to)),
  link: (from, to) =>
    onDisk("written", to, () => {
      try {
        try {
          linkSync(from, to);
        } catch (error) {
          if (!NO_LINKS.includes(codeOf(error) ?? "")) throw error;
          copyFileSync(from, to, constants.COPYFILE_EXCL);
        }
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      }
    }),
  syncFolder: (path) => onDisk("written", path, () => syncFolder(path)),
  remove: (path) => onDisk("removed", path, () => unlessMissing(() => unlinkSync(path), undefined)),
  makeFolder: (path) => void makeFolders(path),
  read: (path) =>
    onDisk("read", path, () =>
      unlessMissing(() => {
        const bytes = readFileSync(path);
        return bytes.byteLength === bytes.buffer.byteLength
          ? new Uint8Array(bytes.buffer)
          : Uint8Array.from(bytes);
      }, undefined),
    ),
  names: (path) =>
    onDisk("read", path, () =>
      unlessMissing(
        () =>
          readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
        [],
      ),
    ),
  list: (path) =>
    nodeFiles.names(path).flatMap((name) => {
      const file = join(path, name);
      return onDisk("read", file, () => unlessMissing(() => [{ name, bytes: statSync(file).size }], []));
    }),
};

/**
 * Writes a file so that at any moment there is the old one or the new one, whole, and returns when it is on
 * the disk.
 * @throws DiskError: there is the old file, or (its folder could not be synced) the new one, which a power
 * failure may undo
 */
export function writeAtomically(files: Files, path: string, bytes: Uint8Array, mode?: number): void {
  putWhole(files, path, bytes, mode);
  files.syncFolder(dirname(path));
}

/**
 * The same, but that the name may not be on the disk before its folder is synced. Whoever must know whether
 * the new file is there calls this: once it has returned, it is; when it throws, it is not.
 */
export function putWhole(files: Files, path: string, bytes: Uint8Array, mode?: number): void {
  const unfinished = `${path}${UNFINISHED}`;
  tidily(files, unfinished, () => {
    files.write(unfinished, bytes, mode);
    files.rename(unfinished, path);
  });
}

/**
 * Tries whether a file of so many bytes can be written here, by writing one beside it that goes again: for
 * what is to be written at the end of work that cannot be undone.
 * @throws DiskError
 */
export function tryPlace(files: Files, path: string, bytes: number): void {
  const unfinished = `${path}${UNFINISHED}`;
  tidily(files, unfinished, () => files.write(unfinished, new Uint8Array(bytes)));
  files.remove(unfinished);
}

/** Writes a file whole, or not at all, unless there is one of that name: then it returns false. */
export function writeNew(files: Files, path: string, bytes: Uint8Array, mode?: number): boolean {
  const unfinished = `${path}${UNFINISHED}`;
  const isNew = tidily(files, unfinished, () => {
    files.write(unfinished, bytes, mode);
    return files.link(unfinished, path);
  });
  files.remove(unfinished);
  files.syncFolder(dirname(path));
  return isNew;
}

/** Does something with an unfinished file, which does not stay behind when it fails. */
function tidily<T>(files: Files, unfinished: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    try {
      files.remove(unfinished);
    } catch {
      // the first error counts
    }
    throw error;
  }
}
