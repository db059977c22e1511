/**
 * The run store: the records of results/<profile>/runs. One process writes at a time, under the folder's
 * lock; readers need none. Nothing that is stored is changed, and any process may be killed at any moment:
 * whole lines stay, a line that was being written is dropped and reported. Other stores may lie beneath, as
 * the published records do: they are read and never written.
 *
 *   records.jsonl         records as they come, each on the disk before the next is computed
 *   records.jsonl.gz      compacted: sorted by key; the same records give the same bytes
 *   failed.jsonl          trials that failed
 *   others.jsonl[.gz]     more records, put here by hand: read, and taken into the compacted file
 */

import { join } from "node:path";
import { type Files, nodeFiles, writeAtomically } from "../disk/files";
import { holderOf, InUseError, type Lock, takeLock, type WaitOptions, waitForLock } from "../disk/lock";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { asLines, lineFiles, packed, readLines } from "./lines";
import { type Failure, fault, isFailure, isRecord, type StoredRecord, withoutTimings } from "./record";
import { type Disagreement, RecordIndex } from "./recordIndex";

const GROWING = "records.jsonl";
const PACKED = "records.jsonl.gz";
const FAILED = "failed.jsonl";
/** Records are published, so others may read them. */
const MODE = 0o644;

/** Something in the folder that is not as it should be. */
export interface Problem {
  readonly file: string;
  readonly what: string;
}

/** A record that is not as it was stored. */
export interface Edited {
  readonly key: string;
  readonly what: string;
}

/**
 * Two outcomes of one key: which of them is wrong cannot be told here, so both are kept. The message names
 * their origins.
 */
export class DisagreementError extends InputError {
  override name = "DisagreementError";
}

export interface StoreOptions {
  /** Folders of stores that lie beneath, which are only read; the first lies uppermost. */
  readonly beneath?: readonly string[];
  readonly files?: Files;
}

/** The records of a profile on disk. */
export class RunStore<R extends StoredRecord = StoredRecord> {
  /** Lines left out, records that disagree: for `status` to show. Empty in a healthy store. */
  problems: readonly Problem[] = [];
  private own = new RecordIndex<R>();
  private all = new RecordIndex<R>();
  private failed = new Map<string, Failure>();
  /** Names of the files that were read. */
  private read: readonly string[] = [];
  /** Lines of JSON in them that are nothing this version stores: another's records, which are not ours to drop. */
  private foreign: readonly Problem[] = [];
  /** Those that end in half a line: somebody may still be copying them. */
  private readonly torn = new Set<string>();
  private readonly files: Files;
  private readonly beneath: readonly RunStore<R>[];
  private lock: Lock | undefined;
  /** Whether the last line of a file may be half: what was written last failed. */
  private spoilt = false;

  /**
   * Opens a store and reads it. A folder that does not exist is an empty store; the first write makes it.
   * @throws DiskError when the folder is there and cannot be read
   */
  constructor(
    readonly folder: string,
    { beneath = [], files = nodeFiles }: StoreOptions = {},
  ) {
    this.files = files;
    this.beneath = beneath.map((lower) => new RunStore<R>(lower, { files }));
    this.refresh();
  }

  /** Reads the folder again: what another process has added meanwhile. @throws DiskError */
  refresh(): void {
    const problems: Problem[] = [];
    const foreign: Problem[] = [];
    this.torn.clear();
    this.own = new RecordIndex<R>();
    this.failed = new Map();
    // asked before reading: a line that nobody is writing stays torn
    const fate = this.lock ? undefined : holderOf(this.folder, this.files)?.fate;
    this.read = lineFiles(this.folder, this.files);
    for (const name of this.read) {
      const { values, size, torn } = readLines(this.folder, name, this.files);
      for (const [line, value] of values) {
        if (this.take(value, name)) continue;
        const problem = { file: name, what: `line ${line} is not a record: left out` };
        problems.push(problem);
        if (value !== undefined) foreign.push(problem);
      }
      if (torn === 0 || fate === "lives" || fate === "unknown") continue;
      problems.push({ file: name, what: `the last line was never finished: its ${torn} bytes are dropped` });
      if (this.lock && (name === GROWING || name === FAILED)) this.files.cut(join(this.folder, name), size);
      else this.torn.add(name);
    }
    this.foreign = foreign;
    this.all = new RecordIndex<R>();
    for (const { all } of [...this.beneath].reverse()) this.all.addAll(all);
    this.all.addAll(this.own);
    this.problems = [...problems, ...this.all.disagreements.map(({ file, what }) => ({ file, what }))];
  }

  /** Whether there is a record of this key. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The record of this key, of the highest revision. */
  get(key: string): R | undefined {
    return this.all.get(key);
  }

  /** All records, sorted by key. */
  records(): R[] {
    return this.all.sorted();
  }

  /** Failures of trials that have no record, sorted by key. */
  failures(): Failure[] {
    return [...this.failed.values()]
      .filter(({ key }) => !this.has(key))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Records that were edited by hand or mixed up, and what shows it. */
  audit(): Edited[] {
    return this.records().flatMap((record) => {
      const what = fault(record);
      return what === undefined ? [] : [{ key: record.key, what }];
    });
  }

  /** @throws DisagreementError naming a record that was edited */
  requireHonest(): void {
    const [edited] = this.audit();
    if (edited)
      throw new DisagreementError(
        `${this.folder}: record ${edited.key} was edited or mixed up: ${edited.what}. Put back a copy of its file, or ` +
          "remove its line: the trial is then computed again",
      );
  }

  /**
   * Makes this process the store's writer until `close`, waiting as long as another is.
   * @throws StoppedError when the signal fires; DiskError when the folder cannot be written
   */
  async hold(options: WaitOptions = {}): Promise<void> {
    if (this.lock) return;
    this.files.makeFolder(this.folder);
    this.hasTaken(await waitForLock(this.folder, { ...options, files: this.files }));
  }

  /**
   * Stores a record; once this returns the disk has it. Returns false, and stores nothing, when its key is
   * there already, unless `replace` is set: then the new record gets the next revision and counts from now
   * on.
   * @throws InUseError when another process writes here; DiskError (what was stored before stays); TypeError
   * when it is not
   *   plain JSON
   */
  append(record: R, options: { replace?: boolean } = {}): boolean {
    this.requireLock();
    const known = this.get(record.key);
    if (known && !options.replace) return false;
    const revision = known ? (known.revision ?? 0) + 1 : undefined;
    const text = canonicalJson({ ...record, revision });
    const stored = JSON.parse(text) as unknown;
    if (!isRecord(stored))
      throw new TypeError(
        `run store: not a record with key, trial, data, code and outcome: ${text.slice(0, 200)}`,
      );
    this.write(GROWING, text);
    for (const index of [this.own, this.all]) index.add(stored as R, join(this.folder, GROWING));
    return true;
  }

  /** Notes that a trial failed. @throws as append */
  fail(failure: Failure): void {
    this.requireLock();
    this.write(FAILED, canonicalJson(failure));
    this.failed.set(failure.key, failure);
  }

  /**
   * The record lines without times, machine and versions, sorted by key: two independent runs of the same
   * trials give the same text to the byte.
   */
  comparable(): string {
    return this.records()
      .map((record) => `${canonicalJson(withoutTimings(record))}\n`)
      .join("");
  }

  /**
   * Takes all records of this folder, and those of `parts`, into one packed file, and removes the files that
   * went in. At any moment each record is in one of them. Doing it again changes nothing. The parts are not
   * touched.
   * @throws DisagreementError when a record was edited, or two of one key have different outcomes, InputError
   * when a file holds lines that would be lost: then nothing is changed; as append
   */
  compact(parts: readonly RunStore<R>[] = []): void {
    this.requireLock();
    this.refresh();
    this.requireHonest();
    this.requireNoForeign();
    const records = new RecordIndex<R>();
    for (const { own } of [this, ...parts]) records.addAll(own);
    requireAgreement(records.disagreements);
    const known = records.sorted();
    const failures = new Map([...parts, this].flatMap(({ failed }) => [...failed]));
    const left = [...failures.values()].filter(({ key }) => records.get(key) === undefined);
    left.sort((a, b) => (a.key < b.key ? -1 : 1));
    if (known.length > 0) this.replace(PACKED, packed(known));
    if (left.length > 0) this.replace(FAILED, asLines(left));
    const kept = [...(known.length > 0 ? [PACKED] : []), ...(left.length > 0 ? [FAILED] : [])];
    for (const name of this.read)
      if (!kept.includes(name) && !this.torn.has(name)) this.files.remove(join(this.folder, name));
    this.refresh();
  }

  /** @throws InputError naming the first line that compacting or merging would lose */
  requireNoForeign(): void {
    const [first] = this.foreign;
    if (first === undefined) return;
    const more = this.foreign.length > 1 ? ` (and ${this.foreign.length - 1} more)` : "";
    throw new InputError(
      `${join(this.folder, first.file)}: ${first.what}${more}. It would be lost: move the file to a ` +
        "folder of its own if another version wrote it, or remove the line",
    );
  }

  /** Lets others write. The store can still be read, and takes the lock again when it is to write. */
  close(): void {
    this.lock?.release();
    this.lock = undefined;
  }

  private requireLock(): void {
    if (!this.lock) {
      this.files.makeFolder(this.folder);
      this.hasTaken(takeLock(this.folder, this.files));
    } else if (!this.lock.isHeld()) {
      this.lock = undefined;
      throw new InUseError(
        `${this.folder}: its lock was broken, so another process may write there; open it again`,
      );
    }
  }

  private hasTaken(lock: Lock): void {
    this.lock = lock;
    this.refresh();
  }

  private write(name: string, line: string): void {
    const bytes = Buffer.from(`${this.spoilt ? "\n" : ""}${line}\n`); // an empty line is passed over
    this.spoilt = true;
    this.files.append(join(this.folder, name), bytes);
    this.spoilt = false;
  }

  private replace(name: string, bytes: Uint8Array): void {
    const path = join(this.folder, name);
    const known = this.files.read(path);
    if (known === undefined || Buffer.compare(known, bytes) !== 0)
      writeAtomically(this.files, path, bytes, MODE);
  }

  /** Takes a parsed line into the index. False when it is nothing that a store holds. */
  private take(value: unknown, name: string): boolean {
    if (name === FAILED) {
      if (isFailure(value)) this.failed.set(value.key, value);
      return isFailure(value);
    }
    if (!isRecord(value)) return false;
    this.own.add(value as R, join(this.folder, name));
    return true;
  }
}

/** @throws DisagreementError naming the first */
function requireAgreement(disagreements: readonly Disagreement[]): void {
  if (disagreements.length === 0) return;
  const more = disagreements.length > 1 ? ` (and ${disagreements.length - 1} more)` : "";
  throw new DisagreementError(
    `${disagreements[0].what}${more}. All files are kept as they are: find out which is right, and remove ` +
      "the line of the other",
  );
}
