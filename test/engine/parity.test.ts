import { describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import { ENGINE_NAMES } from "../../lib/engine/engine";
import { MODEL_NAMES } from "../../lib/model/spec";
import {
  allPairs,
  flat,
  largestDifference,
  parity,
  parityAdam,
  parityBatch,
  paritySpec,
} from "./parityFixture";

const TOLERANCE = 1e-5;

describe.each(ENGINE_NAMES)("%s against an independent PyTorch implementation", (name) => {
  it.each(MODEL_NAMES)("%s: predictions, losses and weights over five Adam steps", async (model) => {
    const expected = parity.models[model];
    const spec = paritySpec(model);
    const engine = await createEngine(name, spec);
    engine.load(flat(spec, expected.init));
    const { users, items } = allPairs();
    const before = engine.predict(users, items);
    expect(largestDifference(before, expected.float32.predictions_before.flat())).toBeLessThan(TOLERANCE);

    for (const [step, { loss, weights }] of expected.float32.steps.entries()) {
      const set = parityBatch(step);
      let measured: number | undefined;
      await engine.train(set, {
        batchSize: set.users.length,
        adam: parityAdam,
        stream: ["parity"],
        epochs: 1,
        trackLoss: true,
        onEpoch: (progress) => {
          measured = progress.loss;
        },
      });
      expect(measured).toBeCloseTo(loss, 5);
      if (weights) expect(largestDifference(engine.weights(), flat(spec, weights))).toBeLessThan(TOLERANCE);
    }
    expect(engine.moments().step).toBe(5);
    const after = engine.predict(users, items);
    expect(largestDifference(after, expected.float32.predictions_after.flat())).toBeLessThan(TOLERANCE);
    const scores = engine.scoreItems(Uint32Array.from({ length: spec.users }, (_, user) => user));
    expect(largestDifference(scores, after)).toBeLessThan(TOLERANCE);
    engine.dispose();
  });
});
