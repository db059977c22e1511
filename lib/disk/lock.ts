/**
 * One process at a time writes in a folder. The lock is a hard link to a file that was written before, so it
 * appears whole or not at all. The lock of a process that has ended is not removed but outranked: `lock.1`
 * above `lock` can be linked only once, so of two processes that find the same dead lock one gets the folder.
 * A holder of which nobody here can tell whether it lives (another container's, another machine's) is
 * respected until somebody who knows breaks its lock.
 */

import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { InputError, StoppedError } from "../errors";
import { shellWord } from "../shell";
import { codeOf, DiskError, onDisk } from "./diskError";
import { type Files, nodeFiles } from "./files";
import { describeProcess, type Fate, fateOf, parseProcess, thisProcess } from "./process";

/** Another process has the folder. The message says which, since when, and what can be done. */
export class InUseError extends InputError {
  override name = "InUseError";
}

/** A lock that is this process's. */
export interface Lock {
  /** Gives the folder back, once; a lock that is another's by now stays. */
  release(): void;
  /** Whether it still is this process's: somebody may have broken it. */
  isHeld(): boolean;
}

/** Who has a folder. */
export interface Holder {
  /** what the lock says */
  readonly text: string;
  /** "process 12 since 2026-01-31 12:00 UTC" */
  readonly who: string;
  readonly fate: Fate;
}

/** Begins the names of files that locks are linked to. */
const DRAFT = "lock-";
const LOCK = /^lock(?:\.(\d+))?$/;
/** Read by other users' processes, too. */
const MODE = 0o644;

/** Milliseconds between two tries of a process that waits: the first, and the most that they grow to. */
const WAIT = { first: 100, most: 5000 };

let taken = 0;

/**
 * Takes the lock of a folder and returns what gives it back.
 * @throws InUseError when another has it, or this process by another call; DiskError when the folder may not
 * be written
 */
export const lockFolder = (folder: string): (() => void) => takeLock(folder).release;

/** The same, with a way to see whether the lock is still this process's. */
export function takeLock(folder: string, files: Files = nodeFiles): Lock {
  return take(folder, files, undefined);
}

/** How a process waits for a folder. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Told once of each holder that is waited for, in a sentence. */
  readonly onWait?: (message: string) => void;
  readonly files?: Files;
}

/**
 * Takes the lock of a folder, and waits as long as another has it. @throws StoppedError when the signal
 * fires; DiskError
 */
export async function waitForLock(folder: string, options: WaitOptions = {}): Promise<Lock> {
  const { signal, onWait, files = nodeFiles } = options;
  let told = "";
  for (let delay = WAIT.first; ; delay = Math.min(2 * delay, WAIT.most)) {
    if (signal?.aborted) throw new StoppedError(`${folder}: stopped before its turn came`);
    try {
      return takeLock(folder, files);
    } catch (error) {
      if (!(error instanceof InUseError)) throw error;
      if (error.message !== told) onWait?.(error.message);
      told = error.message;
    }
    await pause(delay, undefined, { signal }).catch(() => {});
  }
}

/**
 * Breaks the lock of a holder that has ended, or is said to have by whoever calls this. If it lives all the
 * same, it finds out before it writes again.
 * @returns who had the folder; undefined when nobody had
 * @throws InUseError when the holder is seen to live
 */
export function breakLock(folder: string, files: Files = nodeFiles): string | undefined {
  const holder = holderOf(folder, files);
  if (holder === undefined) return undefined;
  if (holder.fate === "lives") throw inUse(folder, holder);
  take(folder, files, holder.text).release();
  return holder.who;
}

/** Who has a folder; undefined when nobody has. */
export function holderOf(folder: string, files: Files = nodeFiles): Holder | undefined {
  const holders = ranksIn(folder, files).flatMap((rank) => {
    const text = read(files, placeOf(folder, rank));
    return text === undefined ? [] : [describe(text, placeOf(folder, rank))];
  });
  return holders.find(({ fate: state }) => state !== "ended") ?? holders.at(-1);
}

/** Ranks of the locks of a folder, ascending. */
function ranksIn(folder: string, files: Files): number[] {
  const ranks = files.names(folder).flatMap((name) => {
    const found = LOCK.exec(name);
    return found ? [Number(found[1] ?? 0)] : [];
  });
  return ranks.sort((a, b) => a - b);
}

const placeOf = (folder: string, rank: number): string => join(folder, rank === 0 ? "lock" : `lock.${rank}`);

/** @param broken what the lock says of a holder that counts as ended whatever is seen of it */
function take(folder: string, files: Files, broken: string | undefined): Lock {
  const place = (rank: number) => placeOf(folder, rank);
  const name = `${thisProcess()} ${taken++}`;
  const own = join(folder, DRAFT + name.replaceAll(" ", "-"));
  const isDead = (text: string | undefined) =>
    text !== undefined && (text === broken || fate(text) === "ended");
  draft(folder, files, own, name);
  try {
    const rank = climb(folder, files, own, isDead);
    sweep(folder, files, rank);
    const isHeld = () => read(files, place(rank)) === name;
    return {
      isHeld,
      release() {
        if (!isHeld()) return;
        for (let lower = 0; lower <= rank; lower++) files.remove(place(lower)); // this one's last
      },
    };
  } finally {
    files.remove(own);
  }
}

/** Writes the file that the lock is linked to: after a power failure, too, a lock says whose it is. */
function draft(folder: string, files: Files, own: string, name: string): void {
  try {
    files.write(own, Buffer.from(name), MODE);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes(codeOf(error) ?? "")) throw error;
    const code = codeOf(error) as string;
    throw new DiskError(
      `${folder} may not be written (${code}), which learning, forgetting and computing need; ` +
        "take another place, or change who may use this one. A system recommends there all the same: recommend --read-only",
      code,
      error,
    );
  }
}

/** Links `own` above all locks that are dead, and says at which rank. */
function climb(
  folder: string,
  files: Files,
  own: string,
  isDead: (text: string | undefined) => boolean,
): number {
  const place = (rank: number) => placeOf(folder, rank);
  for (let rank = 0; ; ) {
    if (files.link(own, place(rank))) {
      // Whoever gives a folder back removes the lower ranks first: were one gone, another may have started
      // from below.
      const below = Array.from({ length: rank }, (_, lower) => read(files, place(lower)));
      if (below.every(isDead)) return rank;
      files.remove(place(rank));
      rank = 0;
      continue;
    }
    const text = read(files, place(rank));
    if (isDead(text)) rank++;
    else if (text === undefined)
      rank = 0; // given back in between
    else throw inUse(folder, describe(text, place(rank)));
  }
}

/**
 * Removes what processes left that were killed while they took a lock, or gave one back: whoever climbs there
 * now finds `rank`.
 */
function sweep(folder: string, files: Files, rank: number): void {
  for (const higher of ranksIn(folder, files).filter((one) => one > rank))
    if (fate(read(files, placeOf(folder, higher)) ?? "") === "ended") files.remove(placeOf(folder, higher));
  for (const name of files.names(folder))
    if (name.startsWith(DRAFT) && fate(name.slice(DRAFT.length).replaceAll("-", " ")) === "ended")
      files.remove(join(folder, name));
}

function read(files: Files, path: string): string | undefined {
  const bytes = files.read(path);
  return bytes && Buffer.from(bytes).toString("utf8");
}

/** A lock that says nothing may be a living process's. */
function fate(text: string): Fate {
  const name = parseProcess(text);
  return name === undefined ? "unknown" : fateOf(name);
}

function describe(text: string, path: string): Holder {
  const name = parseProcess(text);
  const since = onDisk("read", path, () => statSync(path, { throwIfNoEntry: false }))?.mtime.toISOString();
  const time = since === undefined ? "" : ` since ${since.slice(0, 16).replace("T", " ")} UTC`;
  return {
    text,
    who: `${name ? describeProcess(name) : "a process that it does not name"}${time}`,
    fate: fate(text),
  };
}

function inUse(folder: string, { who, fate: state }: Holder): InUseError {
  return new InUseError(
    state === "lives"
      ? `${folder} is in use by ${who}; it can be used when that process has ended`
      : `${folder} is in use by ${who}. From here it cannot be seen whether that process still runs. ` +
          `If you know that it has ended: npx erasable unlock ${shellWord(folder)}`,
  );
}
