/**
 * `core-als`: a model whose score is a product of rows is trained on a core of users alone; its item rows, smoothed over
 * the ratings of everybody where the model has a graph, then start a sweep of alternating least squares (als.ts), which
 * fits everybody's rows and from them all item rows. These score.
 *
 * What scores is a function of the core's checkpoint and of the ratings that are left. Forgetting somebody outside the core
 * is the sweep alone, which reads every rating twice; forgetting somebody in it trains the core again. Who is in the core
 * depends on each user alone (core.ts), so no partition is named and the guarantee is always "exact".
 *
 * What scores is not the model that was trained. The core is worth most after one sweep; from untrained rows three sweeps
 * (`sweeps`) rank as well or better, which is plain implicit ALS ("ALS alone" in notebook 10).
 */

import type { Interactions } from "../../data/interactions";
import { InputError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import { MODEL_NAMES, modelOf, requirePart } from "../../model/models";
import { complete, type SettingsOf, withDefaults } from "../../settings";
import {
  type BytesKept,
  type Checkpoint,
  checkpointEntries,
  loadFloats,
  requireCheckpoint,
} from "../../training/checkpoint";
import { ratingGraph } from "../../training/groupRatings";
import { SEQUENCE, TRAINING, type TrainingSettings, trainingOf } from "../../training/settings";
import {
  blobName,
  DamagedError,
  type EntryName,
  type Json,
  recordName,
  type Store,
} from "../../training/store";
import { Ensemble, ensembleSpec } from "../ensemble";
import type { Erasure } from "../erasure";
import { type Built, MethodFrame, SystemFrame, type Task } from "../frame";
import { startOf, trainInSequence } from "../grouped";
import { type MethodContext, methodVersion } from "../method";
import { erasePartition, interactionsOf, type Partition, partitionHash } from "../partition";
import { ALS, type AlsRows, alternate } from "./als";
import { CORE, corePlan } from "./core";

export const CORE_ALS = {
  ...withDefaults(TRAINING, { model: "lightgcn", learningRate: 5e-3 }),
  ...CORE,
  ...ALS,
};
type Settings = SettingsOf<typeof CORE_ALS>;

const FORMAT = "erasable core and least squares, format 1";

/** The model whose score is the product of two rows, and nothing else. */
const PRODUCT = "bpr";

/** What is stored of a system, as a record: blobs by hash. */
interface Fitted {
  readonly [key: string]: Json;
  /** checkpoint */
  readonly core: string;
  /** user rows, one per group */
  readonly rows: readonly string[];
  /** item rows */
  readonly rest: string;
}

class CoreAls extends MethodFrame<AlsSystem> {
  override readonly name = "core-als";
  override readonly plans = false;
  private readonly training: TrainingSettings;

  constructor(override readonly settings: Settings) {
    super();
    const { model } = settings;
    if (modelOf(model).samples !== "pairs") {
      const able = MODEL_NAMES.filter((name) => modelOf(name).samples === "pairs");
      throw new InputError(`model: core-als cannot take ${model}; it takes ${able.join(", ")}`);
    }
    this.training = trainingOf(settings);
  }

  protected override async makePlan(data: Interactions) {
    return corePlan(data, this.settings, this.settings.seed);
  }

  /** As laid out without the erased data: who has too few ratings left falls out of the core. */
  protected override erase(partition: Partition, erasure: Erasure): Partition {
    const left = erasePartition(partition, erasure);
    const data = interactionsOf(left);
    const plan = corePlan(data, this.settings, this.settings.seed);
    return { ...this.layOut(data, plan), erased: left.erased, firstNumbers: left.firstNumbers };
  }

  protected override async build({ partition, ...task }: Task<AlsSystem>, context: MethodContext) {
    const training = { ...this.training, ...complete(SEQUENCE, {}, this.name) };
    const core = await trainInSequence(training, { ...partition, groups: [partition.groups[0]] }, context);
    const { store, clock } = context;
    const [checkpoint] = core.checkpoints;
    const began = clock();
    const { users, items } = await this.fit(partition, checkpoint, context);
    const { embeddingSize: width } = this.training;
    const fitted: Fitted = {
      core: checkpoint.key,
      rows: partition.groups.map(({ members }) => store.putBlob(rowsAt(users, members, width))),
      rest: store.putBlob(items),
    };
    const code = methodVersion(this);
    const key = sha256(
      canonicalJson({ format: FORMAT, method: this.settings, data: partitionHash(partition), code }),
    );
    store.putRecord(key, fitted);
    const steps = 2 * this.settings.sweeps;
    const work = { samples: steps * ratingsIn(partition), steps };
    const fitting = stageCost("least squares", clock() - began, work);
    const cost = inSequence(task.cost, core.cost, fitting);
    return this.open(key, { ...task, partition, cost, trained: core.trained }, context);
  }

  protected override load(root: Json, built: Built, context: MethodContext): Promise<AlsSystem> {
    return this.open(root as string, built, context);
  }

  private async open(key: string, built: Built, { store, createEngine }: MethodContext): Promise<AlsSystem> {
    const fitted = store.getRecord(key) as Fitted | undefined;
    if (!fitted) throw new DamagedError(`record ${key} is missing`);
    const start = startOf({ ...this.training, model: PRODUCT }, built.partition.itemIds);
    const engine = await createEngine(this.training.engine, ensembleSpec(start, built.partition));
    const models = { rows: fitted.rows, rests: [fitted.rest], combine: "mean" } as const;
    const scorer = new Ensemble(engine, built.partition, models, start, store);
    return new AlsSystem(this, built, store, key, fitted, scorer);
  }

  private fit(
    { groups, userIds }: Partition,
    { rest, rows }: Checkpoint,
    { store, signal, onProgress }: MethodContext,
  ): Promise<AlsRows> {
    const { model, embeddingSize: width } = this.training;
    const graph = ratingGraph(groups, userIds.length);
    const items = loadFloats(store, rest);
    const users = new Float32Array(userIds.length * width); // zeros: only the core has been trained
    const core = loadFloats(store, rows[0]);
    groups[0].members.forEach((user, row) => {
      users.set(core.subarray(row * width, (row + 1) * width), user * width);
    });
    requirePart(model, "aggregation", this.name).vectors?.(graph, users, items);
    return alternate(graph, items, width, this.settings, {
      signal,
      onProgress: (done) => onProgress?.({ stage: "fit", done, text: "least squares of all rows" }),
    });
  }
}

const ratingsIn = ({ groups }: Partition) => groups.reduce((sum, { items }) => sum + items.length, 0);

/** Some rows of a table, one after another. */
function rowsAt(table: Float32Array, numbers: Uint32Array, width: number): Float32Array {
  const rows = new Float32Array(numbers.length * width);
  numbers.forEach((number, row) => {
    rows.set(table.subarray(number * width, (number + 1) * width), row * width);
  });
  return rows;
}

/** A system of `coreAls`: the core's checkpoint, and the rows that score. */
class AlsSystem extends SystemFrame {
  constructor(
    method: CoreAls,
    built: Built,
    store: Store,
    private readonly key: string,
    private readonly fitted: Fitted,
    private readonly scorer: Ensemble,
  ) {
    super(method, built, store);
  }

  get fingerprint(): string {
    const { rows, rest } = this.fitted;
    return sha256(canonicalJson({ rows, rest }));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.scorer.predict(users, items);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.scorer.scoreItems(users);
  }

  /** The core's checkpoint; the rows that score. */
  bytesKept(): BytesKept {
    const sizes = this.store.list();
    const core = checkpointEntries(requireCheckpoint(this.store, this.fitted.core));
    const others = this.entries().filter((name) => !core.includes(name));
    const perGroup = [core, others].map((names) =>
      names.reduce((bytes, name) => bytes + (sizes.get(name) ?? 0), 0),
    );
    return { perGroup, total: perGroup[0] + perGroup[1] };
  }

  entries(): EntryName[] {
    const { core, rows, rest } = this.fitted;
    const own = [recordName(this.key), ...[...rows, rest].map(blobName)];
    return [...new Set([...own, ...checkpointEntries(requireCheckpoint(this.store, core))])];
  }

  dispose(): void {
    this.scorer.dispose();
  }

  protected rootOf(): Json {
    return this.key;
  }
}

/** @throws InputError for unknown settings, or a model whose score is not a product of rows. */
export const coreAls = (options: Partial<Settings> = {}): MethodFrame<SystemFrame> =>
  new CoreAls(complete(CORE_ALS, options, "core-als"));
