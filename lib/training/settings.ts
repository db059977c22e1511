/**
 * How a model is trained: the fields of Sections 4.1 and 4.2, each declared once. What the paper leaves open
 * has the value of the PAPER preset. Complete settings are plain data: their canonical JSON is part of the
 * name of every checkpoint.
 */

import { type AdamSettings, ENGINE_NAMES } from "../engine/engine";
import { INITIALISATIONS } from "../model/initial";
import { embeddingSizeOf, MODEL_NAMES } from "../model/spec";
import { choice, pick, real, SEED, type SettingsOf, whole } from "../settings";

/** `rating`: a rating as a share of the highest. `implicit`: 1 for each observed pair. */
export const LABELS = ["rating", "implicit"] as const;

/** Below 1 by the least step: a decay of 1 would never forget. */
const DECAY = 1 - 2 ** -53;

const ADAM = {
  learningRate: real(0, 1000, 1e-3, "Adam's learning rate, Section 4.2"),
  beta1: real(0, DECAY, 0.9, "Adam's decay of the first moments"),
  beta2: real(0, DECAY, 0.999, "Adam's decay of the second moments"),
  epsilon: real(Number.MIN_VALUE, 1, 1e-8, "Adam's least denominator"),
};

/** What a rating is worth as a label. */
export const LABEL = {
  label: choice(LABELS, "rating", "what is learned: ratings, or 1 for each observed pair"),
  maximumRating: real(1e-6, 1e9, 5, "top of the rating scale, read by label rating"),
};

/** Settings of the training of one model on one group. */
export const TRAINING = {
  model: choice(MODEL_NAMES, "dmf", "the model, Section 2.3"),
  embeddingSize: whole(1, 4096, 16, "floats of an embedding; each model says which it has"),
  engine: choice(ENGINE_NAMES, "simd", "what computes it"),
  initialisation: choice(
    INITIALISATIONS,
    "xavier",
    "reading of Section 4.2's N(0, 0.01^2): of embeddings (xavier), of all weights (literal), " +
      "or unit embeddings",
  ),
  epochs: whole(1, 1_000_000, 50, "T of Section 4.2, passes over the data"),
  batchSize: whole(1, 2 ** 31 - 1, 30_000, "samples per step"),
  negatives: whole(
    0,
    1000,
    0,
    "sampled negatives per positive, drawn anew each epoch; models trained on pairs draw one",
  ),
  ...LABEL,
  ...ADAM,
  l2: real(0, Number.MAX_VALUE, 0, "ridge penalty on embedding rows"),
  seed: SEED,
};
export type TrainingSettings = SettingsOf<typeof TRAINING>;

/** Where a model, or each of several, is trained on one of S groups. */
export const EPOCHS_PER_GROUP = {
  epochsPerGroup: choice(
    ["all", "divided"],
    "all",
    "T epochs for every group (all, Section 4.5), or ceil(T / S) each (divided)",
  ),
};

/** Where one model is trained on group after group. */
export const OPTIMIZERS = ["new", "carried"] as const;
export const SEQUENCE = {
  ...EPOCHS_PER_GROUP,
  optimizer: choice(OPTIMIZERS, "new", "Adam is created anew for each group, or its moments are carried on"),
};

/** Those of training among the settings of a method. @throws InputError: an embedding that the model lacks */
export function trainingOf(settings: TrainingSettings): TrainingSettings {
  embeddingSizeOf(settings.model, settings.embeddingSize);
  return pick(TRAINING, settings);
}

/** Adam's own among the settings of a training. */
export const adamOf = (settings: TrainingSettings): AdamSettings => pick(ADAM, settings);

/** Epochs that each of `groups` groups is trained for. */
export function epochsOfGroup(
  { epochs, epochsPerGroup }: Pick<TrainingSettings, "epochs"> & SettingsOf<typeof EPOCHS_PER_GROUP>,
  groups: number,
): number {
  return epochsPerGroup === "all" ? epochs : Math.ceil(epochs / groups);
}
