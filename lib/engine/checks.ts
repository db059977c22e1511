/**
 * What every engine refuses, before any memory is touched: the `@throws InputError` of engine.ts, in one
 * place, so that both engines say the same thing about the same mistake.
 */

import { InputError, requireInteger, requireKnownKeys, requireNumber } from "../errors";
import type { Graph } from "../model/model";
import { type ModelSpec, modelOf } from "../model/spec";
import { batchCount } from "./batches";
import type { AdamSettings, Moments, PointSet, Position, TrainingSet, TrainOptions } from "./engine";

const OPTION_KEYS: readonly (keyof TrainOptions)[] = [
  "batchSize",
  "adam",
  "l2",
  "stream",
  "epochs",
  "from",
  "trackLoss",
  "signal",
  "onEpoch",
];
const ADAM_KEYS: readonly (keyof AdamSettings)[] = ["learningRate", "beta1", "beta2", "epsilon"];
const BELOW_ONE = 1 - 2 ** -53;

/** Weights and, when given, moments: of the length of the layout and finite. */
export function checkState(spec: ModelSpec, weights: Float32Array, moments?: Moments): void {
  checkTensors(spec, weights, "weights");
  if (moments === undefined) return;
  checkTensors(spec, moments.m, "moments.m");
  checkTensors(spec, moments.v, "moments.v");
  let negative = -1;
  for (let i = 0; i < moments.v.length && negative < 0; i++) if (moments.v[i] < 0) negative = i;
  if (negative >= 0) throw new InputError(`moments.v[${negative}]: ${moments.v[negative]} is negative`);
  requireInteger(moments.step, 0, Number.MAX_SAFE_INTEGER, "moments.step");
}

/** A plain loop: a callback a weight costs a third of a second at 12 million weights. */
function firstNotFinite(values: Float32Array): number {
  // x - x is 0 for finite x, and NaN otherwise
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}

function checkTensors(spec: ModelSpec, values: Float32Array, what: string): void {
  if (!(values instanceof Float32Array) || values.length !== spec.size)
    throw new InputError(
      `${what}: ${spec.model} over ${spec.users} users x ${spec.items} items needs a Float32Array of ` +
        `${spec.size}, not one of ${values?.length}`,
    );
  const bad = firstNotFinite(values);
  if (bad < 0) return;
  const tensor = spec.tensors.find(({ offset, size }) => bad >= offset && bad < offset + size);
  throw new InputError(`${what}[${bad}] (in ${tensor?.name}): ${values[bad]} is not a finite number`);
}

/** Pairs to be scored. */
export function checkPairs(spec: ModelSpec, users: Uint32Array, items: Uint32Array): void {
  if (users.length !== items.length)
    throw new InputError(
      `pairs: ${users.length} users and ${items.length} items; there must be as many of each`,
    );
  checkIds(users, spec.users, "users");
  checkIds(items, spec.items, "items");
}

/** Ids below `count`. */
export function checkIds(ids: Uint32Array, count: number, what: string): void {
  for (let k = 0; k < ids.length; k++) {
    if (ids[k] >= count)
      throw new InputError(`${what}[${k}]: ${ids[k]} is not one of the model's ${what}, 0 to ${count - 1}`);
  }
}

/** The samples and the options of a training; returns where to begin. */
export function checkTraining(spec: ModelSpec, set: TrainingSet, options: TrainOptions): Position {
  checkSet(spec, set);
  requireKnownKeys(options, OPTION_KEYS, "train options");
  requireInteger(options.batchSize, 1, 2 ** 31 - 1, "batchSize");
  requireInteger(options.epochs, 0, 2 ** 31, "epochs");
  requireNumber(options.l2 ?? 0, 0, Number.MAX_VALUE, "l2");
  requireKnownKeys(options.adam, ADAM_KEYS, "adam");
  requireNumber(options.adam.learningRate, 0, Number.MAX_VALUE, "adam.learningRate");
  requireNumber(options.adam.beta1, 0, BELOW_ONE, "adam.beta1");
  requireNumber(options.adam.beta2, 0, BELOW_ONE, "adam.beta2");
  requireNumber(options.adam.epsilon, Number.MIN_VALUE, Number.MAX_VALUE, "adam.epsilon");
  if (options.stream.length === 0)
    throw new InputError("stream: an empty path names no stream; give one such as [seed]");
  const { epoch, batch } = options.from ?? { epoch: 0, batch: 0 };
  requireInteger(epoch, 0, options.epochs, "from.epoch");
  const lastBatch = epoch === options.epochs ? 0 : batchCount(set, options.batchSize) - 1;
  requireInteger(batch, 0, lastBatch, "from.batch");
  return { epoch, batch };
}

function checkSet(spec: ModelSpec, set: TrainingSet): void {
  const { users, items, kind = "points" } = set;
  const { samples } = modelOf(spec.model);
  if (kind !== samples)
    throw new InputError(`training set: it holds ${kind}, and model ${spec.model} is trained on ${samples}`);
  if (users.length === 0) throw new InputError("training set: it is empty");
  if (set.kind !== "pairs") checkLabels(set);
  checkPairs(spec, users, items);
  const drawn = set.kind === "pairs" || set.negatives > 0;
  let first = 0; // of the current user
  for (let k = 0; k < users.length; k++) {
    if (users[k] !== users[k - 1]) first = k;
    if (users[k] < users[k - 1])
      throw new InputError(`users[${k}]: ${users[k]} after ${users[k - 1]}; samples must be in user order`);
    if (users[k] === users[k - 1] && items[k] <= items[k - 1])
      throw new InputError(
        `items[${k}]: ${items[k]} after ${items[k - 1]} of the same user; items must ascend, none twice`,
      );
    if (drawn) refuseFullUser(spec, users[k], k - first + 1);
  }
}

function checkLabels({ users, labels, negatives }: PointSet): void {
  if (labels.length !== users.length)
    throw new InputError(`training set: ${users.length} users and ${labels.length} labels`);
  requireInteger(negatives, 0, 1000, "negatives");
  for (let k = 0; k < labels.length; k++)
    if (!(labels[k] >= 0 && labels[k] <= 1))
      throw new InputError(`labels[${k}]: ${labels[k]} is not a number from 0 to 1`);
}

/** A graph over the model's users and items. */
export function checkGraph(spec: ModelSpec, { offsets, items }: Graph): void {
  let sound = offsets.length === spec.users + 1 && offsets[0] === 0 && offsets[spec.users] === items.length;
  for (let user = 0; user < spec.users && sound; user++) {
    sound = offsets[user] <= offsets[user + 1];
    for (let k = offsets[user]; k < offsets[user + 1] && sound; k++)
      sound = items[k] < spec.items && (k === offsets[user] || items[k] > items[k - 1]);
  }
  if (!sound)
    throw new InputError(
      `graph: ${offsets.length - 1} users and ${items.length} edges are not a graph over ${spec.users} ` +
        `users x ${spec.items} items; items must ascend, none twice`,
    );
}

/** A user who has every item leaves nothing to draw, and rejection sampling would never end. */
function refuseFullUser(spec: ModelSpec, user: number, observed: number): void {
  if (observed >= spec.items)
    throw new InputError(
      `negatives: user ${user} has all ${spec.items} items in the training set, so none is left to draw`,
    );
}
