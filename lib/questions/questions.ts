/** The list of questions, in the order of the notebooks: all that suite, notebooks and command line know of them. */

import { InputError } from "../errors";
import { approximate } from "./approximate/question";
import { beyond } from "./beyond/question";
import { cohesion } from "./cohesion/question";
import { efficiency } from "./efficiency/question";
import { exactness } from "./exactness/question";
import { fairness } from "./fairness/question";
import type { Job } from "./job";
import { membership } from "./membership/question";
import { partition } from "./partition/question";
import { poisoning } from "./poisoning/question";
import type { Question } from "./question";
import { ranking } from "./ranking/question";
import { sensitivity } from "./sensitivity/question";
import { seqtrain } from "./seqtrain/question";
import { utility } from "./utility/question";

/** The questions by name: `questions.utility`. */
export const questions = {
  partition,
  efficiency,
  utility,
  fairness,
  seqtrain,
  cohesion,
  exactness,
  membership,
  poisoning,
  sensitivity,
  ranking,
  beyond,
  approximate,
} as const;

/** Every question of the suite. */
export const QUESTIONS: readonly Question[] = Object.values(questions);

/** The question of this name. @throws InputError naming the choices. */
export function questionNamed(id: string): Question {
  const found = QUESTIONS.find((candidate) => candidate.id === id);
  if (!found)
    throw new InputError(`question: "${id}" is not one of ${QUESTIONS.map((known) => known.id).join(", ")}`);
  return found;
}

const JOBS = new Map(QUESTIONS.flatMap(({ jobs }) => jobs.map((job): [string, Job] => [job.name, job])));

/** The names of all jobs. */
export const JOB_NAMES: readonly string[] = [...JOBS.keys()];

/** The job of this name. @throws InputError naming the choices. */
export function jobOf(name: string): Job {
  const job = JOBS.get(name);
  if (!job) throw new InputError(`job: "${name}" is not one of ${JOB_NAMES.join(", ")}`);
  return job;
}
