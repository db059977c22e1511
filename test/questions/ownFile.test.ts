/** What notebooks make of files of one's own that are too few: a lesser core, or generated ratings, and always a sentence. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { userCount } from "../../lib/data/interactions";
import { loadDataset } from "../../lib/data/load";
import { sessionCore } from "../../lib/questions/ownFile";
import { questions } from "../../lib/questions/questions";
import { ask } from "../../lib/questions/session";
import { sessionData } from "../../lib/questions/sessionData";

const { cohesion, partition } = questions;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-own-"));
  vi.stubEnv("ERASABLE_RESULTS", folder);
  vi.stubEnv("ERASABLE_PROFILE", "smoke");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(rows: readonly (readonly [user: number, item: number, rating: number])[]): string {
  const file = join(folder, "mine.csv");
  writeFileSync(file, ["user,item,rating", ...rows.map((row) => row.join(","))].join("\n"));
  return file;
}

const ratings = (users: number, items: number) =>
  Array.from(
    { length: users * items },
    (_, k) => [k % users, 100 + Math.floor(k / users), 1 + ((k * 7) % 5)] as const,
  );

it.each([
  ["one user alone", ratings(1, 12), "it holds one user alone"],
  ["three users", ratings(3, 12), "it holds 3 users"],
  ["one item", ratings(12, 1), "nobody in it has rated two items"],
])("of %s nothing can be had: generated ratings stand in, and that is said", async (_, rows, why) => {
  const file = fileOf(rows);
  const change = { seeds: [0], groups: [2] };
  const { run, notices, rows: found } = await ask(partition, { change, dataset: file, workers: 1 });
  expect(notices).toEqual([
    expect.stringMatching(`^Nothing of this can be had for mine.csv: ${why}.*not about your file\\.$`),
  ]);
  expect(run.data).toEqual([{ name: "synthetic", synthetic: true }]);
  expect(found.length).toBeGreaterThan(0);
  expect((await sessionData(file)).provenance.name).toBe("synthetic");
  expect((await sessionData(file, { anyNumber: true })).provenance.name).toBe(file);
  vi.stubEnv("ERASABLE_PROFILE", "paper");
  await expect(sessionData(file)).rejects.toThrow(
    /nothing of this can be had for mine\.csv.*ERASABLE_PROFILE=smoke/,
  );
  await expect(ask(partition, { dataset: file })).rejects.toThrow("nothing of this can be had for mine.csv");
});

it("takes a lesser core where the usual one holds next to nobody", async () => {
  // two users share six items; ten others have two each
  const core = ratings(2, 6);
  const others = Array.from({ length: 20 }, (_, k) => [10 + (k >> 1), 100 + (k % 2), 3] as const);
  const found = sessionCore(await loadDataset(fileOf([...core, ...others])));
  expect(userCount(found)).toBe(12);
  expect(found.provenance.steps).toEqual(["2-core"]);
});

it("stands generated ratings in where no trial gives a number", async () => {
  // everybody holds out one rating in ten, rounded up to none: groups have no test loss
  const file = fileOf(ratings(8, 6));
  const change = { seeds: [0], models: ["nmf" as const] };
  const asked = {
    ...cohesion,
    rows: (found: Parameters<typeof cohesion.rows>[0]) =>
      cohesion.rows(found.filter(({ trial }) => trial.dataset === "synthetic")),
  };
  const { rows, run } = await ask(asked, { change, dataset: file, workers: 1 });
  expect(run.data).toEqual([{ name: "synthetic", synthetic: true }]);
  expect(rows.length).toBeGreaterThan(0);
});
