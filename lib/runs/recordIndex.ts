/**
 * Records by key. Of two with one key the higher revision counts, then the one whose text sorts first, so
 * that what is kept does not depend on the order of reading. Two outcomes of one key mean that a machine, a
 * version of Node or the code has computed something else than another: that is kept and reported, for
 * whoever can tell which of them is wrong.
 */

import { canonicalJson } from "../json";
import { fault, type StoredRecord, withoutTimings } from "./record";

/** Two records of one key with different outcomes, and where each was made. */
export interface Disagreement {
  readonly key: string;
  /** The file that was read second. */
  readonly file: string;
  readonly what: string;
}

interface Entry<R> {
  readonly record: R;
  readonly file: string;
}

/** Records of some files, one of each key. */
export class RecordIndex<R extends StoredRecord = StoredRecord> {
  readonly disagreements: Disagreement[] = [];
  private readonly entries = new Map<string, Entry<R>>();

  get(key: string): R | undefined {
    return this.entries.get(key)?.record;
  }

  /** All records, sorted by key. */
  sorted(): R[] {
    const records = [...this.entries.values()].map(({ record }) => record);
    return records.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /**
   * Takes a record in.
   * @param always compares outcomes whatever the revisions: those of two stores do not count on from one
   * another
   */
  add(record: R, file: string, always = false): void {
    const known = this.entries.get(record.key);
    const newer = (record.revision ?? 0) - (known?.record.revision ?? 0);
    if (known && (always || newer === 0)) this.compare(known, { record, file });
    const first = known && newer === 0 && JSON.stringify(record) < JSON.stringify(known.record);
    if (!known || newer > 0 || first) this.entries.set(record.key, { record, file });
  }

  /** All records of another index. */
  addAll(other: RecordIndex<R>): void {
    for (const { record, file } of other.entries.values()) this.add(record, file, true);
    this.disagreements.push(...other.disagreements);
  }

  private compare(known: Entry<R>, other: Entry<R>): void {
    const [a, b] = [known, other].map(({ record }) => canonicalJson(withoutTimings(record)));
    if (a === b) return;
    const key = other.record.key;
    const both = `by ${madeBy(known)}, and by ${madeBy(other)}`;
    const what = `${key} was computed twice with different results: ${both}`;
    this.disagreements.push({ key, file: other.file, what });
  }
}

/** "cores 2, cpu AMD EPYC, node 20.20.2, code 0123 (results/a/runs/records.jsonl)", and whether it was edited */
function madeBy({ record, file }: Entry<StoredRecord>): string {
  const { machine = {}, versions = {}, code } = record;
  const words = Object.entries({ ...machine, ...versions, code }).map(([name, value]) => `${name} ${value}`);
  const wrong = fault(record);
  return `${words.join(", ")} (${file}${wrong === undefined ? "" : `; edited: ${wrong}`})`;
}
