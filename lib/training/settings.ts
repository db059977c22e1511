/**
 * How a model is trained: the fields of Sections 4.1 and 4.2 that sequential training reads, validated. What the paper
 * leaves open is a field with the default of the PAPER preset. Resolved settings are plain data: their canonical JSON
 * is part of the name of every checkpoint.
 */

import { type AdamSettings, ENGINE_NAMES, type EngineName } from "../engine/engine";
import { requireInteger, requireKnownKeys, requireNumber, requireOneOf } from "../errors";
import { INITIALISATIONS, type Initialisation } from "../model/initial";
import { embeddingSizeOf, MODEL_NAMES, type ModelName } from "../model/spec";

/** Settings of training. */
export interface TrainingSettings {
  readonly model: ModelName;
  /** floats of an embedding; each model says which it has */
  readonly embeddingSize: number;
  readonly engine: EngineName;
  readonly initialisation: Initialisation;
  /** T of Section 4.2 */
  readonly epochs: number;
  /** `all`: T epochs for every group (Section 4.5). `divided`: ceil(T / S) each. */
  readonly epochsPerGroup: "all" | "divided";
  /** samples a step */
  readonly batchSize: number;
  /** sampled negatives per positive, drawn anew each epoch; models trained on pairs draw one and do not read it */
  readonly negatives: number;
  /** `rating`: rating / maximumRating. `implicit`: 1 for each observed pair. Models trained on pairs do not read it. */
  readonly label: "rating" | "implicit";
  /** top of the rating scale, read by label `rating` alone */
  readonly maximumRating: number;
  readonly adam: AdamSettings;
  /** ridge penalty on embedding rows */
  readonly l2: number;
  /** Adam is created anew for each group (a checkpoint is weights only), or its moments are carried on to the next. */
  readonly optimizer: "new" | "carried";
  readonly seed: number;
}

export const EPOCHS_PER_GROUP = ["all", "divided"] as const;
export const LABELS = ["rating", "implicit"] as const;
export const OPTIMIZERS = ["new", "carried"] as const;

/** The PAPER preset on MovieLens. */
export const TRAINING_DEFAULTS: TrainingSettings = Object.freeze({
  model: "dmf",
  embeddingSize: 16,
  engine: "simd",
  initialisation: "xavier",
  epochs: 50,
  epochsPerGroup: "all",
  batchSize: 30_000,
  negatives: 0,
  label: "rating",
  maximumRating: 5,
  adam: Object.freeze({ learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
  l2: 0,
  optimizer: "new",
  seed: 1,
});

/**
 * Settings with the defaults filled in, checked and frozen.
 * @throws InputError for an unknown key, an unknown choice or a number out of range.
 */
export function trainingSettings(partial: Partial<TrainingSettings> = {}): TrainingSettings {
  requireKnownKeys(partial, Object.keys(TRAINING_DEFAULTS), "training settings");
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const settings: TrainingSettings = { ...TRAINING_DEFAULTS, ...given };
  requireOneOf(settings.model, MODEL_NAMES, "model");
  embeddingSizeOf(settings.model, settings.embeddingSize);
  requireOneOf(settings.engine, ENGINE_NAMES, "engine");
  requireOneOf(settings.initialisation, INITIALISATIONS, "initialisation");
  requireInteger(settings.epochs, 1, 1_000_000, "epochs");
  requireOneOf(settings.epochsPerGroup, EPOCHS_PER_GROUP, "epochsPerGroup");
  requireInteger(settings.batchSize, 1, 2 ** 31 - 1, "batchSize");
  requireInteger(settings.negatives, 0, 1000, "negatives");
  requireOneOf(settings.label, LABELS, "label");
  requireNumber(settings.maximumRating, Number.MIN_VALUE, Number.MAX_VALUE, "maximumRating");
  requireKnownKeys(settings.adam, Object.keys(TRAINING_DEFAULTS.adam), "adam");
  const adam = { ...TRAINING_DEFAULTS.adam, ...settings.adam };
  requireNumber(adam.learningRate, 0, 1000, "adam.learningRate");
  requireNumber(adam.beta1, 0, 1 - 2 ** -53, "adam.beta1");
  requireNumber(adam.beta2, 0, 1 - 2 ** -53, "adam.beta2");
  requireNumber(adam.epsilon, Number.MIN_VALUE, 1, "adam.epsilon");
  requireNumber(settings.l2, 0, Number.MAX_VALUE, "l2");
  requireOneOf(settings.optimizer, OPTIMIZERS, "optimizer");
  requireInteger(settings.seed, 0, 2 ** 32 - 1, "seed");
  return Object.freeze({ ...settings, adam: Object.freeze(adam) });
}

/** Epochs that each of `groups` groups is trained for. */
export function epochsOfGroup(settings: TrainingSettings, groups: number): number {
  return settings.epochsPerGroup === "all" ? settings.epochs : Math.ceil(settings.epochs / groups);
}
