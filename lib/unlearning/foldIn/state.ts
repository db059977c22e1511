/**
 * What `coreFoldIn` has worked out behind the core's model, user by user and item by item: all users' rows,
 * and what the item step made of them. A state is made from nothing or from the state before an erasure; both
 * ways give the same bits, since every part is a function of the core's model and of its own ratings (items:
 * and of their raters' rows).
 */

import { setImmediate as macrotask } from "node:timers/promises";
import { StoppedError } from "../../errors";
import type { SettingsOf } from "../../settings";
import { loadFloats } from "../../training/checkpoint";
import type { GroupRatings } from "../../training/groupRatings";
import { DamagedError, floatsOf, joinBytes, type Store } from "../../training/store";
import type { FoldWork, UserFold } from "./fold";
import { fitItems, type ITEM_STEP, type ItemStep } from "./itemStep";
import { foldInOf, type Runs } from "./kernel";
import { Raters } from "./raters";
import { addRating, emptyStatistics, fixed, fixedFeatures, type Statistics, solveRidge } from "./ridge";
import { itemRowsOf } from "./rows";

type ItemStepSettings = SettingsOf<typeof ITEM_STEP>;

/** The users of one group, row by row. */
export interface FoldedGroup {
  readonly group: GroupRatings;
  /** wide rows */
  readonly rows: Float32Array;
  /** what they give to a prediction, as fits of items read it */
  readonly outputs: Float32Array;
}

export interface ItemState {
  /** `items`: wide rows of all items */
  readonly rows?: Float32Array;
  /** `items`: who rated them; absent if the state was read from a store */
  readonly raters?: Raters;
  /** `ridge`: beta of all items, items x features */
  readonly betas?: Float32Array;
  /** `ridge`: of each item; summed when first asked for, if read from a store. @throws StoppedError */
  readonly statistics?: (work: FoldWork) => Promise<readonly Statistics[]>;
}

export interface FoldState {
  readonly groups: readonly FoldedGroup[];
  readonly items: ItemState;
}

/** All users folded in: their groups, and what changed against the state before. */
export interface FoldedUsers {
  readonly groups: readonly FoldedGroup[];
  readonly changes: readonly Change[];
  /** users fitted now, and the gradient samples that it took */
  readonly fitted: number;
  readonly samples: number;
}

/** Members of a group by id: place. */
const placesOf = (group: GroupRatings): Map<string, number> => new Map(group.ids.map((id, row) => [id, row]));

/** Whether a member has the same samples in both groups. */
function sameSamples(one: Runs, row: number, other: Runs, otherRow: number): boolean {
  const [from, to] = [one.offsets[row], one.offsets[row + 1]];
  const first = other.offsets[otherRow];
  if (to - from !== other.offsets[otherRow + 1] - first) return false;
  for (let k = from; k < to; k++) {
    const at = first + k - from;
    if (one.partners[k] !== other.partners[at] || one.labels[k] !== other.labels[at]) return false;
  }
  return true;
}

/** Rows of a group and their outputs; rows of members who are as they were in `before` are taken over. */
async function foldGroup(
  group: GroupRatings,
  before: FoldedGroup | undefined,
  fold: UserFold,
  work: FoldWork,
): Promise<{ folded: FoldedGroup; fitted: number[] }> {
  if (before?.group === group) return { folded: before, fitted: [] };
  const { row: width, output } = foldInOf(fold.settings.model);
  const rows = new Float32Array(group.members.length * width);
  const outputs = new Float32Array(group.members.length * output);
  const own = fold.samples(group);
  const known = before && { ...before, runs: fold.samples(before.group), places: placesOf(before.group) };
  const fitted: number[] = [];
  for (let row = 0; row < group.members.length; row++) {
    const place = known?.places.get(group.ids[row]);
    if (known && place !== undefined && sameSamples(own, row, known.runs, place)) {
      rows.set(known.rows.subarray(place * width, (place + 1) * width), row * width);
      outputs.set(known.outputs.subarray(place * output, (place + 1) * output), row * output);
    } else fitted.push(row);
  }
  const fresh = await fold.rows(group, fitted, work);
  const made = fold.kernel.outputs("user", fresh);
  fitted.forEach((row, k) => {
    rows.set(fresh.subarray(k * width, (k + 1) * width), row * width);
    outputs.set(made.subarray(k * output, (k + 1) * output), row * output);
  });
  return { folded: { group, rows, outputs }, fitted };
}

/** A member's samples entering or leaving what is made of all users. */
export interface Change {
  /** number of the group */
  readonly group: number;
  /** the group after the erasure, or before */
  readonly folded: FoldedGroup;
  readonly row: number;
  readonly sign: 1 | -1;
}

/** What left with the members of `before` who are gone or changed, and what came with those fitted now. */
function changesOf(
  group: number,
  before: FoldedGroup | undefined,
  folded: FoldedGroup,
  fitted: readonly number[],
): Change[] {
  const came = fitted.map((row): Change => ({ group, folded, row, sign: 1 }));
  if (!before || before === folded) return came;
  const places = placesOf(folded.group);
  const fresh = new Set(fitted);
  const left = before.group.ids.flatMap((id, row): Change[] => {
    const place = places.get(id);
    return place === undefined || fresh.has(place) ? [{ group, folded: before, row, sign: -1 }] : [];
  });
  return [...left, ...came];
}

/**
 * Folds all users in.
 * @param before the state before an erasure, of the same core: only what the erasure touches is worked out
 *   again
 * @throws StoppedError
 */
export async function foldUsers(
  groups: readonly GroupRatings[],
  before: FoldState | undefined,
  fold: UserFold,
  { signal, onProgress }: FoldWork,
): Promise<FoldedUsers> {
  const folded: FoldedGroup[] = [];
  const changes: Change[] = [];
  let samples = 0;
  let fitted = 0;
  for (const [g, group] of groups.entries()) {
    const report = (done: number) => onProgress?.((g + done) / groups.length);
    const former = before?.groups[g];
    const one = await foldGroup(group, former, fold, { signal, onProgress: report });
    folded.push(one.folded);
    changes.push(...changesOf(g, former, one.folded, one.fitted));
    const { offsets } = fold.samples(group);
    for (const row of one.fitted) samples += fold.cost(offsets[row + 1] - offsets[row]);
    fitted += one.fitted.length;
  }
  return { groups: folded, changes, fitted, samples };
}

/** What the item step made, and the gradient samples that it took. */
interface Stepped {
  readonly state: ItemState;
  readonly samples: number;
}

interface Step extends FoldedUsers {
  /** items of the samples that changed, ascending */
  readonly touched: readonly number[];
  readonly before: ItemState | undefined;
  readonly fold: UserFold;
  readonly settings: ItemStepSettings;
}

const STEPS: Record<ItemStep, (step: Step, work: FoldWork) => Promise<Stepped>> = {
  none: async () => ({ state: {}, samples: 0 }),
  items: refitItems,
  ridge: correctItems,
};

/** Takes the item step behind `users`. @param before as in `foldUsers` @throws StoppedError */
export async function stepItems(
  users: FoldedUsers,
  before: FoldState | undefined,
  fold: UserFold,
  settings: ItemStepSettings,
  work: FoldWork,
): Promise<Stepped & { readonly touched: number }> {
  const flags = new Uint8Array(fold.itemCount);
  for (const { folded, row } of users.changes) {
    const { offsets, partners } = fold.samples(folded.group);
    for (let k = offsets[row]; k < offsets[row + 1]; k++) flags[partners[k]] = 1;
  }
  const touched: number[] = [];
  for (let item = 0; item < flags.length; item++) if (flags[item]) touched.push(item);
  const step = { ...users, touched, before: before?.items, fold, settings };
  return { ...(await STEPS[settings.itemStep](step, work)), touched: touched.length };
}

async function refitItems(
  { touched, changes, groups: folded, before, fold, settings }: Step,
  work: FoldWork,
) {
  const groups = folded.map(({ group }) => group);
  const samples = (group: GroupRatings) => fold.samples(group);
  const raters =
    before?.raters?.after(groups, samples, changes, touched) ?? Raters.of(groups, samples, fold.itemCount);
  const userOutputs = floatsOf(joinBytes(folded.map(({ outputs }) => outputs)));
  const { itemSteps: steps, itemRate: learningRate, itemRidge: ridge } = settings;
  const fit = { steps, learningRate, ridge };
  const fitted = await fitItems(touched, raters.runs(touched), userOutputs, fold, fit, work);
  const rows = (before?.rows ?? fold.itemRows).slice();
  const width = rows.length / fold.itemCount;
  touched.forEach((item, k) => {
    rows.set(fitted.rows.subarray(k * width, (k + 1) * width), item * width);
  });
  return { state: { rows, raters }, samples: fitted.samples };
}

/** Takes off and adds what changed, one sample per rating, and solves the touched items. */
async function correctItems({ touched, changes, groups, before, fold, settings }: Step, work: FoldWork) {
  const width = 1 + foldInOf(fold.settings.model).output;
  const former = await before?.statistics?.(work);
  const statistics = former ? [...former] : await sumAll(groups, fold, work);
  if (former) {
    for (const item of touched) statistics[item] = statistics[item].slice();
    for (const change of changes) applyChange(change, statistics, fold);
  }
  const samples = changes.reduce((sum, { folded: { group }, row }) => {
    const { offsets } = fold.samples(group);
    return sum + offsets[row + 1] - offsets[row];
  }, 0);
  const betas = before?.betas ? before.betas.slice() : new Float32Array(fold.itemCount * width);
  for (const item of touched)
    betas.set(solveRidge(statistics[item], width, settings.itemLambda), item * width);
  return { state: { statistics: async () => statistics, betas }, samples };
}

/** A member's wide row, what it gives, and the features made of that. */
function memberOf({ rows, outputs }: FoldedGroup, row: number, fold: UserFold) {
  const { row: wide, output } = foldInOf(fold.settings.model);
  const own = outputs.subarray(row * output, (row + 1) * output);
  return { row: rows.subarray(row * wide, (row + 1) * wide), output: own, features: fixedFeatures(own) };
}

function applyChange({ folded, row, sign }: Change, statistics: readonly Statistics[], fold: UserFold): void {
  const member = memberOf(folded, row, fold);
  const { offsets, partners, labels } = fold.samples(folded.group);
  for (let k = offsets[row]; k < offsets[row + 1]; k++) {
    const residual = fixed(labels[k] - fold.prediction(member.row, member.output, partners[k]));
    addRating(statistics[partners[k]], member.features, residual, sign);
  }
}

const RATINGS_AT_ONCE = 50_000; // summed, some 50 ms: signals and timers get their turn between two

/** The statistics of all items over all users: item by item, so that those of one stay in the cache. */
async function sumAll(
  groups: readonly FoldedGroup[],
  fold: UserFold,
  { signal, onProgress }: FoldWork,
): Promise<Statistics[]> {
  const members = groups.flatMap((folded) =>
    Array.from(folded.group.members, (_, row) => memberOf(folded, row, fold)),
  );
  const width = 1 + foldInOf(fold.settings.model).output;
  const all = Array.from({ length: fold.itemCount }, (_, item) => item);
  const { offsets, partners, labels } = Raters.of(
    groups.map(({ group }) => group),
    (group) => fold.samples(group),
    fold.itemCount,
  ).runs(all);
  const sums: Statistics[] = [];
  let paused = 0;
  for (const item of all) {
    if (offsets[item] - paused > RATINGS_AT_ONCE) {
      paused = offsets[item];
      onProgress?.(item / fold.itemCount);
      await macrotask();
      if (signal?.aborted) throw new StoppedError("fold-in stopped; the same call goes on");
    }
    const statistics = emptyStatistics(width);
    for (let k = offsets[item]; k < offsets[item + 1]; k++) {
      const { row, output, features } = members[partners[k]];
      addRating(statistics, features, fixed(labels[k] - fold.prediction(row, output, item)), 1);
    }
    sums.push(statistics);
  }
  return sums;
}

/** The item step of a stored state; sums over users are summed again when they are needed. */
export function restoreItems(
  groups: readonly FoldedGroup[],
  stored: { readonly rest: string; readonly betas: string | null },
  fold: UserFold,
  kind: ItemStep,
  store: Store,
): ItemState {
  if (kind === "none") return {};
  if (kind === "items")
    return { rows: itemRowsOf(fold.settings.model, loadFloats(store, stored.rest), fold.itemCount) };
  if (stored.betas === null) throw new DamagedError("fold-in: a stored state of itemStep ridge has no betas");
  let known: Statistics[] | undefined;
  const statistics = async (work: FoldWork) => {
    known ??= await sumAll(groups, fold, work);
    return known;
  };
  return { statistics, betas: loadFloats(store, stored.betas) };
}
