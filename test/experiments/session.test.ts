/** What a notebook asks for when it may only show what is recorded. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { InputError } from "../../lib/errors";
import { cohesion, partition } from "../../lib/experiments/figures";
import { profileNamed } from "../../lib/experiments/profile";
import { datasetTitle, figureResults } from "../../lib/experiments/session";
import { compute, openStore } from "../../lib/experiments/suite";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-session-"));
  vi.stubEnv("ERASABLE_RESULTS", folder);
  vi.stubEnv("ERASABLE_PROFILE", "smoke");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("stops rather than compute what is not recorded, and says how to compute it", async () => {
  vi.stubEnv("ERASABLE_RECORDS", "only");
  const asked = figureResults(cohesion);
  await expect(asked).rejects.toThrow(InputError);
  await expect(asked).rejects.toThrow(
    '6 of 6 results are not recorded ("npx erasable run cohesion --profile smoke" computes them)',
  );
  expect(existsSync(join(folder, "smoke/runs"))).toBe(false);
});

it("shows what is recorded, and says how much is not", async () => {
  const profile = profileNamed("smoke");
  const cells = cohesion.cells(profile);
  const store = openStore(folder, profile);
  const [summary] = await compute(cells.slice(0, 2), store, { workers: 1 });
  store.close();
  expect(summary.failures).toEqual([]);
  vi.stubEnv("ERASABLE_RECORDS", "only");
  const { records, notices } = await figureResults(cohesion);
  expect(records).toHaveLength(2);
  expect(notices.join()).toContain(`${cells.length - 2} of ${cells.length} results are not recorded`);
});

it("refuses another value", async () => {
  vi.stubEnv("ERASABLE_RECORDS", "never");
  await expect(figureResults(cohesion)).rejects.toThrow('ERASABLE_RECORDS: "never" is not one of only');
});

it("takes a file of one's own in place of the profile's data, and calls it by its name", async () => {
  const file = join(folder, "mine.csv");
  const lines = Array.from({ length: 30 * 20 }, (_, k) => [k % 30, Math.floor(k / 30), 1 + ((k * 7) % 5)]);
  writeFileSync(file, lines.map((line) => line.join(",")).join("\n"));
  const change = { seeds: [0], groups: [2] };
  const { rows, run, notices } = await figureResults(partition, { change, dataset: file, workers: 1 });
  expect(notices).toEqual([]);
  expect(run.data).toEqual([{ name: file, synthetic: false }]);
  expect(rows.filter(({ grouping }) => grouping === "rand").map(({ users }) => users)).toEqual([15, 15]);
  expect(datasetTitle(file)).toBe("mine.csv");
  await expect(figureResults(partition, { change, dataset: "ml-1x" })).rejects.toThrow("ml-100k");
});
