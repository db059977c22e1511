/** The kernels draw the same samples into the same batches as batches.ts, which is the definition. */

import { describe, expect, it } from "vitest";
import { drawEpoch } from "../../lib/engine/batches";
import type { TrainingSet } from "../../lib/engine/engine";
import type { TrainKernel } from "../../lib/engine/simdKernel";
import { Arena } from "../../lib/engine/simdMemory";
import { PlacedSet } from "../../lib/engine/simdSet";
import { instantiate } from "../../lib/kernels/instantiate";
import { modelSpec } from "../../lib/model/spec";
import { setFor, someSamples } from "./planted";

const STREAM = [11, "train", 2] as const;

/** Epoch `epoch` as the kernel lays it out: users, items and labels, batch after batch. */
function drawnByKernel(set: TrainingSet, users: number, items: number, batchSize: number, epochs: number[]) {
  const model = set.kind === "pairs" ? "bpr" : "dmf";
  const kernel = instantiate<TrainKernel & WebAssembly.Exports>(`train_${model}`);
  const arena = new Arena(kernel.memory, kernel.heapBase());
  const placed = new PlacedSet(arena, kernel, modelSpec(model, users, items), set, batchSize);
  return epochs.map((epoch) => {
    placed.draw(STREAM, epoch);
    return {
      users: arena.words(placed.epoch[0], placed.scored * placed.samples).slice(),
      items: arena.words(placed.epoch[1], placed.scored * placed.samples).slice(),
      labels: set.kind === "pairs" ? undefined : arena.floats(placed.epoch[2], placed.samples).slice(),
    };
  });
}

/** The same by definition. */
function drawnByDefinition(set: TrainingSet, items: number, batchSize: number, epoch: number) {
  const drawn = drawEpoch(set, items, batchSize, STREAM, epoch);
  if (set.kind === "pairs") {
    const order = Array.from(drawn.order);
    return {
      users: Uint32Array.from(order.flatMap((sample) => [drawn.users[sample], drawn.users[sample]])),
      items: Uint32Array.from(order.flatMap((sample) => [drawn.items[sample], drawn.others[sample]])),
      labels: undefined,
    };
  }
  // one batch holds all samples in their own order, drawn or not
  return {
    users: drawn.order.map((sample) => drawn.users[sample]),
    items: drawn.order.map((sample) => drawn.items[sample]),
    labels: Float32Array.from(drawn.order, (sample) => drawn.labels[sample]),
  };
}

describe("batches in the kernel", () => {
  it.each([
    { what: "a few batches", users: 30, items: 24, n: 500, negatives: 0, batchSize: 64 },
    { what: "a last batch of one", users: 30, items: 24, n: 257, negatives: 0, batchSize: 16 },
    { what: "one batch", users: 30, items: 24, n: 100, negatives: 0, batchSize: 100 },
    { what: "a batch larger than the set", users: 30, items: 24, n: 100, negatives: 0, batchSize: 1000 },
    { what: "negatives", users: 30, items: 24, n: 300, negatives: 3, batchSize: 50 },
    { what: "negatives in one batch", users: 30, items: 24, n: 90, negatives: 2, batchSize: 270 },
    { what: "negatives where few items are left", users: 6, items: 9, n: 44, negatives: 4, batchSize: 7 },
    { what: "more than 256 batches", users: 40, items: 40, n: 900, negatives: 1, batchSize: 3 },
    { what: "batches of one", users: 5, items: 5, n: 20, negatives: 0, batchSize: 1 },
    { what: "one sample", users: 1, items: 2, n: 1, negatives: 1, batchSize: 1 },
    { what: "more than 65,536 batches", users: 300, items: 300, n: 70_000, negatives: 0, batchSize: 1 },
  ])("$what", ({ users, items, n, negatives, batchSize }) => {
    const set = someSamples(users, items, n, negatives);
    expect(set.users.length).toBe(n);
    const epochs = n > 10_000 ? [3] : [0, 1, 5];
    const drawn = drawnByKernel(set, users, items, batchSize, epochs);
    epochs.forEach((epoch, k) => {
      expect(drawn[k]).toEqual(drawnByDefinition(set, items, batchSize, epoch));
    });
  });

  it.each([
    { what: "a few batches", users: 30, items: 24, n: 300, batchSize: 64 },
    { what: "one batch", users: 30, items: 24, n: 100, batchSize: 1000 },
    { what: "few items left to draw", users: 6, items: 9, n: 44, batchSize: 7 },
    { what: "more than 256 batches", users: 40, items: 40, n: 900, batchSize: 3 },
    { what: "one sample", users: 1, items: 2, n: 1, batchSize: 1 },
  ])("of pairs: $what", ({ users, items, n, batchSize }) => {
    const set = setFor("bpr", someSamples(users, items, n));
    const drawn = drawnByKernel(set, users, items, batchSize, [0, 1, 5]);
    for (const [k, epoch] of [0, 1, 5].entries()) {
      const expected = drawnByDefinition(set, items, batchSize, epoch);
      expect(drawn[k]).toEqual(expected);
      const rated = new Set(Array.from(set.users, (user, s) => user * items + set.items[s]));
      expected.items.forEach((item, place) => {
        expect(rated.has(expected.users[place] * items + item)).toBe(place % 2 === 0);
      });
    }
  });

  it("differ from epoch to epoch", () => {
    const set = someSamples(30, 24, 300, 1);
    const [one, other] = drawnByKernel(set, 30, 24, 50, [0, 1]);
    expect(one.items).not.toEqual(other.items);
    expect(one.users).not.toEqual(other.users);
  });

  it("do not depend on the epochs drawn before", () => {
    const set = someSamples(30, 24, 300, 2);
    const after = drawnByKernel(set, 30, 24, 50, [0, 1, 2]);
    const alone = drawnByKernel(set, 30, 24, 50, [2]);
    expect(alone[0]).toEqual(after[2]);
  });
});
