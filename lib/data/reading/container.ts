/**
 * What a file is by its first bytes, and its content as a stream: plain, gzip, or the file of ratings in a
 * zip archive. Nothing is unpacked whole, so memory stays bounded; checksums are compared, and what unpacks
 * without measure is refused.
 */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { createGunzip, type Gunzip } from "node:zlib";
import { asDiskError } from "../../disk/diskError";
import { InputError, StoppedError } from "../../errors";
import { openZip } from "../unzip";
import { binary } from "./encoding";

/** How far reading has come. */
export interface ReadProgress {
  /** last part of the path */
  readonly file: string;
  /** bytes that are read, packed as they are on the disk */
  readonly received: number;
  readonly total: number;
}

export interface StreamOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** A file's content, unpacked. */
export interface Content {
  /** "gzip", "zip (ratings.csv)"; undefined for a plain file */
  readonly packed?: string;
  readonly blocks: AsyncGenerator<Uint8Array>;
}

const BLOCK = 1 << 22;

/** Kinds of files that hold no text, by their first bytes (hexadecimal), and what to do. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ["d0cf11e0", "an old Excel or Office file: save it as CSV (UTF-8)"],
  ["25504446", "a PDF: export the table as CSV"],
  ["53514c69746520666f726d6174203300", "an SQLite database: export the table as CSV (.mode csv)"],
  ["4152524f57310000", "an Arrow (Feather) file: save it as CSV or Parquet"],
  ["46454131", "a Feather file: save it as CSV or Parquet"],
  ["894844460d0a1a0a", "an HDF5 file: save it as CSV"],
  ["934e554d5059", "a NumPy array: save it as CSV"],
  ["504b0304", "an archive in which a zip archive is: unpack both, and give the file of ratings"],
  ["1f8b", "an archive in which gzip data are: unpack both, and give the file of ratings"],
  ["425a68", "a bzip2 archive: unpack it with bunzip2"],
  ["fd377a585a00", "an xz archive: unpack it with unxz"],
  ["28b52ffd", "a Zstandard archive: unpack it with unzstd"],
  ["377abcaf271c", "a 7z archive: unpack it"],
  ["526172211a07", "a RAR archive: unpack it"],
  ["89504e47", "a PNG picture"],
  ["ffd8ff", "a JPEG picture"],
  ["7f454c46", "a program"],
  ["8003", "a Python pickle: save it as CSV"],
  ["8004", "a Python pickle: save it as CSV"],
  ["8005", "a Python pickle: save it as CSV"],
];

/**
 * Refuses what is no text of ratings. @param head first bytes, unpacked @throws InputError that says what
 * it is
 */
export function requireText(name: string, head: Uint8Array): void {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512));
  const hex = bytes.toString("hex", 0, 16);
  const foreign = FOREIGN.find(([magic]) => hex.startsWith(magic));
  if (foreign) throw new InputError(`${name} is ${foreign[1]}`);
  if (bytes.toString("latin1", 257, 262) === "ustar")
    throw new InputError(`${name} is a tar archive: unpack it with tar -xf`);
  if (/^\s*(insert into|create table|drop table|-- .*\bdump)\b/i.test(bytes.toString("latin1")))
    throw new InputError(`${name} is an SQL dump: load it into a database, and export the table as CSV`);
  if (/^\s*<(!doctype|html|\?xml|[a-z]+[ >])/i.test(bytes.toString("latin1")))
    throw new InputError(
      `${name} is a web page or XML, not ratings: line 1 is ` +
        `${JSON.stringify(bytes.toString("utf8").trim().slice(0, 60))}`,
    );
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw binary(name, bytes.toString("latin1", 0, zero).split("\n").length);
}

/** Whether the content is Parquet, which is read in its own way. */
export const isParquet = (head: Uint8Array): boolean => Buffer.from(head).toString("latin1", 0, 4) === "PAR1";

/**
 * Opens a file, or what comes through a pipe. @throws InputError when it cannot be read, is empty, or is no
 * kind of file that holds ratings; while it is read, when packed data are damaged or unpack to more than
 * they should; StoppedError on the signal.
 */
export async function openContent(path: string, options: StreamOptions = {}): Promise<Content> {
  const size = await sizeOf(path);
  const blocks = disk(path, size ?? 0, options);
  const { first, all } = await peeked(blocks, MAGIC);
  const [one, two, three] = first;
  if (first.length === 0) throw new InputError(`${path}: the file is empty`);
  if (one === 0x1f && two === 0x8b)
    return { packed: "gzip", blocks: bounded(path, size ?? 0, gunzip(path, all), options) };
  if (/\.gz$/i.test(path)) {
    await blocks.return(undefined);
    throw new InputError(`${path}: not gzip data, although the name ends in .gz`);
  }
  if (one !== 0x50 || two !== 0x4b || three > 7) return { blocks: all };
  await blocks.return(undefined);
  if (size === undefined)
    throw new InputError(`${path} is a zip archive, which can be read from a file alone`);
  const { member, stream } = await openZip(path);
  return { packed: `zip (${member})`, blocks: bounded(path, size, stream, options) };
}

/** Bytes on the disk; undefined for a pipe. @throws InputError when the path cannot be read */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw unread(path, error);
  }
}

/** What cannot be read is the caller's mistake: another file can be named. */
const unread = (path: string, error: unknown): unknown => {
  const known = asDiskError(error, "read", path);
  return known ? new InputError(known.message) : error;
};

const MAGIC = 16; // bytes that tell what a file is

/** The first bytes of a stream, at least `least` unless it ends before, and all of it. */
export async function peeked(
  blocks: AsyncGenerator<Uint8Array>,
  least: number,
): Promise<{
  readonly first: Uint8Array;
  readonly complete: boolean;
  readonly all: AsyncGenerator<Uint8Array>;
}> {
  const parts: Uint8Array[] = [];
  let complete = false;
  for (let length = 0; length < least && !complete; ) {
    const { done, value } = await blocks.next();
    complete = done === true;
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const first = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  return { first, complete, all: joined(first, blocks) };
}

async function* joined(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** The bytes on the disk, in blocks. */
async function* disk(path: string, total: number, options: StreamOptions): AsyncGenerator<Uint8Array> {
  let received = 0;
  const file = basename(path);
  try {
    for await (const block of createReadStream(path, { highWaterMark: BLOCK })) {
      if (options.signal?.aborted) throw new StoppedError(`reading ${path} was stopped`);
      received += (block as Buffer).length;
      options.onProgress?.({ file, received, total });
      yield block as Buffer;
    }
  } catch (error) {
    throw unread(path, error);
  }
}

async function* gunzip(path: string, packed: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip({ chunkSize: 1 << 20 });
  const fed = feed(packed, unpacker);
  try {
    for await (const block of unpacker) yield block as Buffer;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!code.startsWith("Z_")) throw error;
    throw new InputError(
      `${path}: gzip data ${code === "Z_BUF_ERROR" ? "truncated" : "damaged"} (${message}); take another copy of it`,
    );
  } finally {
    unpacker.destroy();
    await fed;
    await packed.return(undefined);
  }
}

/** Writes blocks into an unpacker as fast as it takes them; an error of the source becomes its own. */
async function feed(blocks: AsyncIterable<Uint8Array>, unpacker: Gunzip): Promise<void> {
  try {
    for await (const block of blocks) {
      if (unpacker.destroyed) return;
      if (!unpacker.write(block))
        await new Promise((next) => unpacker.once("drain", next).once("close", next));
    }
    unpacker.end();
  } catch (error) {
    unpacker.destroy(error as Error);
  }
}

const FREE = 2 ** 28; // bytes that any packed file may unpack to
const MOST_TIMES = 200; // ratings pack 4 to 20 times; a thousand times is what zeros do

async function* bounded(
  path: string,
  size: number,
  blocks: AsyncIterable<Uint8Array>,
  { signal }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  let unpacked = 0;
  for await (const block of blocks) {
    if (signal?.aborted) throw new StoppedError(`reading ${path} was stopped`);
    unpacked += block.length;
    if (size > 0 && unpacked > FREE && unpacked > MOST_TIMES * size)
      throw new InputError(
        `${path}: ${size} bytes unpack to more than ${MOST_TIMES} times as many, which no file of ` +
          `ratings does; ` +
          "if it is one, unpack it and give the unpacked file",
      );
    yield block;
  }
}
