/**
 * Ratings drawn from a planted model, for work without real data and for tests with a known answer. Users and
 * items belong to communities of taste; a few users are very active and a few items very popular; a rating is
 *
 *   round(mean + bias(user) + quality(item) + affinity(communities of user and item) + noise), from 1 to 5.
 *
 * So the item mean says more than popularity, and the communities say clearly more than the item mean. Every
 * user draws from a stream of its own, with portable arithmetic: one seed, one data set, on every machine.
 */

import { InputError } from "../errors";
import { exp, log } from "../numeric";
import { Random } from "../random";
import { type Csr, type Interactions, transpose } from "./interactions";
import {
  mostRow,
  requirePossible,
  SYNTHETIC_PRESETS,
  type SyntheticOptions,
  type Tail,
} from "./syntheticOptions";

/** A generated set, and the truth that it was generated from. */
export interface Synthetic {
  readonly data: Interactions;
  /** Uint16Array, users: planted community of each user, 0 .. communities - 1; sizes differ */
  readonly userCommunity: Uint16Array;
  /** Uint16Array, items: planted community of each item; sizes differ by at most one */
  readonly itemCommunity: Uint16Array;
}

const MEAN = 3.4; // before the own community's affinity lifts it to about 3.6, the mean of MovieLens
const POPULAR_QUALITY = 0.12; // popular items are a little better: rating points per unit of log popularity

/**
 * Draws a data set; what `options` leaves out is taken from the preset `synthetic`.
 * @throws InputError on an unknown key, a number out of range, or counts that cannot all be met.
 */
export function synthesize(options: Partial<SyntheticOptions> = {}): Synthetic {
  const settings: SyntheticOptions = { ...SYNTHETIC_PRESETS.synthetic, ...options };
  requirePossible(settings);
  const { users, items, communities, seed } = settings;
  const stream = (name: string) => Random.stream(seed, "synthetic", name);

  const userCommunity = unevenCommunities(users, communities, stream("user communities"));
  const itemCommunity = new Uint16Array(items);
  for (let i = 0; i < items; i++) itemCommunity[i] = i % communities;
  stream("item communities").shuffle(itemCommunity);

  const popularity = tailWeights(items, settings.popularity, stream("popularity"));
  const offsets = activityOffsets(settings, stream("activity"));
  const columns = new Uint32Array(settings.ratings);
  const filled = placeEveryItem(
    settings,
    offsets,
    columns,
    userCommunity,
    itemCommunity,
    stream("every item"),
  );
  const chooser = new ItemChooser(poolsOf(popularity, itemCommunity, communities), settings.loyalty);
  const taste = tasteOf(settings, popularity, stream);
  const values = new Float32Array(settings.ratings);
  const family = stream("choices");
  for (let u = 0; u < users; u++) {
    const random = family.fork(u);
    const row = columns.subarray(offsets[u], offsets[u + 1]);
    chooser.fill(row, filled[u], u, userCommunity[u], random);
    if (row.length > 1) row.sort();
    const base = MEAN + settings.biasSpread * random.normal();
    const liking = taste.affinity.subarray(userCommunity[u] * communities);
    for (let k = 0; k < row.length; k++) {
      const item = row[k];
      const noise = settings.noiseSpread * random.normal();
      const latent = base + taste.quality[item] + liking[itemCommunity[item]] + noise;
      values[offsets[u] + k] = Math.min(5, Math.max(1, Math.floor(latent + 0.5)));
    }
  }
  const byUser: Csr = { offsets, columns, values };
  const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1));
  const data: Interactions = {
    provenance: { name: settings.name, synthetic: true, steps: [] },
    userIds: ids(users),
    itemIds: ids(items),
    byUser,
    byItem: transpose(byUser, items),
  };
  return { data, userCommunity, itemCommunity };
}

/** Community c is drawn with weight 1 / sqrt(c + 1): sizes that an unbalanced clustering would find. */
function unevenCommunities(users: number, communities: number, random: Random): Uint16Array {
  const ends = new Float64Array(communities);
  for (let c = 0, sum = 0; c < communities; c++) ends[c] = sum += 1 / Math.sqrt(c + 1);
  const result = new Uint16Array(users);
  for (let u = 0; u < users; u++)
    result[u] = firstAbove(ends, 0, communities, random.uniform() * ends[communities - 1]);
  return result;
}

/** The first place in from .. to whose value is above x (the last place if none is); `ends` ascends. */
function firstAbove(ends: Float64Array, from: number, to: number, x: number): number {
  let low = from;
  let high = to - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Weights of a tail, dealt to n members in random order. */
function tailWeights(n: number, { power, shift, cut = 0 }: Tail, random: Random): Float64Array {
  const weights = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    weights[r] = Math.max(0.001, exp(-power * log((r + 0.5) / n + shift)) - cut);
  }
  return random.shuffle(weights);
}

/** Row offsets: ratings of each user, by the activity tail above the minimum, `ratings` in all. */
function activityOffsets(settings: SyntheticOptions, random: Random): Uint32Array {
  const { users, items, ratings, userMinimum } = settings;
  const weights = tailWeights(users, settings.activity, random);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const extra = ratings - users * userMinimum;
  const counts = new Uint32Array(users);
  let share = 0;
  let given = 0;
  for (let u = 0; u < users; u++) {
    share += weights[u] / total;
    const upTo = u + 1 === users ? extra : Math.min(extra, Math.floor(share * extra));
    counts[u] = userMinimum + (upTo - given);
    given = upTo;
  }
  let excess = 0; // of users above the most; goes to the others in turn
  const most = mostRow(items);
  for (let u = 0; u < users; u++) {
    excess += Math.max(0, counts[u] - most);
    counts[u] = Math.min(counts[u], most);
  }
  for (let u = 0; excess > 0; u = (u + 1) % users) {
    if (counts[u] === most) continue;
    counts[u]++;
    excess--;
  }
  const offsets = new Uint32Array(users + 1);
  for (let u = 0; u < users; u++) offsets[u + 1] = offsets[u] + counts[u];
  return offsets;
}

const TRIES = 8; // draws of a user before an item is given to one of another community

/**
 * Gives each item its minimum of ratings: to active users first, of its own community where one is found.
 * Writes into the heads of the rows of `columns` and returns how many places of each row are taken.
 */
function placeEveryItem(
  { users, items, ratings, itemMinimum }: SyntheticOptions,
  offsets: Uint32Array,
  columns: Uint32Array,
  userCommunity: Uint16Array,
  itemCommunity: Uint16Array,
  random: Random,
): Uint32Array {
  const filled = new Uint32Array(users);
  const owner = new Uint32Array(ratings); // of each place: a random place is a user drawn by activity
  for (let u = 0; u < users; u++) owner.fill(u, offsets[u], offsets[u + 1]);
  const takes = (u: number, item: number): boolean => {
    const end = offsets[u] + filled[u];
    if (end === offsets[u + 1]) return false;
    for (let k = offsets[u]; k < end; k++) if (columns[k] === item) return false;
    return true;
  };
  const order = random.shuffle(Uint32Array.from({ length: items }, (_, i) => i));
  for (let round = 0; round < itemMinimum; round++) {
    for (const item of order) {
      let chosen = -1;
      for (let t = 0; t < TRIES; t++) {
        const u = owner[random.below(ratings)];
        if (!takes(u, item)) continue;
        chosen = u;
        if (userCommunity[u] === itemCommunity[item]) break;
      }
      const start = random.below(users);
      for (let step = 0; chosen < 0 && step < users; step++) {
        const u = (start + step) % users;
        if (takes(u, item)) chosen = u;
      }
      if (chosen < 0)
        throw new InputError(
          `synthetic data: ${ratings} ratings leave no room for ${itemMinimum} of each item; ` +
            "lower itemMinimum",
        );
      columns[offsets[chosen] + filled[chosen]++] = item;
    }
  }
  return filled;
}

/** Items sorted by community, with running sums of their weights: a weighted draw is two binary searches. */
interface Pools {
  /** Uint32Array, items: item numbers, community after community */
  readonly members: Uint32Array;
  /** Uint32Array, communities + 1: community c is members[starts[c] .. starts[c + 1]) */
  readonly starts: Uint32Array;
  /** Float64Array, items: weight of members[place] */
  readonly weights: Float64Array;
  /** Float64Array, items: sum of the weights of its community up to members[place] */
  readonly ends: Float64Array;
  /** Float64Array, communities: sum of the weights of communities 0 .. c */
  readonly totals: Float64Array;
}

function poolsOf(popularity: Float64Array, community: Uint16Array, communities: number): Pools {
  const starts = new Uint32Array(communities + 1);
  for (const c of community) starts[c + 1]++;
  for (let c = 0; c < communities; c++) starts[c + 1] += starts[c];
  const next = starts.slice(0, communities);
  const members = new Uint32Array(community.length);
  for (let i = 0; i < community.length; i++) members[next[community[i]]++] = i;
  const weights = Float64Array.from(members, (i) => popularity[i]);
  const ends = new Float64Array(members.length);
  const totals = new Float64Array(communities);
  for (let c = 0, all = 0; c < communities; c++) {
    let sum = 0;
    for (let place = starts[c]; place < starts[c + 1]; place++) ends[place] = sum += weights[place];
    totals[c] = all += sum;
  }
  return { members, starts, weights, ends, totals };
}

/** Chooses the items of one user after another. */
class ItemChooser {
  private readonly seenBy: Uint32Array; // last user + 1 that holds the item

  constructor(
    private readonly pools: Pools,
    private readonly loyalty: number,
  ) {
    this.seenBy = new Uint32Array(pools.members.length);
  }

  /** Fills row[filled ..]: popular items first, `loyalty` of them from the user's own community. */
  fill(row: Uint32Array, filled: number, user: number, community: number, random: Random): void {
    const { seenBy, loyalty } = this;
    const { members, starts, ends, totals } = this.pools;
    for (let k = 0; k < filled; k++) seenBy[row[k]] = user + 1;
    if (row.length > members.length / 6) {
      this.fillMany(row, filled, user, community, random);
      return;
    }
    const all = totals[totals.length - 1];
    for (let k = filled; k < row.length; k++) {
      let item = 0;
      for (let t = 0; t === 0 || seenBy[item] === user + 1; t++) {
        if (t < 64) {
          const own = random.uniform() < loyalty;
          const c = own ? community : firstAbove(totals, 0, totals.length, random.uniform() * all);
          const sum = ends[starts[c + 1] - 1];
          item = members[firstAbove(ends, starts[c], starts[c + 1], random.uniform() * sum)];
        } else item = random.below(members.length); // the popular ones are all taken
      }
      seenBy[item] = user + 1;
      row[k] = item;
    }
  }

  /**
   * The same for a user with a large share of the catalogue, where drawing again and again would be slow: the
   * smallest of -log(uniform) / weight (Efraimidis and Spirakis 2006, weighted sampling without replacement).
   */
  private fillMany(row: Uint32Array, filled: number, user: number, community: number, random: Random): void {
    const { members, starts, weights, ends, totals } = this.pools;
    const n = members.length;
    const [from, to] = [starts[community], starts[community + 1]];
    const inside = this.loyalty / ends[to - 1];
    // the others come last, but they come
    const anywhere = Math.max(1e-9, 1 - this.loyalty) / totals[totals.length - 1];
    const keys = new Float64Array(n);
    for (let place = 0; place < n; place++) {
      const weight = weights[place] * (place >= from && place < to ? inside + anywhere : anywhere);
      const key = -log(random.uniform() + 2 ** -33) / weight;
      keys[place] = this.seenBy[members[place]] === user + 1 ? Infinity : key;
    }
    const wanted = row.length - filled;
    if (wanted === 0) return;
    const limit = keys.slice().sort()[wanted - 1];
    let k = filled;
    for (let place = 0; place < n && k < row.length; place++)
      if (keys[place] <= limit) row[k++] = members[place];
  }
}

function tasteOf(
  { items, communities, ownAffinity, affinitySpread, qualitySpread }: SyntheticOptions,
  popularity: Float64Array,
  stream: (name: string) => Random,
) {
  const logs = popularity.map(log);
  const middle = logs.reduce((sum, value) => sum + value, 0) / items;
  const qualities = stream("quality");
  const quality = logs.map(
    (value) => POPULAR_QUALITY * (value - middle) + qualitySpread * qualities.normal(),
  );
  const affinities = stream("affinity");
  const affinity = new Float64Array(communities * communities); // user community x item community
  for (let c = 0; c < communities * communities; c++) {
    const drawn = affinitySpread * affinities.normal();
    affinity[c] = c % (communities + 1) === 0 ? ownAffinity : drawn - ownAffinity / 4;
  }
  return { quality, affinity };
}
