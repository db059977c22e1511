/**
 * Run stores and locks, where each step on the disk in turn is the last one of the process, or fails: nothing that was
 * stored is lost, nothing is stored twice, and going on gives the bytes of a run that nothing disturbed.
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { takeLock } from "../../lib/disk/lock";
import { mergeStores } from "../../lib/runs/merge";
import { newRecord } from "../../lib/runs/record";
import { RunStore } from "../../lib/runs/store";
import { count } from "./amount";
import { Dead, ENDS, EndingFiles } from "./endingFiles";

const home = mkdtempSync(join(tmpdir(), "erasable-store-steps-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const folder = join(home, "store");
const disk = new EndingFiles();
const { files } = disk;

const record = (n: number) => newRecord({ trial: { n }, data: "d", code: "c", outcome: { square: n * n } });
const failure = (n: number) => ({ key: record(n).key, trial: { n }, error: "no luck" });

/** What is there after a death: the lock of the dead is taken over. */
function outlive(): void {
  disk.arm(0);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => one.startsWith("lock"))) rmSync(join(folder, name));
}

const numbers = () => new RunStore(folder).records().map(({ trial }) => (trial as { n: number }).n);

/** A new store of three records, one of which is packed and one failed. */
function prepare(): void {
  rmSync(folder, { recursive: true, force: true });
  const store = new RunStore(folder);
  store.append(record(1));
  store.compact();
  for (const n of [2, 3]) store.append(record(n));
  store.fail(failure(4));
  store.close();
}

const parts = ["a", "b"].map((name, k) => {
  const store = new RunStore(join(home, name));
  for (const n of [3, 10 + k]) store.append(record(n));
  store.fail(failure(20 + k));
  store.close();
  return store.folder;
});

/** What is done to the store, and the numbers that it holds then. */
const WORK: Readonly<Record<string, readonly [work: () => unknown, numbers: readonly number[]]>> = {
  "appending and failing": [
    () => {
      const store = new RunStore(folder, { files });
      try {
        for (const n of [4, 5]) store.append(record(n));
        store.fail(failure(6));
        store.append(record(7));
      } finally {
        store.close();
      }
    },
    [1, 2, 3, 4, 5, 7],
  ],
  packing: [
    () => {
      const store = new RunStore(folder, { files });
      try {
        store.compact();
      } finally {
        store.close();
      }
    },
    [1, 2, 3],
  ],
  merging: [() => mergeStores(folder, parts, { files }), [1, 2, 3, 10, 11]],
};

describe.each(Object.entries(WORK))("%s, where a step is the last, or fails", (_name, [work, wanted]) => {
  it("loses nothing, and going on ends as if nothing had happened", async () => {
    prepare();
    disk.arm(0);
    await work();
    const steps = disk.steps;
    const bytesOf = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "hex")]);
    const goal = bytesOf();
    expect(numbers().sort((a, b) => a - b)).toEqual(wanted);
    for (let step = 1; step <= steps; step++)
      for (const end of ENDS) {
        await breathe(); // the test runner hears from this thread
        const where = `step ${step} of ${steps}, ${end}`;
        prepare();
        disk.arm(step, end);
        await Promise.resolve()
          .then(work)
          .catch(() => {});
        count(end === "failing" ? "failing steps" : "deaths", 1);
        if (end === "failing") disk.arm(0);
        else outlive();
        const found = numbers();
        expect(found, where).toEqual(expect.arrayContaining([1, 2, 3]));
        expect(new Set(found).size, where).toBe(found.length);
        expect(wanted, where).toEqual(expect.arrayContaining(found));
        outlive();
        await work();
        const again = new RunStore(folder);
        expect(
          numbers().sort((a, b) => a - b),
          where,
        ).toEqual(wanted);
        expect(again.problems, where).toEqual([]);
        if (goal.every(([name]) => name !== "records.jsonl")) expect(bytesOf(), where).toEqual(goal);
      }
  });
});

it("a lock: whoever ends while taking it or giving it back, the next one gets the folder, and nothing stays", () => {
  const place = mkdtempSync(join(home, "locked-"));
  /** What this process has written says that it was another, which has ended. */
  const bury = () => {
    for (const name of readdirSync(place)) {
      const text = readFileSync(join(place, name), "utf8").split(" ");
      text[3] = "999999999";
      if (name.startsWith("lock-") || text.length < 6) rmSync(join(place, name));
      else writeFileSync(join(place, name), text.join(" "));
    }
  };
  let steps = 1;
  for (let step = 1; step <= steps; step++)
    for (const end of ENDS.filter((one) => one !== "failing")) {
      disk.arm(1, "after"); // a dead lock is there already
      expect(() => takeLock(place, files)).toThrow(Dead);
      disk.arm(0);
      takeLock(place);
      bury();
      disk.arm(step, end);
      let died = false;
      try {
        takeLock(place, files).release();
      } catch {
        died = true;
      }
      if (died) steps = Math.max(steps, step + 1);
      count("deaths", Number(died));
      disk.arm(0);
      bury();
      const lock = takeLock(place);
      expect(lock.isHeld(), `step ${step}, ${end}`).toBe(true);
      lock.release();
      expect(readdirSync(place), `step ${step}, ${end}`).toEqual([]);
    }
  expect(steps).toBeGreaterThan(5);
});
