/**
 * The hypergraph of Appendix A.2: a vertex and a hyperedge for each user. Hyperedge e_i is the reach set of
 * user i, and w(i, j), for j in e_i, a mean rating of user j (edge-dependent vertex weights, Chitra and
 * Raphael 2019). The N x N incidence (on MovieLens 1M some 33 million pairs) is never listed. Three
 * representations answer the same questions: `bitsets` where reach sets are dense and the tables small,
 * `items` on the rating lists alone, and `mixed`, on the rating lists too, for data whose tables would be too
 * large: there the walk tells users who reach many from those who reach few. The last two take memory
 * proportional to ratings + users.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { complete, type SettingsOf } from "../settings";
import { BITSET_LIMIT, bitsetBytes } from "./bitsets";
import type { WorkOptions } from "./pause";
import { hopsOf, pathCount, type ReachBits, reachBits, reachSizes, rowOf } from "./reach";
import { HYPERGRAPH } from "./settings";

type HypergraphSettings = SettingsOf<typeof HYPERGRAPH>;

/** Users and their hyperedges (Section 3.2.1), never listed as users x users. */
export interface Hypergraph {
  readonly data: Interactions;
  readonly order: number;
  readonly includeSelf: boolean;
  readonly weights: HypergraphSettings["weights"];
  /** Uint32Array, N: |e_i| */
  readonly sizes: Uint32Array;
  /** Float64Array, N: mean rating of each user; 0 for a user without ratings */
  readonly means: Float64Array;
  /** The largest rating: no weight exceeds it. */
  readonly maxWeight: number;
  /** How incidence is kept, and neighbours are drawn. */
  readonly representation: Exclude<HypergraphSettings["representation"], "auto">;
  /** Present in the representation `bitsets`. */
  readonly bits: ReachBits | undefined;
  /** j in e_i. Symmetric. */
  has(i: number, j: number): boolean;
  /** w(i, j); 0 when j is not in e_i. */
  weight(i: number, j: number): number;
  /** The members of e_i, ascending. */
  members(i: number): Uint32Array;
}

/**
 * Builds the hypergraph. Users without ratings have a hyperedge that holds nobody else.
 * @throws InputError for an unknown or impossible setting, or a rating that is not above 0.
 */
export async function buildHypergraph(
  data: Interactions,
  settings: Partial<HypergraphSettings> = {},
  options: WorkOptions = {},
): Promise<Hypergraph> {
  const full = complete(HYPERGRAPH, settings, "hypergraph");
  const { hyperedgeOrder: order, weights, includeSelf } = full;
  const hops = hopsOf(order);
  const means = userMeans(data);
  const maxWeight = data.byUser.values.reduce((most, value) => Math.max(most, value), 0);
  const common = { data, order, includeSelf, weights, means, maxWeight };

  const representation = chooseRepresentation(data, hops, full.representation);
  if (representation === "bitsets") {
    const bits = await reachBits(data, hops, includeSelf, options);
    const sizes = Uint32Array.from(data.userIds, (_, u) => bits.users.count(u));
    return { ...common, sizes, representation, bits, ...bitsetQueries(data, weights, means, bits) };
  }
  const sizes =
    hops === 0
      ? new Uint32Array(data.userIds.length).fill(includeSelf ? 1 : 0)
      : await reachSizes(data, includeSelf, "auto", options);
  const queries = listQueries(data, hops, includeSelf, weights, means);
  return { ...common, sizes, representation, bits: undefined, ...queries };
}

/**
 * A neighbour of v is drawn from bitsets in about N / |e_v| trials, through shared items in (paths from v) /
 * |e_v|. Walks come to v about in proportion to |e_v|, so the means to compare are N^2 and the number of
 * paths.
 */
function chooseRepresentation(
  data: Interactions,
  hops: number,
  asked: HypergraphSettings["representation"],
): Hypergraph["representation"] {
  const n = data.userIds.length;
  const items = data.itemIds.length;
  const bytes = (hops > 1 ? 2 : 1) * (bitsetBytes(n, n) + bitsetBytes(n, items)) + bitsetBytes(items, n);
  const fits = bytes <= BITSET_LIMIT;
  if (asked === "bitsets" || hops > 1) {
    if (asked === "items" || asked === "mixed")
      throw new InputError("hypergraph: hyperedgeOrder 6 and above needs representation bitsets");
    if (!fits)
      throw new InputError(
        `hypergraph: bitsets of ${n} users and ${items} items take ${bytes} bytes; ` +
          `at most ${BITSET_LIMIT} are allowed` +
          (hops > 1 ? ", and hyperedgeOrder 6 and above needs them" : ""),
      );
    return "bitsets";
  }
  if (asked !== "auto") return asked;
  if (hops === 0) return "items";
  if (!fits) return "mixed";
  return n * n <= pathCount(data) ? "bitsets" : "items";
}

type Queries = Pick<Hypergraph, "has" | "weight" | "members">;

function bitsetQueries(
  data: Interactions,
  weights: Hypergraph["weights"],
  means: Float64Array,
  bits: ReachBits,
): Queries {
  const { offsets, columns, values } = data.byUser;
  const { words, bits: itemBits } = bits.items;
  return {
    has: (i, j) => bits.users.has(i, j),
    members: (i) => bits.users.members(i),
    weight(i, j) {
      if (!bits.users.has(i, j)) return 0;
      if (weights === "overall") return means[j];
      const row = i * words;
      let sum = 0;
      let count = 0;
      for (let k = offsets[j]; k < offsets[j + 1]; k++) {
        const item = columns[k];
        // without a branch: whether an item is shared is close to a coin toss
        const bit = (itemBits[row + (item >>> 5)] >>> (item & 31)) & 1;
        sum += bit * values[k];
        count += bit;
      }
      return count === 0 ? means[j] : sum / count;
    },
  };
}

function listQueries(
  data: Interactions,
  hops: number,
  includeSelf: boolean,
  weights: Hypergraph["weights"],
  means: Float64Array,
): Queries {
  const { byUser, byItem } = data;
  const has = (i: number, j: number) =>
    i === j ? includeSelf : hops > 0 && sharedItems(byUser.offsets, byUser.columns, i, j) > 0;
  return {
    has,
    weight(i, j) {
      if (i === j || weights === "overall") return has(i, j) ? means[j] : 0;
      if (hops === 0) return 0;
      const { offsets, columns, values } = byUser;
      let at = offsets[i];
      let sum = 0;
      let count = 0;
      for (let k = offsets[j]; k < offsets[j + 1]; k++) {
        while (at < offsets[i + 1] && columns[at] < columns[k]) at++;
        if (at < offsets[i + 1] && columns[at] === columns[k]) {
          sum += values[k];
          count++;
        }
      }
      return count === 0 ? 0 : sum / count;
    },
    members(i) {
      const met = new Set<number>(includeSelf ? [i] : []);
      if (hops > 0)
        for (const item of byUser.columns.subarray(...rowOf(byUser.offsets, i)))
          for (const other of byItem.columns.subarray(...rowOf(byItem.offsets, item))) met.add(other);
      if (!includeSelf) met.delete(i);
      return Uint32Array.from(met).sort();
    },
  };
}

/** Number of items that i and j share: by a merge, or a search in the longer list if it is far longer. */
export function sharedItems(offsets: Uint32Array, columns: Uint32Array, i: number, j: number): number {
  if (offsets[i + 1] - offsets[i] > offsets[j + 1] - offsets[j]) return sharedItems(offsets, columns, j, i);
  let at = offsets[j];
  const end = offsets[j + 1];
  const long = end - at > 16 * (offsets[i + 1] - offsets[i]);
  let count = 0;
  for (let k = offsets[i]; k < offsets[i + 1] && at < end; k++) {
    const item = columns[k];
    if (long) at = firstAtLeast(columns, at, end, item);
    else while (at < end && columns[at] < item) at++;
    if (at < end && columns[at] === item) {
      count++;
      at++;
    }
  }
  return count;
}

/** The first place in the ascending stretch [from, to) with at least `value`; `to` without one. */
function firstAtLeast(ascending: Uint32Array, from: number, to: number, value: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ascending[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function userMeans(data: Interactions): Float64Array {
  const { offsets, values } = data.byUser;
  return Float64Array.from(data.userIds, (id, u) => {
    let sum = 0;
    for (let k = offsets[u]; k < offsets[u + 1]; k++) {
      if (!(values[k] > 0 && values[k] < Infinity))
        throw new InputError(`hypergraph: user ${id} has rating ${values[k]}; weights need ratings above 0`);
      sum += values[k];
    }
    return sum === 0 ? 0 : sum / (offsets[u + 1] - offsets[u]);
  });
}
