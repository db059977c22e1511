/** How a second run counts cells that several figures want and that fail in some of them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Cell } from "../../lib/questions/cell";
import { cellVersion } from "../../lib/questions/cellVersion";
import { identify } from "../../lib/questions/plan";
import { profileNamed, profileProtocol } from "../../lib/questions/profile";
import { repeat } from "../../lib/questions/repeat";
import * as suite from "../../lib/questions/suite";
import { newRecord } from "../../lib/runs/record";
import type { RunSummary } from "../../lib/runs/runner";

vi.mock("../../lib/questions/suite", async (original) => ({
  ...(await original<typeof suite>()),
  compute: vi.fn(),
}));

const profile = profileNamed("smoke");
const cell: Cell = {
  kind: "anchors",
  dataset: "synthetic",
  protocol: profileProtocol(profile, "synthetic"),
  seed: 0,
};
const parts = ["one", "another"].map((name) => ({ name, cells: [cell] }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-repeat-test-"));
});
afterEach(() => {
  vi.mocked(suite.compute).mockReset();
  rmSync(folder, { recursive: true, force: true });
});

async function recorded() {
  const data = await identify(cell.dataset);
  const record = newRecord({
    trial: cell,
    data: data.checksum,
    code: cellVersion(cell),
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
  unfinished: 0,
  stopped: false,
  samples: 0,
  seconds: 0,
});

it("a cell that fails in two figures has failed once, and none is unfinished", async () => {
  const { store, record } = await recorded();
  const failure = { key: record.key, trial: cell, error: "it cannot be computed" };
  vi.mocked(suite.compute).mockResolvedValue([summary([failure])]);
  const { failures, unfinished, identical } = await repeat(parts, store);
  store.close();
  expect(suite.compute).toHaveBeenCalledTimes(2);
  expect({ failures, unfinished, identical }).toEqual({ failures: [failure], unfinished: 0, identical: 0 });
});

it("a failure that a later figure makes good is none", async () => {
  const { store, record } = await recorded();
  vi.mocked(suite.compute)
    .mockResolvedValueOnce([summary([{ key: record.key, trial: cell, error: "the worker ended" }])])
    .mockImplementationOnce(async (_, second) => {
      second.append(record);
      return [summary([])];
    });
  const { failures, unfinished, identical } = await repeat(parts, store);
  store.close();
  expect({ failures, unfinished, identical }).toEqual({ failures: [], unfinished: 0, identical: 1 });
});
