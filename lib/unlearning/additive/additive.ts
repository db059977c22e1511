/**
 * Methods without gradients whose only learned state are sums over users: of all pairs of items
 * (statistics.ts), or of each item and those like it (neighbours.ts). Forgetting a user subtracts what the
 * user added; the sums are integers, so what is left is what the others alone would have given, and every
 * weight is a function of it. That model (an inverse, eigenvectors) is derived when something is scored
 * first.
 *
 * Cost: `samples` counts ratings touched, one reading of a rating standing for one gradient sample: all of
 * them in learning, those of the erased users in unlearning (a user who loses single ratings is taken out and
 * put in again). Deriving the model is the same work whoever was erased and touches no rating. It is not in
 * the cost of a system: time `derive` for it.
 */

import type { Interactions } from "../../data/interactions";
import { InputError, StoppedError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import type { BytesKept } from "../../training/checkpoint";
import type { EntryName, Json, Store } from "../../training/store";
import { requireKnownUser } from "../erasure";
import { type Built, MethodFrame, SystemFrame, type Task } from "../frame";
import type { MethodContext, Preparation } from "../method";
import { type Partition, ratingsOf } from "../partition";
import { type AdditiveLabel, contributionOf, type UserRatings } from "./contributions";
import type { Rater } from "./coRatings";
import type { Watch } from "./inverse";
import { blocks, ratingsHash } from "./keptRatings";
import { intoUnitInterval } from "./score";
import type { PairSums } from "./statistics";

/** What is learned: integers, which users can be added to and taken off without a trace. */
export interface Sums<S> {
  /** Adds a user to these very sums, before they are settled. */
  add(user: Rater): void;
  /** Does what is left to do when all users are there. @throws StoppedError on the signal. */
  settle(work: Preparation): Promise<void>;
  /** Others, with some users less and some more. These stay as they are. */
  changed(less: readonly Rater[], more: readonly Rater[]): S;
  readonly bytes: number;
  /** SHA-256: equal for equal sums. */
  hash(): string;
}

/** The weights, and how they score. */
export interface AdditiveModel {
  /**
   * Scores of `items` for a user with these ratings, before `intoUnitInterval`. Float64Array, items.length.
   */
  score(user: UserRatings, items: Uint32Array): Float64Array;
}

/** It needs no plan; there is nothing to regroup. */
export abstract class AdditiveMethod<S extends Sums<S> = PairSums> extends MethodFrame<AdditiveSystem<S>> {
  override readonly plans = false;
  /** what is summed */
  abstract readonly label: AdditiveLabel;
  /** top of the rating scale, read by label `rating` alone */
  abstract readonly maximumRating: number;
  /** The sums over nobody, for so many items and users. @throws InputError for more than they can hold. */
  protected abstract zero(items: number, users: number): S;
  /** The model, at once. */
  abstract derive(sums: S): AdditiveModel;

  /** The same model, on all cores where the method can use them. */
  async solve(sums: S, _watch: Watch): Promise<AdditiveModel> {
    return this.derive(sums);
  }

  protected override async makePlan(data: Interactions) {
    return blocks(data);
  }

  protected override async build({ former, ...task }: Task<AdditiveSystem<S>>, context: MethodContext) {
    const began = context.clock();
    const { partition } = task;
    const { sums, samples } = former
      ? this.changed(former, partition)
      : { sums: await this.sumUp(partition, context), samples: ratingsIn(partition) };
    await sums.settle(context);
    const stage = former ? "erase" : "statistics";
    const cost = inSequence(task.cost, stageCost(stage, context.clock() - began, { samples }));
    return new AdditiveSystem(this, { ...task, cost, trained: [] }, context.store, sums);
  }

  /** Nothing that is learned is saved: the sums are taken anew. */
  protected override async load(_root: Json, built: Built, context: MethodContext) {
    const began = context.clock();
    const sums = await this.sumUp(built.partition, context);
    await sums.settle(context);
    const cost = stageCost("load", context.clock() - began);
    return new AdditiveSystem(this, { ...built, cost }, context.store, sums);
  }

  /** The sums without what is erased, and how many ratings that took. */
  private changed({ system, erasure }: NonNullable<Task<AdditiveSystem<S>>["former"]>, after: Partition) {
    const of = (partition: Partition) => (user: number) =>
      this.rater(user, system.userIds[user], ratingsOf(partition, user));
    const changed = [...erasure.ratings.keys()];
    const less = [...erasure.users, ...changed].map(of(system.partition));
    const more = changed.map(of(after));
    const samples = [...less, ...more].reduce((sum, { items }) => sum + items.length, 0);
    return { sums: system.sums.changed(less, more), samples };
  }

  private rater(user: number, id: string, ratings: UserRatings): Rater {
    return { user, ...contributionOf(ratings, this.label, this.maximumRating, id) };
  }

  /** The sums over all users, a block of them at a time. */
  private async sumUp({ groups, itemIds }: Partition, context: MethodContext): Promise<S> {
    const users = groups.reduce((sum, { members }) => sum + members.length, 0);
    const sums = this.zero(itemIds.length, users);
    for (const [block, { members, ids, offsets, items, ratings }] of groups.entries()) {
      ids.forEach((id, row) => {
        const [from, to] = [offsets[row], offsets[row + 1]];
        const own = { items: items.subarray(from, to), ratings: ratings.subarray(from, to) };
        sums.add(this.rater(members[row], id, own));
      });
      const done = (block + 1) / groups.length;
      context.onProgress?.({ stage: "statistics", done, text: "summing up the users" });
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (context.signal?.aborted) throw new StoppedError(`${this.name}: stopped while summing up`);
    }
    return sums;
  }
}

const ratingsIn = ({ groups }: Partition) => groups.reduce((sum, { items }) => sum + items.length, 0);

/** A system whose model is solved from sums over users. */
export class AdditiveSystem<S extends Sums<S> = PairSums> extends SystemFrame {
  private model: AdditiveModel | undefined;
  private hash: string | undefined;
  private written: readonly EntryName[] = [];

  constructor(
    override readonly method: AdditiveMethod<S>,
    built: Built,
    store: Store,
    readonly sums: S,
  ) {
    super(method, built, store);
  }

  /**
   * Over the sums and the ratings of the users who stay: all that scoring depends on is a function of them.
   */
  get fingerprint(): string {
    const { name, settings } = this.method;
    const sums = () => ({ name, settings, sums: this.sums.hash(), ratings: ratingsHash(this.partition) });
    this.hash ??= sha256(canonicalJson(sums()));
    return this.hash;
  }

  /** Derives the model that scores, if that has not been done. Scoring does it by itself. */
  derive(): AdditiveModel {
    this.model ??= this.method.derive(this.sums);
    return this.model;
  }

  /** Derives the model on all cores, so that scoring need not. @throws StoppedError on the signal. */
  override async prepare({ signal, onProgress }: Preparation = {}): Promise<void> {
    const report = (done: number) => onProgress?.({ stage: "model", done, text: "solving for the weights" });
    this.model ??= await this.method.solve(this.sums, { signal, onProgress: report });
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    if (users.length !== items.length)
      throw new InputError(`pairs: ${users.length} users and ${items.length} items`);
    for (const item of items)
      if (item >= this.itemIds.length)
        throw new InputError(`item number ${item}: the catalogue has 0 to ${this.itemIds.length - 1}`);
    const scores = new Float32Array(users.length);
    for (let from = 0; from < users.length; ) {
      let to = from + 1;
      while (users[to] === users[from]) to++;
      scores.set(this.scoresOf(users[from], items.subarray(from, to)), from);
      from = to;
    }
    return scores;
  }

  scoreItems(users: Uint32Array): Float32Array {
    const all = Uint32Array.from(this.itemIds, (_, item) => item);
    const scores = new Float32Array(users.length * all.length);
    users.forEach((user, row) => {
      scores.set(this.scoresOf(user, all), row * all.length);
    });
    return scores;
  }

  /** The sums; the model can be derived from them. */
  bytesKept(): BytesKept {
    const { bytes } = this.sums;
    return { perGroup: [bytes], total: bytes };
  }

  /** What `save` wrote; in memory, nothing is kept in the store. */
  entries(): EntryName[] {
    return [...this.written];
  }

  override save() {
    this.written = [];
    const saved = super.save();
    this.written = saved.entries;
    return saved;
  }

  dispose(): void {
    this.model = undefined;
  }

  protected rootOf(): Json {
    return null;
  }

  private scoresOf(user: number, items: Uint32Array): Float64Array {
    requireKnownUser(user, this);
    return this.derive().score(this.ratingsOf(user), items).map(intoUnitInterval);
  }
}
