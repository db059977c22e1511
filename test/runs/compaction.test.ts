/** Compaction: the same bytes for the same records. */

import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/errors";
import { Random } from "../../lib/random";
import { DisagreementError } from "../../lib/runs/store";
import { lineOf, record, storesOfTest } from "./toyStore";

const { at, open, place, put } = storesOfTest();

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
      expect(readdirSync(place.folder)).toEqual(["failed.jsonl", "records.jsonl.gz"]);
      const read = open();
      expect([read.records().length, read.failures().length, read.problems]).toEqual([40, 1, []]);
      const bytes = readFileSync(at("records.jsonl.gz"));
      rmSync(place.folder, { recursive: true });
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
    expect(readdirSync(place.folder)).toEqual(["lock", "part-2.jsonl", "records.jsonl.gz"]);
    appendFileSync(at("part-2.jsonl"), `${lineOf(6).slice(30)}\n`);
    store.compact();
    expect(readdirSync(place.folder)).toEqual(["lock", "records.jsonl.gz"]);
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
    expect(readdirSync(place.folder)).toEqual(["failed.jsonl", "lock"]);
    store.append(record(1));
    store.compact();
    expect(readdirSync(place.folder)).toEqual(["lock", "records.jsonl.gz"]);
  });

  it("changes nothing where two outcomes disagree, and names who made them", () => {
    const made = (value: number, cpu: string, node: string) =>
      lineOf(1, { outcome: { value }, machine: { cpu, cores: 2 }, versions: { node } });
    put("run-a.jsonl", made(1, "A", "20.1.0"), lineOf(2));
    put("run-b.jsonl", made(5, "B", "22.2.0"));
    const before = readdirSync(place.folder).map((name) => readFileSync(at(name), "utf8"));
    const store = open();
    expect(() => store.compact()).toThrow(DisagreementError);
    expect(() => store.compact()).toThrow(
      /was computed twice with different results: by cores 2, cpu A, node 20\.1\.0, code c \(.*run-a\.jsonl\), and by cores 2, cpu B, node 22\.2\.0, code c \(.*run-b/,
    );
    store.close();
    expect(readdirSync(place.folder)).toEqual(["run-a.jsonl", "run-b.jsonl"]);
    expect(readdirSync(place.folder).map((name) => readFileSync(at(name), "utf8"))).toEqual(before);
  });

  it.each([
    ["records.jsonl.gz", gzipSync(`${lineOf(1)}\n{"cell":{"n":1},"key":"x"}\n`)],
    ["records.jsonl", Buffer.from(`${lineOf(1)}\n{"cell":{"n":1},"key":"x"}\n`)],
    ["others.jsonl", Buffer.from(`${lineOf(1)}\n{"cell":{"n":1},"key":"x"}\n`)],
    [
      "failed.jsonl",
      Buffer.from(`{"error":"no","key":"${record(9).key}","trial":{}}\n{"cell":{"n":1},"key":"x"}\n`),
    ],
  ])("changes nothing where another version's lines in %s would be lost", (name, bytes) => {
    const store = open();
    store.append(record(2));
    store.close();
    put("part.jsonl", lineOf(3));
    writeFileSync(at(name), bytes);
    const files = () => readdirSync(place.folder).map((one) => [one, readFileSync(at(one)).toString("hex")]);
    const before = files();
    expect(() => store.compact()).toThrow(InputError);
    expect(() => store.compact()).toThrow(`${at(name)}: line 2 is not a record: left out. It would be lost`);
    store.close();
    expect(files()).toEqual(before);
  });

  it("drops what a failed write left: it is no JSON", () => {
    put("records.jsonl", lineOf(1), lineOf(2).slice(0, 30), lineOf(2));
    open().compact();
    expect([open().records().length, open().problems]).toEqual([2, []]);
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
