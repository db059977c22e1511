import { describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import { StoppedError } from "../../lib/errors";
import { initialWeights } from "../../lib/model/initial";
import { modelSpec } from "../../lib/model/spec";
import { complete, type SettingsOf } from "../../lib/settings";
import { loadFloats, modelHash } from "../../lib/training/checkpoint";
import { type GroupRatings, groupRatings, trainingSet } from "../../lib/training/groupRatings";
import { initialRest, initialRows, restOf, rowsOf, scatterRows } from "../../lib/training/layout";
import { type SequentialRun, type TrainingContext, trainSequentially } from "../../lib/training/sequential";
import { adamOf, type SEQUENCE, TRAINING, type TrainingSettings } from "../../lib/training/settings";
import { DamagedError, MemoryStore, type Store } from "../../lib/training/store";
import { ToyEngine, toyEngines } from "./toyEngine";
import { world } from "./world";

const data = world();
const groupsOf = (count: number): GroupRatings[] =>
  Array.from({ length: count }, (_, g) =>
    groupRatings(
      data,
      Uint32Array.from(data.userIds, (_, u) => u).filter((u) => u % count === g),
    ),
  );

type Settings = Partial<TrainingSettings & Pick<SettingsOf<typeof SEQUENCE>, "optimizer">>;

function runOf({ optimizer, ...settings }: Settings = {}, groups = groupsOf(4)): SequentialRun {
  const full = complete(TRAINING, { epochs: 3, batchSize: 16, ...settings }, "training");
  const { model, initialisation, seed } = full;
  return {
    settings: full,
    epochs: full.epochs,
    carried: optimizer === "carried",
    start: { model, initialisation, seed, itemIds: data.itemIds },
    stream: [seed, "train"],
    groups,
  };
}

const contextOf = (store: Store, more: Partial<TrainingContext> = {}): TrainingContext => ({
  store,
  createEngine: toyEngines(),
  clock: () => 0,
  ...more,
});

const train = (run: SequentialRun, more: Partial<TrainingContext> = {}) =>
  trainSequentially(run, contextOf(new MemoryStore(), more));

describe.each(["new", "carried"] as const)("sequential training, optimizer %s", (optimizer) => {
  it("gives the same checkpoints twice, and others for another seed", async () => {
    const first = await train(runOf({ optimizer }));
    const second = await train(runOf({ optimizer }));
    const other = await train(runOf({ optimizer, seed: 2 }));
    expect(second.checkpoints).toEqual(first.checkpoints);
    expect(modelHash(other.checkpoints[3])).not.toBe(modelHash(first.checkpoints[3]));
  });

  it("trains every group for its epochs and counts the work", async () => {
    const run = runOf({ optimizer });
    const { cost, trained, checkpoints } = await train(run);
    const ratings = run.groups.map((group) => group.items.length);
    expect(checkpoints.map(({ samples }) => samples)).toEqual(ratings.map((n) => 3 * n));
    expect(cost.samples).toBe(3 * ratings.reduce((a, b) => a + b));
    expect(cost.steps).toBe(ratings.reduce((sum, n) => sum + 3 * Math.ceil(n / 16), 0));
    expect(trained).toEqual([0, 1, 2, 3]);
  });

  it("goes on behind the checkpoints that the store has, to the bit", async () => {
    const whole = await train(runOf({ optimizer }));
    const store = new MemoryStore();
    await trainSequentially(runOf({ optimizer }, groupsOf(4).slice(0, 2)), contextOf(store));
    const rest = await trainSequentially(runOf({ optimizer }), contextOf(store));
    expect(rest.reused).toBe(2);
    expect(rest.checkpoints.map(modelHash)).toEqual(whole.checkpoints.map(modelHash));
  });

  it("stopped at any batch and gone on with, gives the bits of a run never stopped", async () => {
    const whole = await train(runOf({ optimizer }));
    const batches = whole.cost.steps;
    for (let stopAt = 1; stopAt < batches; stopAt += 11) {
      const store = new MemoryStore();
      const stop = new AbortController();
      let steps = 0;
      class Stopping extends ToyEngine {
        override async train(...[set, options]: Parameters<ToyEngine["train"]>) {
          const counting = {
            get aborted() {
              if (steps++ === stopAt) stop.abort();
              return stop.signal.aborted;
            },
          } as AbortSignal;
          return super.train(set, { ...options, signal: counting });
        }
      }
      const stopped = trainSequentially(
        runOf({ optimizer }),
        contextOf(store, { createEngine: toyEngines(Stopping), signal: stop.signal }),
      );
      await expect(stopped).rejects.toThrow(StoppedError);
      const resumed = await trainSequentially(runOf({ optimizer }), contextOf(store));
      expect(resumed.checkpoints).toEqual(whole.checkpoints);
      expect(resumed.cost.steps).toBe(batches - stopAt);
      expect(store.list()).toEqual((await storeOf(runOf({ optimizer }))).list());
    }
  });

  it("leaves an empty group at its initial rows and the others at their streams", async () => {
    const groups = groupsOf(4);
    const nobody = groupRatings(data, new Uint32Array(0));
    const run = runOf({ optimizer }, [groups[0], nobody, groups[2]]);
    const { checkpoints } = await train(run);
    expect(checkpoints[1].samples).toBe(0);
    expect(checkpoints[1].rest).toBe(checkpoints[0].rest);
    const store = new MemoryStore();
    const first = await trainSequentially(runOf({ optimizer }, [nobody, nobody]), contextOf(store));
    expect(loadFloats(store, first.checkpoints[1].rest)).toEqual(initialRest(run.start));
  });
});

async function storeOf(run: SequentialRun): Promise<MemoryStore> {
  const store = new MemoryStore();
  await trainSequentially(run, contextOf(store));
  return store;
}

describe("what a checkpoint holds", () => {
  it.each(["dmf", "nmf"] as const)("is what one engine over all users would hold, %s", async (model) => {
    const run = runOf({ model });
    const store = new MemoryStore();
    const { checkpoints } = await trainSequentially(run, contextOf(store, { createEngine }));
    const spec = modelSpec(model, data.userIds.length, data.itemIds.length);
    const engine = await createEngine("simd", spec);
    let weights = initialWeights(spec, "xavier", 1, data.userIds, data.itemIds);
    for (const [position, group] of run.groups.entries()) {
      engine.load(weights);
      const { batchSize, l2 } = run.settings;
      const adam = adamOf(run.settings);
      const set = trainingSet(group, run.settings);
      const users = set.users.map((row) => group.members[row]);
      await engine.train(
        { ...set, users },
        { batchSize, adam, l2, epochs: 3, stream: [1, "train", position] },
      );
      weights = engine.weights();
      expect(loadFloats(store, checkpoints[position].rest)).toEqual(restOf(spec, weights));
      for (let g = 0; g <= position; g++) {
        const all = new Float32Array(spec.size);
        scatterRows(spec, all, run.groups[g].members, loadFloats(store, checkpoints[position].rows[g]));
        for (const user of run.groups[g].members)
          expect(rowsOf(spec, all, user, 1)).toEqual(rowsOf(spec, weights, user, 1));
      }
    }
    engine.dispose();
  });

  it("shares the rows of earlier groups with the checkpoints before", async () => {
    const { checkpoints } = await train(runOf());
    for (let k = 1; k < 4; k++) expect(checkpoints[k].rows.slice(0, k)).toEqual(checkpoints[k - 1].rows);
    const carried = (await train(runOf({ optimizer: "carried" }))).checkpoints;
    expect(carried[1].rows[0]).not.toBe(carried[0].rows[0]); // these go on moving by their moments
  });

  it("does not change when the engine that made it goes on", async () => {
    class Leaky extends ToyEngine {
      override weights(): Float32Array {
        return this.values; // the live array itself: the fault that the protocol warns of
      }
      override moments() {
        return { m: this.m, v: this.v, step: this.step };
      }
    }
    for (const optimizer of ["new", "carried"] as const) {
      const honest = await train(runOf({ optimizer }));
      const store = new MemoryStore();
      const context = contextOf(store, { createEngine: toyEngines(Leaky) });
      const leaky = await trainSequentially(runOf({ optimizer }), context);
      expect(leaky.checkpoints).toEqual(honest.checkpoints);
      expect(new Set(leaky.checkpoints.map(({ rest }) => rest)).size).toBe(4);
      for (const checkpoint of leaky.checkpoints)
        expect(() => loadFloats(store, checkpoint.rest)).not.toThrow();
    }
  });

  it("is not changed through what was read from it", async () => {
    const store = new MemoryStore();
    const { checkpoints } = await trainSequentially(runOf(), contextOf(store));
    loadFloats(store, checkpoints[1].rest).fill(7);
    expect(loadFloats(store, checkpoints[1].rest)[0]).not.toBe(7);
  });

  it("is refused when a bit of it has changed, by name", async () => {
    const store = new MemoryStore();
    const { checkpoints } = await trainSequentially(runOf({}, groupsOf(4).slice(0, 2)), contextOf(store));
    const { rest } = checkpoints[1];
    const at = store.contents().blobs.find((blob) => Buffer.from(store.getBlob(rest)).equals(blob));
    at![3] ^= 1;
    await expect(trainSequentially(runOf(), contextOf(store))).rejects.toThrow(DamagedError);
    await expect(trainSequentially(runOf(), contextOf(store))).rejects.toThrow(rest);
  });

  it("is refused when another backend made it", async () => {
    const store = new MemoryStore();
    await trainSequentially(runOf({}, groupsOf(4).slice(0, 2)), contextOf(store));
    class Other extends ToyEngine {
      override readonly backend = "another device" as "toy";
    }
    const other = trainSequentially(runOf(), contextOf(store, { createEngine: toyEngines(Other) }));
    await expect(other).rejects.toThrow(/another device/);
  });

  it("has another key when anything that made it is different", async () => {
    const base = await train(runOf());
    const variants = [
      runOf({ seed: 9 }),
      runOf({ batchSize: 15 }),
      runOf({ epochs: 4 }),
      runOf({ label: "implicit" }),
      runOf({ l2: 0.1 }),
      runOf({ optimizer: "carried" }),
      { ...runOf(), stream: [1, "shard", 0] },
      { ...runOf(), start: { ...runOf().start, seed: 3 } },
      { ...runOf(), groups: [groupsOf(4)[1], ...groupsOf(4).slice(1)] },
    ];
    const keys = new Set(base.checkpoints.map(({ key }) => key));
    for (const run of variants) {
      const { checkpoints } = await train(run);
      for (const { key } of checkpoints) expect(keys.has(key)).toBe(false);
      for (const { key } of checkpoints) keys.add(key);
    }
  });
});

describe("rows of a layout", () => {
  it("of a group are those of the whole model, for DMF and NMF", () => {
    for (const model of ["dmf", "nmf"] as const) {
      const spec = modelSpec(model, data.userIds.length, data.itemIds.length);
      const whole = initialWeights(spec, "xavier", 1, data.userIds, data.itemIds);
      const start = { model, initialisation: "xavier" as const, seed: 1, itemIds: data.itemIds };
      expect(initialRows(start, data.userIds.slice(5, 9))).toEqual(rowsOf(spec, whole, 5, 4));
    }
  });
});
