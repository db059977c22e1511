/**
 * Sequential training, the SeqTrain module of Section 3.3: one model, trained on group after group in the
 * given order, a checkpoint after each. A run goes on behind the longest chain of checkpoints that the store
 * already has, so learning, unlearning (the same groups without the erased data) and resuming are one
 * function. Stopped in the middle of a group it leaves weights, Adam's moments and the position in the store,
 * and going on gives the bits of a run never stopped.
 *
 * With a new optimizer for each group only the members' rows can move (Adam's moments of all others are
 * zero), so the engine holds these rows alone: the same bits for less memory and less work. A carried
 * optimizer needs everybody's.
 */

import type { Engine, EngineName, Moments } from "../engine/engine";
import { StoppedError } from "../errors";
import type { Cost } from "../metrics/cost";
import { type ModelSpec, modelSpec } from "../model/spec";
import {
  type Checkpoint,
  checkpointKeys,
  getCheckpoint,
  loadFloats,
  NO_BACKEND,
  putCheckpoint,
  type RunIdentity,
  requireBackend,
} from "./checkpoint";
import { type GroupRatings, trainingSet } from "./groupRatings";
import { initialRest, initialRows, putRows, restOf, rowsOf, withRest } from "./layout";
import { deletePartial, getPartial, putPartial } from "./partial";
import { adamOf } from "./settings";
import { type Clock, Stopwatch } from "./stopwatch";
import type { Store } from "./store";

export type EngineFactory = (name: EngineName, spec: ModelSpec) => Promise<Engine>;

export interface TrainingProgress {
  /** place of the group in the order, from 0, and number of groups */
  readonly position: number;
  readonly groups: number;
  /** epochs done of those of this group */
  readonly epoch: number;
  readonly epochs: number;
}

export interface TrainingContext {
  readonly store: Store;
  readonly createEngine: EngineFactory;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface SequentialRun extends RunIdentity {
  /** in training order; a group may be empty: it keeps its place, so that the others keep their streams */
  readonly groups: readonly GroupRatings[];
}

/** What training did, and what it cost. */
export interface Trained {
  /** one per group */
  readonly checkpoints: readonly Checkpoint[];
  /** stages "load" (finding, reading and verifying checkpoints, initial weights), "train", "save" */
  readonly cost: Cost;
  /** places of the groups that were trained now */
  readonly trained: readonly number[];
}

export interface SequentialResult extends Trained {
  /** how many checkpoints the store had already */
  readonly reused: number;
}

/**
 * Trains what the store does not have yet.
 * @throws StoppedError when `signal` fires: the finished checkpoints and the unfinished group are in the
 *   store, and the same call goes on from there.
 * @throws DamagedError when a stored checkpoint does not verify.
 */
export async function trainSequentially(
  run: SequentialRun,
  context: TrainingContext,
): Promise<SequentialResult> {
  const { store, clock } = context;
  const watch = new Stopwatch(clock);
  const keys = watch.time("load", () => checkpointKeys(run, run.groups));
  const checkpoints: Checkpoint[] = [];
  const last = watch.time("load", () => lastKnown(store, keys, checkpoints));
  const reused = checkpoints.length;
  const trainer = new Trainer(run, context, watch);
  const work = { samples: 0, steps: 0 };
  const trained: number[] = [];
  try {
    if (reused < keys.length) watch.time("load", () => trainer.begin(last));
    for (let position = reused; position < keys.length; position++) {
      if (context.signal?.aborted) throw stopped(position, keys.length);
      const { checkpoint, samples, steps } = await trainer.train(position, keys[position]);
      checkpoints.push(checkpoint);
      trained.push(position);
      work.samples += samples;
      work.steps += steps;
    }
  } finally {
    trainer.dispose();
  }
  const seconds = { seconds: watch.seconds(), parallelSeconds: watch.total() };
  return { checkpoints, reused, cost: { ...work, parallelSamples: work.samples, ...seconds }, trained };
}

const stopped = (position: number, groups: number) =>
  new StoppedError(
    `training stopped in group ${position + 1} of ${groups}; the same call goes on from there`,
  );

/** Fills `found` with the longest chain of known checkpoints and returns its last. */
function lastKnown(store: Store, keys: readonly string[], found: Checkpoint[]): Checkpoint | undefined {
  for (const key of keys) {
    const checkpoint = getCheckpoint(store, key);
    if (!checkpoint) break;
    found.push(checkpoint);
  }
  return found.at(-1);
}

/** The state between two groups, and the engine that carries it on. */
class Trainer {
  private readonly carried: boolean;
  private readonly items: number;
  /** carried: place of each group's first row in the engine */
  private readonly firstRows: number[] = [];
  private readonly allUsers: number;
  private engine: Engine | undefined;
  private rest: Float32Array = new Float32Array(0);
  /** blobs of the rows of the groups so far */
  private rowBlobs: string[] = [];
  /** carried: rows of every group, trained or initial */
  private rows: Float32Array[] = [];
  private moments: Moments | undefined;
  /** backend of the last checkpoint, until an engine is there to be compared */
  private last: Checkpoint | undefined;

  constructor(
    private readonly run: SequentialRun,
    private readonly context: TrainingContext,
    private readonly watch: Stopwatch,
  ) {
    this.carried = run.carried ?? false;
    this.items = run.start.itemIds.length;
    let row = 0;
    for (const group of run.groups) {
      this.firstRows.push(row);
      row += group.members.length;
    }
    this.allUsers = row;
  }

  /** Puts the state behind checkpoint `last`, or the initial state. */
  begin(last: Checkpoint | undefined): void {
    const { store } = this.context;
    const { start, groups } = this.run;
    this.last = last;
    this.rest = last ? loadFloats(store, last.rest) : initialRest(start);
    this.rowBlobs = last ? [...last.rows] : [];
    if (!this.carried) return;
    this.rows = groups.map((group, g) =>
      g < this.rowBlobs.length ? loadFloats(store, this.rowBlobs[g]) : initialRows(start, group.ids),
    );
    if (last?.moments) this.moments = this.unpackMoments(loadFloats(store, last.moments.blob), last);
  }

  /** Trains group `position` and saves its checkpoint. */
  async train(position: number, key: string) {
    const group = this.run.groups[position];
    const rows = this.carried ? this.rows[position] : initialRows(this.run.start, group.ids);
    let work = { samples: 0, steps: 0, total: { samples: 0, steps: 0 } };
    let trained = rows;
    if (group.items.length > 0) {
      const engine = await this.engineFor(group);
      work = await this.trainIn(engine, position, key, rows);
      const after = this.watch.time("save", () => engine.weights());
      this.rest = restOf(engine.spec, after);
      if (this.carried) {
        this.rows = this.run.groups.map(({ members }, g) =>
          rowsOf(engine.spec, after, this.firstRows[g], members.length),
        );
        this.moments = engine.moments();
      } else trained = rowsOf(engine.spec, after, 0, group.members.length);
    }
    const checkpoint = this.watch.time("save", () => this.save(position, key, trained, work.total));
    return { checkpoint, samples: work.samples, steps: work.steps };
  }

  dispose(): void {
    this.engine?.dispose();
  }

  private async engineFor(group: GroupRatings): Promise<Engine> {
    const users = this.carried ? this.allUsers : group.members.length;
    if (this.engine?.spec.users !== users) {
      this.engine?.dispose();
      this.engine = undefined; // so that a failure below does not dispose it twice
      const { model, engine, embeddingSize } = this.run.settings;
      this.engine = await this.watch.timeAsync("load", () =>
        this.context.createEngine(engine, modelSpec(model, users, this.items, embeddingSize)),
      );
    }
    if (this.last) requireBackend(this.last, this.engine.backend);
    return this.engine;
  }

  private async trainIn(engine: Engine, position: number, key: string, rows: Float32Array) {
    const { run, context, watch } = this;
    const { settings, epochs } = run;
    const before = watch.time("load", () => getPartial(context.store, key, engine));
    watch.time("load", () => {
      if (before) engine.load(before.weights, before.moments);
      else engine.load(this.flat(engine.spec, rows), this.moments);
    });
    const set = trainingSet(run.groups[position], settings, this.carried ? this.firstRows[position] : 0);
    const report = (epoch: number) =>
      context.onProgress?.({ position, groups: run.groups.length, epoch, epochs });
    report(before?.position.epoch ?? 0);
    const result = await watch.timeAsync("train", () =>
      engine.train(set, {
        batchSize: settings.batchSize,
        adam: adamOf(settings),
        l2: settings.l2,
        stream: [...run.stream, position],
        epochs,
        from: before?.position,
        signal: context.signal,
        onEpoch: ({ epoch }) => report(epoch + 1),
      }),
    );
    const total = {
      samples: result.samples + (before?.samples ?? 0),
      steps: result.steps + (before?.steps ?? 0),
    };
    if (!result.finished) {
      putPartial(context.store, key, engine, { position: result.position, ...total });
      throw stopped(position, run.groups.length);
    }
    return { samples: result.samples, steps: result.steps, total };
  }

  /** Flat weights for the engine. */
  private flat(spec: ModelSpec, rows: Float32Array): Float32Array {
    const weights = withRest(spec, this.rest);
    if (this.carried)
      for (const [g, own] of this.rows.entries()) putRows(spec, weights, this.firstRows[g], own);
    else putRows(spec, weights, 0, rows);
    return weights;
  }

  private save(
    position: number,
    key: string,
    trained: Float32Array,
    total: { samples: number; steps: number },
  ): Checkpoint {
    const { store } = this.context;
    if (this.carried) this.rowBlobs = this.rows.slice(0, position + 1).map((rows) => store.putBlob(rows));
    else this.rowBlobs = [...this.rowBlobs, store.putBlob(trained)];
    const checkpoint: Checkpoint = {
      key,
      position,
      backend: this.engine?.backend ?? this.last?.backend ?? NO_BACKEND,
      rest: store.putBlob(this.rest),
      rows: this.rowBlobs,
      moments: this.carried && this.moments ? this.packMoments(this.moments, position) : null,
      ...total,
    };
    putCheckpoint(store, checkpoint);
    deletePartial(store, key);
    return checkpoint;
  }

  /** The layout of the carried engine. */
  private wholeSpec(): ModelSpec {
    const { model, embeddingSize } = this.run.settings;
    return modelSpec(model, this.allUsers, this.items, embeddingSize);
  }

  /** Moments of later groups' rows are still zero and are left out. */
  private packMoments({ m, v, step }: Moments, position: number) {
    const spec = this.wholeSpec();
    const users = this.firstRows[position] + this.run.groups[position].members.length;
    const parts = [m, v].flatMap((moment) => [restOf(spec, moment), rowsOf(spec, moment, 0, users)]);
    return { blob: this.context.store.putBlob(...parts), step };
  }

  private unpackMoments(packed: Float32Array, { position, moments }: Checkpoint): Moments {
    const spec = this.wholeSpec();
    const users = this.firstRows[position] + this.run.groups[position].members.length;
    const rest = this.rest.length;
    const half = packed.length / 2;
    const [m, v] = [0, half].map((from) => {
      const moment = withRest(spec, packed.subarray(from, from + rest));
      if (users > 0) putRows(spec, moment, 0, packed.subarray(from + rest, from + half));
      return moment;
    });
    return { m, v, step: moments?.step ?? 0 };
  }
}
