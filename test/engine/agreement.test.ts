/**
 * Both engines from the same weights on the same batches. They sum in different orders, so they differ by
 * rounding; Adam divides by the root of the second moment, so a gradient that is almost 0 may turn a
 * difference in its last bits into a visible part of a step.
 */

import { afterEach, describe, expect, it } from "vitest";
import { batchCount } from "../../lib/engine/batches";
import { createEngine } from "../../lib/engine/create";
import type { Engine } from "../../lib/engine/engine";
import { modelSpec } from "../../lib/model/spec";
import { largestDifference } from "./parityFixture";
import { itemsFor, KERNEL_MODELS, options, setFor, someSamples, weightsFor } from "./planted";

/** Largest absolute difference in float32; beside it the largest that was seen over all cases below. */
const TOLERANCE = {
  weights: 5e-5, // seen 1.4e-5, a seventieth of one step
  scores: 5e-6, // seen 1.3e-6
  m: 1e-5, // seen 1.9e-6
  v: 1e-5, // seen 3.3e-6
};
type Part = keyof typeof TOLERANCE;

interface Case {
  what: string;
  users: number;
  items: number;
  samples: number;
  batchSize: number;
  negatives?: number;
  l2?: number;
}

const CASES: Case[] = [
  { what: "even batches", users: 40, items: 32, samples: 640, batchSize: 64 },
  { what: "an odd batch and a short last one", users: 23, items: 19, samples: 207, batchSize: 37 },
  { what: "one sample a batch", users: 9, items: 7, samples: 60, batchSize: 1 },
  { what: "every user many times in a batch", users: 3, items: 31, samples: 93, batchSize: 93 },
  { what: "one user", users: 1, items: 29, samples: 29, batchSize: 5 },
  { what: "one item", users: 29, items: 1, samples: 29, batchSize: 5 },
  { what: "one user and one item", users: 1, items: 1, samples: 1, batchSize: 8 },
  { what: "negatives", users: 21, items: 33, samples: 180, batchSize: 50, negatives: 3 },
  { what: "a ridge penalty", users: 21, items: 33, samples: 180, batchSize: 50, l2: 0.1 },
];

describe.each(KERNEL_MODELS)("simd and tfjs agree on %s", (model) => {
  const made: Engine[] = [];
  afterEach(() => {
    for (const engine of made.splice(0)) engine.dispose();
  });

  it.each(CASES)("$what", async ({ users, items, samples, batchSize, negatives, l2 }) => {
    const spec = modelSpec(model, users, itemsFor(model, items));
    const set = setFor(model, someSamples(users, items, samples, negatives));
    const batches = batchCount(set, batchSize);
    const engines = await Promise.all((["simd", "tfjs"] as const).map((name) => createEngine(name, spec)));
    made.push(...engines);
    for (const steps of [5, 50]) {
      const epochs = Math.ceil(steps / batches);
      // counted from the end: the last step is the last batch of an epoch, so that `steps` are taken exactly
      const skipped = epochs * batches - steps;
      const from = { epoch: Math.floor(skipped / batches), batch: skipped % batches };
      const outcome = await Promise.all(
        engines.map(async (engine) => {
          engine.load(weightsFor(spec, 11));
          const done = await engine.train(set, options({ batchSize, epochs, from, l2 }));
          expect(done.steps).toBe(steps);
          const scores = engine.predict(set.users, set.items);
          return { weights: engine.weights(), ...engine.moments(), scores };
        }),
      );
      const [simd, tfjs] = outcome;
      for (const [part, tolerance] of Object.entries(TOLERANCE))
        expect([part, steps, largestDifference(simd[part as Part], tfjs[part as Part])]).toSatisfy(
          ([, , difference]: [string, number, number]) => difference < tolerance,
        );
    }
  });
});
