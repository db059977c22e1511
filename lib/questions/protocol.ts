/**
 * The protocol: every choice that the paper makes or leaves open, as one typed, validated, frozen object. Its canonical
 * JSON is part of the key of every record, so two runs with different choices can never be taken for one another.
 * A notebook says `protocol("PAPER", "ml-1m", { batchSize: 1024 })`. Section and equation numbers are the paper's.
 */

import { CURRICULA, type Curriculum } from "../cohesion/curriculum";
import type { EngineName } from "../engine/engine";
import { InputError, requireKnownKeys, requireOneOf } from "../errors";
import type { Initialisation } from "../model/initial";

/** Everything that decides a result beside data, model, method, request and seed. */
export interface Protocol {
  /** k of the iterative k-core filter; 1 keeps everything. Section 4.1: "less than 5 interactions". */
  readonly core: number;
  /** Share of each user's ratings that is trained on. Section 4.1. */
  readonly trainShare: number;
  /** `rating`: r / 5, the "normalized" cross-entropy of Section 2.3. `implicit`: 1 for each observed pair. */
  readonly label: "rating" | "implicit";
  /** Sampled negatives per positive, drawn anew each epoch. */
  readonly negatives: number;
  /** Samples a step. The paper is silent; 30,000 is what its authors' later public code uses. */
  readonly batchSize: number;
  /** T of Section 4.2: 50 for MovieLens, 20 for Amazon. */
  readonly epochs: number;
  /** `all`: T epochs for every group (Section 4.5). `divided`: ceil(T / S) (the authors' later public code). */
  readonly epochsPerGroup: "all" | "divided";
  /** Adam's learning rate, Section 4.2. */
  readonly learningRate: number;
  /** Adam is created anew for each group, or its moments are carried on to the next. */
  readonly optimizer: "new" | "carried";
  /** Ridge penalty on embedding rows; 0 in the paper. */
  readonly l2: number;
  /** Reading of "model parameters ~ N(0, 0.01^2)" in Section 4.2. */
  readonly initialisation: Initialisation;
  /** Order of the groups in SeqTrain, Section 3.3. */
  readonly order: Curriculum;
  /** What the groups are equal in: users (the paper) or ratings (equal work). */
  readonly balance: "users" | "ratings";
  /** How Algorithm 2 assigns: nearest pair first (the paper), or the exact optimum. */
  readonly assignment: "greedy" | "transport";
  /** Which user embedding CBKM groups by; `svd` and `noise` are controls. */
  readonly embedding: "collaborative" | "svd" | "noise";
  /** w(i, j) of Appendix A.2: j's mean rating over the items shared with i, or over all of j's items. */
  readonly weights: "shared" | "overall";
  /** Word2Vec's mode, Appendix A.4. */
  readonly word2vec: "cbow" | "skipgram";
  /** C-SISA's shards start from weights of their own, or all from the same. */
  readonly cSisaStart: "independent" | "shared";
  /** Which of the metric families of a trained model are computed; loss always is. */
  readonly metrics: "ownItems" | "all";
  readonly engine: EngineName;
}

/** What the paper says; where it is silent, what its authors' group published in later public code. */
export const PAPER: Protocol = Object.freeze({
  core: 5,
  trainShare: 0.9,
  label: "rating",
  negatives: 0,
  batchSize: 30_000,
  epochs: 50,
  epochsPerGroup: "all",
  learningRate: 1e-3,
  optimizer: "new",
  l2: 0,
  initialisation: "xavier",
  order: "easyToHard",
  balance: "users",
  assignment: "greedy",
  embedding: "collaborative",
  weights: "shared",
  word2vec: "cbow",
  cSisaStart: "independent",
  metrics: "ownItems",
  engine: "simd",
});

/** The same system under the evaluation that the field uses today: sampled negatives, full ranking. */
export const RANKING: Protocol = Object.freeze({
  ...PAPER,
  label: "implicit",
  negatives: 4,
  batchSize: 1024,
  metrics: "all",
});

export const PRESETS = { PAPER, RANKING } as const;
/** Name of a preset: `PAPER` or `RANKING`. */
export type PresetName = keyof typeof PRESETS;

/** The values that a field with a fixed set of values may take. */
const CHOICES = {
  label: ["rating", "implicit"],
  epochsPerGroup: ["all", "divided"],
  optimizer: ["new", "carried"],
  initialisation: ["xavier", "literal", "unit"],
  order: CURRICULA,
  balance: ["users", "ratings"],
  assignment: ["greedy", "transport"],
  embedding: ["collaborative", "svd", "noise"],
  weights: ["shared", "overall"],
  word2vec: ["cbow", "skipgram"],
  cSisaStart: ["independent", "shared"],
  metrics: ["ownItems", "all"],
  engine: ["simd", "tfjs"],
} as const satisfies Partial<Record<keyof Protocol, readonly string[]>>;

/** [least, most, whole number?] of a numeric field. */
const RANGES = {
  core: [1, 1000, true],
  trainShare: [0.01, 0.99, false],
  negatives: [0, 100, true],
  batchSize: [1, 10_000_000, true],
  epochs: [1, 100_000, true],
  learningRate: [1e-9, 10, false],
  l2: [0, 1000, false],
} as const satisfies Partial<Record<keyof Protocol, readonly [number, number, boolean]>>;

/** Section 4.2 trains 50 epochs on MovieLens and 20 on Amazon; other data sets get MovieLens' number. */
const AMAZON_EPOCHS = 20;

/**
 * A preset for one data set, with overrides.
 * @throws InputError for an unknown key, an unknown choice or a number out of range.
 */
export function protocol(preset: PresetName, dataset: string, overrides: Partial<Protocol> = {}): Protocol {
  requireOneOf(preset, Object.keys(PRESETS) as PresetName[], "preset");
  const epochs = /amazon|synthetic-am/.test(dataset) ? AMAZON_EPOCHS : PRESETS[preset].epochs;
  return validProtocol({ ...PRESETS[preset], epochs, ...overrides });
}

/** Checks every field and freezes the object. @throws InputError naming the field and what it may be. */
export function validProtocol(candidate: Protocol): Protocol {
  requireKnownKeys(candidate, Object.keys(PAPER), "protocol");
  for (const [field, choices] of Object.entries(CHOICES))
    requireOneOf(candidate[field as keyof Protocol], choices, `protocol: ${field}`);
  for (const [field, [least, most, whole]] of Object.entries(RANGES)) {
    const value = candidate[field as keyof Protocol] as number;
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new InputError(
        `protocol: ${field}: ${String(value)} is not a ${whole ? "whole " : ""}number from ${least} to ${most}`,
      );
  }
  return Object.freeze({ ...candidate });
}

/**
 * Reads "key=value" overrides as the command line and the notebooks give them.
 * @throws InputError when a key is not a field of the protocol or the value is of the wrong kind.
 */
export function parseOverrides(pairs: readonly string[]): Partial<Protocol> {
  const overrides: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new InputError(`override "${pair}" is not of the form key=value`);
    const key = pair.slice(0, at);
    const text = pair.slice(at + 1);
    if (!(key in PAPER))
      throw new InputError(`override: unknown key "${key}"; known keys are ${Object.keys(PAPER).join(", ")}`);
    if (!(key in RANGES)) overrides[key] = text;
    else if (text.trim() !== "" && Number.isFinite(Number(text))) overrides[key] = Number(text);
    else throw new InputError(`override ${key}: "${text}" is not a number`);
  }
  return overrides as Partial<Protocol>;
}

/**
 * Whether a protocol is the PAPER preset of this data set (with a profile's overrides), as far as its method reads it:
 * cells carry the paper's value in the fields that their method does not read.
 */
export function isPaperProtocol(
  candidate: Protocol,
  dataset: string,
  overrides: Partial<Protocol> = {},
): boolean {
  const paper = protocol("PAPER", dataset, overrides);
  return (Object.keys(paper) as (keyof Protocol)[]).every((field) => paper[field] === candidate[field]);
}
