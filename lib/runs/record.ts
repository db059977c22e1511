/**
 * What the run store keeps: one JSON line for each trial. Its key is a hash of everything that decides the
 * result (the trial, the data, the code), so a record made from anything else has another key and never
 * matches. A second hash, of the outcome, shows that nobody has edited it since.
 */

import { canonicalJson, sha256 } from "../json";

/** A record as the run store sees it. */
export interface StoredRecord {
  /** recordKey(trial, data, code): 64 hexadecimal digits */
  readonly key: string;
  /** The question: plain JSON with everything that decides the result but data and code. */
  readonly trial: object;
  /** Checksum of the data that the trial ran on. */
  readonly data: string;
  /** Version of the code that decides results. */
  readonly code: string;
  /** The answer: plain JSON. */
  readonly outcome: object;
  /** SHA-256 of the outcome's canonical JSON: 64 hexadecimal digits */
  readonly outcomeHash: string;
  /** 1, 2 ... when the trial was computed again on demand; the highest counts. */
  readonly revision?: number;
  /** Seconds by stage. */
  readonly timings?: Readonly<Record<string, number>>;
  /** Processor, cores, platform. */
  readonly machine?: Readonly<Record<string, string | number>>;
  /** Node and others, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** A trial that did not come to an end; it is tried again by the next run. */
export interface Failure {
  readonly key: string;
  readonly trial: object;
  readonly error: string;
  readonly stack?: string;
}

/** The members in which two runs of the same trial may differ. */
const VOLATILE = ["timings", "machine", "versions", "revision"] as const;

/** The key of a record: SHA-256 of trial, code and data, in hexadecimal digits. */
export function recordKey(trial: object, data: string, code: string): string {
  return sha256(canonicalJson({ trial, code, data }));
}

/** SHA-256 of an outcome's canonical JSON. @throws TypeError when it is not plain JSON, as with NaN */
export const outcomeHash = (outcome: object): string => sha256(canonicalJson(outcome));

/** What a record is made of; the rest follows from it. */
type Content = Pick<StoredRecord, "trial" | "data" | "code" | "outcome">;

/** A record with its key and the hash of its outcome. @throws TypeError when the outcome is not plain JSON */
export const newRecord = <C extends Content>(content: C): C & Pick<StoredRecord, "key" | "outcomeHash"> => ({
  ...content,
  key: recordKey(content.trial, content.data, content.code),
  outcomeHash: outcomeHash(content.outcome),
});

/** A record without times, machine and versions: what an independent run must repeat to the byte. */
export function withoutTimings<R extends StoredRecord>(record: R): Omit<R, (typeof VOLATILE)[number]> {
  const volatile: readonly string[] = VOLATILE;
  const kept = Object.entries(record).filter(([member]) => !volatile.includes(member));
  return Object.fromEntries(kept) as Omit<R, (typeof VOLATILE)[number]>;
}

/** Whether a parsed line is a failure at all. */
export function isFailure(value: unknown): value is Failure {
  if (!isObject(value)) return false;
  const { key, trial, error } = value as Partial<Failure>;
  return isHash(key) && isObject(trial) && typeof error === "string";
}

const isHash = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether a parsed line is a record at all. */
export function isRecord(value: unknown): value is StoredRecord {
  if (!isObject(value)) return false;
  const { key, trial, data, code, outcome, outcomeHash: hash } = value as Partial<StoredRecord>;
  return (
    isHash(key) &&
    isObject(trial) &&
    typeof data === "string" &&
    typeof code === "string" &&
    isObject(outcome) &&
    isHash(hash)
  );
}

/**
 * What is wrong with a record that was edited or mixed up: its key is not that of its trial, data and code,
 * or its outcome is not the one that was stored. Undefined for an honest one.
 */
export function fault({
  key,
  trial,
  data,
  code,
  outcome,
  outcomeHash: hash,
}: StoredRecord): string | undefined {
  if (key !== recordKey(trial, data, code)) return "its key is not that of its trial, data and code";
  if (hash !== outcomeHash(outcome)) return "its outcome is not the one that was stored";
  return undefined;
}
