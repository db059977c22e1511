/** Worker threads: the same bits as in this thread, really side by side, and stopped work is kept. Needs a build. */

import { afterAll, describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import { StoppedError } from "../../lib/errors";
import { complete } from "../../lib/settings";
import { groupRatings } from "../../lib/training/groupRatings";
import { createWorkerPool } from "../../lib/training/pool";
import { type SequentialRun, trainSequentially } from "../../lib/training/sequential";
import { TRAINING } from "../../lib/training/settings";
import { MemoryStore } from "../../lib/training/store";
import { world } from "./world";

const data = world();
const pool = createWorkerPool(2);
afterAll(() => pool.close());

function shardRun(shard: number, epochs = 2): SequentialRun {
  const settings = complete(TRAINING, { epochs, batchSize: 16 }, "training");
  const members = Uint32Array.from(data.userIds, (_, u) => u).filter((u) => u % 3 === shard);
  return {
    settings,
    epochs,
    start: { model: "dmf", initialisation: "xavier", seed: shard, itemIds: data.itemIds },
    stream: [1, "shard", shard],
    groups: [groupRatings(data, members)],
  };
}

describe("a pool of workers", () => {
  it("trains to the bits of this thread, more runs than workers", async () => {
    const [here, there] = [new MemoryStore(), new MemoryStore()];
    const runs = [0, 1, 2].map((shard) => shardRun(shard));
    const results = await Promise.all(runs.map((run) => pool.train(run, { store: there })));
    for (const [shard, run] of runs.entries()) {
      const own = await trainSequentially(run, { store: here, createEngine, clock: () => 0 });
      expect(results[shard].checkpoints).toEqual(own.checkpoints);
      expect(results[shard].cost.samples).toBe(own.cost.samples);
    }
    expect(there.list()).toEqual(here.list());
    const again = await pool.train(runs[1], { store: there });
    expect(again.reused).toBe(1);
  });

  it("stops, keeps what was done, and goes on to the same bits", async () => {
    const store = new MemoryStore();
    const run = shardRun(0, 2000);
    const stop = new AbortController();
    const onProgress = ({ epoch }: { epoch: number }) => epoch === 20 && stop.abort();
    await expect(pool.train(run, { store, signal: stop.signal, onProgress })).rejects.toThrow(StoppedError);
    expect(store.list().size).toBe(2); // the record and the blob of an unfinished group
    const resumed = await pool.train(run, { store });
    expect(resumed.cost.steps).toBeLessThan(resumed.checkpoints[0].steps);
    const whole = await trainSequentially(run, { store: new MemoryStore(), createEngine, clock: () => 0 });
    expect(resumed.checkpoints).toEqual(whole.checkpoints);
  });

  it("passes errors on and stays usable", async () => {
    const run = shardRun(0);
    const bad = { ...run, settings: { ...run.settings, maximumRating: 1 } };
    await expect(pool.train(bad, { store: new MemoryStore() })).rejects.toThrow(/maximumRating/);
    const gone = new AbortController();
    gone.abort();
    await expect(pool.train(run, { store: new MemoryStore(), signal: gone.signal })).rejects.toThrow(
      StoppedError,
    );
    expect((await pool.train(run, { store: new MemoryStore() })).reused).toBe(0);
  });

  it("is refused after it was closed", async () => {
    const other = createWorkerPool(1);
    await other.close();
    await expect(other.train(shardRun(0), { store: new MemoryStore() })).rejects.toThrow(/closed/);
  });
});
