/**
 * Scoring by one or several models over the same users (Section 2.3; C-SISA of Section 4.2). Each user's rows
 * come from the group that the user is in; item tables and shared layers ("rest") come from one model, or
 * from each of the shards'. `mean`: every model scores every user, and the mean counts. `own`: a user is
 * scored by the model of the own group.
 *
 * Models that score over a graph do so over the ratings of all users that the system has, with `own` over
 * those of the group's. The graph is no part of what was trained: when a user is forgotten, their edges are
 * gone with the next system, whichever group they were in, and no group is trained again for that.
 */

import type { Engine } from "../engine/engine";
import { InputError } from "../errors";
import type { Graph } from "../model/model";
import { modelOf, modelSpec } from "../model/spec";
import { loadFloats } from "../training/checkpoint";
import { ratingGraph } from "../training/groupRatings";
import { initialRows, putRest, type Start, scatterRows } from "../training/layout";
import type { Store } from "../training/store";
import { requireKnownUser } from "./erasure";
import { type Partition, placeOf } from "./partition";

export interface Models {
  /** blobs of the user rows, one per group */
  readonly rows: readonly string[];
  /** blobs of item tables and shared layers, one per model; with `own`, model g belongs to group g */
  readonly rests: readonly string[];
  readonly combine: "mean" | "own";
}

export class Ensemble {
  private weights: Float32Array | undefined;
  private loaded = -1;

  constructor(
    private readonly engine: Engine,
    private readonly partition: Partition,
    private readonly models: Models,
    private readonly start: Start,
    private readonly store: Store,
  ) {}

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    if (users.length !== items.length)
      throw new InputError(`pairs: ${users.length} users and ${items.length} items`);
    this.checkUsers(users);
    return this.combine(users, 1, (engine, places) =>
      engine.predict(pick(users, places), pick(items, places)),
    );
  }

  scoreItems(users: Uint32Array): Float32Array {
    this.checkUsers(users);
    return this.combine(users, this.partition.itemIds.length, (engine, places) =>
      engine.scoreItems(pick(users, places)),
    );
  }

  dispose(): void {
    this.engine.dispose();
  }

  private checkUsers(users: Uint32Array): void {
    for (const user of users) requireKnownUser(user, this.partition);
  }

  /** Scores by the models that have a say, `width` values a user. */
  private combine(
    users: Uint32Array,
    width: number,
    score: (engine: Engine, places?: Uint32Array) => Float32Array,
  ): Float32Array {
    const { rests, combine } = this.models;
    if (rests.length === 1) return score(this.load(0));
    const scores = new Float32Array(users.length * width);
    if (combine === "own") {
      for (const [model, places] of this.byGroup(users)) {
        const own = score(this.load(model), places);
        places.forEach((place, k) => {
          scores.set(own.subarray(k * width, (k + 1) * width), place * width);
        });
      }
      return scores;
    }
    const sums = new Float64Array(scores.length);
    for (let model = 0; model < rests.length; model++) {
      const part = score(this.load(model));
      for (let k = 0; k < sums.length; k++) sums[k] += part[k];
    }
    for (let k = 0; k < sums.length; k++) scores[k] = sums[k] / rests.length;
    return scores;
  }

  /** Places in `users` by the model that scores them; a user in no group is scored by the first. */
  private byGroup(users: Uint32Array): Map<number, Uint32Array> {
    const groupOf = new Map<number, number>();
    const lists = new Map<number, number[]>();
    users.forEach((user, place) => {
      const group = groupOf.get(user) ?? placeOf(this.partition, user)?.group ?? 0;
      groupOf.set(user, group);
      const list = lists.get(group) ?? [];
      list.push(place);
      lists.set(group, list);
    });
    return new Map([...lists].map(([group, places]) => [group, Uint32Array.from(places)]));
  }

  /** The engine with the weights of one model. */
  private load(model: number): Engine {
    if (this.loaded === model) return this.engine;
    const { spec } = this.engine;
    this.weights ??= this.userWeights();
    putRest(spec, this.weights, loadFloats(this.store, this.models.rests[model]));
    this.engine.load(this.weights);
    if (modelOf(spec.model).graph && (this.loaded < 0 || this.models.combine === "own"))
      this.engine.setGraph(this.graphOf(model));
    this.loaded = model;
    if (this.models.rests.length === 1) this.weights = undefined; // nothing will be loaded again
    return this.engine;
  }

  /** What a model scores over. */
  private graphOf(model: number): Graph {
    const { groups, userIds } = this.partition;
    const own = this.models.combine === "own" && this.models.rests.length > 1;
    return ratingGraph(own ? [groups[model]] : groups, userIds.length);
  }

  /** Flat weights with every user's row: trained, or initial for a user in no group. */
  private userWeights(): Float32Array {
    const { spec } = this.engine;
    const { groups, userIds } = this.partition;
    const weights = new Float32Array(spec.size);
    const placed = new Uint8Array(userIds.length);
    for (const [g, group] of groups.entries()) {
      scatterRows(spec, weights, group.members, loadFloats(this.store, this.models.rows[g]));
      for (const user of group.members) placed[user] = 1;
    }
    const others = Uint32Array.from(userIds, (_, user) => user).filter((user) => !placed[user]);
    const ids = Array.from(others, (user) => userIds[user]);
    scatterRows(spec, weights, others, initialRows(this.start, ids));
    return weights;
  }
}

/** The values at these places, or all of them. */
function pick(values: Uint32Array, places?: Uint32Array): Uint32Array {
  return places ? Uint32Array.from(places, (place) => values[place]) : values;
}

/** The layout that an ensemble over this partition needs of its engine. */
export const ensembleSpec = ({ model, embeddingSize }: Start, { userIds, itemIds }: Partition) =>
  modelSpec(model, userIds.length, itemIds.length, embeddingSize);
