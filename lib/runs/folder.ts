/**
 * Reads the files of a run store as they grow: only what is new since the last look, whole lines only. A line that its
 * writer never finished (it was killed) is cut off and reported once the writer is known to be gone.
 */

import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "fflate";
import { isGone } from "./process";
import { cutTornLine, errorCode, type Lines, readLines, storeError } from "./segment";

/** What a file holds: records of trials that are done, or trials that failed. */
export type Kind = "run" | "failed";

/** Something in the folder that was not as it should be, and what was done about it. */
export interface Finding {
  readonly file: string;
  readonly what: string;
}

const SEGMENT = /^(run|failed)-([0-9a-f]+-\d+-\w+)-\d+\.jsonl$/;
/** Files that replace all segments before them (see `compact`). */
export const COMPACTED: Readonly<Record<Kind, string>> = { run: "records.jsonl", failed: "failed.jsonl" };

/** The same, packed: published records. */
const PACKED = "records.jsonl.gz";

/** Kind and writer of a file of the store; the writer of a compacted file is "". */
export function segmentOf(file: string): { kind: Kind; writer: string } | undefined {
  if (file === COMPACTED.run || file === PACKED) return { kind: "run", writer: "" };
  if (file === COMPACTED.failed) return { kind: "failed", writer: "" };
  const found = SEGMENT.exec(file);
  return found ? { kind: found[1] as Kind, writer: found[2] } : undefined;
}

interface Seen {
  /** bytes and lines read */
  size: number;
  lines: number;
  /** changes when another file takes the name */
  version: string;
  torn: boolean;
}

const versionOf = (stat: Stats): string => `${stat.ino} ${stat.birthtimeMs}`;

export class FolderReader {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly folder: string,
    private readonly findings: Finding[],
    private readonly onValue: (kind: Kind, value: unknown, file: string) => boolean,
  ) {}

  /** Reads on. Calls `onValue` for each new line; what it refuses is reported and dropped. */
  read(): void {
    for (;;) {
      try {
        for (const file of this.files()) this.readFile(file);
        return;
      } catch (error) {
        // A segment that vanished was compacted in this moment: what it held is in another file now.
        if (errorCode(error) !== "ENOENT")
          throw errorCode(error) ? storeError("read", this.folder, error) : error;
      }
    }
  }

  /** Names of the store's files, in order. */
  files(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((file) => segmentOf(file) !== undefined)
        .sort();
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storeError("read", this.folder, error);
    }
  }

  /** Tells that the first `size` bytes of a file are known: this process wrote them. */
  skip(file: string, size: number): void {
    const stat = statSync(join(this.folder, file));
    const lines = (this.seen.get(file)?.lines ?? 0) + 1;
    this.seen.set(file, { size, lines, version: versionOf(stat), torn: false });
  }

  private readFile(file: string): void {
    const { kind, writer } = segmentOf(file) as { kind: Kind; writer: string };
    const path = join(this.folder, file);
    const stat = statSync(path);
    const version = versionOf(stat);
    let seen = this.seen.get(file);
    if (!seen || seen.version !== version) seen = { size: 0, lines: 0, version, torn: false };
    if (stat.size <= seen.size) return;
    const final = writer === "" || isGone(writer) === true; // asked before reading: what is torn then stays torn
    const { lines, size, torn } = file === PACKED ? unpack(path) : readLines(path, seen.size);
    for (const line of lines) {
      seen.lines++;
      if (!this.accept(kind, line, file))
        this.findings.push({ file, what: `line ${seen.lines} is not a ${kind} line: left out` });
    }
    seen.size = size;
    if (torn > 0 && final && !seen.torn) this.dropTornLine(path, file, seen, torn);
    this.seen.set(file, seen);
  }

  private accept(kind: Kind, line: string, file: string): boolean {
    try {
      return this.onValue(kind, JSON.parse(line), file);
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }

  private dropTornLine(path: string, file: string, seen: Seen, torn: number): void {
    seen.torn = true;
    this.findings.push({ file, what: `the last line was never finished: its ${torn} bytes are dropped` });
    try {
      cutTornLine(path, seen.size);
    } catch {
      // a folder that cannot be written: the line is passed over each time it is read
    }
  }
}

function unpack(path: string): Lines {
  const bytes = readFileSync(path);
  const lines = Buffer.from(gunzipSync(bytes)).toString("utf8").split("\n");
  return { lines: lines.filter((line) => line !== ""), size: bytes.length, torn: 0 };
}
