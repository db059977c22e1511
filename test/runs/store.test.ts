/** Records in a store: written by one process at a time, read by any, over others beneath. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InUseError } from "../../lib/disk/lock";
import { StoppedError } from "../../lib/errors";
import { lineOf, record, storesOfTest } from "./toyStore";

const { at, open, place, put } = storesOfTest();

describe("records", () => {
  it("are there after writing, for this store, a new one, and one that was open", () => {
    const other = open();
    const store = open();
    expect(store.append(record(1))).toBe(true);
    expect(store.get(record(1).key)).toEqual(record(1));
    expect(open().records()).toEqual([record(1)]);
    expect(other.has(record(1).key)).toBe(false);
    other.refresh();
    expect(other.has(record(1).key)).toBe(true);
  });

  it("are stored once", () => {
    const store = open();
    store.append(record(1));
    expect(store.append(record(1))).toBe(false);
    expect(readFileSync(at("records.jsonl"), "utf8").split("\n")).toHaveLength(2);
  });

  it("are replaced on demand, and the newest counts whatever the order of reading", () => {
    const store = open();
    for (const seconds of [1, 2, 3])
      store.append(record(1, { timings: { train: seconds } }), { replace: true });
    for (const reader of [store, open()])
      expect(reader.get(record(1).key)).toEqual({ ...record(1), revision: 2, timings: { train: 3 } });
  });

  it("of other data or code have other keys", () => {
    const store = open();
    for (const one of [record(1, { code: "old" }), record(1, { data: "other" }), record(1)])
      store.append(one);
    expect(store.records()).toHaveLength(3);
    expect(store.get(record(1).key)).toEqual(record(1));
  });

  it("edited by hand are found by the audit", () => {
    const store = open();
    store.append(record(1));
    const text = readFileSync(at("records.jsonl"), "utf8");
    const { key } = record(1);
    for (const [from, to, what] of [
      ['"n":1', '"n":2', "its key is not that of its trial, data and code"],
      ['"value":1', '"value":1.5', "its outcome is not the one that was stored"],
    ]) {
      writeFileSync(at("records.jsonl"), text.replace(from, to));
      expect(open().audit()).toEqual([{ key, what }]);
    }
    expect(store.audit()).toEqual([]);
  });

  it("must be plain JSON with a key, or nothing is stored", () => {
    const store = open();
    const nan = { ...record(1), outcome: { value: NaN } };
    expect(() => store.append(nan)).toThrow("not a finite number");
    expect(() => store.append({ ...record(1), key: "short" })).toThrow("not a record");
    expect(open().records()).toEqual([]);
  });

  it("a failure is kept until the record is there", () => {
    const store = open();
    const { key, trial } = record(1);
    store.fail({ key, trial, error: "no luck", stack: "Error: no luck\n at x" });
    expect(open().failures()).toEqual([{ key, trial, error: "no luck", stack: "Error: no luck\n at x" }]);
    store.append(record(1));
    expect(store.failures()).toEqual([]);
    expect(open().failures()).toEqual([]);
  });

  it("a store that only reads makes nothing, and one that is closed leaves no lock", () => {
    expect(open().records()).toEqual([]);
    expect(existsSync(place.folder)).toBe(false);
    const store = open();
    store.append(record(1));
    store.close();
    expect(readdirSync(place.folder)).toEqual(["records.jsonl"]);
    store.append(record(2)); // takes the lock again
    expect(readdirSync(place.folder)).toEqual(["lock", "records.jsonl"]);
  });
});

describe("one writer", () => {
  it("at a time; the others read, and are told who writes", async () => {
    const [writer, other] = [open(), open()];
    writer.append(record(1));
    expect(() => other.append(record(2))).toThrow(InUseError);
    expect(() => other.append(record(2))).toThrow(/runs is in use by process \d+ since/);
    other.refresh();
    expect(other.records()).toEqual([record(1)]);
    writer.close();
    expect(other.append(record(1))).toBe(false); // it has read what the other wrote
    expect(other.append(record(2))).toBe(true);
  });

  it("or waits its turn, until the signal", async () => {
    const [writer, other] = [open(), open()];
    await writer.hold();
    const controller = new AbortController();
    const stopped = other.hold({ signal: controller.signal, onWait: () => controller.abort() });
    await expect(stopped).rejects.toThrow(StoppedError);
    const waited = other.hold({
      onWait() {
        writer.append(record(1));
        writer.close();
      },
    });
    await waited;
    expect(other.records()).toEqual([record(1)]);
  });

  it("finds out when its lock was broken, before it writes", () => {
    const store = open();
    store.append(record(1));
    rmSync(at("lock"));
    expect(() => store.append(record(2))).toThrow(/its lock was broken/);
    expect(open().records()).toEqual([record(1)]);
  });
});

describe("a store over others", () => {
  it("shows their records, and writes its own alone", () => {
    const [lower, lowest] = [join(place.folder, "../lower"), join(place.folder, "../lowest")];
    for (const [one, numbers] of [
      [lower, [1, 2]],
      [lowest, [2, 3]],
    ] as const) {
      const store = open({}, one);
      for (const n of numbers) store.append(record(n));
      store.compact();
      store.close();
    }
    const before = [lower, lowest].map((one) => readFileSync(join(one, "records.jsonl.gz")));
    const store = open({ beneath: [lower, lowest] });
    expect(store.records()).toHaveLength(3);
    expect(store.append(record(3))).toBe(false);
    expect(store.append(record(4))).toBe(true);
    store.append(record(1, { timings: { train: 7 } }), { replace: true });
    store.compact();
    store.close();
    expect(store.get(record(1).key)).toMatchObject({ revision: 1, timings: { train: 7 } });
    expect(open().records()).toHaveLength(2);
    expect(store.records()).toHaveLength(4);
    expect([lower, lowest].map((one) => readFileSync(join(one, "records.jsonl.gz")))).toEqual(before);
    expect(store.problems).toEqual([]);
  });

  it("says where the one beneath has another outcome", () => {
    const lower = join(place.folder, "../lower");
    open({}, lower).append(record(1));
    open().append(record(1, { outcome: { value: 5 } }));
    const store = open({ beneath: [lower] });
    expect(store.problems.map(({ what }) => what)).toEqual([
      expect.stringContaining("with different results"),
    ]);
  });
});

it("reads 20,000 records", () => {
  put("records.jsonl", ...Array.from({ length: 20_000 }, (_, n) => lineOf(n)));
  const read = open();
  expect(read.records()).toHaveLength(20_000);
  expect(read.get(record(12_345).key)?.outcome.value).toBe(12_345 ** 2);
});
