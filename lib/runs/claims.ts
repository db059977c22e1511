/**
 * Claims: two processes that share a run store do not compute the same job. A claim is a hard link to the owner's own
 * file, so it appears whole or not at all, and the owner's heartbeat (a byte rewritten now and then) shows on all its
 * claims at once. A claim whose owner is gone is not removed but outranked: generation n + 1 can be linked only once, so
 * two processes that find the same dead claim cannot both have it. Claims save work, they do not guard results: if
 * two processes ever hold the same job, the store keeps one of two equal records.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { isGone, thisProcess } from "./process";
import { errorCode, removeFile, storeError } from "./segment";

/**
 * How often a process shows that it is alive, and how long others wait for a sign, in ms. They matter only between
 * machines: on one machine the process table answers at once.
 */
const HEARTBEAT = 10_000;
const LEASE = 90_000;
const CLAIM = /^(.+)\.(\d+)\.claim$/;
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"];

export class Claims {
  private ownerFile: string | undefined;
  private descriptor: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly held = new Map<string, number>();

  /** @param folder is created with the first claim */
  constructor(private readonly folder: string) {}

  /** Takes the claim `name` (letters, digits, - and _), unless a living process, this one included, has it. */
  take(name: string): boolean {
    const owner = this.show();
    for (;;) {
      const last = this.lastGeneration(name);
      const dead = last < 0 ? undefined : read(this.path(name, last));
      if (last >= 0) {
        if (dead === undefined) continue; // given back in this moment: look again
        if (!this.abandoned(dead, this.path(name, last))) return false;
      }
      const own = this.path(name, last + 1);
      try {
        linkOrCopy(owner, own);
      } catch (error) {
        if (errorCode(error) === "EEXIST") continue; // another was faster
        throw storeError("write to", this.folder, error);
      }
      // Between the look and the link others may have cleared claims away, and taken what then was free. Each of two
      // takers looks at the other's number after its link, so at most one of them finds all as it was.
      const sound =
        this.lastGeneration(name) === last + 1 &&
        read(own) === basename(owner) &&
        (last < 0 || read(this.path(name, last)) === dead);
      if (sound) {
        this.held.set(name, last + 1);
        return true;
      }
      if (read(own) === basename(owner)) removeFile(own);
    }
  }

  /** Gives a claim back, and clears away the dead claims that it outranked. */
  release(name: string): void {
    const last = this.held.get(name);
    if (last === undefined) return;
    this.held.delete(name);
    for (let generation = 0; generation <= last; generation++) removeFile(this.path(name, generation));
  }

  /** Removes what dead processes left behind. */
  sweep(): void {
    for (const file of list(this.folder).sort().reverse()) {
      const path = join(this.folder, file);
      // A dead claim that a later one outranks keeps others from beginning at its number: the later one clears it away.
      const [, name, generation] = CLAIM.exec(file) ?? [];
      if (name !== undefined && this.lastGeneration(name) > Number(generation)) continue;
      const holder = file.endsWith(".owner") ? file : read(path);
      if (holder !== undefined && this.abandoned(holder, path)) removeFile(path);
    }
  }

  /** Gives all claims back and stops the heartbeat. @throws StoreError when a claim cannot be removed */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const name of [...this.held.keys()]) this.release(name);
    const own = this.ownerFile;
    this.ownerFile = undefined;
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
    if (own !== undefined) removeFile(own);
  }

  private path(name: string, generation: number): string {
    return join(this.folder, `${name}.${generation}.claim`);
  }

  /** The highest generation that there is of a claim; -1 when nobody has taken it. */
  private lastGeneration(name: string): number {
    const generations = list(this.folder).flatMap((file) => {
      const [, claimed, generation] = CLAIM.exec(file) ?? [];
      return claimed === name ? [Number(generation)] : [];
    });
    return Math.max(-1, ...generations);
  }

  /** Shows that this process uses the store: its own file, with a heartbeat. Returns the file. */
  show(): string {
    for (let n = 0; this.ownerFile === undefined; n++) {
      const file = join(this.folder, `${thisProcess()}-${n}.owner`);
      try {
        mkdirSync(this.folder, { recursive: true });
        writeFileSync(file, `${basename(file)}\n`, { flag: "wx" });
        this.descriptor = openSync(file, "r+");
        this.ownerFile = file;
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw storeError("write to", this.folder, error);
      }
    }
    this.timer ??= setInterval(() => this.beat(), HEARTBEAT).unref();
    return this.ownerFile;
  }

  /** Writes the last byte of the own file again, which sets its time. */
  private beat(): void {
    if (this.descriptor === undefined || this.ownerFile === undefined) return;
    try {
      writeSync(this.descriptor, "\n", basename(this.ownerFile).length);
    } catch {
      // a full disk may refuse even this; a missed beat costs at most some work done twice
    }
  }

  /** Whether another store is open for writing in this very process. */
  sharesProcess(): boolean {
    return this.owners(thisProcess()).some((file) => join(this.folder, file) !== this.ownerFile);
  }

  /** Whether a process (named as `thisProcess` names it) has ended, or shown no sign of life for the lease. */
  ended(writer: string): boolean {
    const gone = isGone(writer);
    if (gone !== undefined) return gone;
    // Another machine: compare its last sign of life with one of ours, both on the file system's clock.
    const now = this.now();
    return this.owners(writer).every((file) => now - (time(join(this.folder, file)) ?? 0) > LEASE);
  }

  private owners(writer: string): string[] {
    return list(this.folder).filter((file) => file.startsWith(`${writer}-`) && file.endsWith(".owner"));
  }

  private now(): number {
    const own = this.show();
    this.beat();
    return time(own) ?? 0;
  }

  /** Whether the process that wrote `holder` (the name of its owner file) will not come back to this claim. */
  private abandoned(holder: string, path: string): boolean {
    const writer = /^(.+)-\d+\.owner$/.exec(holder)?.[1];
    if (writer !== undefined) return this.ended(writer);
    return this.now() - (time(path) ?? 0) > LEASE; // a copied claim whose text was never finished
  }
}

function linkOrCopy(owner: string, path: string): void {
  try {
    linkSync(owner, path);
  } catch (error) {
    if (!NO_LINKS.includes(errorCode(error) ?? "")) throw error;
    copyFileSync(owner, path, constants.COPYFILE_EXCL); // a file system without hard links
  }
}

/** undefined when the file is gone */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw storeError("read", path, error);
  }
}

function time(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
