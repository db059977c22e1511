/**
 * What the run store keeps: one JSON line for each cell. Its key is a hash of everything that decides the result (the
 * cell with its protocol, the data, the code), so a record made from anything else has another key and never matches.
 */

import { canonicalJson, sha256 } from "../json";

/** A record as the run store sees it. */
export interface StoredRecord {
  /** recordKey(cell, data, code): 64 hexadecimal digits */
  readonly key: string;
  readonly cell: object;
  /** Checksum of the data that the cell ran on. */
  readonly data: string;
  /** Version of the code that decides results. */
  readonly code: string;
  /** 1, 2 ... when the cell was computed again on demand; the highest counts. */
  readonly revision?: number;
}

/** A cell that did not come to an end; it is tried again by the next run. */
export interface Failure {
  readonly key: string;
  readonly cell: object;
  readonly error: string;
  readonly stack?: string;
}

/** The members in which two runs of the same cell may differ. */
const VOLATILE = ["timings", "machine", "versions", "revision"] as const;

/** The key of a record: SHA-256 of question, code and data, in hexadecimal digits. */
export function recordKey(cell: object, data: string, code: string): string {
  return sha256(canonicalJson({ cell, code, data }));
}

/** A record without times, machine and versions: what an independent run must repeat to the byte. */
export function withoutTimings<R extends StoredRecord>(record: R): Omit<R, (typeof VOLATILE)[number]> {
  const volatile: readonly string[] = VOLATILE;
  const kept = Object.entries(record).filter(([member]) => !volatile.includes(member));
  return Object.fromEntries(kept) as Omit<R, (typeof VOLATILE)[number]>;
}

/** Whether a parsed line is a record at all. */
export function isRecord(value: unknown): value is StoredRecord {
  const record = value as Partial<StoredRecord> | null;
  return (
    typeof record === "object" &&
    record !== null &&
    /^[0-9a-f]{64}$/.test(String(record.key)) &&
    typeof record.cell === "object" &&
    typeof record.data === "string" &&
    typeof record.code === "string"
  );
}

/** Whether a record's key is the one that its own content gives: it was not edited and not mixed up. */
export const hasOwnKey = (record: StoredRecord): boolean =>
  record.key === recordKey(record.cell, record.data, record.code);
