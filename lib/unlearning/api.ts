/**
 * The door: learn, recommend, forget, verify, with original ids. Everything behind it can be had by itself; this is the
 * fifteen lines of the README.
 */

import { randomBytes } from "node:crypto";
import type { Interactions } from "../data/interactions";
import { createEngine } from "../engine/create";
import { InputError, requireInteger, requireKnownKeys, StoppedError } from "../errors";
import type { Cost } from "../metrics/cost";
import type { BytesKept } from "../training/checkpoint";
import type { WorkerPool } from "../training/pool";
import type { TrainingSettings } from "../training/settings";
import { type EntryName, MemoryStore } from "../training/store";
import type { Certificate, OperatorKey } from "./certificate";
import { requireKnownUser } from "./erasure";
import { holdsSystem, type NamedErasure, SystemFolder } from "./folder";
import type { CoreOptions } from "./foldIn/core";
import type { ItemStepOptions } from "./foldIn/itemStep";
import type { FoldSettings } from "./foldIn/settings";
import { lockFolder } from "./lock";
import type { PlanOptions } from "./makePlan";
import type { Guarantee, MethodContext, MethodProgress, System } from "./method";
import { type MethodName, methodOf, nestedSettings } from "./methods";
import { createPatientPool, type PatientPool } from "./patientPool";
import { type Plan, planText } from "./plan";
import { namedErasure } from "./request";
import type { RecEraserSettings } from "./rivals/recEraser";
import { unlearn } from "./unlearn";
import { type Verification, type VerifyOptions, verify as verifyCertificate } from "./verify";

/** The stop button, progress and threads. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: MethodProgress) => void;
  /** Worker threads for methods whose parts can be trained side by side (shards). Default 0: this thread. */
  readonly workers?: number;
}

/** Plan and training settings side by side; a method takes those that it has. */
export interface LearnSettings extends PlanOptions, Partial<TrainingSettings>, WorkOptions {
  /** Default `laser`. */
  readonly method?: MethodName;
  /** C-SISA: how shards score. */
  readonly scoring?: "merged" | "own";
  /** C-SISA, RecEraser and UltraRE: what shards start from. */
  readonly start?: "independent" | "shared";
  /** RecEraser: what is partitioned, users, items or interactions; how; and what joins the shards (rivals/recEraser.ts). */
  readonly partition?: RecEraserSettings["partition"];
  readonly dimensions?: number;
  readonly maxPasses?: number;
  readonly unseen?: RecEraserSettings["unseen"];
  readonly aggregationEpochs?: number;
  readonly aggregationRate?: number;
  /** UltraRE: penalty of the regression on the shards. */
  readonly ridge?: number;
  /** Refresh and core fold-in: how users' rows are fitted. */
  readonly fold?: Partial<FoldSettings>;
  /** Core fold-in: who is in the core, and the step that items take with all their raters. */
  readonly core?: CoreOptions;
  readonly itemStep?: ItemStepOptions;
  /** Additive methods; they read `label` and `maximumRating` too. EASE: the ridge penalty. */
  readonly lambda?: number;
  /** Gaussian: shrinkage of covariances, and the number of components. */
  readonly shrinkage?: number;
  readonly rank?: number;
  /** Keep the system here, so that it can be opened and asked to forget later. Default: in memory. */
  readonly folder?: string;
}

/** An item and its score. */
export interface Recommendation {
  readonly item: string;
  /** in (0, 1) */
  readonly score: number;
}

/** How a request is carried out. */
export interface ForgetOptions extends Omit<WorkOptions, "workers"> {
  /** Recompute embedding, groups and order without the erased data: a guarantee without condition, for a full training. */
  readonly regroup?: boolean;
  /** The operator's secret for the certificate. Default: a fresh one, in the result. */
  readonly key?: OperatorKey;
}

/** What a request left: certificate, key, cost, what was deleted. */
export interface Forgotten {
  readonly certificate: Certificate;
  /** Keep it: with it, and nothing else, the ids in the certificate can be recognised. */
  readonly key: OperatorKey;
  readonly cost: Cost;
  readonly deleted: readonly EntryName[];
}

/** Users, or single ratings, or both, by their ids. */
export type ForgetRequest =
  | readonly string[]
  | {
      readonly users?: readonly string[];
      readonly ratings?: readonly (readonly [user: string, item: string])[];
    };

/** On files of one's own, which are small beside MovieLens, PAPER's 30,000 samples a step would be a step an epoch. */
const OWN_BATCH = 1024;

const clock = () => performance.now() / 1000;

/** What was stopped while it learned in memory, by its ratings: it is kept for as long as they are, and no longer. */
const stopped = new WeakMap<Interactions, MemoryStore>();

/**
 * Learns a recommender that can forget.
 *
 * ```ts
 * import { learn, loadDataset } from "erasable";
 *
 * const ratings = await loadDataset("synthetic");
 * const system = await learn(ratings, { groups: 4, grouping: "cbkm", epochs: 20, seed: 1 });
 * console.log(system.recommend(ratings.userIds[0], 5));
 * ```
 *
 * @throws InputError for unknown settings, or a folder that holds a system already
 * @throws StoppedError when the signal fires; the same call goes on later, in the epoch where this one stopped: with a
 *   folder always, without one as long as it is given the same object `ratings`.
 */
export async function learn(ratings: Interactions, settings: LearnSettings = {}): Promise<ErasableSystem> {
  const { method: name = "laser", folder, workers = 0, signal, onProgress, ...flat } = settings;
  const method = methodOf(name, nestedSettings(name, flat, { training: { batchSize: OWN_BATCH } }));
  const groups = settings.groups ?? 1;
  if (groups > ratings.userIds.length)
    throw new InputError(`groups: ${groups} groups are more than the ${ratings.userIds.length} users`);
  if (folder !== undefined && holdsSystem(folder))
    throw new InputError(`${folder} holds a system already; open it, or take another folder`);
  const home = folder === undefined ? undefined : new SystemFolder(folder);
  const release = folder === undefined ? undefined : lockFolder(folder);
  const pool = workers > 0 ? createPatientPool(workers) : undefined;
  const memory = stopped.get(ratings) ?? new MemoryStore();
  if (home === undefined) stopped.delete(ratings); // a call beside this one has a store of its own
  try {
    const context = { ...contextOf({ signal, onProgress }, pool), store: home?.store ?? memory };
    const system = await method.learn(ratings, context);
    if (home) home.put(system);
    else deleteOthers(memory, system);
    return new ErasableSystem(system, context, home, pool, release);
  } catch (error) {
    if (error instanceof StoppedError) {
      await pool?.idle();
      if (home === undefined) stopped.set(ratings, memory);
    }
    await pool?.close();
    release?.();
    throw error;
  }
}

/**
 * Opens the system that `learn` or `forget` left in a folder.
 * @throws InputError when there is none or another process works in it; DamagedError when a file was changed.
 */
export async function open(folder: string, options: WorkOptions = {}): Promise<ErasableSystem> {
  requireKnownKeys(options, ["signal", "onProgress", "workers"], "open");
  if (!holdsSystem(folder)) throw new InputError(`${folder} holds no system`);
  const home = new SystemFolder(folder);
  const release = lockFolder(folder);
  const pool = options.workers ? createPatientPool(options.workers) : undefined;
  try {
    const context = { ...contextOf(options, pool), store: home.store };
    return new ErasableSystem(await home.open(context), context, home, pool, release);
  } catch (error) {
    release();
    await pool?.close();
    throw error;
  }
}

/**
 * Checks a certificate by learning again without the erased data (see verify.ts).
 *
 * ```ts
 * import { learn, loadDataset, verify } from "erasable";
 *
 * const ratings = await loadDataset("synthetic");
 * const system = await learn(ratings, { groups: 4 });
 * const { certificate, key } = await system.forget([ratings.userIds[0]]);
 * const { ok, checks } = await verify(certificate, ratings, { plan: system.plan, key });
 * console.log(ok, checks.map(({ what }) => what));
 * ```
 *
 * @param ratings the remaining ratings; or all of them, when `key` is given
 */
export function verify(
  certificate: Certificate,
  ratings: Interactions,
  options: VerifyOptions & Omit<WorkOptions, "workers"> = {},
): Promise<Verification> {
  const { signal, onProgress, ...verifyOptions } = options;
  return verifyCertificate(certificate, ratings, verifyOptions, contextOf({ signal, onProgress }));
}

/** A learned system. `forget` changes it in place: what it was before cannot be had again. */
export class ErasableSystem {
  /** Made by `learn` and `open`. */
  constructor(
    private current: System,
    private readonly context: MethodContext,
    private readonly home?: SystemFolder,
    private readonly pool?: PatientPool,
    private readonly release?: () => void,
  ) {}

  /** The system as methods, metrics and experiments see it: by numbers. */
  get system(): System {
    return this.current;
  }

  get plan(): Plan | null {
    return this.current.plan;
  }

  /** The plan as text for a file; null for a method that has none. */
  get planText(): string | null {
    return this.current.plan && planText(this.current.plan);
  }

  get guarantee(): Guarantee {
    return this.current.guarantee;
  }

  get fingerprint(): string {
    return this.current.fingerprint;
  }

  /** What is kept so that the system can forget, in bytes. */
  bytesKept(): BytesKept {
    return this.current.bytesKept();
  }

  /** The `count` items that score highest of those that the user has not rated, best first. @throws InputError. */
  recommend(user: string, count = 10): Recommendation[] {
    requireInteger(count, 1, 2 ** 31, "count");
    const number = this.userNumber(user);
    const { itemIds } = this.current;
    const scores = this.current.scoreItems(Uint32Array.of(number));
    const rated = new Set(this.current.ratingsOf(number).items);
    return Array.from(itemIds, (_, item) => item)
      .filter((item) => !rated.has(item))
      .sort((a, b) => scores[b] - scores[a] || a - b)
      .slice(0, count)
      .map((item) => ({ item: itemIds[item], score: scores[item] }));
  }

  /** The score of one pair, in (0, 1). @throws InputError. */
  score(user: string, item: string): number {
    const number = this.current.itemIds.indexOf(item);
    if (number < 0) throw new InputError(`item "${item}" is not in the system's catalogue`);
    return this.current.predict(Uint32Array.of(this.userNumber(user)), Uint32Array.of(number))[0];
  }

  /**
   * Forgets users, or single ratings: afterwards the system is, bit for bit, one that never saw them, and nothing that
   * saw them is kept.
   * @throws InputError for ids that are not there; StoppedError when the signal fires (nothing is forgotten yet, and the
   *   same call goes on).
   */
  async forget(request: ForgetRequest, options: ForgetOptions = {}): Promise<Forgotten> {
    requireKnownKeys(options, ["regroup", "key", "signal", "onProgress"], "forget");
    const erasure = requested(request, options.regroup ?? false);
    const key = options.key ?? randomBytes(32).toString("hex"); // a secret, so from the system's source and not a seed
    const context = { ...this.context, signal: options.signal, onProgress: options.onProgress };
    const forgetting = this.home
      ? this.home.unlearn(this.current, erasure, key, context)
      : unlearn(this.current, namedErasure(erasure.users, erasure.ratings, this.current), context, {
          key,
          regroup: erasure.regroup,
        });
    const result = await forgetting.catch(async (error: unknown) => {
      if (error instanceof StoppedError) await this.pool?.idle();
      throw error;
    });
    this.current = result.system;
    return { certificate: result.certificate, key, cost: result.cost, deleted: result.deleted };
  }

  /** What was asked and not finished when the process that was asked ended; give it to `forget`. */
  unfinishedRequest(): NamedErasure | undefined {
    return this.home?.unfinishedRequest();
  }

  /** Takes an unfinished request back. */
  withdrawRequest(): void {
    this.home?.withdrawRequest();
  }

  /** Certificates of what this folder's system has forgotten. */
  certificates(): Certificate[] {
    return this.home?.certificates() ?? [];
  }

  /** Frees memory, workers and the folder. */
  async close(): Promise<void> {
    this.current.dispose();
    this.release?.();
    await this.pool?.close();
  }

  private userNumber(user: string): number {
    const number = this.current.userIds.indexOf(user);
    if (number < 0) throw new InputError(`user "${user}" is not in the system's catalogue`);
    requireKnownUser(number, this.current);
    return number;
  }
}

/** Leaves in a store what the system needs: not what was stopped under other settings. */
function deleteOthers(store: MemoryStore, system: System): void {
  const needed = new Set(system.entries());
  store.delete([...store.list().keys()].filter((name) => !needed.has(name)));
}

function contextOf(work: WorkOptions, pool?: WorkerPool): Omit<MethodContext, "store"> {
  return { createEngine, clock, signal: work.signal, onProgress: work.onProgress, pool };
}

function requested(request: ForgetRequest, regroup: boolean): NamedErasure {
  if (Array.isArray(request)) return { users: request, ratings: [], regroup };
  const { users = [], ratings = [] } = request as Exclude<ForgetRequest, readonly string[]>;
  requireKnownKeys(request, ["users", "ratings"], "forget");
  return { users, ratings, regroup };
}
