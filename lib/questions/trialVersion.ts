import { codeVersion } from "../version";
import type { Trial } from "./trial";

/**
 * Version of the code that decides a trial's result: its job's and, where it has them, its method's and its model's, so that
 * work on one method leaves the records of the others as they are.
 */
export const trialVersion = ({ job, system }: Trial): string =>
  codeVersion(
    `jobs/${job}`,
    ...(system ? [`methods/${system.method}`] : []),
    ...(system?.model ? [`models/${system.model}`] : []),
  );
