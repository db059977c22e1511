/**
 * A learned system as its users hold it: it recommends, forgets and is closed, by original ids. Made by
 * `learn` and `open` (api.ts).
 */

import { randomBytes } from "node:crypto";
import { InputError, requireInteger, StoppedError } from "../errors";
import type { Cost } from "../metrics/cost";
import type { BytesKept } from "../training/checkpoint";
import type { WorkerPool } from "../training/pool";
import type { EntryName } from "../training/store";
import { requireFlag, requireIds, requireKey, requireOptions, requirePairs, requireWork } from "./arguments";
import { type Certificate, superseded } from "./certificate";
import { requireKnownUser } from "./erasure";
import type { NamedErasure, SystemFolder } from "./folder";
import type { Guarantee, MethodContext, MethodProgress, Preparation, System } from "./method";
import { type Plan, planText } from "./plan";
import { requireSomebodyLeft } from "./remaining";
import { namedErasure } from "./request";
import type { OperatorKey } from "./tags";
import { discard, type Unlearned, unlearn } from "./unlearn";

/** The stop button, progress and threads. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: MethodProgress) => void;
  /** Worker threads for methods whose parts can be trained side by side (shards). Default 0: this thread. */
  readonly workers?: number;
}

/** An item and its score. */
export interface Recommendation {
  readonly item: string;
  /** in (0, 1) */
  readonly score: number;
}

/** How a request is carried out. */
export interface ForgetOptions extends Omit<WorkOptions, "workers"> {
  /** Make embedding, groups and order anew: a guarantee without condition, for a full training. */
  readonly regroup?: boolean;
  /** The operator's secret for the certificate. Default: a fresh one, in the result. */
  readonly key?: OperatorKey;
}

/** What a request left: certificate, key, cost, what was deleted. */
export interface Forgotten {
  /** null for a method that is not exact */
  readonly certificate: Certificate | null;
  /** Keep it: with it, and nothing else, the ids in the certificate can be recognised. */
  readonly key: OperatorKey;
  readonly cost: Cost;
  readonly deleted: readonly EntryName[];
}

/** Users, or single ratings, or both, by their ids; or what `unfinishedRequest` gives. */
export type ForgetRequest = readonly string[] | Partial<NamedErasure>;

/**
 * A learned system. `forget` changes it in place: what it was before cannot be had again. It does one thing
 * at a time: what is asked while an erasure is under way waits its turn (`forget`, `close`) or is answered by
 * the system in force, which is the old one until the erasure is done. Once `close` is called every method is
 * an InputError, and the properties tell what was in force last.
 */
export class ErasableSystem {
  /** Fulfilled when all that was asked so far is done. */
  private turn: Promise<unknown> = Promise.resolve();
  /** erasures asked and not done */
  private underWay = 0;
  private closing: Promise<void> | undefined;
  /** numbers of users by their ids */
  private numbers: { readonly of: readonly string[]; readonly byId: ReadonlyMap<string, number> } | undefined;
  /** certificates, where there is no folder that keeps them */
  private made: readonly Certificate[] = [];
  /** what `ratedItems` found for a system */
  private rated: { readonly of: System; readonly items: Uint8Array } | undefined;

  /** Made by `learn` and `open`. */
  constructor(
    private current: System,
    private readonly context: MethodContext,
    private readonly home?: SystemFolder,
    private readonly pool?: WorkerPool,
    private readonly release?: () => void,
    private readonly readOnly = false,
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
    this.requireOpen();
    return this.current.bytesKept();
  }

  /**
   * Does what the first recommendation would have to wait for, on all cores, where it can be watched and
   * stopped: `ease` solves for its weights; most methods have nothing to do. @throws StoppedError on the
   * signal; InputError: closed.
   */
  async prepare(work: Preparation = {}): Promise<void> {
    requireWork(work, "prepare");
    this.requireOpen();
    await this.current.prepare(work);
  }

  /**
   * The `count` items that score highest of those that somebody has rated and the user has not, best first:
   * the id of an item that erased users alone had rated is theirs, and nothing is known of it. @throws
   * InputError: unknown or erased user, closed.
   */
  recommend(user: string, count = 10): Recommendation[] {
    this.requireOpen();
    requireInteger(count, 1, 2 ** 31, "count");
    const number = this.userNumber(user);
    const { itemIds } = this.current;
    const scores = this.current.scoreItems(Uint32Array.of(number));
    const rated = new Set(this.current.ratingsOf(number).items);
    const known = this.ratedItems();
    return Array.from(itemIds, (_, item) => item)
      .filter((item) => known[item] === 1 && !rated.has(item))
      .sort((a, b) => scores[b] - scores[a] || a - b)
      .slice(0, count)
      .map((item) => ({ item: itemIds[item], score: scores[item] }));
  }

  /** The score of one pair, in (0, 1). @throws InputError. */
  score(user: string, item: string): number {
    this.requireOpen();
    const number = this.current.itemIds.indexOf(item);
    if (number < 0) throw new InputError(`item "${item}" is not in the system's catalogue`);
    return this.current.predict(Uint32Array.of(this.userNumber(user)), Uint32Array.of(number))[0];
  }

  /**
   * Forgets users, or single ratings: afterwards the system is, bit for bit, one that never saw them, and
   * nothing that saw them is kept. A call while another is under way waits, and forgets from the system that
   * that one leaves.
   * @throws InputError for ids that are not there, when nobody would be left, for a key that is too short, or
   *   a system that has been closed or was opened read-only; StoppedError when the signal fires (nothing is
   *   forgotten yet, and the same call goes on).
   */
  async forget(request: ForgetRequest, options: ForgetOptions = {}): Promise<Forgotten> {
    this.requireOpen();
    this.requireWritable();
    requireOptions(options, "forget", ["regroup", "key", "signal", "onProgress"]);
    requireWork(options, "forget");
    requireFlag(options.regroup, "forget: regroup");
    requireKey(options.key, "forget: key");
    const erasure = requested(request, options.regroup);
    const key = options.key ?? randomBytes(32).toString("hex"); // a secret, not of a seed
    const context = { ...this.context, signal: options.signal, onProgress: options.onProgress };
    this.underWay++;
    try {
      return await this.inTurn(() => this.forgetNow(erasure, key, context));
    } finally {
      this.underWay--;
    }
  }

  private async forgetNow(
    erasure: NamedErasure,
    key: OperatorKey,
    context: MethodContext,
  ): Promise<Forgotten> {
    if (context.signal?.aborted) throw new StoppedError("forget: stopped before its turn came");
    const former = this.current;
    try {
      const unlearned = await this.unlearned(erasure, key, context);
      const { next, certificate, obsolete } = unlearned;
      this.current = next; // and stays so, whatever becomes of what is obsolete
      const earlier = this.made.map((one) => superseded(one, key));
      this.made = certificate ? [...earlier, certificate] : earlier;
      const cost = (this.home ?? { discard }).discard(former, unlearned, context);
      return { certificate, key, cost, deleted: obsolete };
    } catch (error) {
      if (error instanceof StoppedError) await this.pool?.idle();
      throw error;
    }
  }

  private unlearned(erasure: NamedErasure, key: OperatorKey, context: MethodContext): Promise<Unlearned> {
    if (this.home) return this.home.unlearn(this.current, erasure, key, context);
    const named = namedErasure(erasure.users, erasure.ratings, this.current);
    requireSomebodyLeft(this.current, named);
    return unlearn(this.current, named, context, { key, regroup: erasure.regroup });
  }

  /**
   * What was asked and not finished when the process that was asked ended; give it to `forget`. While an
   * erasure is under way, that one. @throws InputError when the system has been closed or was opened
   * read-only.
   */
  unfinishedRequest(): NamedErasure | undefined {
    this.requireOpen();
    this.requireWritable();
    return this.home?.unfinishedRequest();
  }

  /** Takes an unfinished request back. @throws InputError: it is under way; closed; read-only */
  withdrawRequest(): void {
    this.requireOpen();
    this.requireWritable();
    if (this.underWay > 0)
      throw new InputError("withdrawRequest: an erasure is under way; stop it by its signal first");
    this.home?.withdrawRequest();
  }

  /** Certificates of what it has forgotten, oldest first. @throws InputError: closed. */
  certificates(): Certificate[] {
    this.requireOpen();
    return this.home?.certificates() ?? [...this.made];
  }

  /** What is wrong with certificates that are missing or were changed. @throws InputError: closed. */
  lostCertificates(): string[] {
    this.requireOpen();
    return this.home?.lostCertificates().map(({ message }) => message) ?? [];
  }

  /** Frees memory, workers and the folder, after what is under way. Closing again is waiting for the same. */
  close(): Promise<void> {
    this.closing ??= this.inTurn(() => releaseAll(this.pool, this.current, this.release));
    return this.closing;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {}); // a failure is its caller's; the next one's turn comes all the same
    return result;
  }

  private requireOpen(): void {
    if (this.closing) throw new InputError("the system has been closed");
  }

  private requireWritable(): void {
    if (this.readOnly)
      throw new InputError("the system was opened read-only; open it without readOnly to change it");
  }

  /** By item: 1 where somebody who is not erased has rated it. */
  private ratedItems(): Uint8Array {
    if (this.rated?.of === this.current) return this.rated.items;
    const { userIds, itemIds } = this.current;
    const items = new Uint8Array(itemIds.length);
    for (let user = 0; user < userIds.length; user++)
      for (const item of this.current.ratingsOf(user).items) items[item] = 1;
    this.rated = { of: this.current, items };
    return items;
  }

  private userNumber(user: string): number {
    if (typeof user !== "string") throw new InputError(`user: ${JSON.stringify(user)} is not text`);
    if (this.numbers?.of !== this.current.userIds)
      this.numbers = {
        of: this.current.userIds,
        byId: new Map(this.current.userIds.map((id, index) => [id, index])),
      };
    const number = this.numbers.byId.get(user);
    if (number === undefined) throw new InputError(`user "${user}" is not in the system's catalogue`);
    requireKnownUser(number, this.current);
    return number;
  }
}

/** Releases all that a system holds, each whatever becomes of the others, the lock last. */
export async function releaseAll(pool?: WorkerPool, system?: System, unlock?: () => void): Promise<void> {
  try {
    await pool?.close();
  } finally {
    try {
      system?.dispose();
    } finally {
      unlock?.();
    }
  }
}

/** @param regroup what the options say, if they do */
function requested(request: ForgetRequest, regroup: boolean | undefined): NamedErasure {
  if (Array.isArray(request)) {
    requireIds(request, "forget");
    return { users: request, ratings: [], regroup: regroup ?? false };
  }
  requireOptions(request, "forget", ["users", "ratings", "regroup"]);
  const { users = [], ratings = [], regroup: own = regroup } = request as Partial<NamedErasure>;
  requireIds(users, "forget: users");
  requirePairs(ratings, "forget: ratings");
  requireFlag(own, "forget: regroup");
  if (regroup !== undefined && own !== regroup)
    throw new InputError(`forget: regroup: the request says ${own}, and the options say ${regroup}`);
  return { users, ratings, regroup: own ?? false };
}
