/** How a second run counts trials that several questions want and that fail in some of them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { identify } from "../../lib/questions/plan";
import { profileNamed } from "../../lib/questions/profile";
import { repeat } from "../../lib/questions/repeat";
import * as suite from "../../lib/questions/suite";
import type { Trial } from "../../lib/questions/trial";
import { trialVersion } from "../../lib/questions/trialVersion";
import { newRecord } from "../../lib/runs/record";
import type { RunSummary } from "../../lib/runs/runner";

vi.mock("../../lib/questions/suite", async (original) => ({
  ...(await original<typeof suite>()),
  compute: vi.fn(),
}));

const profile = profileNamed("smoke");
const trial: Trial = {
  job: "anchors",
  dataset: "synthetic",
  data: { core: 5, trainShare: 0.9 },
  evaluation: { label: "rating", metrics: "ownItems" },
  seed: 0,
};
const parts = ["one", "another"].map((name) => ({ name, trials: [trial] }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-repeat-test-"));
});
afterEach(() => {
  vi.mocked(suite.compute).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

async function recorded() {
  const data = await identify(trial.dataset);
  const record = newRecord({
    trial,
    data: data.checksum,
    code: trialVersion(trial),
    outcome: {},
    timings: {},
    machine: {},
    versions: {},
  });
  const store = suite.openStore(folder, profile);
  store.append(record);
  return { store, record };
}

const summary = (failures: RunSummary["failures"]): RunSummary => ({
  total: 1,
  done: 1 - failures.length,
  records: 1 - failures.length,
  failures,
  refused: 0,
  unfinished: 0,
  stopped: false,
  samples: 0,
  seconds: 0,
});

it("a trial that fails in two questions has failed once, and none is unfinished", async () => {
  const { store, record } = await recorded();
  const failure = { key: record.key, trial, error: "it cannot be computed" };
  vi.mocked(suite.compute).mockResolvedValue([summary([failure])]);
  const { failures, unfinished, identical } = await repeat(parts, store);
  store.close();
  expect(suite.compute).toHaveBeenCalledTimes(2);
  expect({ failures, unfinished, identical }).toEqual({ failures: [failure], unfinished: 0, identical: 0 });
});

it("a failure that a later question makes good is none", async () => {
  const { store, record } = await recorded();
  vi.mocked(suite.compute)
    .mockResolvedValueOnce([summary([{ key: record.key, trial, error: "the worker ended" }])])
    .mockImplementationOnce(async (_, second) => {
      second.append(record);
      return [summary([])];
    });
  const { failures, unfinished, identical } = await repeat(parts, store);
  store.close();
  expect({ failures, unfinished, identical }).toEqual({ failures: [], unfinished: 0, identical: 1 });
});
