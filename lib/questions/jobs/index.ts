/** The module that worker threads load: computes the wanted cells of one job, whatever their kind. */

import { arch, cpus, platform } from "node:os";
import { checksum, type Interactions } from "../../data/interactions";
import { InputError } from "../../errors";
import type { Emit, Job, JobHandler } from "../../runs/handler";
import { newRecord } from "../../runs/record";
import type { BeyondCell, Cell, SystemCell } from "../cell";
import { cellVersion } from "../cellVersion";
import type { CellTask, ErasableRecord } from "../plan";
import { runAnchors } from "./anchors";
import { runBeyond } from "./beyond";
import { runExactness } from "./exactness";
import { runGroupLoss } from "./groupLoss";
import type { Report } from "./job";
import { runMembership } from "./membership";
import { runPartition } from "./partition";
import { runPoisoning } from "./poisoning";
import { runSystem } from "./system";
import { runTiming } from "./timing";
import { rawData } from "./workbench";

export const runJob: JobHandler<CellTask, ErasableRecord> = async (job, emit, signal) => {
  const report = reporter(job, emit);
  const cells = job.wanted.map(({ trial: cell }) => cell as Cell);
  const [first] = cells;
  if (first === undefined) return;
  await requireData(first, job.task);
  if (first.kind === "system") await runSystem(cells as SystemCell[], report, signal);
  else if (first.kind === "beyond") await runBeyond(cells as BeyondCell[], report, signal);
  else for (const cell of cells) await runOne(cell, report, signal);
};

const checksums = new WeakMap<Interactions, string>();

/** Records must name the data that they are made of. @throws InputError when a file changed after the keys were made */
async function requireData({ dataset }: Cell, task: CellTask): Promise<void> {
  const data = await rawData(dataset);
  const found = checksums.get(data) ?? checksum(data);
  checksums.set(data, found);
  if (found !== task.data)
    throw new InputError(
      `${dataset}: these are not the ratings that this run began with (SHA-256 ${found.slice(0, 8)}..., not ` +
        `${task.data.slice(0, 8)}...): the data changed meanwhile. Run again`,
    );
}

async function runOne(cell: Cell, report: Report, signal: AbortSignal): Promise<void> {
  switch (cell.kind) {
    case "system":
      return runSystem([cell], report, signal);
    case "timing":
      return runTiming(cell, report, signal);
    case "partition":
      return runPartition(cell, report, signal);
    case "groupLoss":
      return runGroupLoss(cell, report, signal);
    case "exactness":
      return runExactness(cell, report, signal);
    case "anchors":
      return runAnchors(cell, report, signal);
    case "membership":
      return runMembership(cell, report, signal);
    case "poisoning":
      return runPoisoning(cell, report, signal);
    case "beyond":
      return runBeyond([cell], report, signal);
  }
}

function reporter(job: Job<CellTask>, emit: Emit<ErasableRecord>): Report {
  const asked = new Set<object>(job.wanted.map(({ trial }) => trial));
  return {
    samples: (count) => emit.samples(count),
    outcome(cell, outcome, timings) {
      if (!asked.has(cell)) throw new Error("a job reported a cell that it was not asked for");
      emit.record(
        newRecord({
          trial: cell,
          data: job.task.data,
          code: cellVersion(cell),
          outcome,
          timings: rounded(timings),
          machine: {
            cpu: cpus()[0]?.model ?? "unknown",
            cores: cpus().length,
            platform: platform(),
            arch: arch(),
          },
          versions: { node: process.versions.node },
        }),
      );
    },
  };
}

/** Milliseconds are enough. */
const rounded = (timings: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(timings).map(([stage, seconds]) => [stage, Math.round(seconds * 1e3) / 1e3]),
  );
