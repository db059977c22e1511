/** One setting at a time around PAPER, then the few that matter together: what is run. */

import type { Protocol } from "../protocol";

export interface Variant {
  readonly name: string;
  /** what it changes in PAPER */
  readonly change: Partial<Protocol>;
  /** how C-SISA's shards are joined; default `merged` */
  readonly scoring?: "own";
}

export const PAPER_NAME = "PAPER";
/** The two settings in which version 1 of this suite differed without saying so. */
export const IN_EMBEDDING = "rho in the embedding";
export const LISTED = "labCode in list order";

export const VARIANTS: readonly Variant[] = [
  { name: PAPER_NAME, change: {} },
  { name: "batch 1,024", change: { batchSize: 1024 } },
  { name: "batch 4,096", change: { batchSize: 4096 } },
  { name: "T = 25", change: { epochs: 25 } },
  { name: "T = 100", change: { epochs: 100 } },
  { name: "epochs ceil(T/S)", change: { epochsPerGroup: "divided" } },
  { name: "init literal", change: { initialisation: "literal" } },
  { name: "init unit", change: { initialisation: "unit" } },
  { name: "Adam carried on", change: { optimizer: "carried" } },
  { name: IN_EMBEDDING, change: { cohesionSpace: "embedding" } },
  { name: "rho in the ratings", change: { cohesionSpace: "ratings" } },
  { name: "most ratings first", change: { order: "ratingsDescending" } },
  { name: "fewest ratings first", change: { order: "ratingsAscending" } },
  { name: "equal ratings", change: { balance: "ratings" } },
  { name: "transport", change: { assignment: "transport" } },
  { name: "C-SISA own scoring", change: {}, scoring: "own" },
  { name: "C-SISA shared start", change: { start: "shared" } },
  { name: "C-SISA shared start, own scoring", change: { start: "shared" }, scoring: "own" },
  { name: "w over all items", change: { weights: "overall" } },
  { name: "skip-gram", change: { word2vec: "skipgram" } },
  { name: "SVD embedding", change: { embedding: "svd" } },
  { name: "noise embedding", change: { embedding: "noise" } },
  { name: LISTED, change: { labCodeTies: "listed" } },
  {
    name: "batch 1,024, epochs ceil(T/S)",
    change: { batchSize: 1024, epochsPerGroup: "divided" },
  },
  { name: "batch 1,024, init unit", change: { batchSize: 1024, initialisation: "unit" } },
];

/** What the paper leaves open, or says and we vary. */
export interface Choice {
  readonly setting: string;
  /** what the paper says of it */
  readonly paper: string;
  /** what PAPER takes, and why */
  readonly ours: string;
  /** names of `VARIANTS`; none where nothing else was run here */
  readonly variants: readonly string[];
  /** where else it is varied, or why it is not */
  readonly elsewhere?: string;
}

/** Settings that the paper is silent about, contradicts itself in, or cannot run as printed; and some that it gives. */
export const CHOICES: readonly Choice[] = [
  {
    setting: "batch size",
    paper: "silent",
    ours: "30,000, the authors' later code",
    variants: ["batch 1,024", "batch 4,096"],
  },
  {
    setting: "T",
    paper: "Section 4.2: 50 (ML), 20 (AM); how it was found is not said",
    ours: "as printed",
    variants: ["T = 25", "T = 100"],
    elsewhere: "by validation under RANKING",
  },
  {
    setting: "epochs of a group",
    paper: "Section 4.5 can be read as T; the authors' later code takes ceil(T/S)",
    ours: "T",
    variants: ["epochs ceil(T/S)", "batch 1,024, epochs ceil(T/S)"],
  },
  {
    setting: "initial weights",
    paper: "Section 4.2: N(0, 0.01^2), without saying which weights",
    ours: "that for embeddings, Xavier for layers",
    variants: ["init literal", "init unit", "batch 1,024, init unit"],
  },
  {
    setting: "Adam between groups",
    paper: "silent",
    ours: "new for each group: a checkpoint is weights alone",
    variants: ["Adam carried on"],
  },
  {
    setting: "negatives",
    paper: "silent",
    ours: "none, the authors' later code",
    variants: [],
    elsewhere: "four under RANKING",
  },
  {
    setting: "space of rho",
    paper: "silent",
    ours: "that in which the groups were made (version 1: the embedding for all)",
    variants: [IN_EMBEDDING, "rho in the ratings"],
  },
  {
    setting: "order of the groups",
    paper: "Section 3.3: descending rho; the authors' later code: by number of ratings",
    ours: "descending rho",
    variants: ["most ratings first", "fewest ratings first"],
    elsewhere: "ascending and random in notebook 06",
  },
  {
    setting: "what groups are equal in",
    paper: "Section 3.2: users",
    ours: "users",
    variants: ["equal ratings"],
  },
  {
    setting: "Algorithm 2",
    paper: "cannot be run as printed (notebook 03)",
    ours: "nearest pair first, each user once",
    variants: ["transport"],
    elsewhere: "as printed in notebook 03",
  },
  {
    setting: "C-SISA: scoring of shards",
    paper: "silent",
    ours: "the mean of all shards, the authors' later code",
    variants: ["C-SISA own scoring"],
    elsewhere: "a section of notebook 05",
  },
  {
    setting: "C-SISA: start of shards",
    paper: "silent",
    ours: "each its own",
    variants: ["C-SISA shared start", "C-SISA shared start, own scoring"],
  },
  {
    setting: "w(i, j)",
    paper: "Appendix A.2: mean rating of j, over the shared items or over all",
    ours: "over the shared items",
    variants: ["w over all items"],
  },
  {
    setting: "Word2Vec",
    paper: "Word2Vec; its form, window, negatives, epochs and rate not said",
    ours: "CBOW, window 5, 5 negatives, 5 epochs, rate .025: gensim's",
    variants: ["skip-gram"],
  },
  {
    setting: "embedding of users",
    paper: "Section 3.2: collaborative; no control",
    ours: "collaborative",
    variants: ["SVD embedding", "noise embedding"],
  },
  {
    setting: "rho of a group",
    paper: "Eq. 3: with x = y (1 / 0) and divided by the size",
    ours: "without x = y, divided by the size",
    variants: [],
  },
  {
    setting: "metric",
    paper: "NDCG and HR, without a definition; the authors' later code ranks held-out items alone",
    ours: "that code's, the mean over orders of equal ratings (version 1: item numbers)",
    variants: [LISTED],
    elsewhere: "testOnly in notebook 05, fullRank under RANKING",
  },
];
