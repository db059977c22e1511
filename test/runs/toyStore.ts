/** Toy records, and stores of them in a folder of each test. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { canonicalJson } from "../../lib/json";
import { newRecord, type StoredRecord } from "../../lib/runs/record";
import { RunStore, type StoreOptions } from "../../lib/runs/store";

export interface ToyRecord extends StoredRecord {
  readonly outcome: { readonly value: number };
  readonly timings: Record<string, number>;
}

export function record(n: number, change: Partial<ToyRecord> = {}): ToyRecord {
  const { data = "d", code = "c" } = change;
  const { outcome = { value: n * n }, timings = { train: 1 } } = change;
  return { ...newRecord({ trial: { kind: "toy", n }, data, code, outcome, timings }), ...change };
}

export const lineOf = (...args: Parameters<typeof record>) => canonicalJson(record(...args));

/** A folder for each test, and the stores opened in it: closed after the test. */
export function storesOfTest() {
  const place = { folder: "" };
  const stores: RunStore<ToyRecord>[] = [];
  const closeAll = () => {
    for (const store of stores.splice(0)) store.close();
  };
  beforeEach(() => {
    place.folder = join(mkdtempSync(join(tmpdir(), "erasable-store-")), "runs");
  });
  afterEach(() => {
    closeAll();
    rmSync(join(place.folder, ".."), { recursive: true, force: true });
  });
  const at = (name: string) => join(place.folder, name);
  return {
    /** `folder` is another for each test. */
    place,
    at,
    closeAll,
    open(options: StoreOptions = {}, folder = place.folder) {
      const store = new RunStore<ToyRecord>(folder, options);
      stores.push(store);
      return store;
    },
    /** Puts a file of lines into the folder. */
    put(name: string, ...lines: readonly string[]): void {
      mkdirSync(place.folder, { recursive: true });
      writeFileSync(at(name), lines.map((line) => `${line}\n`).join(""));
    },
  };
}
