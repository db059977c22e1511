/** Progress of learning and unlearning as one line on the terminal. */

import { progress } from "../report/progress";
import type { MethodProgress } from "../unlearning/method";

/** Stages that end sooner than this, in ms, are not shown: a rate would tell nothing. */
const SHORT = 500;

/** Progress of training as one line; making a plan has steps of its own, each from 0 to 100 %. */
export function stages(before = ""): (now: MethodProgress) => void {
  let label = "";
  let shown = progress(label);
  let began = 0;
  return ({ stage, done, text }) => {
    const training = stage === "train";
    const now = before + (training ? stage : text);
    if (now !== label) {
      label = now;
      shown = progress(label, { total: 100, unit: "%" });
      began = performance.now();
    }
    if (performance.now() - began > SHORT) shown.update(Math.floor(done * 100), training ? text : undefined);
  };
}
