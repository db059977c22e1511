/**
 * Fetches the files of a catalog entry: with progress, resumed where a former run stopped, checked, and put
 * in place by a rename at the very end. A download that breaks or is not what the catalog expects never
 * replaces a good file.
 */

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeFolders } from "../disk/folders";
import { InputError, StoppedError } from "../errors";
import type { CatalogEntry, Download } from "./catalog";
import { unzip } from "./unzip";

/** How far a download has come. */
export interface DownloadProgress {
  /** last part of the address */
  readonly file: string;
  /** bytes that are here, those of a former run included */
  readonly received: number;
  /** bytes in all, when the server says */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Looks at the complete files in a folder; throws when they are not what they should be. */
  readonly verify?: (folder: string) => Promise<void>;
  /** how often a broken connection is taken up again; default 3 */
  readonly retries?: number;
  /** ms before the first of these, twice as long before each further one; default 1000 */
  readonly pauseMs?: number;
}

/** The connection broke or the server is in trouble: worth another try. */
class BrokenTransfer extends Error {}

/**
 * Fetches all files of `entry` into dataFolder/<name> and returns that folder. Everything is received,
 * checked against the catalog's checksums and handed to `verify` in a folder of its own; only then do the
 * files take their places.
 * @throws InputError naming the address and what is wrong. @throws StoppedError when `signal` is aborted; the
 * part that was received is kept, and the next call goes on from there.
 */
export async function fetchEntry(
  entry: CatalogEntry,
  dataFolder: string,
  options: DownloadOptions = {},
): Promise<string> {
  const folder = join(dataFolder, entry.name);
  const staging = join(folder, ".fetching");
  makeFolders(staging);
  const part = (download: Download) => join(staging, `${basename(new URL(download.url).pathname)}.part`);
  for (const download of entry.downloads) await receive(download, part(download), options);
  try {
    for (const download of entry.downloads) {
      if (download.kind === "file") await rename(part(download), join(staging, download.files[0].path));
      else await unpack(download, part(download), staging);
    }
    await options.verify?.(staging);
  } catch (error) {
    await rm(staging, { recursive: true }); // the next call shall not go on from what is known to be wrong
    throw error;
  }
  for (const { path } of entry.downloads.flatMap((download) => download.files))
    await rename(join(staging, path), join(folder, path));
  await rm(staging, { recursive: true });
  return folder;
}

/** Unpacks the catalog's files of an archive into `folder` and checks them. */
async function unpack(download: Download, archive: string, folder: string): Promise<void> {
  const wanted = download.files.map((file) => file.member ?? file.path);
  const contents = await unzip(archive, wanted, download.url);
  for (const { path, member = path, sha256 } of download.files) {
    const found = createHash("sha256").update(contents[member]).digest("hex");
    if (sha256 !== undefined && found !== sha256)
      throw new InputError(`${download.url}: ${member} has SHA-256 ${found}; expected ${sha256}`);
    const file = await open(join(folder, path), "w");
    await file.writeFile(contents[member]);
    await file.sync();
    await file.close();
  }
}

/** Brings the whole of download.url to `target` and checks it; goes on from what is there already. */
async function receive(download: Download, target: string, options: DownloadOptions): Promise<void> {
  const { retries = 3, pauseMs = 1000 } = options;
  for (let attempt = 0; ; attempt++) {
    const resumed = existsSync(target);
    try {
      await transfer(download.url, target, options);
    } catch (error) {
      if (options.signal?.aborted) throw new StoppedError(`fetching ${download.url} was stopped`);
      if (!(error instanceof BrokenTransfer)) throw error;
      if (attempt >= retries)
        throw new InputError(
          `${download.url}: ${error.message}; ` +
            "what was received is kept, and the same command goes on from there",
        );
      await pause(pauseMs * 2 ** attempt, undefined, { signal: options.signal }).catch(() => undefined);
      continue;
    }
    const wrong = await wrongChecksum(download, target);
    if (wrong === undefined) {
      await rm(`${target}.json`, { force: true });
      return;
    }
    await rm(target, { force: true });
    await rm(`${target}.json`, { force: true });
    // the beginning may be of another version of the file, or damaged on this disk: once more from the start
    if (!resumed || attempt >= retries)
      throw new InputError(`${download.url}: ${wrong}; the download was discarded`);
  }
}

/** What a part on disk belongs to; written beside it. */
interface PartNote {
  readonly url: string;
  /** entity tag or date of the version, for If-Range */
  readonly version: string | undefined;
}

/** One request. Leaves a complete file at `target`, or throws and leaves the part that was received. */
async function transfer(url: string, target: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  const note = await readNote(target);
  let have = note?.url === url ? ((await stat(target).catch(() => undefined))?.size ?? 0) : 0;
  if (note?.url === url && note.version === undefined) have = 0; // it may have changed
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0 && note?.version !== undefined) {
    headers.range = `bytes=${have}-`;
    headers["if-range"] = note.version;
  }
  const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw new BrokenTransfer(`no connection (${reasonOf(error)})`);
  });
  try {
    if (response.status === 416) {
      await rm(target, { force: true });
      throw new BrokenTransfer("the part on disk does not fit the file");
    }
    if (response.status >= 500 || response.status === 429)
      throw new BrokenTransfer(`the server answers ${response.status}`);
    if (!response.ok || !response.body) throw new InputError(`${url}: the server answers ${response.status}`);
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
    const goesOn = response.status === 206;
    if (goesOn && Number(range?.[1]) !== have) {
      await rm(target, { force: true });
      throw new BrokenTransfer("the server sent another part than was asked for");
    }
    if (!goesOn) have = 0;
    const whole = range?.[2] === "*" ? undefined : Number(range?.[2]);
    const total = goesOn ? whole : lengthOf(response.headers);
    const file = await open(target, goesOn ? "a" : "w");
    try {
      // after the old part is gone: a note must never name a later version than the bytes beside it
      if (!goesOn) await writeNote(target, { url, version: versionOf(response.headers) });
      await drain(response.body, file, (bytes) => {
        have += bytes;
        onProgress?.({ file: basename(new URL(url).pathname), received: have, total });
      });
      await file.sync();
    } finally {
      await file.close();
    }
    if (total !== undefined && have !== total)
      throw new BrokenTransfer(`the connection ended after ${have} of ${total} bytes`);
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

async function drain(
  body: ReadableStream<Uint8Array>,
  file: FileHandle,
  arrived: (bytes: number) => void,
): Promise<void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new BrokenTransfer(`the connection broke (${reasonOf(error)})`);
      });
      if (done) return;
      await file.writeFile(value);
      arrived(value.length);
    }
  } finally {
    await reader.cancel().catch(() => undefined); // a full disk, say, must not leave the connection open
    reader.releaseLock();
  }
}

/** Bytes of the whole file; unknown when the server compresses on the way, which fetch unpacks. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  const coding = headers.get("content-encoding") ?? "identity";
  return length === null || coding !== "identity" ? undefined : Number(length);
}

/** What names this version of the file: a strong entity tag (ranges take no weak one), else its date. */
function versionOf(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag && !tag.startsWith("W/")) return tag;
  return headers.get("last-modified") ?? undefined;
}

async function readNote(target: string): Promise<PartNote | undefined> {
  try {
    return JSON.parse(await readFile(`${target}.json`, "utf8")) as PartNote;
  } catch {
    return undefined; // none, or damaged: start anew
  }
}

const writeNote = (target: string, note: PartNote): Promise<void> =>
  writeFile(`${target}.json`, JSON.stringify(note));

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function wrongChecksum(download: Download, path: string): Promise<string | undefined> {
  for (const kind of ["md5", "sha256"] as const) {
    const expected = download[kind];
    if (expected === undefined) continue;
    const hash = createHash(kind);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const found = hash.digest("hex");
    if (found !== expected) return `the file has ${kind.toUpperCase()} ${found}; expected ${expected}`;
  }
  return undefined;
}
