/** The module that worker threads load: computes the wanted trials of one job. */

import { arch, cpus, platform } from "node:os";
import { checksum, type Interactions } from "../data/interactions";
import { InputError } from "../errors";
import type { Emit, JobHandler, Job as PlannedJob } from "../runs/handler";
import { newRecord } from "../runs/record";
import type { Report } from "./job";
import { namesPeople, withNames } from "./people";
import type { ErasableRecord, TrialTask } from "./plan";
import { jobOf } from "./questions";
import { LEARNING, type Trial } from "./trial";
import { trialVersion } from "./trialVersion";
import { rawData, splitData } from "./workbench";

export const runJob: JobHandler<TrialTask, ErasableRecord> = async (job, emit, signal) => {
  const trials = job.wanted.map(({ trial }) => trial as Trial);
  const [first] = trials;
  if (first === undefined) return;
  await requireData(first, job.task);
  for (const trial of trials) await requireUsers(trial);
  const asked = new Map<Trial, Trial>();
  for (const trial of trials) asked.set(await named(trial), trial);
  await jobOf(first.job)
    .run([...asked.keys()], reporter(asked, job, emit), signal)
    .catch((error: unknown) => {
      const isNamed = [...asked].some(([one, trial]) => one !== trial);
      if (!isNamed || !(error instanceof InputError)) throw error;
      // its message may name somebody, and failures are kept beside the records
      throw new InputError("the request names somebody or something that this system does not have");
    });
};

/** The trial with its people by name: what a job takes, and no record holds. @throws InputError for names in a trial */
async function named(trial: Trial): Promise<Trial> {
  const { dataset, request = LEARNING } = trial;
  if (namesPeople(request)) throw new InputError("a trial names users by tags: see withTags of people.ts");
  const names = withNames(request, await rawData(dataset));
  return names === request ? trial : { ...trial, request: names };
}

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

/** @param asked trials as the job has them, and as they were planned */
function reporter(
  asked: ReadonlyMap<Trial, Trial>,
  job: PlannedJob<TrialTask>,
  emit: Emit<ErasableRecord>,
): Report {
  return {
    samples: (count) => emit.samples(count),
    outcome(given, outcome, timings) {
      const trial = asked.get(given);
      if (trial === undefined) throw new Error("a job reported a trial that it was not asked for");
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
