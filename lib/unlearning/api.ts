/**
 * Public API: learn, recommend, forget and verify, by original ids. Everything behind it can be had by
 * itself.
 */

import type { Interactions } from "../data/interactions";
import { lockFolder } from "../disk/lock";
import { createEngine } from "../engine/create";
import { InputError, requireInteger, StoppedError } from "../errors";
import { createWorkerPool, type WorkerPool } from "../training/pool";
import { type Json, MemoryStore } from "../training/store";
import {
  requireErasures,
  requireFlag,
  requireIds,
  requireKey,
  requireOptions,
  requirePath,
  requireRatings,
  requireWork,
} from "./arguments";
import { hasUsersByText } from "./catalogue";
import type { Certificate } from "./certificate";
import { chooseMethod } from "./choice";
import { ErasableSystem, releaseAll, type WorkOptions } from "./erasableSystem";
import { holdsSystem, requireFree, SystemFolder } from "./folder";
import type { MethodContext, System } from "./method";
import { type MethodName, type MethodSettings, methodOf, specOf } from "./methods";
import { requireItemsLeft, settingsFor } from "./pairs";
import { type Verification, type VerifyOptions, verify as verifyCertificate } from "./verify";

/** What a verifier has beside certificate and ratings: see `VerifyOptions` of verify.ts. */
export interface VerifySettings extends Omit<VerifyOptions, "system">, Omit<WorkOptions, "workers"> {
  /**
   * The system that the certificate is of, opened read-only perhaps: then plan, catalogue and the
   * certificates before come from it, and it is checked that the certificate is its last, about the model in
   * force.
   */
  readonly system?: ErasableSystem;
}

/** The settings of a method, and how it is learned. A method takes those settings that it has (`METHODS`). */
export interface LearnSettings extends MethodSettings, WorkOptions {
  /** Default: by what the ratings are and which settings are given (`chooseMethod`). */
  readonly method?: MethodName;
  /** Keep the system here, so that it can be opened and asked to forget later. Default: in memory. */
  readonly folder?: string;
}

/** On small files of one's own, PAPER's 30,000 samples per step would be one step per epoch. */
export const OWN_BATCH = 1024;

const clock = () => performance.now() / 1000;

/** What was stopped while it learned in memory, by its ratings: kept for as long as they are. */
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
 * @throws InputError for unknown settings, or a folder that holds a system already or others' files in its
 *   place, or in which another process works
 * @throws StoppedError when the signal fires; the same call goes on later, in the epoch where this one
 *   stopped: with a folder always, without one as long as it is given the same object `ratings`.
 */
export async function learn(ratings: Interactions, settings: LearnSettings = {}): Promise<ErasableSystem> {
  requireRatings(ratings, "learn");
  requireOptions(settings, "learn");
  requireWork(settings, "learn");
  if (settings.folder !== undefined) requirePath(settings.folder, "learn: folder");
  const { method, folder, workers = 0, signal, onProgress, ...named } = settings;
  const chosen = method === undefined ? chooseMethod(ratings, Object.keys(named)) : { method, settings: {} };
  const { method: name } = chosen;
  const flat = { ...chosen.settings, ...named };
  const batchSize = Object.hasOwn(specOf(name), "batchSize") ? { batchSize: OWN_BATCH } : {};
  const made = methodOf(name, { ...batchSize, ...flat, ...settingsFor(ratings, name, flat) } as Json);
  requireItemsLeft(ratings, made.settings);
  const groups = settings.groups ?? 1;
  if (groups > ratings.userIds.length)
    throw new InputError(`groups: ${groups} groups are more than the ${ratings.userIds.length} users`);
  requireInteger(workers, 0, 1024, "workers");
  if (folder !== undefined) requireFree(folder); // before anything is written into it
  const home = folder === undefined ? undefined : new SystemFolder(folder);
  home?.make();
  const release = folder === undefined ? undefined : lockFolder(folder);
  const memory = stopped.get(ratings) ?? new MemoryStore();
  if (home === undefined) stopped.delete(ratings); // a call beside this one has a store of its own
  let pool: WorkerPool | undefined;
  let system: System | undefined;
  try {
    if (folder !== undefined) requireFree(folder); // another process may have been here first
    pool = workers > 0 ? createWorkerPool(workers) : undefined;
    const context = { ...contextOf({ signal, onProgress }, pool), store: home?.store ?? memory };
    system = await made.learn(ratings, context);
    if (home) home.put(system);
    else deleteOthers(memory, system);
    return new ErasableSystem(system, context, home, pool, release);
  } catch (error) {
    try {
      if (error instanceof StoppedError) {
        await pool?.idle();
        if (home === undefined) stopped.set(ratings, memory);
      }
    } finally {
      await releaseAll(pool, system, release);
    }
    throw error;
  }
}

/** How a folder is opened. */
export interface OpenOptions extends WorkOptions {
  /**
   * For a folder that may not be written, or that others work in: it is not locked and nothing in it is
   * changed, `forget` is an InputError, and what another process makes the system forget is known here until
   * it is opened again. Default false.
   */
  readonly readOnly?: boolean;
}

/**
 * Opens the system that `learn` or `forget` left in a folder.
 * @throws InputError when there is none, another process works in it or `workers` is no number of threads;
 *   DamagedError when a file was changed.
 */
export async function open(folder: string, options: OpenOptions = {}): Promise<ErasableSystem> {
  requirePath(folder, "open");
  requireOptions(options, "open", ["signal", "onProgress", "workers", "readOnly"]);
  requireWork(options, "open");
  requireFlag(options.readOnly, "open: readOnly");
  const { workers = 0, readOnly = false } = options;
  requireInteger(workers, 0, 1024, "workers");
  if (!holdsSystem(folder)) throw new InputError(`${folder} holds no system`);
  const home = new SystemFolder(folder);
  const release = readOnly ? undefined : lockFolder(folder);
  let pool: WorkerPool | undefined;
  try {
    pool = workers > 0 ? createWorkerPool(workers) : undefined;
    const context = { ...contextOf(options, pool), store: home.store };
    const system = await (readOnly ? home.openReadOnly(context) : home.open(context));
    return new ErasableSystem(system, context, home, pool, release, readOnly);
  } catch (error) {
    await releaseAll(pool, undefined, release);
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
 * const { ok, checks } = await verify(certificate, ratings, { system, key });
 * console.log(ok, checks.map(({ what, verdict }) => `${what}: ${verdict}`));
 * ```
 *
 * @param ratings the remaining ratings; or all of them, when `key` is given
 * @throws InputError as verify.ts; for null, what `forget` gives where a method is not exact
 */
export async function verify(
  certificate: Certificate | null,
  ratings: Interactions,
  options: VerifySettings = {},
): Promise<Verification> {
  if (certificate === null)
    throw new InputError("certificate: there is none; where a method is not exact, nothing is certified");
  requireRatings(ratings, "verify");
  const known = [
    "plan",
    "key",
    "signer",
    "earlier",
    "system",
    "itemIds",
    "usersByText",
    "signal",
    "onProgress",
  ];
  requireOptions(options, "verify", known);
  requireWork(options, "verify");
  const { signal, onProgress, system, ...given } = options;
  const { plan, key, signer, earlier, itemIds } = given;
  if (plan !== undefined && plan !== null) requireOptions(plan, "verify: plan");
  requireKey(key, "verify: key");
  if (signer !== undefined) requireIds([signer], "verify: signer");
  if (itemIds !== undefined) requireIds(itemIds, "verify: itemIds");
  if (earlier !== undefined) requireErasures(earlier, "verify: earlier");
  const all = { ...(system ? evidenceOf(system) : {}), ...given };
  return verifyCertificate(certificate, ratings, all, contextOf({ signal, onProgress }));
}

/** What a system tells a verifier. */
function evidenceOf(system: ErasableSystem): VerifyOptions {
  const certificates = system.certificates();
  const { itemIds } = system.system;
  return {
    plan: system.plan,
    itemIds,
    usersByText: hasUsersByText(system.system),
    earlier: certificates,
    system: {
      certificates,
      lost: system.lostCertificates().length,
      fingerprint: system.fingerprint,
    },
  };
}

/** Leaves in a store what the system needs: not what was stopped under other settings. */
function deleteOthers(store: MemoryStore, system: System): void {
  const needed = new Set(system.entries());
  store.delete([...store.list().keys()].filter((name) => !needed.has(name)));
}

function contextOf(work: WorkOptions, pool?: WorkerPool): Omit<MethodContext, "store"> {
  return { createEngine, clock, signal: work.signal, onProgress: work.onProgress, pool };
}
