/**
 * `core-fold-in`: items, layers and output are trained on a core of users alone; everybody's rows are then
 * folded in against them, and items take one step with all their raters (itemStep.ts). Whoever is outside the
 * core has touched nothing but the user's own row and items: forgetting is leaving out the row and working
 * these items out again. Forgetting somebody of the core trains the core again. Who is in the core is a
 * function of each user alone (core.ts), so there is no partition to make or to name, and the guarantee is
 * always "exact".
 */

import type { Interactions } from "../../data/interactions";
import { InputError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import { complete, type SettingsOf } from "../../settings";
import { type Checkpoint, loadFloats, requireCheckpoint } from "../../training/checkpoint";
import { type GroupRatings, withoutErased } from "../../training/groupRatings";
import { trainSequentially } from "../../training/sequential";
import { TRAINING, type TrainingSettings, trainingOf } from "../../training/settings";
import { DamagedError, floatsOf, type Json, type Store } from "../../training/store";
import { Ensemble, ensembleSpec } from "../ensemble";
import type { Erasure } from "../erasure";
import { type Built, MethodFrame, type Task } from "../frame";
import { reportTraining, startOf } from "../grouped";
import { type MethodContext, methodVersion } from "../method";
import { erasePartition, interactionsOf, type Partition, partitionHash, ratingsOf } from "../partition";
import { withoutMembers } from "../plan";
import { CORE, corePlan, coreTest } from "./core";
import { CoreSystem, type FoldedIn, type StoredFold } from "./coreSystem";
import { UserFold } from "./fold";
import { ITEM_STEP } from "./itemStep";
import { foldInOf } from "./kernel";
import { narrowRows, wideRows, withItemRows } from "./rows";
import { FOLD } from "./settings";
import { type FoldState, foldUsers, restoreItems, stepItems } from "./state";
import { USER_STEP } from "./userStep";

export const CORE_FOLD_IN = { ...TRAINING, ...CORE, ...FOLD, ...ITEM_STEP, ...USER_STEP };
type Settings = SettingsOf<typeof CORE_FOLD_IN>;

const FORMAT = "erasable fold-in, format 2";

class CoreFoldIn extends MethodFrame<CoreSystem> {
  override readonly name = "core-fold-in";
  override readonly plans = false;
  private readonly training: TrainingSettings;

  constructor(override readonly settings: Settings) {
    super();
    this.training = trainingOf(settings);
    foldInOf(settings.model);
    if (settings.userStep !== "none" && settings.itemStep !== "ridge")
      throw new InputError("core-fold-in: userStep ridge follows itemStep ridge alone");
  }

  protected override async makePlan(data: Interactions) {
    return corePlan(data, this.settings, this.settings.seed);
  }

  /** Who falls out of the core is laid out anew; who has no rating left is in no group any more. */
  protected override erase(partition: Partition, erasure: Erasure): Partition {
    const left = erasePartition(partition, erasure);
    const inCore = coreTest(this.settings, this.settings.seed);
    const ratings = ({ offsets }: GroupRatings, row: number) => offsets[row + 1] - offsets[row];
    const [members] = left.groups;
    const fallen =
      members !== partition.groups[0] && members.ids.some((id, row) => !inCore(id, ratings(members, row)));
    if (fallen) {
      const { erased, firstNumbers } = left;
      const data = interactionsOf(left);
      return {
        ...this.layOut(data, corePlan(data, this.settings, this.settings.seed)),
        erased,
        firstNumbers,
      };
    }
    const emptied = new Set<number>();
    for (const user of erasure.ratings.keys())
      if (ratingsOf(left, user).items.length === 0) emptied.add(user);
    if (emptied.size === 0) return left;
    const none = { users: emptied, ratings: new Map() };
    return {
      ...left,
      plan: withoutMembers(left.plan, new Set([...emptied].map((user) => left.userIds[user]))),
      groups: left.groups.map((group) => withoutErased(group, none)),
    };
  }

  /** Trains the core, if the store does not have it, and folds in what the state before does not have. */
  protected override async build({ former, ...task }: Task<CoreSystem>, context: MethodContext) {
    const { settings } = this;
    const { partition } = task;
    const { clock } = context;
    const core = await this.trainCore(partition, context);
    const checkpoint = core.checkpoints[0];
    const began = clock();
    const before = former?.system.folded;
    const code = methodVersion(this);
    const same =
      before?.checkpoint.key === checkpoint.key && before.stored.code === code ? before : undefined;
    const fold = same?.fold ?? this.userFold(partition, checkpoint, context.store);
    const work = (stage: string, text: string) => ({
      signal: context.signal,
      onProgress: (done: number) => context.onProgress?.({ stage, done, text }),
    });
    const users = await foldUsers(partition.groups, same?.state, fold, work("fold", "rows of users"));
    const usersDone = clock();
    const items = await stepItems(users, same?.state, fold, settings, work("items", "rows of items"));
    const itemsDone = clock();
    const steps = settings.itemStep === "items" && items.touched > 0 ? settings.itemSteps : 0;
    const folding = inSequence(
      stageCost("fold", usersDone - began, {
        samples: users.samples,
        steps: users.fitted > 0 ? settings.foldSteps : 0,
      }),
      stageCost("items", itemsDone - usersDone, { samples: items.samples, steps }),
    );
    const state = { groups: users.groups, items: items.state };
    const stored = this.put(state, same, checkpoint, code, context.store);
    const key = sha256(
      canonicalJson({ format: FORMAT, method: settings, data: partitionHash(partition), code }),
    );
    context.store.putRecord(key, stored);
    const saving = stageCost("save", clock() - itemsDone);
    const cost = inSequence(task.cost, core.cost, folding, saving);
    const folded = { checkpoint, fold, state, key, stored };
    return this.open(folded, { ...task, cost, trained: core.trained }, context);
  }

  /**
   * The state that a record names. Rows are read; the item step's are read too, but for the statistics of
   * `ridge`, which are sums over the users and are summed again, to the same integers.
   */
  protected override async load(root: Json, built: Built, context: MethodContext): Promise<CoreSystem> {
    const { store } = context;
    const key = root as string;
    const stored = store.getRecord(key) as StoredFold | undefined;
    if (!stored) throw new DamagedError(`record ${key} is missing`);
    const checkpoint = requireCheckpoint(store, stored.core);
    const fold = this.userFold(built.partition, checkpoint, store);
    const groups = built.partition.groups.map((group, g) => {
      const rows = wideRows(this.training.model, floatsOf(store.getBlob(stored.rows[g])));
      return { group, rows, outputs: fold.kernel.outputs("user", rows) };
    });
    const items = restoreItems(groups, stored, fold, this.settings.itemStep, store);
    const folded = { checkpoint, fold, state: { groups, items }, key, stored };
    return this.open(folded, built, context);
  }

  private trainCore({ groups, itemIds }: Partition, context: MethodContext) {
    const { training } = this;
    const run = {
      settings: training,
      epochs: training.epochs,
      start: startOf(training, itemIds),
      stream: [training.seed, "train"],
      groups: [groups[0]],
    };
    return trainSequentially(run, { ...context, onProgress: reportTraining(context, "core") });
  }

  private userFold({ itemIds }: Partition, checkpoint: Checkpoint, store: Store): UserFold {
    return new UserFold(store, checkpoint, this.training, startOf(this.training, itemIds), this.settings);
  }

  private async open(folded: FoldedIn, built: Built, context: MethodContext): Promise<CoreSystem> {
    const { training } = this;
    const { rows, rest } = folded.stored;
    const start = startOf(training, built.partition.itemIds);
    const engine = await context.createEngine(training.engine, ensembleSpec(start, built.partition));
    const models = { rows, rests: [rest], combine: "mean" } as const;
    const ensemble = new Ensemble(engine, built.partition, models, start, context.store);
    return new CoreSystem(this, built, context.store, folded, ensemble, this.settings);
  }

  /** Puts the rows of groups that changed, and what the item step made. */
  private put(
    state: FoldState,
    before: FoldedIn | undefined,
    checkpoint: Checkpoint,
    code: string,
    store: Store,
  ): StoredFold {
    const { model } = this.training;
    const rows = state.groups.map((folded, g) =>
      folded === before?.state.groups[g]
        ? before.stored.rows[g]
        : store.putBlob(narrowRows(model, folded.rows)),
    );
    const { rows: items, betas } = state.items;
    const rest = items
      ? store.putBlob(withItemRows(model, loadFloats(store, checkpoint.rest), items))
      : checkpoint.rest;
    return { core: checkpoint.key, rows, rest, betas: betas ? store.putBlob(betas) : null, code };
  }
}

/** @throws InputError for unknown settings, or a user step without the item step that it follows. */
export const coreFoldIn = (options: Partial<Settings> = {}): MethodFrame<CoreSystem> =>
  new CoreFoldIn(complete(CORE_FOLD_IN, options, "core-fold-in"));
