/** The module that worker threads load: computes the wanted trials of one job. */

import { arch, cpus, platform } from "node:os";
import { checksum, type Interactions } from "../data/interactions";
import { InputError } from "../errors";
import type { Emit, JobHandler, Job as PlannedJob } from "../runs/handler";
import { newRecord } from "../runs/record";
import type { Report } from "./job";
import type { ErasableRecord, TrialTask } from "./plan";
import { jobOf } from "./questions";
import type { Trial } from "./trial";
import { trialVersion } from "./trialVersion";
import { rawData, splitData } from "./workbench";

export const runJob: JobHandler<TrialTask, ErasableRecord> = async (job, emit, signal) => {
  const trials = job.wanted.map(({ trial }) => trial as Trial);
  const [first] = trials;
  if (first === undefined) return;
  await requireData(first, job.task);
  for (const trial of trials) await requireUsers(trial);
  await jobOf(first.job).run(trials, reporter(job, emit), signal);
};

const checksums = new WeakMap<Interactions, string>();

/** Records must name the data that they are made of. @throws InputError when a file changed after the keys were made */
async function requireData({ dataset }: Trial, task: TrialTask): Promise<void> {
  const data = await rawData(dataset);
  const found = checksums.get(data) ?? checksum(data);
  checksums.set(data, found);
  if (found !== task.data)
    throw new InputError(
      `${dataset}: these are not the ratings that this run began with (SHA-256 ${found.slice(0, 8)}..., not ` +
        `${task.data.slice(0, 8)}...): the data changed meanwhile. Run again`,
    );
}

/** @throws InputError for more groups than users: as `learn` */
async function requireUsers(trial: Trial): Promise<void> {
  const { groups = 1 } = (trial.system?.settings ?? {}) as { readonly groups?: number };
  if (groups === 1) return;
  const { userIds } = (await splitData(trial)).train;
  if (groups > userIds.length)
    throw new InputError(
      `groups: ${groups} groups are more than the ${userIds.length} users of ${trial.dataset}`,
    );
}

function reporter(job: PlannedJob<TrialTask>, emit: Emit<ErasableRecord>): Report {
  const asked = new Set<object>(job.wanted.map(({ trial }) => trial));
  return {
    samples: (count) => emit.samples(count),
    outcome(trial, outcome, timings) {
      if (!asked.has(trial)) throw new Error("a job reported a trial that it was not asked for");
      emit.record(
        newRecord({
          trial,
          data: job.task.data,
          code: trialVersion(trial),
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
