/**
 * Systems that are trained group by group: LASER, Retrain (one group), Refresh and C-SISA. Such a method says
 * how a plan is made, how a partition is trained, and which models score.
 */

import { canonicalJson, sha256 } from "../json";
import { inSequence } from "../metrics/cost";
import type { SettingsOf } from "../settings";
import {
  type BytesKept,
  bytesKept,
  type Checkpoint,
  checkpointEntries,
  requireCheckpoint,
} from "../training/checkpoint";
import type { Start } from "../training/layout";
import {
  type SequentialRun,
  type Trained,
  type TrainingProgress,
  trainSequentially,
} from "../training/sequential";
import { epochsOfGroup, type SEQUENCE, type TrainingSettings, trainingOf } from "../training/settings";
import type { EntryName, Json, Store } from "../training/store";
import { Ensemble, ensembleSpec, type Models } from "./ensemble";
import { type Built, MethodFrame, SystemFrame, type Task } from "./frame";
import type { MethodContext } from "./method";
import type { Partition } from "./partition";
import type { Plan } from "./plan";

/** A method that trains group by group. */
export abstract class GroupedMethod extends MethodFrame<GroupedSystem> {
  /** of the models that score */
  abstract readonly training: TrainingSettings;
  /**
   * Trains what `context.store` does not have yet. @param former in unlearning: the system before, of which
   * an exact method needs nothing but what the store has
   */
  protected abstract train(
    partition: Partition,
    context: MethodContext,
    former?: Task<GroupedSystem>["former"],
  ): Promise<Trained>;
  /** The models that score. */
  abstract models(partition: Partition, checkpoints: readonly Checkpoint[]): Models;

  protected async build(task: Task<GroupedSystem>, context: MethodContext): Promise<GroupedSystem> {
    const { checkpoints, cost, trained } = await this.train(task.partition, context, task.former);
    return this.open(checkpoints, { ...task, trained, cost: inSequence(task.cost, cost) }, context);
  }

  protected load(root: Json, built: Built, context: MethodContext): Promise<GroupedSystem> {
    const checkpoints = (root as string[]).map((key) => requireCheckpoint(context.store, key));
    return this.open(checkpoints, built, context);
  }

  private async open(checkpoints: readonly Checkpoint[], built: Built, context: MethodContext) {
    const { partition } = built;
    const start = startOf(this.training, partition.itemIds);
    const models = this.models(partition, checkpoints);
    const engine = await context.createEngine(this.training.engine, ensembleSpec(start, partition));
    const scorer = new Ensemble(engine, partition, models, start, context.store);
    return new GroupedSystem(this, built, context.store, checkpoints, models, scorer);
  }
}

/** A system that was trained group by group. */
export class GroupedSystem extends SystemFrame {
  constructor(
    method: GroupedMethod,
    built: Built,
    store: Store,
    readonly checkpoints: readonly Checkpoint[],
    private readonly models: Models,
    private readonly scorer: Ensemble,
  ) {
    super(method, built, store);
  }

  override get plan(): Plan {
    return this.partition.plan;
  }

  get fingerprint(): string {
    return sha256(canonicalJson(this.models));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.scorer.predict(users, items);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.scorer.scoreItems(users);
  }

  bytesKept(): BytesKept {
    return bytesKept(this.store, this.checkpoints);
  }

  entries(): EntryName[] {
    return [...new Set(this.checkpoints.flatMap(checkpointEntries))];
  }

  dispose(): void {
    this.scorer.dispose();
  }

  protected rootOf(): Json {
    return this.checkpoints.map(({ key }) => key);
  }
}

/** Trains one model on group after group (Section 3.3): what LASER, Retrain and Refresh do. */
export function trainInSequence(
  settings: TrainingSettings & SettingsOf<typeof SEQUENCE>,
  { groups, itemIds }: Partition,
  context: MethodContext,
): Promise<Trained> {
  const run: SequentialRun = {
    settings: trainingOf(settings),
    epochs: epochsOfGroup(settings, groups.length),
    carried: settings.optimizer === "carried",
    start: startOf(settings, itemIds),
    stream: [settings.seed, "train"],
    groups,
  };
  const own = { ...context, onProgress: reportTraining(context, "group") };
  return trainSequentially(run, own);
}

/** The model after the last of a chain of checkpoints. */
export function lastModel(_: Partition, checkpoints: readonly Checkpoint[]): Models {
  const { rest, rows } = checkpoints[checkpoints.length - 1];
  return { rows, rests: [rest], combine: "mean" };
}

/** What a model's initial weights are made from. */
export const startOf = (
  training: TrainingSettings,
  itemIds: readonly string[],
  seed = training.seed,
): Start => ({
  model: training.model,
  embeddingSize: training.embeddingSize,
  initialisation: training.initialisation,
  seed,
  itemIds,
});

/** Passes the progress of training on, as text for people. */
export function reportTraining(context: MethodContext, what: string) {
  return ({ position, groups, epoch, epochs }: TrainingProgress) =>
    context.onProgress?.({
      stage: "train",
      done: (position + epoch / epochs) / groups,
      text: `${what} ${position + 1} of ${groups}, epoch ${epoch} of ${epochs}`,
    });
}
