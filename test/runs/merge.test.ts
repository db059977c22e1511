/** Merging stores: the bytes of one run, or nothing. */

import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeStores } from "../../lib/runs/merge";
import { DisagreementError } from "../../lib/runs/store";
import { record, storesOfTest, type ToyRecord } from "./toyStore";

const { at, closeAll, open, place } = storesOfTest();

describe("merging", () => {
  const part = (name: string, numbers: readonly number[], change: Partial<ToyRecord> = {}) => {
    const path = join(place.folder, "..", name);
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
    expect(await mergeStores(place.folder, parts)).toEqual({
      records: 5,
      added: 5,
      same: 0,
      nodes: ["unknown"],
      failures: 1,
    });
    const bytes = packed();
    expect(await mergeStores(place.folder, [...parts].reverse())).toMatchObject({ added: 0, same: 5 });
    expect(await mergeStores(place.folder, parts.slice(1))).toMatchObject({ records: 5, added: 0, same: 3 });
    expect(packed()).toEqual(bytes);
    expect(readdirSync(place.folder)).toEqual(["failed.jsonl", "records.jsonl.gz"]);
    expect(parts.map((path) => readdirSync(path).length)).toEqual([1, 1, 2]);
    const plain = open({}, part("plain", [5, 4, 3, 2, 1]));
    plain.compact();
    expect(readFileSync(join(plain.folder, "records.jsonl.gz"))).toEqual(bytes);
  });

  it("keeps what was there", async () => {
    open().append(record(9));
    closeAll();
    expect(await mergeStores(place.folder, [part("a", [1])])).toMatchObject({ records: 2, added: 1 });
    expect(open().has(record(9).key)).toBe(true);
  });

  it("changes nothing where outcomes disagree, whatever the revisions", async () => {
    const [a, b] = [part("a", [1, 2]), part("b", [2], { outcome: { value: 5 } })];
    const second = open({}, b);
    second.append(record(2, { outcome: { value: 6 } }), { replace: true });
    second.close();
    await expect(mergeStores(place.folder, [a, b])).rejects.toThrow(DisagreementError);
    await expect(mergeStores(place.folder, [b, a])).rejects.toThrow(
      /with different results: by .*\/[ab]\/records/,
    );
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it("refuses a part that is still being written, that holds nothing, or that was edited", async () => {
    const writing = open({}, join(place.folder, "../writing"));
    writing.append(record(1));
    await expect(mergeStores(place.folder, [writing.folder])).rejects.toThrow(
      /writing is still being written, by process \d+/,
    );
    writing.close();
    const stranger = "0123456789 0123456789 4026532000 7 1 0";
    writeFileSync(join(writing.folder, "lock"), stranger); // of another machine
    await expect(mergeStores(place.folder, [writing.folder])).rejects.toThrow(
      /npx erasable unlock .*writing/,
    );
    await expect(mergeStores(place.folder, [join(place.folder, "../none")])).rejects.toThrow(
      /none holds no records/,
    );
    const other = part("other", [1]);
    appendFileSync(join(other, "records.jsonl"), '{"of":"another version"}\n');
    await expect(mergeStores(place.folder, [other])).rejects.toThrow(
      /other.records\.jsonl: line 2 is not a record: left out\. It would be lost/,
    );
    const edited = part("edited", [1]);
    const text = readFileSync(join(edited, "records.jsonl"), "utf8");
    writeFileSync(join(edited, "records.jsonl"), text.replace('"value":1', '"value":2'));
    await expect(mergeStores(place.folder, [edited])).rejects.toThrow(/was edited or mixed up: its outcome/);
    expect(existsSync(place.folder)).toBe(false);
  });

  it("names every version of Node, of parts that have the same trials too", async () => {
    const by = (node: string) => part(node, [1, 2], { versions: { node } });
    const { nodes } = await mergeStores(place.folder, [by("24"), by("20")]);
    expect(nodes).toEqual(["20", "24"]);
  });

  it("refuses to go into a store with an edited record, whether a part has it or not", async () => {
    open().append(record(1));
    closeAll();
    const text = readFileSync(at("records.jsonl"), "utf8").replace('"value":1', '"value":2');
    writeFileSync(at("records.jsonl"), text);
    for (const numbers of [[1, 2], [2]])
      await expect(mergeStores(place.folder, [part(`p${numbers}`, numbers)])).rejects.toThrow(
        /record [0-9a-f]{64} was edited or mixed up: its outcome.*computed again/s,
      );
    expect(readdirSync(place.folder)).toEqual(["records.jsonl"]);
    expect(readFileSync(at("records.jsonl"), "utf8")).toBe(text);
    expect(() => open().compact()).toThrow(DisagreementError);
  });
});
