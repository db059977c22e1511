import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canonicalJson } from "../../lib/json";
import { Random } from "../../lib/random";
import { thisProcess } from "../../lib/runs/process";
import { newRecord, type StoredRecord } from "../../lib/runs/record";
import { RunStore } from "../../lib/runs/store";

interface ToyRecord extends StoredRecord {
  readonly outcome: { readonly value: number };
  readonly timings: Record<string, number>;
}

function record(n: number, change: Partial<ToyRecord> = {}): ToyRecord {
  const { data = "d", code = "c" } = change;
  const { outcome = { value: n * n }, timings = { train: 1 } } = change;
  return { ...newRecord({ trial: { kind: "toy", n }, data, code, outcome, timings }), ...change };
}

/** The name of a process that has ended on this machine. */
function endedProcess(): string {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return `${thisProcess().slice(0, 10)}-${pid}-1`;
}

let folder: string;
const stores: RunStore<ToyRecord>[] = [];
const open = () => {
  const store = new RunStore<ToyRecord>(folder);
  stores.push(store);
  return store;
};
const files = () => readdirSync(folder).filter((file) => file.endsWith(".jsonl"));

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
    expect(readFileSync(join(folder, files()[0]), "utf8").split("\n")).toHaveLength(2);
  });

  it("are replaced on demand, and the newest counts whatever the order of reading", () => {
    const store = open();
    for (const seconds of [1, 2, 3])
      store.append(record(1, { timings: { train: seconds } }), { replace: true });
    for (const reader of [store, open()])
      expect(reader.get(record(1).key)).toEqual({ ...record(1), revision: 2, timings: { train: 3 } });
  });

  it("of other data or code have other keys, and are listed as stale", () => {
    const store = open();
    const others = [record(1, { code: "old" }), record(1, { data: "other" })];
    for (const one of [...others, record(1)]) store.append(one);
    expect(store.records()).toHaveLength(3);
    expect(store.get(record(1).key)).toEqual(record(1));
    expect(new Set(store.stale(({ code, data }) => code === "c" && data === "d"))).toEqual(new Set(others));
    expect(store.stale(({ code }) => code === "c")).toEqual([others[0]]);
  });

  it("edited by hand are found by the audit", () => {
    const store = open();
    store.append(record(1));
    const [file] = files();
    const text = readFileSync(join(folder, file), "utf8");
    const { key } = record(1);
    for (const [from, to, what] of [
      ['"n":1', '"n":2', "its key is not that of its trial, data and code"],
      ['"value":1', '"value":1.5', "its outcome is not the one that was stored"],
    ]) {
      writeFileSync(join(folder, file), text.replace(from, to));
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

  it("an unused store leaves nothing behind", () => {
    const store = open();
    expect(store.records()).toEqual([]);
    store.requireWritable();
    store.close();
    expect(files()).toEqual([]);
    expect(readdirSync(join(folder, "claims"))).toEqual([]);
  });
});

describe("damage", () => {
  const segment = (name: string) => join(folder, `run-${name}-0.jsonl`);
  beforeEach(() => mkdirSync(folder, { recursive: true }));

  it("a line that a dead process did not finish is cut off and reported once", () => {
    const line = canonicalJson(record(2));
    const path = segment(endedProcess());
    writeFileSync(path, `${canonicalJson(record(1))}\n${line.slice(0, -7)}`);
    const store = open();
    expect(store.records()).toEqual([record(1)]);
    expect(store.findings).toHaveLength(1);
    expect(store.findings[0].what).toBe(
      `the last line was never finished: its ${line.length - 7} bytes are dropped`,
    );
    expect(readFileSync(path, "utf8")).toBe(`${canonicalJson(record(1))}\n`);
    expect(open().findings).toEqual([]);
  });

  it("a line that a living process is writing is waited for", () => {
    const line = canonicalJson(record(2));
    const path = segment(thisProcess());
    writeFileSync(path, line.slice(0, 20));
    const store = open();
    expect([store.records(), store.findings]).toEqual([[], []]);
    appendFileSync(path, `${line.slice(20)}\n`);
    store.refresh();
    expect([store.records(), store.findings]).toEqual([[record(2)], []]);
  });

  it("garbage between good lines is left out and reported with its place", () => {
    const path = segment(endedProcess());
    const lines = [canonicalJson(record(1)), "\0\0\0", '{"key":"x"}', "null", canonicalJson(record(2))];
    writeFileSync(path, `${lines.join("\n")}\n`);
    const store = open();
    expect(store.records()).toHaveLength(2);
    expect(store.findings.map(({ what }) => what)).toEqual(
      [2, 3, 4].map((line) => `line ${line} is not a run line: left out`),
    );
  });

  it("two results for one key are reported, and every reader keeps the same one", () => {
    const one = canonicalJson(record(1));
    const two = canonicalJson(record(1, { outcome: { value: 5 } }));
    const kept = [
      [one, two],
      [two, one],
    ].map((lines) => {
      writeFileSync(segment(endedProcess()), `${lines.join("\n")}\n`);
      const store = open();
      expect(store.findings[0].what).toContain("was computed twice with different results");
      return store.records();
    });
    expect(kept[0]).toEqual(kept[1]);
    expect(kept[0]).toHaveLength(1);
  });

  it("the same result with other times is no disagreement", () => {
    const again = canonicalJson({ ...record(1), timings: { train: 9 } });
    writeFileSync(segment(endedProcess()), `${canonicalJson(record(1))}\n${again}\n`);
    const store = open();
    expect([store.records().length, store.findings]).toEqual([1, []]);
  });
});

describe("compaction", () => {
  it("gives the same bytes for the same records in any order, and they can be read again", () => {
    const texts = [1, 2].map((seed) => {
      const numbers = Random.stream(seed, "order").shuffle(Array.from({ length: 40 }, (_, n) => n));
      const store = open();
      for (const n of numbers) store.append(record(n));
      store.fail({ key: record(99).key, trial: record(99).trial, error: "no" });
      store.close();
      const fresh = open();
      expect(fresh.compact()).toBe(0);
      expect(files()).toEqual(["failed.jsonl", "records.jsonl"]);
      expect(fresh.append(record(3))).toBe(false);
      fresh.close();
      const read = open();
      expect([read.records().length, read.failures().length, read.findings]).toEqual([40, 1, []]);
      const text = readFileSync(join(folder, "records.jsonl"), "utf8");
      rmSync(folder, { recursive: true });
      return text;
    });
    expect(texts[0]).toBe(texts[1]);
    const keys = texts[0].match(/"key":"[0-9a-f]{64}"/g) ?? [];
    expect(keys).toHaveLength(40);
    expect([...keys].sort()).toEqual(keys);
  });

  it("does not take a segment away from a store that is still open", () => {
    const writer = open();
    writer.append(record(1));
    const other = open();
    expect(other.compact()).toBe(1);
    writer.append(record(2));
    other.refresh();
    expect(other.records()).toHaveLength(2);
    expect(open().records()).toHaveLength(2);
    expect(other.findings).toEqual([]);
  });

  it("is seen by a store that was open: nothing is lost, nothing doubled", () => {
    const writer = open();
    for (let n = 0; n < 5; n++) writer.append(record(n));
    const reader = open();
    writer.compact();
    writer.append(record(5));
    reader.refresh();
    expect([reader.records().length, reader.findings]).toEqual([6, []]);
  });

  it("a segment taken away from a writer that was thought dead costs no record", () => {
    const writer = open();
    writer.append(record(1));
    const [file] = files();
    rmSync(join(folder, file));
    writer.append(record(2));
    expect(files()).not.toEqual([file]);
    expect(open().records()).toEqual([record(2)]);
  });

  it("keeps the newest revision only", () => {
    const store = open();
    store.append(record(1));
    store.append(record(1, { timings: { train: 7 } }), { replace: true });
    store.compact();
    expect(open().records()).toEqual([{ ...record(1), revision: 1, timings: { train: 7 } }]);
  });

  it("two runs agree to the byte without times, machine, versions and revisions", () => {
    const a = open();
    a.append(record(1));
    a.append(record(2));
    const textA = a.comparable();
    const b = open();
    const other = { timings: { train: 5 }, machine: "m", versions: { node: "x" } };
    b.append(record(2, other), { replace: true });
    expect(b.comparable()).toBe(textA);
    b.append(record(1, { outcome: { value: 8 } }), { replace: true });
    expect(b.comparable()).not.toBe(textA);
  });
});

describe("claims", () => {
  const machine = "0123456789"; // not this one
  const claimFile = (name: string, generation: number) =>
    join(folder, "claims", `${name}.${generation}.claim`);
  function leave(owner: string, claim: string, age: number): void {
    mkdirSync(join(folder, "claims"), { recursive: true });
    const now = Date.now() / 1000 - age;
    for (const file of [join(folder, "claims", owner), claimFile(claim, 0)]) {
      writeFileSync(file, `${owner}\n`);
      utimesSync(file, now, now);
    }
  }

  it("one holder at a time", () => {
    const [a, b] = [open().claims, open().claims];
    expect([a.take("x"), b.take("x"), a.take("x"), b.take("y")]).toEqual([true, false, false, true]);
    a.release("x");
    expect(b.take("x")).toBe(true);
  });

  it("a claim of a dead process is taken over by exactly one, and cleared away", () => {
    leave(`${endedProcess()}-0.owner`, "x", 0);
    const [a, b] = [open().claims, open().claims];
    expect([a.take("x"), b.take("x")]).toEqual([true, false]);
    a.release("x");
    expect(readdirSync(join(folder, "claims")).filter((file) => file.endsWith(".claim"))).toEqual([]);
    expect(b.take("x")).toBe(true);
  });

  it("a process id that was given to another process is not mistaken for the owner", () => {
    leave(`${thisProcess().replace(/\w+$/, "12345")}-0.owner`, "x", 0);
    expect(open().claims.take("x")).toBe(process.platform === "linux");
  });

  it("a process of another machine keeps its claim while it gives signs of life", () => {
    leave(`${machine}-7-1-0.owner`, "fresh", 20);
    leave(`${machine}-8-1-0.owner`, "old", 300);
    const { claims } = open();
    expect(claims.take("fresh")).toBe(false);
    expect(claims.take("old")).toBe(true);
  });

  it("compaction sweeps away what the dead left, and leaves segments of living machines alone", () => {
    leave(`${endedProcess()}-0.owner`, "gone", 0);
    leave(`${machine}-7-1-0.owner`, "fresh", 20);
    const segment = `run-${machine}-7-1-0.jsonl`;
    writeFileSync(join(folder, segment), `${canonicalJson(record(1))}\n`);
    const store = open();
    store.append(record(2));
    expect(store.compact()).toBe(1);
    store.close();
    expect(files()).toEqual(["records.jsonl", segment]);
    expect(readdirSync(join(folder, "claims")).sort()).toEqual([`${machine}-7-1-0.owner`, "fresh.0.claim"]);
  });
});

it("reads 20,000 records", () => {
  const store = open();
  store.append(record(0));
  const [file] = files();
  const lines = Array.from({ length: 19_999 }, (_, n) => canonicalJson(record(n + 1)));
  store.close();
  appendFileSync(join(folder, file), `${lines.join("\n")}\n`);
  const read = open();
  expect(read.records()).toHaveLength(20_000);
  expect(read.get(record(12_345).key)?.outcome.value).toBe(12_345 ** 2);
});
