/**
 * The run store: the records of results/<profile>/runs. Every process appends to segments of its own, and nothing that
 * is stored is changed. Reading merges all files and keeps one record a key. Any process may be killed at any moment:
 * whole lines stay, a line that was being written is dropped and reported.
 *
 *   records.jsonl, failed.jsonl                   compacted: sorted by key, one line each
 *   run-<process>-<n>.jsonl                       records of one process, as they came
 *   failed-<process>-<n>.jsonl                    trials that failed there
 *   claims/                                       who works on what
 */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../json";
import { Claims } from "./claims";
import { COMPACTED, type Finding, FolderReader, type Kind, segmentOf } from "./folder";
import { thisProcess } from "./process";
import { type Failure, fault, isRecord, type StoredRecord, withoutTimings } from "./record";
import { removeFile, SegmentWriter, storeError, syncFolder } from "./segment";

const UNFINISHED = /\.jsonl\.([^.]+)\.new$/;

/** A record that is not as it was stored. */
export interface Edited {
  readonly key: string;
  readonly what: string;
}

/** The records of a profile on disk: append-only, shared by processes, whole after a kill at any moment. */
export class RunStore<R extends StoredRecord = StoredRecord> {
  /** Lines left out, records that disagree: for `status` to show. Empty in a healthy store. */
  readonly findings: Finding[] = [];
  /** Who works on what: names are those of jobs. */
  readonly claims: Claims;
  private readonly byKey = new Map<string, R>();
  private readonly failed = new Map<string, Failure>();
  private readonly reader: FolderReader;
  private writers: Record<Kind, SegmentWriter>;

  /**
   * Opens the store and reads it. A folder that does not exist is an empty store; the first write creates it.
   * @throws StoreError when the folder is there and cannot be read
   */
  constructor(readonly folder: string) {
    this.claims = new Claims(join(folder, "claims"));
    this.writers = this.newWriters();
    this.reader = new FolderReader(folder, this.findings, (kind, value, file) =>
      kind === "run" ? this.take(value, file) : this.takeFailure(value),
    );
    this.refresh();
  }

  /** Reads what other processes have added. */
  refresh(): void {
    this.reader.read();
  }

  /** Whether there is a record of this key. */
  has(key: string): boolean {
    return this.byKey.has(key);
  }

  /** The record of this key, of the highest revision. */
  get(key: string): R | undefined {
    return this.byKey.get(key);
  }

  /** All records, sorted by key. */
  records(): R[] {
    return [...this.byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Failures of cells that have no record, sorted by key. */
  failures(): Failure[] {
    return [...this.failed.values()]
      .filter(({ key }) => !this.byKey.has(key))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Records that `isCurrent` refuses, being of other code or data: kept, and never taken for current ones. */
  stale(isCurrent: (record: R) => boolean): R[] {
    return this.records().filter((record) => !isCurrent(record));
  }

  /** Records that were edited by hand or mixed up, and what shows it. */
  audit(): Edited[] {
    return this.records().flatMap((record) => {
      const what = fault(record);
      return what === undefined ? [] : [{ key: record.key, what }];
    });
  }

  /** Fails now where `append` would fail later: before anything is computed. @throws StoreError */
  requireWritable(): void {
    this.prepareWrite();
    this.writers.run.open();
  }

  /**
   * Stores a record; once this returns the disk has it. Returns false, and stores nothing, when its key is there
   * already, unless `replace` is set: then the new record gets the next revision and counts from now on.
   * @throws StoreError when it cannot be written (what was stored before stays); TypeError when it is not plain JSON
   */
  append(record: R, options: { replace?: boolean } = {}): boolean {
    const known = this.byKey.get(record.key);
    if (known && !options.replace) return false;
    const revision = known ? (known.revision ?? 0) + 1 : undefined;
    const line = canonicalJson({ ...record, revision });
    if (!isRecord(JSON.parse(line)))
      throw new TypeError(
        `run store: not a record with key, trial, data, code and outcome: ${line.slice(0, 200)}`,
      );
    this.write("run", line);
    this.take(JSON.parse(line), this.writers.run.file ?? "");
    return true;
  }

  /** Notes that a trial failed. @throws StoreError */
  fail(failure: Failure): void {
    this.write("failed", canonicalJson(failure));
    this.failed.set(failure.key, failure);
  }

  /**
   * The record lines without times, machine and versions, sorted by key: two independent runs of the same trials give
   * the same text to the byte.
   */
  comparable(): string {
    return this.records()
      .map((record) => `${canonicalJson(withoutTimings(record))}\n`)
      .join("");
  }

  /**
   * Merges everything into records.jsonl and failed.jsonl (canonical JSON, sorted by key: the same records give the
   * same bytes) and removes the segments that went in. Segments of processes that still run are left alone.
   * Returns the number of segments left, or undefined when another process is compacting.
   */
  compact(): number | undefined {
    this.prepareWrite();
    if (!this.claims.take("compaction")) return undefined;
    try {
      for (const writer of Object.values(this.writers)) writer.close();
      this.writers = this.newWriters();
      // Asked before reading: who has ended by now writes nothing after it.
      const segments = this.reader.files().filter((file) => segmentOf(file)?.writer !== "");
      const ended = segments.filter((file) => this.isFinal(file));
      this.refresh();
      this.replaceFile(COMPACTED.run, this.records());
      this.replaceFile(COMPACTED.failed, this.failures());
      for (const file of ended) removeFile(join(this.folder, file));
      this.claims.sweep();
      for (const file of readdirSync(this.folder)) {
        // what a process left that was killed in the middle of this
        const writer = UNFINISHED.exec(file)?.[1];
        if (writer !== undefined && this.claims.ended(writer))
          rmSync(join(this.folder, file), { force: true });
      }
      return segments.length - ended.length;
    } finally {
      this.claims.release("compaction");
    }
  }

  /** Gives claims back and closes files; the store can still be read. */
  close(): void {
    for (const writer of Object.values(this.writers)) writer.close();
    this.writers = this.newWriters();
    this.claims.close();
  }

  private newWriters(): Record<Kind, SegmentWriter> {
    const writer = (kind: Kind) => new SegmentWriter(this.folder, `${kind}-${thisProcess()}`);
    return { run: writer("run"), failed: writer("failed") };
  }

  /** Whether nobody will append to this segment any more. */
  private isFinal(file: string): boolean {
    const writer = segmentOf(file)?.writer ?? "";
    return writer === thisProcess() ? !this.claims.sharesProcess() : this.claims.ended(writer);
  }

  private prepareWrite(): void {
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw storeError("write to", this.folder, error);
    }
    this.claims.show();
  }

  private write(kind: Kind, line: string): void {
    this.prepareWrite();
    const writer = this.writers[kind];
    writer.append(line);
    this.reader.skip(writer.file as string, writer.size);
  }

  /** Takes a parsed line into the index. False when it is not a record. */
  private take(value: unknown, file: string): boolean {
    if (!isRecord(value)) return false;
    const record = value as R;
    const known = this.byKey.get(record.key);
    const newer = (record.revision ?? 0) - (known?.revision ?? 0);
    if (known && newer === 0) this.compare(known, record, file);
    else if (!known || newer > 0) this.byKey.set(record.key, record);
    return true;
  }

  /** Two records of one key: results must agree; whichever is kept must not depend on the order of reading. */
  private compare(known: R, record: R, file: string): void {
    const [a, b] = [JSON.stringify(known), JSON.stringify(record)];
    if (a === b) return;
    if (canonicalJson(withoutTimings(known)) !== canonicalJson(withoutTimings(record)))
      this.findings.push({ file, what: `${record.key} was computed twice with different results` });
    if (b < a) this.byKey.set(record.key, record);
  }

  private takeFailure(value: unknown): boolean {
    const failure = value as Failure | null;
    if (typeof failure?.key !== "string" || typeof failure.error !== "string") return false;
    this.failed.set(failure.key, failure);
    return true;
  }

  /** Writes a new file beside the old one, syncs it, and puts it in its place. */
  private replaceFile(file: string, values: readonly object[]): void {
    const path = join(this.folder, file);
    if (values.length === 0 && statSync(path, { throwIfNoEntry: false }) === undefined) return;
    const fresh = `${path}.${thisProcess()}.new`;
    try {
      const descriptor = openSync(fresh, "w");
      try {
        const bytes = Buffer.from(values.map((value) => `${canonicalJson(value)}\n`).join(""));
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(fresh, path);
      syncFolder(this.folder);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw storeError("write", path, error);
    }
  }
}
