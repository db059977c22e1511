/** The job "anchors": scorers that learn nothing about a user, under the trial's own metrics. One for each split. */

import { evaluateAnchors } from "../../metrics/anchors";
import type { Evaluation } from "../../metrics/evaluate";
import type { Job, Report } from "../job";
import type { Trial } from "../trial";
import { evaluationOf, splitData } from "../workbench";

export interface AnchorsOutcome {
  readonly random: Evaluation;
  readonly popularity: Evaluation;
  /** absent for implicit data, which has no ratings to average */
  readonly itemMean?: Evaluation;
  readonly oracle: Evaluation;
}

export const anchors: Job = {
  name: "anchors",
  modules: ["questions/utility/anchorsJob"],
  work: 0.02,
  run: runAnchors,
};

async function runAnchors([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const { train, test } = await splitData(trial);
  const options = { ...evaluationOf(trial), signal };
  report.outcome(trial, await evaluateAnchors(train, test, trial.seed, options), {});
}
