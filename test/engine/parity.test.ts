import { describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import { ENGINE_NAMES } from "../../lib/engine/engine";
import { graphOf } from "../../lib/engine/graph";
import { modelSpec } from "../../lib/model/spec";
import {
  allPairs,
  flat,
  largestDifference,
  PARITY_MODELS,
  parity,
  parityAdam,
  parityBatch,
  parityOfPairs,
  parityPairs,
  paritySpec,
} from "./parityFixture";

const TOLERANCE = 1e-5;

describe.each(ENGINE_NAMES)("%s against an independent PyTorch implementation", (name) => {
  it.each(PARITY_MODELS)("%s: predictions, losses and weights over five Adam steps", async (model) => {
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

  it.each(parityOfPairs.cases)(
    "$model, embeddings of $embedding_size: scores, losses and weights over five Adam steps",
    async (expected) => {
      const { n_users, n_items } = parity;
      const spec = modelSpec(expected.model, n_users, n_items, expected.embedding_size);
      const engine = await createEngine(name, spec);
      engine.load(flat(spec, expected.init));
      const { users, items } = allPairs();
      engine.setGraph(graphOf(parityPairs(0), n_users));
      const before = engine.predict(users, items);
      expect(largestDifference(before, expected.predictions_before)).toBeLessThan(TOLERANCE);
      for (const [step, loss] of expected.losses.entries()) {
        let measured: number | undefined;
        await engine.train(parityPairs(step), {
          batchSize: 24,
          adam: parityAdam,
          l2: parityOfPairs.l2,
          stream: ["parity"],
          epochs: 1,
          trackLoss: true,
          onEpoch: (progress) => {
            measured = progress.loss;
          },
        });
        expect(measured).toBeCloseTo(loss, 5);
      }
      expect(largestDifference(engine.weights(), flat(spec, expected.weights_after))).toBeLessThan(TOLERANCE);
      const after = engine.scoreItems(Uint32Array.from({ length: n_users }, (_, user) => user));
      expect(largestDifference(after, expected.predictions_after)).toBeLessThan(TOLERANCE);
      engine.dispose();
    },
  );
});
