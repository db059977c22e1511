/** The module that worker threads load: computes the wanted cells of one job, whatever their kind. */

import { arch, cpus, platform } from "node:os";
import { codeVersion } from "../../version";
import type { BeyondCell, Cell, SystemCell } from "../cell";
import type { Emit, Job, JobHandler, Wanted } from "../handler";
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

export const runJob: JobHandler<CellTask, ErasableRecord> = async (job, emit, signal) => {
  const report = reporter(job, emit);
  const cells = job.wanted.map(({ cell }) => cell as Cell);
  const [first] = cells;
  if (first === undefined) return;
  if (first.kind === "system") await runSystem(cells as SystemCell[], report, signal);
  else if (first.kind === "beyond") await runBeyond(cells as BeyondCell[], report, signal);
  else for (const cell of cells) await runOne(cell, report, signal);
};

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
  const keys = new Map<object, Wanted>(job.wanted.map((wanted) => [wanted.cell, wanted]));
  return {
    samples: (count) => emit.samples(count),
    outcome(cell, outcome, timings) {
      const wanted = keys.get(cell);
      if (!wanted) throw new Error("a job reported a cell that it was not asked for");
      emit.record({
        key: wanted.key,
        cell,
        data: job.task.data,
        code: codeVersion(cell.kind),
        outcome,
        timings: rounded(timings),
        machine: {
          cpu: cpus()[0]?.model ?? "unknown",
          cores: cpus().length,
          platform: platform(),
          arch: arch(),
        },
        versions: { node: process.versions.node },
      });
    },
  };
}

/** Milliseconds are enough. */
const rounded = (timings: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(timings).map(([stage, seconds]) => [stage, Math.round(seconds * 1e3) / 1e3]),
  );
