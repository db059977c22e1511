/** One suite over every store: immutable, verified, forked without a trace. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../lib/json";
import { DiskStore } from "../../lib/training/diskStore";
import { blobName, DamagedError, MemoryStore, recordName, type Store } from "../../lib/training/store";

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "erasable-store-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const STORES: [name: string, make: () => Store][] = [
  ["in memory", () => new MemoryStore()],
  ["on disk", () => new DiskStore(newFolder())],
  ["forked from one on disk", () => new DiskStore(newFolder()).fork()],
];

describe.each(STORES)("a store %s", (_name, make) => {
  it("gives back what was put, by the hash of its bytes, as a copy", () => {
    const store = make();
    const values = Float32Array.of(1, 2, 3);
    const hash = store.putBlob(values.subarray(0, 1), values.subarray(1));
    expect(hash).toBe(sha256(values));
    values.fill(9);
    store.getBlob(hash).fill(7);
    expect(new Float32Array(store.getBlob(hash).slice().buffer)).toEqual(Float32Array.of(1, 2, 3));
    expect(store.putBlob(Float32Array.of(1, 2, 3))).toBe(hash);
    expect([...store.list()]).toEqual([[blobName(hash), 12]]);
  });

  it("keeps a record as it was first put", () => {
    const store = make();
    expect(store.getRecord("k")).toBeUndefined();
    store.putRecord("k", { b: [1, null], a: "ü" });
    store.putRecord("k", { a: "ü", b: [1, null] });
    expect(store.getRecord("k")).toEqual({ a: "ü", b: [1, null] });
    expect(() => store.putRecord("k", { a: 2 })).toThrow(/other content/);
  });

  it("deletes by name, and says what is missing", () => {
    const store = make();
    const hash = store.putBlob(Uint8Array.of(1));
    store.putRecord("k", 1);
    store.delete([blobName(hash), recordName("k"), recordName("never")]);
    expect(store.list().size).toBe(0);
    expect(store.getRecord("k")).toBeUndefined();
    expect(() => store.getBlob(hash)).toThrow(DamagedError);
    expect(() => store.getBlob(hash)).toThrow(hash);
  });

  it("is not touched by what happens in a fork of it", () => {
    const store = make();
    const hash = store.putBlob(Uint8Array.of(1));
    store.putRecord("k", 1);
    const before = [...store.list()];
    const fork = store.fork();
    expect(fork.getBlob(hash)).toEqual(Uint8Array.of(1));
    fork.delete([blobName(hash), recordName("k")]);
    fork.putBlob(Uint8Array.of(2));
    fork.putRecord("k", 2);
    expect(fork.getRecord("k")).toBe(2);
    expect(() => fork.getBlob(hash)).toThrow(DamagedError);
    expect([...store.list()]).toEqual(before);
    expect(fork.list().has(blobName(hash))).toBe(false);
    fork.putBlob(Uint8Array.of(1));
    expect(fork.getBlob(hash)).toEqual(Uint8Array.of(1));
  });
});

describe("a store on disk", () => {
  it("names the file when a bit has changed, and writes a damaged blob anew", () => {
    const folder = newFolder();
    const store = new DiskStore(folder);
    const hash = store.putBlob(Uint8Array.of(1, 2, 3));
    store.putRecord("k", { a: 1 });
    writeFileSync(join(folder, "blobs", hash), Uint8Array.of(1, 2, 4));
    expect(() => store.getBlob(hash)).toThrow(new RegExp(hash));
    store.putBlob(Uint8Array.of(1, 2, 3));
    expect(store.getBlob(hash)).toEqual(Uint8Array.of(1, 2, 3));
    const record = join(folder, "records", "k.json");
    writeFileSync(record, readFileSync(record, "utf8").replace('"a":1', '"a":2'));
    expect(() => store.getRecord("k")).toThrow(/k\.json/);
  });

  it("never shows a file that was being written, but lists it, so that it can be deleted", () => {
    const folder = newFolder();
    const store = new DiskStore(folder);
    for (const part of ["blobs", "records"]) mkdirSync(join(folder, part));
    writeFileSync(join(folder, "blobs", "abc.unfinished"), "half");
    writeFileSync(join(folder, "records", "k.json.unfinished"), "half");
    expect(store.getRecord("k")).toBeUndefined();
    const names = [...store.list().keys()];
    expect(names).toHaveLength(2);
    store.delete(names);
    expect(readdirSync(join(folder, "blobs")).concat(readdirSync(join(folder, "records")))).toEqual([]);
  });
});
