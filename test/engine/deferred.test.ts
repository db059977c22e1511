/**
 * Adam's steps that rows make later: whatever is asked for in between, every bit is as if they had been made
 * in time.
 */

import { describe, expect, it } from "vitest";
import type { Moments, TrainOptions } from "../../lib/engine/engine";
import { createSimdEngine, type SimdEngine } from "../../lib/engine/simd";
import { isLarge } from "../../lib/engine/simdSet";
import { sha256 } from "../../lib/json";
import type { ModelName } from "../../lib/model/spec";
import { modelSpec } from "../../lib/model/spec";
import { Random } from "../../lib/random";
import { options, weightsFor } from "./planted";

const MODELS: readonly ModelName[] = ["dmf", "nmf", "bpr"];

/** `n` samples of a user and an item each, in user order. */
function samples(model: ModelName, users: number, items: number, n: number, seed: string) {
  const random = Random.stream("deferred", seed);
  const pairs = new Set<number>();
  while (pairs.size < n) pairs.add(random.below(users) * items + random.below(items));
  const sorted = [...pairs].sort((a, b) => a - b);
  const rated = {
    users: Uint32Array.from(sorted, (pair) => Math.floor(pair / items)),
    items: Uint32Array.from(sorted, (pair) => pair % items),
  };
  if (model === "bpr") return { kind: "pairs" as const, ...rated };
  return { ...rated, labels: Float32Array.from(sorted, (pair) => (pair % 5) / 4), negatives: 0 };
}

type Work = (engine: SimdEngine) => Promise<readonly Float32Array[]>;

/** What `work` sees on an engine whose rows wait, and on one whose rows do not. */
async function both(model: ModelName, users: number, items: number, work: Work) {
  const spec = modelSpec(model, users, items);
  const seen = [];
  for (const waits of [true, false]) {
    const engine = createSimdEngine(spec, () => waits);
    engine.load(weightsFor(spec, 3, "unit"));
    const given = await work(engine);
    const { m, v, step } = engine.moments();
    seen.push([...given, engine.weights(), m, v, Float32Array.of(step)].map(sha256));
  }
  return seen;
}

describe.each(MODELS)("rows of %s that wait", (model) => {
  it.each([
    { users: 40, items: 30, n: 500, batchSize: 7, epochs: 2, what: "short gaps" },
    { users: 60, items: 50, n: 2500, batchSize: 1, epochs: 2, what: "gaps over which moments fade away" },
    { users: 9, items: 11, n: 60, batchSize: 64, epochs: 4, what: "no gaps" },
  ])("move as others do: $what", async ({ users, items, n, what, ...given }) => {
    const set = samples(model, users, items, n, what);
    const [late, timely] = await both(model, users, items, async (engine) => {
      await engine.train(set, options(given));
      return [engine.scoreItems(Uint32Array.of(0, users - 1))];
    });
    expect(late).toEqual(timely);
  });

  it.each([
    { beta1: 0 },
    { beta1: 0.99, beta2: 0.9 },
    { learningRate: 0.3, epsilon: 1e-30 },
    { beta2: 0, epsilon: 1e-3 },
  ])("move as others do with Adam's settings %o", async (changed) => {
    const adam: TrainOptions["adam"] = {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      ...changed,
    };
    const set = samples(model, 30, 40, 700, "settings");
    const [late, timely] = await both(model, 30, 40, async (engine) => {
      await engine.train(set, options({ adam, batchSize: 1, epochs: 1 }));
      return [];
    });
    expect(late).toEqual(timely);
  });

  it("are up to date whenever weights, moments or scores are read", async () => {
    const set = samples(model, 50, 40, 900, "middle");
    const everyone = Uint32Array.from({ length: 50 }, (_, user) => user);
    const [late, timely] = await both(model, 50, 40, async (engine) => {
      const seen: Float32Array[] = [];
      const read = [
        () => seen.push(engine.weights()),
        () => seen.push(engine.moments().m, engine.moments().v),
        () => seen.push(engine.scoreItems(everyone)),
        () =>
          seen.push(
            engine.predict(
              everyone,
              everyone.map((user) => user % 40),
            ),
          ),
      ];
      const onEpoch = ({ epoch }: { epoch: number }) => read[epoch]();
      await engine.train(set, options({ batchSize: 5, epochs: 4, onEpoch }));
      return seen;
    });
    expect(late).toEqual(timely);
  });

  it("carry moments from elsewhere, of any size, and from one group of ratings to the next", async () => {
    // users 30 to 39 rate nothing: their rows have the moments that they came with
    const [first, second] = ["a", "b"].map((seed) => samples(model, 30, 40, 300, seed));
    const carried = (size: number): Moments => {
      const random = Random.stream("moments");
      const draw = (most: number) => 10 ** -(3 + random.below(most));
      const usual = (k: number) => (k & 16 ? 5 : 40); // every other block of 16 is far from any flush
      const m = Float32Array.from({ length: size }, (_, k) =>
        k % 7 ? (k % 2 ? -draw(usual(k)) : draw(usual(k))) : -0,
      );
      return { m, v: Float32Array.from({ length: size }, (_, k) => (k % 5 ? draw(usual(k)) : 0)), step: 3 };
    };
    const [late, timely] = await both(model, 40, 40, async (engine) => {
      engine.load(engine.weights(), carried(engine.spec.size));
      await engine.train(first, options({ batchSize: 2, epochs: 1 }));
      await engine.train(second, options({ batchSize: 3, epochs: 2 }));
      return [];
    });
    expect(late).toEqual(timely);
  });

  it("stop and go on", async () => {
    const set = samples(model, 50, 40, 900, "stop");
    const [late, timely] = await both(model, 50, 40, async (engine) => {
      const stop = new AbortController();
      const onEpoch = () => stop.abort();
      const given = { batchSize: 4, epochs: 3 };
      const { position } = await engine.train(set, options({ ...given, signal: stop.signal, onEpoch }));
      const half = engine.weights();
      await engine.train(set, options({ ...given, from: position }));
      return [half];
    });
    expect(late).toEqual(timely);
  });
});

it("more steps than are kept of them", async () => {
  const set = samples("bpr", 80, 90, 4500, "many");
  const [late, timely] = await both("bpr", 80, 90, async (engine) => {
    await engine.train(set, options({ batchSize: 1, epochs: 1 }));
    return [];
  });
  expect(late).toEqual(timely);
});

it("rows wait where tables leave the cache and a batch holds few of them", () => {
  const bytes = (rows: number) => 12 * 48 * rows;
  expect(isLarge(196_000, bytes(196_000), 1024)).toBe(true);
  expect(isLarge(196_000, bytes(196_000), 30_000)).toBe(false);
  expect(isLarge(9456, bytes(9456), 256)).toBe(false); // MovieLens 1M
});
