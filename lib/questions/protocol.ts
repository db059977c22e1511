/**
 * The protocol: every choice that the paper makes or leaves open, each declared once. A trial holds those fields that its
 * system reads, so two runs with different choices can never be taken for one another.
 * A notebook says `protocol("PAPER", "ml-1m", { batchSize: 1024 })`. Section and equation numbers are the paper's.
 */

import { CURRICULA } from "../cohesion/curriculum";
import { epochsOf, rankingEpochsOf } from "../data/catalog";
import { namesPairs } from "../data/load";
import { ENGINE_NAMES } from "../engine/engine";
import { requireOneOf } from "../errors";
import { LAB_CODE_TIES } from "../metrics/quality";
import { INITIALISATIONS } from "../model/initial";
import type { ModelName } from "../model/spec";
import { choice, complete, parseSettings, real, type SettingsOf, whole } from "../settings";

/** Everything that decides a result beside data, system, request and seed. What the paper leaves open is as in PAPER. */
export const PROTOCOL = {
  core: whole(1, 1000, 5, "k of the iterative k-core filter, Section 4.1; 1 keeps everything"),
  trainShare: real(0.01, 0.99, 0.9, "share of each user's ratings that is trained on, Section 4.1"),
  label: choice(["rating", "implicit"], "rating", "what is learned: r / 5, or 1 for each observed pair"),
  negatives: whole(0, 100, 0, "sampled negatives per positive, drawn anew each epoch"),
  batchSize: whole(1, 10_000_000, 30_000, "samples per step; 30,000 is that of the authors' later code"),
  epochs: whole(1, 100_000, 50, "T of Section 4.2; data sets have their own (lib/data/catalog.ts)"),
  epochsBy: choice(
    ["given", "validation"],
    "given",
    "T is `epochs`, or what a validation split chose for data set and model (lib/data/catalog.ts), `epochs` at most",
  ),
  epochsPerGroup: choice(
    ["all", "divided"],
    "all",
    "T epochs for every group (Section 4.5), or ceil(T / S) (the authors' later code)",
  ),
  learningRate: real(1e-9, 10, 1e-3, "Adam's learning rate, Section 4.2"),
  optimizer: choice(
    ["new", "carried"],
    "new",
    "Adam is created anew for each group, or its moments are carried on",
  ),
  l2: real(0, 1000, 0, "ridge penalty on embedding rows"),
  initialisation: choice(INITIALISATIONS, "xavier", "reading of N(0, 0.01^2) in Section 4.2"),
  order: choice(CURRICULA, "easyToHard", "order of the groups in SeqTrain, Section 3.3"),
  cohesionSpace: choice(
    ["own", "embedding", "ratings"],
    "own",
    "space of rho: that in which the groups were made (own), the embedding, or rating rows",
  ),
  balance: choice(["users", "ratings"], "users", "what the groups are equal in"),
  assignment: choice(["greedy", "transport"], "greedy", "Algorithm 2, or the assignment of least cost"),
  embedding: choice(
    ["collaborative", "svd", "noise"],
    "collaborative",
    "the user embedding that CBKM groups by; svd and noise are controls",
  ),
  weights: choice(
    ["shared", "overall"],
    "shared",
    "w(i, j) of Appendix A.2: j's mean rating over the items shared with i, or over all",
  ),
  word2vec: choice(["cbow", "skipgram"], "cbow", "mode of Word2Vec, Appendix A.4"),
  start: choice(
    ["independent", "shared"],
    "independent",
    "shards of C-SISA start from weights of their own, or all from the same",
  ),
  metrics: choice(["ownItems", "all"], "ownItems", "metrics of the held-out lists, or the full ranking too"),
  labCodeTies: choice(
    LAB_CODE_TIES,
    "mean",
    "equal ratings in labCode: the mean over all their orders, or the order of item numbers (version 1)",
  ),
  engine: choice(ENGINE_NAMES, "simd", "what computes the model"),
};

/** A protocol: every field, validated and frozen. */
export type Protocol = SettingsOf<typeof PROTOCOL>;

/** What the paper says; where it is silent, what its authors' group published in later public code. */
export const PAPER: Protocol = complete(PROTOCOL, {}, "protocol");

/** The same system under the evaluation that the field uses today: sampled negatives, full ranking. */
export const RANKING: Protocol = complete(
  PROTOCOL,
  { label: "implicit", negatives: 4, batchSize: 1024, epochsBy: "validation", metrics: "all" },
  "protocol",
);

export const PRESETS = { PAPER, RANKING } as const;
/** Name of a preset: `PAPER` or `RANKING`. */
export type PresetName = keyof typeof PRESETS;

/** What clicks, orders and plays ask for, whose labels would be a constant: negatives, and a ranking among all items. */
const PAIRS: Partial<Protocol> = {
  label: RANKING.label,
  negatives: RANKING.negatives,
  metrics: RANKING.metrics,
};

/**
 * A preset for one data set, with overrides.
 * @throws InputError for an unknown key, an unknown choice or a number out of range.
 */
export function protocol(preset: PresetName, dataset: string, overrides: Partial<Protocol> = {}): Protocol {
  requireOneOf(preset, Object.keys(PRESETS) as PresetName[], "preset");
  const own = { ...PRESETS[preset], ...(namesPairs(dataset) ? PAIRS : {}), ...overrides };
  // a number of Section 4.2 is no bound for what a validation split chooses
  const epochs = own.epochsBy === "validation" ? PRESETS[preset].epochs : epochsOf(dataset);
  return complete(PROTOCOL, { ...own, epochs, ...overrides }, "protocol");
}

/** T of a model: the protocol's, or the one that a validation split chose where it says so and there is one. */
export function epochsUnder({ epochs, epochsBy }: Protocol, dataset: string, model: ModelName): number {
  const chosen = epochsBy === "validation" ? rankingEpochsOf(dataset, model) : undefined;
  return Math.min(epochs, chosen ?? epochs);
}

/** Reads "key=value" overrides as the command line gives them. @throws InputError naming the field. */
export const parseOverrides = (pairs: readonly string[]): Partial<Protocol> =>
  parseSettings(PROTOCOL, pairs, "--set");
