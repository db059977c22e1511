/**
 * What every way of learning and unlearning has in common (Section 2.1: M, and M_u after a request E). A
 * method is a value with settings; it learns a system; a system scores, and makes a new system that never saw
 * the erased data. Everything else (deleting artefacts, certificates, folders, proofs) is written once over
 * this interface: a new method is a file with these two things and a line in methods.ts.
 */

import type { Interactions } from "../data/interactions";
import type { embedUsers } from "../hypergraph/embedding";
import type { Cost } from "../metrics/cost";
import type { Scorer } from "../metrics/evaluate";
import type { BytesKept } from "../training/checkpoint";
import type { WorkerPool } from "../training/pool";
import type { EngineFactory } from "../training/sequential";
import type { Clock } from "../training/stopwatch";
import type { EntryName, Json, Store } from "../training/store";
import { codeVersion } from "../version";
import type { Erasure } from "./erasure";
import type { Plan } from "./plan";

export interface MethodProgress {
  /** "plan", "train" ... */
  readonly stage: string;
  /** share of the stage that is done, 0 .. 1 */
  readonly done: number;
  /** for people: "group 3 of 8, epoch 12 of 50" */
  readonly text: string;
}

/** What a method needs from its surroundings: engine, store, clock, signal, threads. */
export interface MethodContext {
  /** Holds this one system's artefacts; what is in it and not needed after an unlearning is deleted. */
  readonly store: Store;
  readonly createEngine: EngineFactory;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: MethodProgress) => void;
  /** Workers for methods whose parts can be trained side by side. Without it they are trained in turn. */
  readonly pool?: WorkerPool;
  /** Embeds users for a plan; default `embedUsers`. A place for a cache. */
  readonly embed?: typeof embedUsers;
}

/** How the work before the first score is watched and stopped. */
export type Preparation = Pick<MethodContext, "signal" | "onProgress">;

export interface LearnOptions {
  /** Learn under this partition and order instead of making one: what a verification does. */
  readonly plan?: Plan;
}

export interface WithoutOptions {
  /** Make embedding, groups and order anew. Default false: exact given the partition. */
  readonly regroup?: boolean;
}

/** The guarantee of Section 2.2, G1: what the unlearned system is identical to. */
export type Guarantee =
  /** to a system learned without the erased data under the same partition, which was made with them */
  | "exact given the partition"
  /** to a system learned without the erased data, partition and all */
  | "exact"
  /** to none: what is left is near to such a system, by measurement alone, and gets no certificate */
  | "approximate";

/** A way to learn that can unlearn. */
export interface Method {
  /** name in methods.ts */
  readonly name: string;
  /** Plain JSON: all there is to know to make this method anew. */
  readonly settings: Json;
  /**
   * Learns from training data.
   * @throws StoppedError when the signal fires; the store then holds what is done, and the same call goes on.
   */
  learn(data: Interactions, context: MethodContext, options?: LearnOptions): Promise<System>;
  /** The system that `System.save` wrote. @throws DamagedError when something is missing or changed. */
  restore(root: Json, context: MethodContext): Promise<System>;
}

/** Version of the code of a method and of the model that it trains. */
export function methodVersion({ name, settings }: Pick<Method, "name" | "settings">): string {
  const { model } = settings as { readonly model?: string };
  return codeVersion(`methods/${name}`, ...(model === undefined ? [] : [`models/${model}`]));
}

/** A learned system. Immutable, but for `dispose`: unlearning makes another. */
export interface System extends Scorer {
  readonly method: Method;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** Partition and order; null for a method that needs none. */
  readonly plan: Plan | null;
  readonly guarantee: Guarantee;
  /** Users of the catalogue whom the system has forgotten and refuses to score. */
  readonly erased: ReadonlySet<number>;
  /** What making this system from its forerunner (or from nothing) cost. */
  readonly cost: Cost;
  /** Places of the groups that were trained for it. */
  readonly trained: readonly number[];
  /** SHA-256 over every weight that scoring reads: equal models have equal fingerprints on every machine. */
  readonly fingerprint: string;

  /**
   * Does what the first score would have to wait for: a method of sums derives its model, others have nothing
   * to do.
   * @throws StoppedError on the signal.
   */
  prepare(work?: Preparation): Promise<void>;
  /** @throws InputError for a user who was erased or does not exist. */
  predict(users: Uint32Array, items: Uint32Array): Float32Array;
  /** @throws InputError for a user who was erased or does not exist. */
  scoreItems(users: Uint32Array): Float32Array;
  /** The training ratings of a user, items ascending. */
  ratingsOf(user: number): { readonly items: Uint32Array; readonly ratings: Float32Array };
  /** What must be kept in order to unlearn and to score. */
  bytesKept(): BytesKept;

  /**
   * A system that never saw the erased data, bit for bit the one that `learn` makes without them (or,
   * approximately, near to it). This one stays as it is, and so does all that it keeps: who calls `unlearn`
   * (unlearn.ts) deletes.
   * @throws InputError when the erasure names what is not there.
   * @throws StoppedError when the signal fires; the same call goes on.
   */
  without(erasure: Erasure, context: MethodContext, options?: WithoutOptions): Promise<System>;

  /** Names of the store's entries without which the model is not complete. */
  entries(): EntryName[];
  /** Writes all there is to it into its store. */
  save(): { readonly root: Json; readonly entries: readonly EntryName[] };
  /** Frees what is held outside the JavaScript heap. */
  dispose(): void;
}
