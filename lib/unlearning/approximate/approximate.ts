/**
 * What approximate methods have in common: they learn as Retrain does, and forget by changing the weights that were learned
 * instead of learning anew. A method says what it does to the weights (`adjust`); then the rows of erased users go, and
 * what is left is trained for `tuneEpochs` epochs on the ratings that stay. Nothing proves that the erased data have left the
 * other weights: the guarantee is "approximate", there is no certificate, and how far the result is from an exact one is
 * measured (questions/approximate).
 */

import type { Interactions } from "../../data/interactions";
import type { Engine } from "../../engine/engine";
import { StoppedError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { stageCost } from "../../metrics/cost";
import { modelSpec } from "../../model/spec";
import { complete, real, type SettingsOf, whole } from "../../settings";
import {
  type Checkpoint,
  getCheckpoint,
  loadFloats,
  putCheckpoint,
  requireBackend,
} from "../../training/checkpoint";
import { type GroupRatings, groupHash, trainingSet } from "../../training/groupRatings";
import { putRest, putRows, restOf, rowsOf } from "../../training/layout";
import { deletePartial, getPartial, putPartial } from "../../training/partial";
import type { Trained } from "../../training/sequential";
import { adamOf, SEQUENCE, type TrainingSettings, trainingOf } from "../../training/settings";
import type { Json } from "../../training/store";
import type { Task } from "../frame";
import { GroupedMethod, type GroupedSystem, lastModel, trainInSequence } from "../grouped";
import { makePlan } from "../makePlan";
import { type MethodContext, methodVersion } from "../method";
import type { Partition } from "../partition";
import { parted } from "./ratings";

/** What follows the change of the weights. @param epochs the method's default */
export const tuning = (epochs: number) => ({
  tuneEpochs: whole(0, 1_000_000, epochs, "epochs on the ratings that stay, from the weights there are"),
  tuneRate: real(0, 1000, 1e-3, "Adam's rate in these epochs"),
});

type Settings = TrainingSettings & SettingsOf<ReturnType<typeof tuning>> & { readonly [key: string]: Json };

/** What there is when a request comes, over the rows of the group as it was. */
export interface Adjustment {
  /** takes weights of this layout; what it holds is the method's to change */
  readonly engine: Engine;
  /** as they were learned */
  readonly weights: Float32Array;
  readonly erased: GroupRatings;
  readonly rest: GroupRatings;
  /** by row: whether the whole user is erased */
  readonly gone: readonly boolean[];
  readonly training: TrainingSettings;
  readonly signal?: AbortSignal;
}

/** Weights as they were changed, and the gradient samples and steps that it took. */
export interface Adjusted {
  readonly weights: Float32Array;
  readonly samples: number;
  readonly steps: number;
}

const FORMAT = "erasable approximate weights, format 1";

/** A method that changes learned weights. */
export abstract class ApproximateMethod extends GroupedMethod {
  override readonly exact = false;
  override readonly models = lastModel;
  override readonly training: TrainingSettings;

  constructor(
    override readonly name: string,
    override readonly settings: Settings,
  ) {
    super();
    this.training = trainingOf(settings);
  }

  /** @throws StoppedError on the signal */
  protected abstract adjust(task: Adjustment): Promise<Adjusted>;

  protected override makePlan(data: Interactions, context: MethodContext) {
    return makePlan(data, { groups: 1, grouping: "rand", order: "random" }, context);
  }

  protected override async train(
    partition: Partition,
    context: MethodContext,
    former?: Task<GroupedSystem>["former"],
  ): Promise<Trained> {
    if (former) return this.change(former, partition, context);
    return trainInSequence({ ...this.training, ...complete(SEQUENCE, {}, this.name) }, partition, context);
  }

  private async change(
    { system, erasure }: NonNullable<Task<GroupedSystem>["former"]>,
    partition: Partition,
    context: MethodContext,
  ): Promise<Trained> {
    const began = context.clock();
    const [before] = system.checkpoints;
    const [was] = system.partition.groups;
    const [group] = partition.groups;
    const key = this.keyOf(before, group);
    const known = getCheckpoint(context.store, key);
    if (known) return { checkpoints: [known], cost: stageCost("train", 0), trained: [] };
    const engine = await this.engineFor(group.members.length, partition, context);
    try {
      requireBackend(before, engine.backend);
      const begun = getPartial(context.store, key, engine);
      const changed = begun ?? (await this.changed(before, was, erasure, partition, context));
      const { samples, steps } = await this.tune(engine, group, key, { ...changed, begun }, context);
      const checkpoint: Checkpoint = {
        key,
        position: 0,
        backend: engine.backend,
        rest: context.store.putBlob(restOf(engine.spec, engine.weights())),
        rows: [context.store.putBlob(rowsOf(engine.spec, engine.weights(), 0, group.members.length))],
        moments: null,
        samples,
        steps,
      };
      putCheckpoint(context.store, checkpoint);
      deletePartial(context.store, key);
      const cost = stageCost("train", context.clock() - began, { samples, steps });
      return { checkpoints: [checkpoint], cost, trained: [0] };
    } finally {
      engine.dispose();
    }
  }

  /** The method's own change, over the rows that stay. */
  private async changed(
    before: Checkpoint,
    was: GroupRatings,
    erasure: NonNullable<Task<GroupedSystem>["former"]>["erasure"],
    partition: Partition,
    context: MethodContext,
  ): Promise<Adjusted> {
    const engine = await this.engineFor(was.members.length, partition, context);
    try {
      const { spec } = engine;
      const weights = new Float32Array(spec.size);
      putRest(spec, weights, loadFloats(context.store, before.rest));
      putRows(spec, weights, 0, loadFloats(context.store, before.rows[0]));
      const gone = Array.from(was.members, (user) => erasure.users.has(user));
      const parts = parted(was, erasure);
      const task = { engine, weights, ...parts, gone, training: this.training, signal: context.signal };
      const adjusted = await this.adjust(task);
      const left = modelSpec(spec.model, gone.filter((one) => !one).length, spec.items, spec.embeddingSize);
      const flat = new Float32Array(left.size);
      putRest(left, flat, restOf(spec, adjusted.weights));
      let row = 0;
      gone.forEach((one, old) => {
        if (!one) putRows(left, flat, row++, rowsOf(spec, adjusted.weights, old, 1));
      });
      return { ...adjusted, weights: flat };
    } finally {
      engine.dispose();
    }
  }

  /** Trains on what stays; `engine` then holds the result. @throws StoppedError: the same call goes on */
  private async tune(
    engine: Engine,
    group: GroupRatings,
    key: string,
    from: Adjusted & { readonly begun?: ReturnType<typeof getPartial> },
    { store, signal, onProgress }: MethodContext,
  ) {
    const { training, settings } = this;
    const epochs = settings.tuneEpochs;
    engine.load(from.weights, from.begun?.moments);
    if (epochs === 0 || group.items.length === 0) return { samples: from.samples, steps: from.steps };
    const result = await engine.train(trainingSet(group, training), {
      batchSize: training.batchSize,
      adam: { ...adamOf(training), learningRate: settings.tuneRate },
      l2: training.l2,
      stream: [training.seed, "tune"],
      epochs,
      from: from.begun?.position,
      signal,
      onEpoch: ({ epoch }) =>
        onProgress?.({
          stage: "train",
          done: (epoch + 1) / epochs,
          text: `tuning, epoch ${epoch + 1} of ${epochs}`,
        }),
    });
    const total = { samples: from.samples + result.samples, steps: from.steps + result.steps };
    if (result.finished) return total;
    putPartial(store, key, engine, { position: result.position, ...total });
    throw new StoppedError(`${this.name}: tuning stopped; the same call goes on from there`);
  }

  private keyOf(before: Checkpoint, group: GroupRatings): string {
    const { name, settings } = this;
    const own = { format: FORMAT, code: methodVersion(this), method: name, settings };
    return sha256(canonicalJson({ ...own, before: before.key, group: groupHash(group) }));
  }

  private engineFor(users: number, { itemIds }: Partition, context: MethodContext): Promise<Engine> {
    const { model, engine, embeddingSize } = this.training;
    return context.createEngine(engine, modelSpec(model, users, itemIds.length, embeddingSize));
  }
}
