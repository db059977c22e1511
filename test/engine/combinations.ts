/** All engines with all models: what tests of every engine share. */

import { afterEach } from "vitest";
import { createEngine } from "../../lib/engine/create";
import { ENGINE_NAMES, type Engine } from "../../lib/engine/engine";
import { MODEL_NAMES, modelOf, modelSpec } from "../../lib/model/spec";
import { ADAM, ITEMS, KERNEL_MODELS, plantedBlocks, setFor, someSamples, USERS, weightsFor } from "./planted";

export const FAST = { ...ADAM, learningRate: 2e-2 };

/** Every engine with every model that it computes. */
export const COMBINATIONS = ENGINE_NAMES.flatMap((name) =>
  (name === "simd" ? KERNEL_MODELS : MODEL_NAMES).map((model) => ({ name, model })),
);

/** What the tests of one of them use; its engines are disposed of after each test. */
export function fixtureOf({ name, model }: (typeof COMBINATIONS)[number]) {
  const spec = modelSpec(model, USERS, ITEMS);
  const made: Engine[] = [];
  afterEach(() => {
    for (const engine of made.splice(0)) engine.dispose();
  });
  /** An engine without weights. */
  async function empty(): Promise<Engine> {
    const engine = await createEngine(name, spec);
    made.push(engine);
    return engine;
  }
  return {
    spec,
    points: modelOf(model).samples === "points",
    empty,
    async fresh(weights = weightsFor(spec)): Promise<Engine> {
      const engine = await empty();
      engine.load(weights);
      return engine;
    },
    planted(negatives = 0) {
      const { set, withheld } = plantedBlocks(negatives);
      return { set: setFor(model, set), withheld };
    },
    some: (count: number, negatives = 0) => setFor(model, someSamples(USERS, ITEMS, count, negatives)),
  };
}
