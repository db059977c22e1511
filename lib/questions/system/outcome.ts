/** What the job "system" finds out. Plain JSON; numbers only, no user lists and no ratings. */

import type { Evaluation } from "../../metrics/evaluate";
import type { Settings } from "../trial";

/** Settings that were tried on the validation split, and which were taken. */
export interface Choice {
  /** what decided: "labCode NDCG@10" or "fullRank NDCG@10" */
  readonly metric: string;
  /** changes to the trial's settings with their score */
  readonly candidates: readonly { readonly settings: Settings; readonly score: number }[];
  readonly chosen: Settings;
}

/** Held-out ratings of items with at most so many training ratings (null: of the others). */
export interface ItemStratum {
  readonly upTo: number | null;
  readonly items: number;
  readonly ratings: number;
  /** mean cross-entropy; null without held-out ratings */
  readonly loss: number | null;
}

/** What can be said about who is in the core of a core fold-in. */
export interface CoreShare {
  readonly users: number;
  readonly ratings: number;
  /** items that nobody of the core has rated */
  readonly unseenItems: number;
}

/** Expected gradient samples of a request of so many random users. */
export interface BatchCost {
  readonly users: number;
  readonly samples: number;
}

/** What is known once a system has been learned, before anybody asks. */
export interface Learned {
  /** users and ratings of the training data */
  readonly users: number;
  readonly ratings: number;
  /** none for a method without a cost model */
  readonly batches: readonly BatchCost[];
  /** expected gradient samples of a request, by its text; none without a cost model */
  readonly expected: Readonly<Record<string, number>>;
  /** null for methods without a core */
  readonly core: CoreShare | null;
}

export interface SystemOutcome {
  /** After the erased users are left out of the evaluation. C-SISA's is `merged` scoring. */
  readonly metrics: Evaluation;
  /** C-SISA only: each user scored by the model of the user's own shard. */
  readonly own?: Evaluation;
  readonly strata: readonly ItemStratum[];
  /** Gradient samples and steps of this learning or unlearning; methods without gradients count ratings touched. */
  readonly samples: number;
  readonly steps: number;
  /** Samples of the slowest shard; equals `samples` for methods that are not parallel. */
  readonly parallelSamples: number;
  /** Groups or shards that were trained again. */
  readonly retrained: number;
  /** Expected gradient samples of such a request, over all who might ask; null without a cost model, and for learning. */
  readonly expected: number | null;
  readonly erasedUsers: number;
  readonly erasedRatings: number;
  /** bytes kept in order to unlearn and to score */
  readonly bytes: number;
  /** SHA-256 of all that scoring reads: what a second, independent run must repeat. */
  readonly fingerprint: string;
  /** only where settings are searched */
  readonly choice?: Choice;
  /** only with request "none" */
  readonly learned?: Learned;
}
