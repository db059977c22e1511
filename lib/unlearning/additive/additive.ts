/**
 * Methods without gradients whose only learned state are sums over users (statistics.ts). Forgetting a user subtracts
 * what the user added; the sums are integers, so what is left is what the others alone would have given, and every
 * weight is a function of it. That model (an inverse, eigenvectors) is derived when something is scored first.
 *
 * Cost: `samples` counts ratings touched, one reading of a rating standing for one gradient sample: all of them in
 * learning, those of the erased users in unlearning (a user who loses single ratings is taken out and put in again).
 * Deriving the model is the same work whoever was erased and touches no rating. It is not in the cost of a system:
 * time `derive` for it.
 */

import type { Interactions } from "../../data/interactions";
import { InputError, StoppedError } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { type Cost, stageCost } from "../../metrics/cost";
import type { BytesKept } from "../../training/checkpoint";
import type { EntryName, Json, Store } from "../../training/store";
import { checkErasure, type Erasure, requireKnownUser } from "../erasure";
import type { Method, MethodContext, System } from "../method";
import { erasePartition, loadPartition, type Partition, ratingsOf, savePartition } from "../partition";
import { type AdditiveLabel, contributionOf, type UserRatings } from "./contributions";
import { keptRatings, ratingsHash } from "./keptRatings";
import { intoUnitInterval } from "./score";
import { MOST_USERS, PairSums } from "./statistics";

/** The weights, and how they score. */
export interface AdditiveModel {
  /** Scores of `items` for a user with these ratings, before `intoUnitInterval`. Float64Array, items.length. */
  score(user: UserRatings, items: Uint32Array): Float64Array;
}

export interface AdditiveRecipe {
  readonly name: string;
  readonly settings: Json;
  readonly label: AdditiveLabel;
  /** top of the rating scale, read by label `rating` alone */
  readonly maximumRating: number;
  derive(sums: PairSums): AdditiveModel;
}

/** A system whose model is solved from sums over users. */
export interface AdditiveSystem extends System {
  readonly plan: null;
  readonly sums: PairSums;
  /** Derives the model that scores, if that has not been done. Scoring does it by itself. */
  derive(): void;
}

/** It needs no plan and takes no notice of one; there is nothing to regroup. */
export interface AdditiveMethod extends Method {
  learn(data: Interactions, context: MethodContext): Promise<AdditiveSystem>;
  restore(root: Json, context: MethodContext): Promise<AdditiveSystem>;
}

/** A method from its recipe. */
export function additiveMethod(recipe: AdditiveRecipe): AdditiveMethod {
  const { name, settings } = recipe;
  const method: AdditiveMethod = {
    name,
    settings,
    async learn(data, context) {
      const began = context.clock();
      const kept = keptRatings(data);
      const sums = await sumUp(kept, recipe, context);
      const cost = stageCost("statistics", context.clock() - began, { samples: ratingsIn(kept) });
      return new Additive(method, recipe, kept, sums, cost, context.store);
    },
    async restore(root, context) {
      const began = context.clock();
      const kept = loadPartition(context.store, (root as { ratings: Json }).ratings);
      const sums = await sumUp(kept, recipe, context);
      return new Additive(
        method,
        recipe,
        kept,
        sums,
        stageCost("load", context.clock() - began),
        context.store,
      );
    },
  };
  return method;
}

const ratingsIn = ({ groups }: Partition) => groups.reduce((sum, { items }) => sum + items.length, 0);

/** The sums over all users, a block of them at a time. */
async function sumUp(kept: Partition, recipe: AdditiveRecipe, context: MethodContext): Promise<PairSums> {
  const { groups } = kept;
  const users = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (recipe.label === "rating" && users > MOST_USERS)
    throw new InputError(`${users} users: sums over ratings hold at most ${MOST_USERS}`);
  const sums = PairSums.zero(kept.itemIds.length, recipe.label);
  for (const [block, { ids, offsets, items, ratings }] of groups.entries()) {
    ids.forEach((id, row) => {
      const [from, to] = [offsets[row], offsets[row + 1]];
      const user = { items: items.subarray(from, to), ratings: ratings.subarray(from, to) };
      sums.add(contributionOf(user, recipe.label, recipe.maximumRating, id));
    });
    const done = (block + 1) / groups.length;
    context.onProgress?.({ stage: "statistics", done, text: "summing up the users" });
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (context.signal?.aborted) throw new StoppedError(`${recipe.name}: stopped while summing up`);
  }
  return sums;
}

class Additive implements AdditiveSystem {
  readonly plan = null;
  readonly guarantee = "exact";
  readonly trained: readonly number[] = [];
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly erased: ReadonlySet<number>;
  private model: AdditiveModel | undefined;
  private hashes: { readonly data: string; readonly model: string } | undefined;
  private written: readonly EntryName[] = [];

  constructor(
    readonly method: AdditiveMethod,
    private readonly recipe: AdditiveRecipe,
    private readonly kept: Partition,
    readonly sums: PairSums,
    readonly cost: Cost,
    private readonly store: Store,
  ) {
    this.userIds = kept.userIds;
    this.itemIds = kept.itemIds;
    this.erased = kept.erased;
  }

  /** Over the sums and the ratings of the users who stay: all that scoring depends on is a function of them. */
  get fingerprint(): string {
    return this.hashed().model;
  }

  get dataHash(): string {
    return this.hashed().data;
  }

  derive(): void {
    this.model ??= this.recipe.derive(this.sums);
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

  ratingsOf(user: number): UserRatings {
    return ratingsOf(this.kept, user);
  }

  /** The sums; the model can be derived from them. */
  bytesKept(): BytesKept {
    const { bytes } = this.sums;
    return { perGroup: [bytes], total: bytes };
  }

  async without(erasure: Erasure, context: MethodContext): Promise<AdditiveSystem> {
    const began = context.clock();
    checkErasure(erasure, this);
    const rest = erasePartition(this.kept, erasure);
    const { label, maximumRating } = this.recipe;
    const of = (kept: Partition) => (user: number) =>
      contributionOf(ratingsOf(kept, user), label, maximumRating, this.userIds[user]);
    const changed = [...erasure.ratings.keys()];
    const less = [...erasure.users, ...changed].map(of(this.kept));
    const more = changed.map(of(rest));
    const sums = this.sums.changed(less, more);
    const samples = [...less, ...more].reduce((sum, { items }) => sum + items.length, 0);
    const cost = stageCost("erase", context.clock() - began, { samples });
    return new Additive(this.method, this.recipe, rest, sums, cost, context.store);
  }

  /** What `save` wrote; in memory, nothing is kept in the store. */
  entries(): EntryName[] {
    return [...this.written];
  }

  /** Writes the ratings and nothing that is learned: the sums are taken anew when the system is opened. */
  save(): { root: Json; entries: readonly EntryName[] } {
    const { root, entries } = savePartition(this.store, this.kept);
    this.written = [...new Set(entries)];
    return { root: { ratings: root }, entries: this.written };
  }

  dispose(): void {
    this.model = undefined;
  }

  private scoresOf(user: number, items: Uint32Array): Float64Array {
    requireKnownUser(user, this);
    this.model ??= this.recipe.derive(this.sums);
    return this.model.score(this.ratingsOf(user), items).map(intoUnitInterval);
  }

  private hashed() {
    if (!this.hashes) {
      const data = ratingsHash(this.kept);
      const { name, settings } = this.recipe;
      const model = sha256(canonicalJson({ name, settings, sums: this.sums.hash(), ratings: data }));
      this.hashes = { data, model };
    }
    return this.hashes;
  }
}
