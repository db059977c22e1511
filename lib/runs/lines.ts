/**
 * Files of lines of JSON: `x.jsonl` while it grows, `x.jsonl.gz` when it is packed (RFC 1952, without a time,
 * by a pinned compressor, so that the same lines give the same bytes everywhere). A line is there once its
 * newline is.
 */

import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { gzipSync } from "fflate";
import { DiskError } from "../disk/diskError";
import type { Files } from "../disk/files";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { requireShallow } from "../nesting";

/** What a file holds. */
export interface Lines {
  /** Those that are not empty, by their numbers from 1, parsed; undefined for one that is no JSON. */
  readonly values: ReadonlyMap<number, unknown>;
  /** Bytes up to the end of the last whole line, as the file lies on the disk. */
  readonly size: number;
  /** Bytes after it: a line that is being written, or that was never finished. */
  readonly torn: number;
}

const isPacked = (name: string): boolean => name.endsWith(".gz");

/** Names of the files of lines in a folder, sorted. @throws DiskError */
export const lineFiles = (folder: string, files: Files): string[] =>
  files
    .names(folder)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .sort();

/** @throws DiskError when the file cannot be read, is packed and damaged, or holds a line nested too deep */
export function readLines(folder: string, name: string, files: Files): Lines {
  const path = join(folder, name);
  const found = files.read(path) ?? new Uint8Array(); // it was merged into another at this moment
  const bytes = Buffer.from(isPacked(name) && found.length > 0 ? unpack(found, path) : found);
  const values = new Map<number, unknown>();
  let start = 0;
  for (let n = 1, end = bytes.indexOf(10); end >= 0; n++, start = end + 1, end = bytes.indexOf(10, start))
    if (end > start) values.set(n, parsed(bytes.toString("utf8", start, end), `${path}: line ${n}`));
  const torn = bytes.length - start;
  return { values, size: isPacked(name) ? found.length : start, torn };
}

/** Bytes that any packed file may unpack to, and how many times its own: records pack 5 to 20 times. */
const FREE = 2 ** 28;
const MOST_TIMES = 200;

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  const maxOutputLength = Math.max(FREE, MOST_TIMES * bytes.length);
  try {
    return gunzipSync(bytes, { maxOutputLength });
  } catch (error) {
    const why = (error as Error).message;
    throw new DiskError(`${path} is damaged (${why}); put back a copy of it, or remove it`, "EIO", error);
  }
}

function parsed(line: string, what: string): unknown {
  try {
    const value = JSON.parse(line) as unknown;
    requireShallow(value, what);
    return value;
  } catch (error) {
    if (!(error instanceof InputError)) return undefined;
    throw new DiskError(`${error.message}; put back a copy of the file, or remove the line`, "EIO", error);
  }
}

/** Values as lines of canonical JSON. */
export const asLines = (values: readonly object[]): Uint8Array =>
  Buffer.from(values.map((value) => `${canonicalJson(value)}\n`).join(""));

/** The bytes of a packed file. */
export const packed = (values: readonly object[]): Uint8Array =>
  gzipSync(asLines(values), { level: 9, mtime: 0 });
