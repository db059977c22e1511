/** What a store makes of files that were torn, changed, or disagree. */

import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DiskError } from "../../lib/disk/diskError";
import { type Files, nodeFiles } from "../../lib/disk/files";
import { canonicalJson } from "../../lib/json";
import { lineOf, record, storesOfTest } from "./toyStore";

const { at, open, put } = storesOfTest();

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

  it("a line is named by its number in the file, empty lines too", () => {
    put("records.jsonl", lineOf(1), "", "", "garbage");
    expect(open().problems).toEqual([{ file: "records.jsonl", what: "line 4 is not a record: left out" }]);
  });

  it("a line that is nested without measure is refused by file and number, and not by the end of the stack", () => {
    const deep = `{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
    put("records.jsonl", lineOf(1), lineOf(2).replace(/"outcome":\{[^}]*\}/, `"outcome":${deep}`));
    expect(() => open()).toThrow(DiskError);
    expect(() => open()).toThrow(/runs.records\.jsonl: line 2: it is nested .*put back a copy of the file/);
    put("records.jsonl", lineOf(1));
    put("failed.jsonl", `{"key":"${record(9).key}","trial":${deep},"error":"no"}`);
    expect(() => open()).toThrow(/runs.failed\.jsonl: line 1: it is nested/);
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

  it("a packed file that unpacks without measure is refused", () => {
    const store = open();
    store.append(record(1));
    store.compact();
    const member = gzipSync(Buffer.alloc(2 ** 24, " "), { level: 9 });
    writeFileSync(at("records.jsonl.gz"), Buffer.concat(Array.from({ length: 17 }, () => member)));
    expect(() => open()).toThrow(/records\.jsonl\.gz is damaged \(.*268435456/);
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
