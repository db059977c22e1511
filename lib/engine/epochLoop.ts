/**
 * The loop over epochs and batches, once for all that trains by steps of Adam: the engines, and the
 * aggregation of RecEraser. Batches are trained some at a time, for about as long as timers and signals may
 * wait for their turn.
 */

import { setImmediate as macrotask } from "node:timers/promises";
import type { Position, TrainOptions, TrainResult } from "./engine";

/** ms that one call of `train` should take. */
const CALL = 60;

/** What is trained. */
export interface Steps {
  /** of an epoch */
  readonly batches: number;
  readonly samples: number;
  /** Draws the samples and batches of an epoch. */
  draw(epoch: number): void;
  /** Trains batches from .. to of it; their summed loss, any number where it is not tracked. */
  train(from: number, to: number): number;
}

/** Trains from `position` on, until all epochs are done or the signal fires. */
export async function trainEpochs(
  work: Steps,
  position: Position,
  { signal, epochs, batchSize, trackLoss = false, onEpoch }: Omit<TrainOptions, "adam" | "stream">,
): Promise<TrainResult> {
  let { epoch, batch } = position;
  let samples = 0;
  let steps = 0;
  const stopped = () => ({ position: { epoch, batch }, finished: false, samples, steps });
  let perSample = Infinity; // ms: the first call is one batch
  let rested = performance.now();
  for (; epoch < epochs; epoch++, batch = 0) {
    if (signal?.aborted) return stopped();
    work.draw(epoch);
    const whole = batch === 0; // of an epoch that was begun elsewhere only a part is seen here
    let loss = 0;
    while (batch < work.batches) {
      if (signal?.aborted) return stopped();
      const begun = performance.now();
      const next = Math.min(batch + Math.max(1, Math.floor(CALL / (perSample * batchSize))), work.batches);
      loss += work.train(batch, next);
      const done = Math.min(next * batchSize, work.samples) - batch * batchSize;
      samples += done;
      steps += next - batch;
      batch = next;
      const now = performance.now();
      perSample = Math.max((now - begun) / done, 1e-6);
      if (now - rested < CALL) continue;
      await macrotask();
      rested = performance.now();
    }
    onEpoch?.({ epoch, loss: trackLoss && whole ? loss / work.samples : undefined });
  }
  return { position: { epoch: epochs, batch: 0 }, finished: true, samples, steps };
}
