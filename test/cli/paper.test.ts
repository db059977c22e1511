/**
 * Profile paper is of real ratings: no command computes it on generated ones, whatever this machine lacks.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { erasable } from "./support";

const data = vi.hoisted(() => ({ folder: undefined as string | undefined }));
// a machine that has no data set, whatever this one has
vi.mock("../../lib/data/load", async (load) => {
  const real = await load<typeof import("../../lib/data/load")>();
  return { ...real, findDataset: (entry: never) => real.findDataset(entry, data.folder) };
});

beforeEach(() => {
  data.folder = mkdtempSync(join(tmpdir(), "erasable-nothing-"));
  vi.stubEnv("ERASABLE_RESULTS", data.folder);
});
afterEach(() => {
  rmSync(data.folder ?? "", { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const fetchesData = /npx erasable data fetch ml-1m/;

it.each([
  [["run", "partition"]],
  [["plan", "--out", "sweep"]],
  [["repeat"]],
  [["run", "partition", "--dataset", "synthetic"]],
])("without data, %j ends with the command that fetches them, and computes nothing", async (words) => {
  const folder = data.folder as string;
  const own = words.map((word) => (word === "sweep" ? join(folder, word) : word));
  const { code, err } = await erasable(...own, "--profile", "paper");
  expect(code).toBe(2);
  expect(err).toMatch(fetchesData);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(existsSync(join(folder, "paper")) || existsSync(join(folder, "sweep"))).toBe(false);
});

it("refuses a chunk of generated trials that calls itself paper", async () => {
  const sweep = join(data.folder as string, "sweep");
  await erasable("plan", "partition", "--profile", "smoke", "--out", sweep);
  const [id] = readFileSync(join(sweep, "chunks.txt"), "utf8").trim().split("\n");
  const file = join(sweep, `${id}.json`);
  writeFileSync(file, readFileSync(file, "utf8").replace('"profile":"smoke"', '"profile":"paper"'));
  const { code, err } = await erasable("run", "--trials", file);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(fetchesData) });
});

it("still shows what is planned and recorded, and computes on a file of one's own", async () => {
  const { code, out } = await erasable("status", "partition", "--profile", "paper");
  expect(code).toBe(0);
  expect(out).toContain("data not here");
  const file = join(data.folder as string, "own.csv");
  const rows = Array.from({ length: 400 }, (_, i) => `u${i % 20},i${(i * 7) % 23},${1 + (i % 5)}`);
  writeFileSync(file, ["user,item,rating", ...rows].join("\n"));
  const asked = ["partition", "--profile", "paper", "--dataset", file, "--groups", "2", "--seeds", "0"];
  expect(await erasable("run", ...asked)).toMatchObject({ code: 0 });
});
