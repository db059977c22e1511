/** A system opened read-only: nothing in its folder is changed, and what others do there is no harm. */

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodeFiles } from "../../lib/disk/files";
import { lockFolder } from "../../lib/disk/lock";
import { createEngine } from "../../lib/engine/create";
import { learn, open } from "../../lib/unlearning/api";
import { SystemFolder } from "../../lib/unlearning/folder";
import { world } from "../training/world";

const data = world();
const home = mkdtempSync(join(tmpdir(), "erasable-read-only-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const work = { createEngine, clock: () => 0 };
const LASER = { groups: 3, grouping: "rand", epochs: 2, batchSize: 64 } as const;

/** All files of a folder and their bytes. */
const bytesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((path) => [path, readFileSync(path, "hex")]);

describe("a system opened read-only", () => {
  it("recommends beside a process that holds the folder, and changes nothing", async () => {
    const folder = join(home, "beside");
    const holder = await learn(data, { ...LASER, folder });
    const before = bytesOf(folder);
    const reader = await open(folder, { readOnly: true });
    expect(reader.recommend("u003", 5)).toEqual(holder.recommend("u003", 5));
    await expect(reader.forget(["u002"])).rejects.toThrow(/opened read-only/);
    expect(() => reader.withdrawRequest()).toThrow(/opened read-only/);
    expect(() => reader.unfinishedRequest()).toThrow(/opened read-only/);
    expect(bytesOf(folder)).toEqual(before);
    await holder.forget(["u002"]);
    expect(reader.recommend("u002", 1)).toHaveLength(1); // what it has read it knows until it is opened again
    const again = await open(folder, { readOnly: true });
    expect(() => again.recommend("u002", 1)).toThrow(/u002/);
    expect(again.certificates()).toHaveLength(1);
    for (const system of [reader, again, holder]) await system.close();
  });

  it("is the old system or the new one, whole, when another process changes them meanwhile", async () => {
    const [folder, next] = [join(home, "old"), join(home, "new")];
    const learned = await learn(data, { ...LASER, folder });
    const fingerprints = [learned.fingerprint];
    await learned.close();
    cpSync(folder, next, { recursive: true });
    const changed = await open(next);
    await changed.forget(["u002"]);
    fingerprints.push(changed.fingerprint);
    await changed.close();
    const found = new Set<string>();
    let reads = 0;
    for (let at = 0; at <= reads; at++) {
      reads = 0;
      const files = {
        ...nodeFiles,
        read: (path: string) => nodeFiles.read(reads++ < at ? path : path.replace(folder, next)),
      };
      const system = await new SystemFolder(folder, files).openReadOnly(work);
      expect(fingerprints).toContain(system.fingerprint);
      found.add(system.fingerprint);
      system.dispose();
    }
    expect(found.size).toBe(2);
  });

  it("is still an error where a file was changed", async () => {
    const folder = join(home, "damaged");
    await (await learn(data, { ...LASER, folder })).close();
    const [blob] = readdirSync(join(folder, "blobs"));
    rmSync(join(folder, "blobs", blob));
    await expect(open(folder, { readOnly: true })).rejects.toThrow(/missing/);
  });
});

it.skipIf(!existsSync("/sys/kernel"))(
  "a folder that may not be written is told so, with the way to read it",
  () => {
    expect(() => lockFolder("/sys/kernel")).toThrow(
      /\/sys\/kernel may not be written .* take another place, .*--read-only/,
    );
  },
);
