/** What a notebook asks for: of what is recorded, of data that have changed, and when it is stopped or fails. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { InputError, StoppedError } from "../../lib/errors";
import { datasetTitle } from "../../lib/questions/labels";
import type { PartitionRow } from "../../lib/questions/partition/rows";
import { identify } from "../../lib/questions/plan";
import { profileNamed } from "../../lib/questions/profile";
import { question, trialsOf } from "../../lib/questions/question";
import { questions } from "../../lib/questions/questions";
import { ask } from "../../lib/questions/session";
import { sessionData } from "../../lib/questions/sessionData";
import { compute, findRecords, openStore } from "../../lib/questions/suite";
import type { Trial } from "../../lib/questions/trial";
import { trialVersion } from "../../lib/questions/trialVersion";
import { newRecord } from "../../lib/runs/record";
import { RunStore } from "../../lib/runs/store";

const { cohesion, partition } = questions;
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
  const asked = ask(cohesion);
  await expect(asked).rejects.toThrow(InputError);
  await expect(asked).rejects.toThrow(
    '6 of 6 results are not recorded ("npx erasable run cohesion --profile smoke --results',
  );
  expect(existsSync(join(folder, "smoke/runs"))).toBe(false);
});

it("shows what is recorded, and says how much is not", async () => {
  const profile = profileNamed("smoke");
  const trials = trialsOf(cohesion.trials(profile));
  const store = openStore(folder, profile);
  const [summary] = await compute(trials.slice(0, 2), store, { workers: 1 });
  store.close();
  expect(summary.failures).toEqual([]);
  vi.stubEnv("ERASABLE_RECORDS", "only");
  const { rows, notices } = await ask(cohesion);
  expect(rows).toHaveLength(2 * profile.ablationGroups);
  expect(notices.join()).toContain(`${trials.length - 2} of ${trials.length} results are not recorded`);
});

it("refuses another value", async () => {
  vi.stubEnv("ERASABLE_RECORDS", "never");
  await expect(ask(cohesion)).rejects.toThrow('ERASABLE_RECORDS: "never" is not one of only');
});

const change = { seeds: [0], groups: [2] };

/** Users of each random group. */
const usersOf = (rows: readonly PartitionRow[]) =>
  rows.filter(({ name }) => name === "Rand").map(({ users }) => users);

/** A file of so many users who have all rated twenty items. */
function writeRatings(users: number): string {
  const file = join(folder, "mine.csv");
  const lines = Array.from({ length: users * 20 }, (_, k) => [
    k % users,
    Math.floor(k / users),
    1 + ((k * 7) % 5),
  ]);
  writeFileSync(file, lines.map((line) => line.join(",")).join("\n"));
  return file;
}

/** A question of one trial. */
const questionOf = (trial: Trial) =>
  question({
    id: "partition",
    title: "One trial",
    paper: "none",
    notebook: "none",
    jobs: [],
    trials: () => [{ trial, labels: {} }],
    rows: (findings) =>
      findings.map(({ trial: { dataset, seed }, timings }) => ({ dataset, seed, ...timings })),
  });

const smoke = profileNamed("smoke");
const anchors: Trial = {
  job: "anchors",
  dataset: "synthetic",
  data: { core: 5, trainShare: 0.9 },
  evaluation: { label: "rating", metrics: "ownItems" },
  seed: 0,
};

function recordOf(trial: Trial, data: string) {
  const code = trialVersion(trial);
  return newRecord({ trial, data, code, outcome: {}, timings: {}, machine: {}, versions: {} });
}

function store(profile: string, trial: Trial, data: string) {
  const opened = openStore(folder, { name: profile } as { name: "smoke" | "paper" });
  opened.append(recordOf(trial, data));
  opened.close();
}

it("computes anew what was recorded of a file's older content; where nothing may be computed, says so", async () => {
  const sizes = async () => {
    const { rows, notices } = await ask(partition, { change, dataset: file, workers: 1 });
    return { users: usersOf(rows), notices };
  };
  const file = writeRatings(30);
  expect(await sizes()).toEqual({ users: [15, 15], notices: [] });
  writeRatings(40);
  vi.stubEnv("ERASABLE_RECORDS", "only");
  expect(await sizes()).toEqual({
    users: [15, 15],
    notices: [expect.stringMatching(/^Records of mine\.csv .* other ratings than those on this machine/)],
  });
  vi.stubEnv("ERASABLE_RECORDS", "");
  expect(await sizes()).toEqual({ users: [20, 20], notices: [] });
  rmSync(file); // what is recorded is shown without the data
  vi.stubEnv("ERASABLE_RECORDS", "only");
  expect((await sizes()).notices).toEqual([]);
});

it("shows published records of other data than this machine has, with a notice", async () => {
  vi.stubEnv("ERASABLE_PROFILE", "paper");
  store("paper", anchors, "f".repeat(64));
  const paper = { change: { datasets: ["synthetic"], rankingDatasets: ["synthetic"] } };
  const { rows, notices } = await ask(questionOf(anchors), paper);
  expect(rows).toEqual([{ dataset: "synthetic", seed: 0 }]);
  expect(notices).toEqual([expect.stringContaining("Records of synthetic (generated) shown here")]);
});

it("of records of several versions of a data set, finds that of this machine's", async () => {
  const here = await identify("synthetic");
  const own = recordOf(anchors, here.checksum);
  const runs = openStore(folder, smoke);
  for (const data of ["1", "2", "3", "4"].map((digit) => digit.repeat(64)))
    runs.append(recordOf(anchors, data));
  const data = new Map([["synthetic", here]]);
  const { current, otherData } = findRecords([anchors], runs, data);
  expect({ current, otherData }).toEqual({ current: false, otherData: ["synthetic"] });
  runs.append(own);
  runs.close();
  const found = findRecords([anchors], runs, data);
  expect(found).toMatchObject({ current: true, otherData: [], records: [{ key: own.key }] });
});

it("says that it was stopped, also where there are older records", async () => {
  const file = writeRatings(30);
  const signal = AbortSignal.abort();
  const asked = { change, dataset: file, workers: 1 };
  const stopped = ask(partition, { ...asked, signal });
  await expect(stopped).rejects.toThrow(StoppedError);
  await expect(stopped).rejects.toThrow("stopped; what was finished is kept. Run this cell again to go on.");
  await ask(partition, asked);
  expect((await ask(partition, { ...asked, signal })).rows.length).toBeGreaterThan(0);
  await expect(ask(partition, { ...asked, signal, force: true })).rejects.toThrow(StoppedError);
});

it("says that trials failed, also where there are older records", async () => {
  // of the most active users there is no such attack
  const system = { method: "retrain", model: "dmf" as const, settings: {} };
  const trial = { ...anchors, job: "membership", system, request: "top@5" };
  const asked = questionOf(trial);
  store("smoke", trial, (await identify("synthetic")).checksum);
  expect((await ask(asked)).rows).toHaveLength(1);
  const forced = ask(asked, { force: true, workers: 1 });
  await expect(forced).rejects.toThrow(/^One trial: 1 of 1 trials failed: .*Run this cell again to go on\.$/);
});

it("leaves the store closed, whatever the end: another process may write, and pack it", async () => {
  const asked = { change, dataset: writeRatings(30), workers: 1 };
  await ask(partition, asked);
  await ask(partition, { ...asked, force: true, signal: AbortSignal.abort() }).catch(() => {});
  expect(readdirSync(join(folder, "smoke/runs"))).toEqual(["records.jsonl"]);
  const runs = openStore(folder, smoke);
  runs.compact();
  runs.close();
});

it("refuses a choice that a question does not have before anything is computed", async () => {
  const asked = ask(questions.utility, { options: { metricFamily: "labcode" } });
  await expect(asked).rejects.toThrow('metricFamily: "labcode" is not one of labCode, testOnly, fullRank');
});

it("takes a file of one's own in place of the profile's data, and calls it by its name", async () => {
  const file = writeRatings(30);
  const { rows, run, notices } = await ask(partition, { change, dataset: file, workers: 1 });
  expect(notices).toEqual([]);
  expect(run.data).toEqual([{ name: file, synthetic: false }]);
  expect(usersOf(rows)).toEqual([15, 15]);
  expect(datasetTitle(file)).toBe("mine.csv");
  await expect(ask(partition, { change, dataset: "ml-1x" })).rejects.toThrow("ml-100k");
});

it("in profile paper computes on real ratings alone, in a store above the published one", async () => {
  vi.stubEnv("ERASABLE_PROFILE", "paper");
  const generated = ask(partition, { change, dataset: "synthetic" });
  await expect(generated).rejects.toThrow(/^profile paper computes on real .*npx erasable data fetch ml-1m/);
  await expect(sessionData("synthetic")).rejects.toThrow("profile paper computes on real ratings alone");
  store("paper", anchors, "f".repeat(64));
  const { rows } = await ask(partition, { change, dataset: writeRatings(30), workers: 1 });
  expect(usersOf(rows)).toEqual([15, 15]);
  const published = new RunStore(join(folder, "paper/runs"));
  expect(published.records()).toHaveLength(1);
  expect(openStore(folder, { name: "paper-local" } as never).records()).toHaveLength(rows.length / 2);
  expect((await ask(questionOf(anchors), { change: { datasets: ["synthetic"] } })).rows).toHaveLength(1);
  vi.stubEnv("ERASABLE_PUBLISH", "1");
  await ask(partition, { change, dataset: writeRatings(30), workers: 1 });
  expect(new RunStore(published.folder).records().length).toBeGreaterThan(1);
});
