/**
 * One process at a time works in a system's folder. The lock is a hard link to a file that was written before, so it
 * appears whole or not at all. The lock of a process that was killed is not removed but outranked: `lock.1` above `lock`
 * can be linked only once, so of two processes that find the same dead lock one gets the folder. A holder is told by
 * process number and start, so that a number used again is not mistaken.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { InputError } from "../errors";

/** What a file system says that has no hard links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"];

/** What a file system says where a folder may not be written. */
const NOT_OURS = ["EROFS", "EACCES", "EPERM"];

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Begins the names of files that locks are linked to. */
const DRAFT = "lock-";

let taken = 0;

/**
 * Takes the lock and returns what gives it back (once; later calls do nothing, and a lock that is another's stays).
 * @throws InputError when a living process holds it, this one included.
 */
export function lockFolder(folder: string): () => void {
  const place = (rank: number) => join(folder, rank === 0 ? "lock" : `lock.${rank}`);
  const name = `${process.pid} ${startOf(process.pid) ?? 0} ${taken++}`;
  const own = join(folder, DRAFT + name.replaceAll(" ", "-"));
  try {
    write(own, name);
  } catch (error) {
    if (!NOT_OURS.includes(codeOf(error) ?? "")) throw error;
    throw new InputError(
      `${folder} may not be written (${codeOf(error)}), which learning and forgetting need; to recommend, open it read-only ` +
        "(recommend --read-only)",
    );
  }
  try {
    const rank = take(own, place, folder);
    sweep(folder);
    return () => {
      if (holderOf(place(rank)) !== name) return;
      for (let lower = 0; lower <= rank; lower++) rmSync(place(lower), { force: true }); // the own one last
    };
  } finally {
    rmSync(own, { force: true });
  }
}

/** Links `own` above all locks that are dead, and says at which rank. */
function take(own: string, place: (rank: number) => string, folder: string): number {
  for (let rank = 0; ; ) {
    const path = place(rank);
    if (linked(own, path)) {
      // Whoever gives a folder back removes the lower ranks first: were one gone, another may have started from below.
      if (below(rank).every((lower) => isDead(place(lower)))) return rank;
      rmSync(path, { force: true });
      rank = 0;
    } else if (isDead(path)) rank++;
    else if (holderOf(path) === undefined)
      rank = 0; // given back in between
    else
      throw new InputError(
        `${folder} is in use by process ${holderOf(path)?.split(" ")[0] || "?"}; if that is not so, remove ${path}`,
      );
  }
}

/** Removes what processes left that were killed while they took the lock. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(DRAFT) && hasEnded(name.slice(DRAFT.length).replaceAll("-", " ")))
      rmSync(join(folder, name), { force: true });
}

const below = (rank: number): number[] => Array.from({ length: rank }, (_, lower) => lower);

function linked(own: string, path: string): boolean {
  try {
    try {
      linkSync(own, path);
    } catch (error) {
      if (!NO_LINKS.includes(codeOf(error) ?? "")) throw error;
      copyFileSync(own, path, constants.COPYFILE_EXCL);
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Returns when the text is on the disk: after a power failure, too, a lock says whose it is. */
function write(path: string, text: string): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What a lock says of its holder; undefined when there is none. */
function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether there is a lock whose holder has ended. One that says nothing may be a living process's. */
const isDead = (path: string): boolean => hasEnded(holderOf(path) ?? "");

/** Whether a process, "number start" or its number alone, has ended. */
function hasEnded(holder: string): boolean {
  const [, pid, start] = /^(\d+)(?: (\S+))?/.exec(holder) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0); // signal 0 asks whether the process is there
  } catch (error) {
    return codeOf(error) !== "EPERM";
  }
  const now = startOf(Number(pid));
  return now === "ended" || (now !== undefined && start !== undefined && start !== "0" && start !== now);
}

/** Start of a process in clock ticks since the machine's, where /proc tells; "ended" for one that only waits to be reaped. */
function startOf(pid: number): string | undefined {
  try {
    // the second field, the program's name in parentheses, may hold spaces; after it the state is first, the start 20th
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}
