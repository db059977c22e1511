/** Which data the keys and records of a run name when a file changes while it is under way. */

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { InputError } from "../../lib/errors";
import { runJob } from "../../lib/questions/handler";
import { type ErasableRecord, identify, planJobs } from "../../lib/questions/plan";
import type { Trial } from "../../lib/questions/trial";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-jobs-"));
  file = join(folder, "mine.csv");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Ten users who have all rated ten items, the first with `rating`. */
function write(rating: number): void {
  const lines = Array.from(
    { length: 100 },
    (_, k) => `u${k % 10},i${Math.floor(k / 10)},${k === 0 ? rating : 3}`,
  );
  writeFileSync(file, lines.join("\n"));
}

it("a file is known by path, size and time of change, not by its name", async () => {
  write(1);
  const first = await identify(file);
  expect(await identify(file)).toBe(first);
  write(5); // of the same size
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  expect((await identify(file)).checksum).not.toBe(first.checksum);
});

it("a job refuses other ratings than those of its keys", async () => {
  write(1);
  const trial: Trial = {
    job: "anchors",
    dataset: file,
    data: { core: 5, trainShare: 0.9 },
    evaluation: { label: "rating", metrics: "ownItems" },
    seed: 0,
  };
  const planned = planJobs([trial], new Map([[file, await identify(file)]]));
  const run = async () => {
    const records: ErasableRecord[] = [];
    const emit = { record: (record: ErasableRecord) => records.push(record), samples: () => {} };
    await runJob(planned.shared[0], emit, new AbortController().signal);
    return records;
  };
  write(5);
  await expect(run()).rejects.toThrow(InputError);
  await expect(run()).rejects.toThrow(/mine\.csv: these are not the ratings that this run began with/);
});
