/** What a cell's job finds out, by kind of cell. Plain JSON; numbers only, no user lists and no ratings. */

import type { Evaluation } from "../metrics/evaluate";
import type {
  AnchorsCell,
  BeyondCell,
  Cell,
  ExactnessCell,
  FlatSettings,
  GroupLossCell,
  MembershipCell,
  PartitionCell,
  PoisoningCell,
  SystemCell,
  TimingCell,
} from "./cell";

export interface SystemOutcome {
  /** After the erased users are left out of the evaluation. C-SISA's is `merged` scoring. */
  readonly metrics: Evaluation;
  /** C-SISA only: each user scored by the model of its own shard. */
  readonly own?: Evaluation;
  /** Gradient samples and Adam steps of this learning or unlearning. */
  readonly samples: number;
  readonly steps: number;
  /** Samples of the slowest shard; equals `samples` for methods that are not parallel. */
  readonly parallelSamples: number;
  readonly erasedUsers: number;
  readonly erasedRatings: number;
  /** Groups or shards that were trained again. */
  readonly retrained: number;
  /** SHA-256 of the final weights: what a second, independent run must repeat. */
  readonly weights: string;
}

export interface TimingOutcome {
  readonly samples: number;
  readonly parallelSamples: number;
  readonly retrained: number;
}

export interface PartitionOutcome {
  /** Users and training ratings of each group, in training order. */
  readonly users: readonly number[];
  readonly ratings: readonly number[];
  /** Eq. 3 of each group in the space of the collaborative embedding and of the rating rows. */
  readonly rhoEmbedding: readonly number[];
  readonly rhoRatings: readonly number[];
  readonly inertia: number | null;
  readonly passes: number;
}

export interface GroupLossOutcome {
  /** One a group, in descending order of rho (embedding space). */
  readonly rho: readonly number[];
  readonly rhoRatings: readonly number[];
  readonly testLoss: readonly number[];
  readonly trainLoss: readonly number[];
  readonly ratings: readonly number[];
}

export interface ExactnessOutcome {
  readonly identical: boolean;
  /** Weights that differ between the unlearned model and the fresh run without the erased users. */
  readonly differing: number;
  readonly parameters: number;
  /** For comparison: weights that differ between the model before the erasure and the fresh run. */
  readonly differingBefore: number;
}

export interface AnchorsOutcome {
  readonly random: Evaluation;
  readonly popularity: Evaluation;
  /** absent for implicit data, which has no ratings to average */
  readonly itemMean?: Evaluation;
  readonly oracle: Evaluation;
}

/** Which system was attacked. */
export type MembershipStage = "before" | "rows deleted" | "unlearned" | "fresh";

/** One attack on one system: area under the ROC curve with its 95 % interval over users, and the curve. */
export interface MembershipCurve {
  readonly stage: MembershipStage;
  readonly attack: "stored row" | "fold-in" | "shadow";
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  /** true-positive rates at false-positive rates 0, 0.05, ... 1 */
  readonly truePositives: readonly number[];
}

export interface MembershipOutcome {
  /** erased users, and as many who were never there */
  readonly users: number;
  readonly curves: readonly MembershipCurve[];
  /** gradient samples of learning and of unlearning */
  readonly learned: number;
  readonly unlearned: number;
}

export interface PoisoningStage {
  /** Share of real users who find the pushed item among their ten best, and its mean rank. */
  readonly hitRatio: number;
  readonly meanRank: number;
  /** labCode metrics and test loss of the real users */
  readonly ndcg: number;
  readonly hr: number;
  readonly loss: number;
}

export interface PoisoningOutcome {
  readonly fakes: number;
  readonly fakeRatings: number;
  /** real training ratings of the pushed item, and items in the catalogue */
  readonly targetRatings: number;
  readonly items: number;
  readonly clean: PoisoningStage;
  readonly poisoned: PoisoningStage;
  readonly unlearned: PoisoningStage;
  /** whether the unlearned system is the clean one in every bit */
  readonly identical: boolean;
  /** gradient samples of learning with the fake users, unlearning them, and learning anew without them */
  readonly learnSamples: number;
  readonly unlearnSamples: number;
  readonly freshSamples: number;
}

/** Settings that were tried on the validation split, and which were taken. */
export interface Choice {
  /** what decided: "labCode NDCG@10" or "fullRank NDCG@10" */
  readonly metric: string;
  /** changes to the cell's settings with their score; empty where there is nothing to choose */
  readonly candidates: readonly { readonly settings: FlatSettings; readonly score: number }[];
  readonly chosen: FlatSettings;
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

export interface BeyondOutcome {
  readonly choice: Choice;
  /** After the erased users are left out of the evaluation. */
  readonly metrics: Evaluation;
  readonly strata: readonly ItemStratum[];
  /** Gradient samples and steps of this learning or unlearning; methods without gradients count ratings touched. */
  readonly samples: number;
  readonly steps: number;
  readonly parallelSamples: number;
  /** Expected gradient samples of each request of REQUESTS, by the cost model; null for a method that has none. */
  readonly expected: Readonly<Record<string, number>> | null;
  /** Expected gradient samples of a batch of so many random users. */
  readonly batches: readonly { readonly users: number; readonly samples: number }[];
  readonly erasedUsers: number;
  readonly erasedRatings: number;
  /** bytes kept in order to unlearn and to score */
  readonly bytes: number;
  readonly core: CoreShare | null;
  /** users and ratings of the training data before the request */
  readonly users: number;
  readonly ratings: number;
  readonly fingerprint: string;
}

/** A record of the run store, as the figures read it. */
export interface CellRecord<C extends Cell = Cell, O = unknown> {
  readonly key: string;
  readonly trial: C;
  readonly outcome: O;
  /** Seconds by stage. Not part of what two runs must repeat. */
  readonly timings: Readonly<Record<string, number>>;
}

export type SystemRecord = CellRecord<SystemCell, SystemOutcome>;
export type TimingRecord = CellRecord<TimingCell, TimingOutcome>;
export type PartitionRecord = CellRecord<PartitionCell, PartitionOutcome>;
export type GroupLossRecord = CellRecord<GroupLossCell, GroupLossOutcome>;
export type ExactnessRecord = CellRecord<ExactnessCell, ExactnessOutcome>;
export type AnchorsRecord = CellRecord<AnchorsCell, AnchorsOutcome>;
export type MembershipRecord = CellRecord<MembershipCell, MembershipOutcome>;
export type PoisoningRecord = CellRecord<PoisoningCell, PoisoningOutcome>;
export type BeyondRecord = CellRecord<BeyondCell, BeyondOutcome>;

/** The records of one kind of cell. */
export function recordsOf<K extends Cell["kind"]>(records: readonly CellRecord[], kind: K): RecordOf[K][] {
  return records.filter((record) => record.trial.kind === kind) as unknown as RecordOf[K][];
}

export interface RecordOf {
  system: SystemRecord;
  timing: TimingRecord;
  partition: PartitionRecord;
  groupLoss: GroupLossRecord;
  exactness: ExactnessRecord;
  anchors: AnchorsRecord;
  membership: MembershipRecord;
  poisoning: PoisoningRecord;
  beyond: BeyondRecord;
}
