/**
 * Append-only files of lines. Each has one writer in its whole life, so lines of two processes never mix; a line is
 * there once its newline is, so a writer may be killed at any moment. A failed write (disk full) is taken back.
 */

import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A folder that cannot be written or read as the store needs. What was stored before stays stored. */
export class StoreError extends Error {
  override name = "StoreError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file size limit is reached",
  EROFS: "the file system is read-only",
  EACCES: "no permission",
  EPERM: "no permission",
  ENOTDIR: "a part of the path is a file",
};

/** Says in words why `action` on `path` failed. */
export function storeError(action: string, path: string, cause: unknown): StoreError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const why = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new StoreError(`run store: cannot ${action} ${path}: ${why}${code ? ` (${code})` : ""}`, { cause });
}

export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Counts on over all writers of this process: a name that was removed is not given again. */
let serial = 0;

/** Writes lines to a new file `<name>-<n>.jsonl`, which it creates with the first line. */
export class SegmentWriter {
  private descriptor: number | undefined;
  private spoilt = false;
  /** File name in the folder, once there is one. */
  file: string | undefined;
  /** Bytes of whole lines. */
  size = 0;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /** Creates the file: fails where writing would fail, before anything is computed. */
  open(): void {
    while (this.descriptor === undefined) {
      const file = `${this.name}-${serial++}.jsonl`;
      try {
        this.descriptor = openSync(join(this.folder, file), "ax");
        this.file = file;
        syncFolder(this.folder);
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw storeError("write to", this.folder, error);
      }
    }
  }

  /** Appends one line and waits until the disk has it. @throws StoreError; the file then holds what it held before. */
  append(line: string): void {
    this.open();
    const descriptor = this.descriptor as number;
    // After a failed write that could not be taken back, the rest of a line stands at the end: close it off.
    const bytes = Buffer.from(`${this.spoilt ? "\n" : ""}${line}\n`);
    const path = join(this.folder, this.file as string);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    } catch (error) {
      this.takeBack(descriptor);
      throw storeError("append to", path, error);
    }
    const { size, nlink } = fstatSync(descriptor);
    if (nlink === 0) {
      this.appendElsewhere(line);
      return;
    }
    this.size = size;
    this.spoilt = false;
    try {
      fdatasyncSync(descriptor);
    } catch (error) {
      throw storeError("sync", path, error); // others may have read the line: it stays, and is harmless if repeated
    }
  }

  /**
   * The file is gone: another machine took this process for dead and compacted its segment. What it held was merged;
   * this line goes into a new file.
   */
  private appendElsewhere(line: string): void {
    closeSync(this.descriptor as number);
    this.descriptor = undefined;
    this.size = 0;
    this.append(line);
  }

  private takeBack(descriptor: number): void {
    try {
      ftruncateSync(descriptor, this.size);
    } catch {
      this.spoilt = true;
    }
  }

  /** Closes the file, and removes it when nothing was written. The writer is then used up. */
  close(): void {
    if (this.descriptor === undefined) return;
    closeSync(this.descriptor);
    this.descriptor = undefined;
    if (this.size === 0) rmSync(join(this.folder, this.file as string), { force: true });
  }
}

/** The whole lines of a file from byte `from` on. */
export interface Lines {
  readonly lines: readonly string[];
  /** Bytes up to the end of the last whole line. */
  readonly size: number;
  /** Bytes after it: a line that is being written, or that was never finished. */
  readonly torn: number;
}

/** @throws the file system's error when the file is gone */
export function readLines(path: string, from = 0): Lines {
  const descriptor = openSync(path, "r");
  try {
    const length = Math.max(0, fstatSync(descriptor).size - from);
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const got = readSync(descriptor, bytes, read, length - read, from + read);
      if (got === 0) break;
      read += got;
    }
    const end = bytes.subarray(0, read).lastIndexOf(10) + 1;
    const text = bytes.toString("utf8", 0, end);
    return { lines: text.split("\n").filter((line) => line !== ""), size: from + end, torn: read - end };
  } finally {
    closeSync(descriptor);
  }
}

/** Cuts a line that was never finished off the end of a file whose writer is gone. */
export function cutTornLine(path: string, size: number): void {
  const descriptor = openSync(path, "r+");
  try {
    ftruncateSync(descriptor, size);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a file; one that is gone already is fine. @throws StoreError */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw storeError("remove", path, error);
  }
}

/** Makes new and renamed names in a folder last through a power failure, where the system knows how. */
export function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, "r");
    fsyncSync(descriptor);
  } catch {
    // Windows cannot open folders, and some network file systems cannot sync them: the name is still there.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
