/**
 * `core-fold-in`: items, layers and output are trained on a core of users alone; everybody's rows are then folded in
 * against them, and items take one step with all their raters (itemStep.ts). Whoever is outside the core has touched
 * nothing but the own row and the own items: forgetting is leaving out the row and working these items out again.
 * Forgetting somebody of the core trains the core again. Who is in the core is a function of each user alone (core.ts),
 * so there is no partition to make or to name, and the guarantee is always "exact".
 */

import type { Interactions } from "../../data/interactions";
import { InputError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { type Cost, inSequence, stageCost } from "../../metrics/cost";
import type { Scorer } from "../../metrics/evaluate";
import { complete, type SettingsOf } from "../../settings";
import {
  type BytesKept,
  type Checkpoint,
  checkpointEntries,
  loadFloats,
  requireCheckpoint,
} from "../../training/checkpoint";
import { type GroupRatings, withoutErased } from "../../training/groupRatings";
import { trainSequentially } from "../../training/sequential";
import { TRAINING, trainingOf } from "../../training/settings";
import {
  blobName,
  DamagedError,
  type EntryName,
  floatsOf,
  type Json,
  recordName,
  type Store,
} from "../../training/store";
import { Ensemble, ensembleSpec, type Models } from "../ensemble";
import { checkErasure, type Erasure } from "../erasure";
import { reportTraining, startOf } from "../grouped";
import { type Method, type MethodContext, methodVersion, type System } from "../method";
import {
  erasePartition,
  interactionsOf,
  loadPartition,
  type Partition,
  partitionHash,
  partitionOf,
  placeOf,
  ratingsOf,
  savePartition,
} from "../partition";
import { withoutMembers } from "../plan";
import { CORE, corePlan, coreTest } from "./core";
import { CorrectedScorer } from "./corrected";
import { UserFold } from "./fold";
import { ITEM_STEP } from "./itemStep";
import { foldInOf } from "./kernel";
import { type Features, statisticsLength } from "./ridge";
import { narrowRows, wideRows, withItemRows } from "./rows";
import { FOLD } from "./settings";
import { type FoldState, foldState, restoreItems } from "./state";
import { itemVectors, solveUser, USER_STEP } from "./userStep";

export const CORE_FOLD_IN = { ...TRAINING, ...CORE, ...FOLD, ...ITEM_STEP, ...USER_STEP };
type Settings = SettingsOf<typeof CORE_FOLD_IN>;

/** What is stored of a state, as a record: blobs by hash. */
interface Stored {
  readonly [key: string]: Json;
  readonly core: string;
  /** user rows, one a group */
  readonly rows: readonly string[];
  /** item tables and shared layers that score */
  readonly rest: string;
  /** betas of the ridge correction */
  readonly betas: string | null;
  /** version of the code that folded */
  readonly code: string;
}

/** A state with what it was made of. */
interface Built {
  readonly partition: Partition;
  readonly checkpoint: Checkpoint;
  readonly fold: UserFold;
  readonly state: FoldState;
  readonly key: string;
  readonly stored: Stored;
}

const FORMAT = "erasable fold-in, format 1";

/** @throws InputError for unknown settings, or a user step without the item step that it follows. */
export function coreFoldIn(options: Partial<Settings> = {}): Method {
  const settings = complete(CORE_FOLD_IN, options, "core-fold-in");
  foldInOf(settings.model);
  if (settings.userStep !== "none" && settings.itemStep !== "ridge")
    throw new InputError("core-fold-in: userStep ridge follows itemStep ridge alone");
  const method: Method = {
    name: "core-fold-in",
    settings,
    async learn(data, context, options = {}) {
      if (options.plan)
        throw new InputError("core-fold-in: it has no plan; its core is a function of each user");
      const began = context.clock();
      const partition = layOut(data, settings);
      const before = stageCost("plan", context.clock() - began);
      return build(partition, undefined, before, method, settings, context);
    },
    async restore(root, context) {
      const { partition: saved, fold } = root as { partition: Json; fold: string };
      const stored = context.store.getRecord(fold) as Stored | undefined;
      if (!stored) throw new DamagedError(`record ${fold} is missing`);
      const partition = loadPartition(context.store, saved);
      const restored = restoreState(partition, stored, fold, settings, context);
      return systemOf(restored, { cost: stageCost("load", 0), trained: [] }, method, settings, context);
    },
  };
  return method;
}

const layOut = (data: Interactions, settings: Settings): Partition =>
  partitionOf(data, corePlan(data, settings, settings.seed));

const userFold = (partition: Partition, checkpoint: Checkpoint, settings: Settings, context: MethodContext) =>
  new UserFold(
    context.store,
    checkpoint,
    trainingOf(settings),
    startOf(settings, partition.itemIds),
    settings,
  );

/** Trains the core, if the store does not have it, and folds in what the state before does not have. */
async function build(
  partition: Partition,
  before: Built | undefined,
  cost: Cost,
  method: Method,
  settings: Settings,
  context: MethodContext,
): Promise<System> {
  const { clock, store } = context;
  const trained = await trainSequentially(
    {
      settings: trainingOf(settings),
      epochs: settings.epochs,
      start: startOf(settings, partition.itemIds),
      stream: [settings.seed, "train"],
      groups: [partition.groups[0]],
    },
    { ...context, onProgress: reportTraining(context, "core") },
  );
  const checkpoint = trained.checkpoints[0];
  let began = clock();
  const code = methodVersion(method);
  const same = before?.checkpoint.key === checkpoint.key && before.stored.code === code ? before : undefined;
  const fold = same?.fold ?? userFold(partition, checkpoint, settings, context);
  let itemsBegan = began;
  const folded = await foldState(partition.groups, same?.state, fold, settings, (stage) => {
    if (stage === "items") itemsBegan = clock();
    const text = stage === "fold" ? "rows of users" : "rows of items";
    return { signal: context.signal, onProgress: (done) => context.onProgress?.({ stage, done, text }) };
  });
  const ended = clock();
  const costs = [
    stageCost("fold", itemsBegan - began, {
      samples: folded.userSamples,
      steps: folded.users > 0 ? settings.foldSteps : 0,
    }),
    stageCost("items", ended - itemsBegan, {
      samples: folded.itemSamples,
      steps: settings.itemStep === "items" && folded.touched > 0 ? settings.itemSteps : 0,
    }),
  ];
  began = clock();
  const stored = putState(partition, folded.state, same, checkpoint, settings, code, context);
  const key = sha256(
    canonicalJson({ format: FORMAT, method: method.settings, data: partitionHash(partition), code }),
  );
  store.putRecord(key, stored);
  const built = { partition, checkpoint, fold, state: folded.state, key, stored };
  const total = inSequence(cost, trained.cost, ...costs, stageCost("save", clock() - began));
  const made = { cost: total, trained: trained.trained.map(({ position }) => position) };
  return systemOf(built, made, method, settings, context);
}

/** Puts the rows of groups that changed, and what the item step made. */
function putState(
  { itemIds }: Partition,
  state: FoldState,
  before: Built | undefined,
  checkpoint: Checkpoint,
  { model }: Settings,
  code: string,
  { store }: MethodContext,
): Stored {
  const rows = state.groups.map((folded, g) =>
    folded === before?.state.groups[g]
      ? before.stored.rows[g]
      : store.putBlob(narrowRows(model, folded.rows)),
  );
  const { rows: items, betas } = state.items;
  const rest = items
    ? store.putBlob(withItemRows(model, loadFloats(store, checkpoint.rest), itemIds.length, items))
    : checkpoint.rest;
  return {
    core: checkpoint.key,
    rows,
    rest,
    betas: betas ? store.putBlob(betas) : null,
    code,
  };
}

/**
 * The state that a record names. Rows are read; the item step's are read too, but for the statistics of `ridge`, which
 * are sums over the users and are summed again, to the same integers.
 */
function restoreState(
  partition: Partition,
  stored: Stored,
  key: string,
  settings: Settings,
  context: MethodContext,
): Built {
  const { store } = context;
  const checkpoint = requireCheckpoint(store, stored.core);
  const fold = userFold(partition, checkpoint, settings, context);
  const { model } = settings;
  const groups = partition.groups.map((group, g) => {
    const rows = wideRows(model, floatsOf(store.getBlob(stored.rows[g])));
    return { group, rows, outputs: fold.kernel.outputs("user", rows) };
  });
  const items = restoreItems(groups, stored, fold, settings.itemStep, store);
  return { partition, checkpoint, fold, state: { groups, items }, key, stored };
}

interface Made {
  readonly cost: Cost;
  readonly trained: readonly number[];
}

async function systemOf(
  built: Built,
  { cost, trained }: Made,
  method: Method,
  settings: Settings,
  context: MethodContext,
): Promise<System> {
  const { store } = context;
  const { partition, stored } = built;
  const start = startOf(settings, partition.itemIds);
  const { rows, rest, betas } = stored;
  const models: Models = { rows, rests: [rest], combine: "mean" };
  const engine = await context.createEngine(settings.engine, ensembleSpec(start, partition));
  const ensemble = new Ensemble(engine, partition, models, start, store);
  const scorer = correctedBy(built, ensemble, settings);
  const system: System = {
    method,
    userIds: partition.userIds,
    itemIds: partition.itemIds,
    plan: null,
    guarantee: "exact",
    erased: partition.erased,
    cost,
    trained,
    fingerprint: sha256(canonicalJson({ rows, rest, betas })),
    dataHash: partitionHash(partition),
    predict: (users, items) => scorer.predict(users, items),
    scoreItems: (users) => scorer.scoreItems(users),
    ratingsOf: (user) => ratingsOf(partition, user),
    bytesKept: () => kept(built, store),
    entries: () => entriesOf(built),
    save() {
      const written = savePartition(store, partition);
      return {
        root: { partition: written.root, fold: built.key },
        entries: [...new Set([...written.entries, ...entriesOf(built)])],
      };
    },
    dispose: () => ensemble.dispose(),
    // Nothing is grouped by ratings, so there is nothing to group anew.
    async without(erasure, next) {
      const began = next.clock();
      checkErasure(erasure, system);
      const remaining = eraseFrom(partition, erasure, settings);
      const erased = stageCost("erase", next.clock() - began);
      return build(remaining, built, erased, method, settings, next);
    },
  };
  return system;
}

function correctedBy({ partition, fold, state }: Built, ensemble: Ensemble, settings: Settings): Scorer {
  const { betas } = state.items;
  if (!betas) return ensemble;
  const { row: wide, output } = foldInOf(fold.settings.model);
  const outputsOf = (user: number): Float32Array => {
    const place = placeOf(partition, user);
    if (!place) return fold.kernel.outputs("user", fold.initial([partition.userIds[user]]));
    return state.groups[place.group].outputs.subarray(place.row * output, (place.row + 1) * output);
  };
  const items = partition.itemIds.length;
  if (settings.userStep === "none") return new CorrectedScorer(ensemble, outputsOf, betas, items);
  let known: Float64Array | undefined; // made when somebody is scored: forgetting does not wait for it
  const vectors = () => {
    known ??= itemVectors(fold.itemOutputs, betas, items);
    return known;
  };
  const deltaOf = (user: number, features: Features): Float64Array => {
    const place = placeOf(partition, user);
    if (!place) return new Float64Array(features.length);
    const { group, rows } = state.groups[place.group];
    const { row } = place;
    const { offsets, partners, labels } = fold.samples(group);
    const own = partners.subarray(offsets[row], offsets[row + 1]);
    const [from, out] = [rows.subarray(row * wide, (row + 1) * wide), outputsOf(user)];
    const predicted = Float64Array.from(own, (item) => fold.prediction(from, out, item));
    const ownLabels = labels.subarray(offsets[row], offsets[row + 1]);
    return solveUser(
      { items: own, labels: ownLabels, predicted, features },
      vectors(),
      betas,
      settings.userLambda,
    );
  };
  return new CorrectedScorer(ensemble, outputsOf, betas, items, { vectors, of: deltaOf });
}

/** The layout without the erased data: as `layOut` makes it of what is left. */
function eraseFrom(partition: Partition, erasure: Erasure, settings: Settings): Partition {
  const rest = erasePartition(partition, erasure);
  const inCore = coreTest(settings, settings.seed);
  const ratings = ({ offsets }: GroupRatings, row: number) => offsets[row + 1] - offsets[row];
  const [members] = rest.groups;
  const fallen =
    members !== partition.groups[0] && members.ids.some((id, row) => !inCore(id, ratings(members, row)));
  if (fallen) {
    const { erased, firstNumbers } = rest;
    return { ...layOut(interactionsOf(rest), settings), erased, firstNumbers };
  }
  const emptied = new Set<number>();
  for (const user of erasure.ratings.keys()) if (ratingsOf(rest, user).items.length === 0) emptied.add(user);
  if (emptied.size === 0) return rest;
  const none = { users: emptied, ratings: new Map() };
  return {
    ...rest,
    plan: withoutMembers(rest.plan, new Set([...emptied].map((user) => rest.userIds[user]))),
    groups: rest.groups.map((group) => withoutErased(group, none)),
  };
}

function entriesOf({ key, stored, checkpoint }: Built): EntryName[] {
  const { rows, rest, betas } = stored;
  const blobs = [...rows, rest, ...(betas ? [betas] : [])].map(blobName);
  return [...new Set([recordName(key), ...blobs, ...checkpointEntries(checkpoint)])];
}

/** The core's checkpoint; rows and items; for `ridge`, the statistics (float64, in memory). */
function kept(built: Built, store: Store): BytesKept {
  const sizes = store.list();
  const core = new Set(checkpointEntries(built.checkpoint));
  const sum = (names: Iterable<EntryName>) =>
    [...names].reduce((bytes, name) => bytes + (sizes.get(name) ?? 0), 0);
  const folded = entriesOf(built).filter((name) => !core.has(name));
  const { betas } = built.state.items;
  const { output } = foldInOf(built.fold.settings.model);
  const statistics = betas ? 8 * built.partition.itemIds.length * statisticsLength(1 + output) : 0;
  const perGroup = [sum(core), sum(folded), statistics];
  return { perGroup, total: perGroup.reduce((total, bytes) => total + bytes, 0) };
}
