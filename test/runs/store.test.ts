import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Files, nodeFiles } from "../../lib/disk/files";
import { InUseError } from "../../lib/disk/lock";
import { StoppedError } from "../../lib/errors";
import { canonicalJson } from "../../lib/json";
import { Random } from "../../lib/random";
import { mergeStores } from "../../lib/runs/merge";
import { newRecord, type StoredRecord } from "../../lib/runs/record";
import { DisagreementError, RunStore, type StoreOptions } from "../../lib/runs/store";

interface ToyRecord extends StoredRecord {
  readonly outcome: { readonly value: number };
  readonly timings: Record<string, number>;
}

function record(n: number, change: Partial<ToyRecord> = {}): ToyRecord {
  const { data = "d", code = "c" } = change;
  const { outcome = { value: n * n }, timings = { train: 1 } } = change;
  return { ...newRecord({ trial: { kind: "toy", n }, data, code, outcome, timings }), ...change };
}

let folder: string;
const stores: RunStore<ToyRecord>[] = [];
const open = (options: StoreOptions = {}, at = folder) => {
  const store = new RunStore<ToyRecord>(at, options);
  stores.push(store);
  return store;
};
const at = (name: string) => join(folder, name);
/** Puts a file of lines into the folder. */
function put(name: string, ...lines: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(at(name), lines.map((line) => `${line}\n`).join(""));
}
const lineOf = (...args: Parameters<typeof record>) => canonicalJson(record(...args));

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "erasable-store-")), "runs");
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

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
    expect(existsSync(folder)).toBe(false);
    const store = open();
    store.append(record(1));
    store.close();
    expect(readdirSync(folder)).toEqual(["records.jsonl"]);
    store.append(record(2)); // takes the lock again
    expect(readdirSync(folder)).toEqual(["lock", "records.jsonl"]);
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
    const [lower, lowest] = [join(folder, "../lower"), join(folder, "../lowest")];
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
    const lower = join(folder, "../lower");
    open({}, lower).append(record(1));
    open().append(record(1, { outcome: { value: 5 } }));
    const store = open({ beneath: [lower] });
    expect(store.problems.map(({ what }) => what)).toEqual([
      expect.stringContaining("with different results"),
    ]);
  });
});

describe("damage", () => {
  const half = lineOf(2).slice(0, -7);
  const torn = `the last line was never finished: its ${half.length} bytes are dropped`;

  it("a line that was not finished is reported by whoever reads, and cut off by whoever writes", () => {
    put("records.jsonl", lineOf(1));
    appendFileSync(at("records.jsonl"), half);
    for (const store of [open(), open()]) {
      expect(store.records()).toEqual([record(1)]);
      expect(store.problems).toEqual([{ file: "records.jsonl", what: torn }]);
    }
    const writer = open();
    writer.append(record(3));
    expect(readFileSync(at("records.jsonl"), "utf8")).toBe(`${lineOf(1)}\n${lineOf(3)}\n`);
    writer.refresh();
    expect(writer.problems).toEqual([]);
    writer.compact();
    expect(writer.problems).toEqual([]);
    expect(writer.records()).toHaveLength(2);
  });

  it("a line that a living process is writing is no damage", () => {
    const writer = open();
    writer.append(record(1));
    appendFileSync(at("records.jsonl"), half);
    expect([open().records(), open().problems]).toEqual([[record(1)], []]);
  });

  it("a failed write is taken back, or closed off by the next", () => {
    let full = 0;
    const files: Files = {
      ...nodeFiles,
      append(path, bytes) {
        if (full-- > 0) {
          appendFileSync(path, bytes.subarray(0, 20)); // and cannot be taken back
          throw Object.assign(new Error("ENOSPC: full"), { code: "ENOSPC" });
        }
        nodeFiles.append(path, bytes);
      },
    };
    const store = open({ files });
    store.append(record(1));
    full = 1;
    expect(() => store.append(record(2))).toThrow("ENOSPC");
    expect(store.has(record(2).key)).toBe(false);
    expect(store.append(record(2))).toBe(true);
    expect(open().records()).toHaveLength(2);
    expect(open().problems).toEqual([{ file: "records.jsonl", what: "line 2 is not a record: left out" }]);
  });

  it("garbage between good lines is left out and reported with its place", () => {
    const failure = canonicalJson({ key: record(9).key, trial: {}, error: "no" });
    put("records.jsonl", lineOf(1), "\0\0\0", '{"key":"x"}', "null", failure, lineOf(2));
    put("failed.jsonl", failure, lineOf(1));
    const store = open();
    expect(store.records()).toHaveLength(2);
    expect(store.failures()).toHaveLength(1);
    expect(store.problems).toEqual([
      { file: "failed.jsonl", what: "line 2 is not a record: left out" },
      ...[2, 3, 4, 5].map((line) => ({
        file: "records.jsonl",
        what: `line ${line} is not a record: left out`,
      })),
    ]);
  });

  it("a packed file that was changed is not read in part", () => {
    const store = open();
    for (let n = 0; n < 40; n++) store.append(record(n));
    store.compact();
    const bytes = readFileSync(at("records.jsonl.gz"));
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(at("records.jsonl.gz"), bytes);
    expect(() => open()).toThrow(/records\.jsonl\.gz is damaged .*; put back a copy of it, or remove it/);
    writeFileSync(at("records.jsonl.gz"), bytes.subarray(0, 100));
    expect(() => open()).toThrow(/is damaged/);
  });

  it("two outcomes of one key are reported, and every reader keeps the same one", () => {
    const one = lineOf(1);
    const two = lineOf(1, { outcome: { value: 5 } });
    const kept = [
      [one, two],
      [two, one],
    ].map((lines) => {
      put("records.jsonl", ...lines);
      const store = open();
      expect(store.problems[0].what).toContain("with different results");
      return store.records();
    });
    expect(kept[0]).toEqual(kept[1]);
    expect(kept[0]).toHaveLength(1);
  });

  it("the same result with other times is no disagreement", () => {
    put("records.jsonl", lineOf(1), lineOf(1, { timings: { train: 9 }, machine: { cpu: "another" } }));
    expect([open().records().length, open().problems]).toEqual([1, []]);
  });
});

describe("compaction", () => {
  it("gives the same bytes for the same records in any order, and they can be read again", () => {
    const packed = [1, 2].map((seed) => {
      const numbers = Random.stream(seed, "order").shuffle(Array.from({ length: 40 }, (_, n) => n));
      const store = open();
      for (const n of numbers) store.append(record(n));
      store.fail({ key: record(99).key, trial: record(99).trial, error: "no" });
      store.compact();
      expect(store.append(record(3))).toBe(false);
      store.close();
      expect(readdirSync(folder)).toEqual(["failed.jsonl", "records.jsonl.gz"]);
      const read = open();
      expect([read.records().length, read.failures().length, read.problems]).toEqual([40, 1, []]);
      const bytes = readFileSync(at("records.jsonl.gz"));
      rmSync(folder, { recursive: true });
      return bytes;
    });
    expect(packed[0]).toEqual(packed[1]);
    expect([...packed[0].subarray(4, 8)]).toEqual([0, 0, 0, 0]); // no time of day (RFC 1952)
    const keys =
      gunzipSync(packed[0])
        .toString()
        .match(/"key":"[0-9a-f]{64}"/g) ?? [];
    expect(keys).toHaveLength(40);
    expect([...keys].sort()).toEqual(keys);
  });

  it("takes in what others have put beside, and waits with what is still being copied", () => {
    const store = open();
    for (const n of [1, 2]) store.append(record(n));
    store.compact();
    store.append(record(3));
    put("part-1.jsonl", lineOf(4));
    put("part-2.jsonl", lineOf(5));
    appendFileSync(at("part-2.jsonl"), lineOf(6).slice(0, 30));
    store.compact();
    expect(readdirSync(folder)).toEqual(["lock", "part-2.jsonl", "records.jsonl.gz"]);
    appendFileSync(at("part-2.jsonl"), `${lineOf(6).slice(30)}\n`);
    store.compact();
    expect(readdirSync(folder)).toEqual(["lock", "records.jsonl.gz"]);
    expect(store.records()).toHaveLength(6);
  });

  it("keeps the newest revision only", () => {
    const store = open();
    store.append(record(1));
    store.append(record(1, { timings: { train: 7 } }), { replace: true });
    store.compact();
    expect(open().records()).toEqual([{ ...record(1), revision: 1, timings: { train: 7 } }]);
  });

  it("forgets a failure that was made good, and keeps no empty file", () => {
    const store = open();
    store.fail({ key: record(1).key, trial: record(1).trial, error: "no" });
    store.compact();
    expect(readdirSync(folder)).toEqual(["failed.jsonl", "lock"]);
    store.append(record(1));
    store.compact();
    expect(readdirSync(folder)).toEqual(["lock", "records.jsonl.gz"]);
  });

  it("changes nothing where two outcomes disagree, and names who made them", () => {
    const made = (value: number, cpu: string, node: string) =>
      lineOf(1, { outcome: { value }, machine: { cpu, cores: 2 }, versions: { node } });
    put("run-a.jsonl", made(1, "A", "20.1.0"), lineOf(2));
    put("run-b.jsonl", made(5, "B", "22.2.0"));
    const before = readdirSync(folder).map((name) => readFileSync(at(name), "utf8"));
    const store = open();
    expect(() => store.compact()).toThrow(DisagreementError);
    expect(() => store.compact()).toThrow(
      /was computed twice with different results: by cores 2, cpu A, node 20\.1\.0, code c \(.*run-a\.jsonl\), and by cores 2, cpu B, node 22\.2\.0, code c \(.*run-b/,
    );
    store.close();
    expect(readdirSync(folder)).toEqual(["run-a.jsonl", "run-b.jsonl"]);
    expect(readdirSync(folder).map((name) => readFileSync(at(name), "utf8"))).toEqual(before);
  });

  it("two runs agree to the byte without times, machine, versions and revisions", () => {
    const a = open();
    a.append(record(1));
    a.append(record(2));
    const textA = a.comparable();
    const other = { timings: { train: 5 }, machine: { cpu: "m" }, versions: { node: "x" } };
    a.append(record(2, other), { replace: true });
    expect(a.comparable()).toBe(textA);
    a.append(record(1, { outcome: { value: 8 } }), { replace: true });
    expect(a.comparable()).not.toBe(textA);
  });
});

describe("merging", () => {
  const part = (name: string, numbers: readonly number[], change: Partial<ToyRecord> = {}) => {
    const path = join(folder, "..", name);
    const store = open({}, path);
    for (const n of numbers) store.append(record(n, change));
    store.close();
    return path;
  };
  const packed = () => readFileSync(at("records.jsonl.gz"));

  it("gives the bytes of one run, in any order of the parts, and again, and changes no part", async () => {
    const parts = [part("a", [1, 2, 3]), part("b", [3, 4]), part("c", [5])];
    const failing = open({}, parts[2]);
    for (const n of [4, 6]) failing.fail({ key: record(n).key, trial: record(n).trial, error: "no" });
    failing.close();
    expect(await mergeStores(folder, parts)).toEqual({ records: 5, added: 5, failures: 1 });
    const bytes = packed();
    expect(await mergeStores(folder, [...parts].reverse())).toEqual({ records: 5, added: 0, failures: 1 });
    expect(await mergeStores(folder, parts.slice(1))).toEqual({ records: 5, added: 0, failures: 1 });
    expect(packed()).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(["failed.jsonl", "records.jsonl.gz"]);
    expect(parts.map((path) => readdirSync(path).length)).toEqual([1, 1, 2]);
    const plain = open({}, part("plain", [5, 4, 3, 2, 1]));
    plain.compact();
    expect(readFileSync(join(plain.folder, "records.jsonl.gz"))).toEqual(bytes);
  });

  it("keeps what was there", async () => {
    open().append(record(9));
    for (const store of stores.splice(0)) store.close();
    expect(await mergeStores(folder, [part("a", [1])])).toMatchObject({ records: 2, added: 1 });
    expect(open().has(record(9).key)).toBe(true);
  });

  it("changes nothing where outcomes disagree, whatever the revisions", async () => {
    const [a, b] = [part("a", [1, 2]), part("b", [2], { outcome: { value: 5 } })];
    const second = open({}, b);
    second.append(record(2, { outcome: { value: 6 } }), { replace: true });
    second.close();
    await expect(mergeStores(folder, [a, b])).rejects.toThrow(DisagreementError);
    await expect(mergeStores(folder, [b, a])).rejects.toThrow(/with different results: by .*\/[ab]\/records/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a part that is still being written, that holds nothing, or that was edited", async () => {
    const writing = open({}, join(folder, "../writing"));
    writing.append(record(1));
    await expect(mergeStores(folder, [writing.folder])).rejects.toThrow(
      /writing is still being written, by process \d+/,
    );
    writing.close();
    const stranger = "0123456789 0123456789 4026532000 7 1 0";
    writeFileSync(join(writing.folder, "lock"), stranger); // of another machine
    await expect(mergeStores(folder, [writing.folder])).rejects.toThrow(/npx erasable unlock .*writing/);
    await expect(mergeStores(folder, [join(folder, "../none")])).rejects.toThrow(/none holds no records/);
    const edited = part("edited", [1]);
    const text = readFileSync(join(edited, "records.jsonl"), "utf8");
    writeFileSync(join(edited, "records.jsonl"), text.replace('"value":1', '"value":2'));
    await expect(mergeStores(folder, [edited])).rejects.toThrow(/was edited or mixed up: its outcome/);
    expect(existsSync(folder)).toBe(false);
  });
});

it("reads 20,000 records", () => {
  put("records.jsonl", ...Array.from({ length: 20_000 }, (_, n) => lineOf(n)));
  const read = open();
  expect(read.records()).toHaveLength(20_000);
  expect(read.get(record(12_345).key)?.outcome.value).toBe(12_345 ** 2);
});
