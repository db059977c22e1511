/**
 * Gradients of a model's loss through the engine interface, on any engine and to the same bits as its training: one step
 * of Adam over all samples at rate 0 moves no weight, and with a decay of 0 its first moment is the gradient.
 */

import type { Engine, TrainingSet } from "../../engine/engine";
import { StoppedError } from "../../errors";

const NO_STEP = { learningRate: 0, beta1: 0, beta2: 0, epsilon: 1e-8 };

export interface GradientWork {
  /** names the items that are drawn: the same for the same stream */
  readonly stream: readonly (string | number)[];
  readonly l2: number;
  readonly signal?: AbortSignal;
}

/** A gradient, in the layout of the weights, and the samples that it took. */
export interface Gradient {
  readonly values: Float32Array;
  readonly samples: number;
}

/** The gradient of the loss summed over `set` at `weights`. @throws StoppedError on the signal */
export async function summedGradient(
  engine: Engine,
  weights: Float32Array,
  set: TrainingSet,
  { stream, l2, signal }: GradientWork,
): Promise<Gradient> {
  const each = set.kind === "pairs" ? 1 : 1 + set.negatives;
  engine.load(weights);
  const { finished, samples } = await engine.train(set, {
    batchSize: each * set.users.length,
    adam: NO_STEP,
    l2,
    stream,
    epochs: 1,
    signal,
  });
  if (!finished) throw new StoppedError("stopped while gradients were taken; the same call begins them anew");
  return { values: engine.moments().m.map((value) => value * samples), samples };
}
