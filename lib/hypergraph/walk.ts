/**
 * The random walk of Algorithm 3 (Appendix A.3), sampled exactly: from vertex v a hyperedge e that holds v
 * with probability proportional to |e|, from e a vertex of it with probability proportional to w(e, .).
 * Membership is symmetric, so the hyperedges that hold v are those of v's neighbours, and both halves of a
 * step draw a neighbour with given weights. None lists the neighbours: `bitsets` draws any user and rejects
 * (von Neumann 1951), `items` goes through a shared item, `mixed` takes for each user the way with fewer
 * tries. A user whom nobody else reaches, and who is so alone in their hyperedge, stays in place; without
 * `includeSelf` no hyperedge holds them, and their sequence has no other user.
 */

import { Random } from "../random";
import { complete, SEED, type SettingsOf } from "../settings";
import type { Hypergraph } from "./hypergraph";
import { ItemSampler } from "./itemSampler";
import { pause, type WorkOptions } from "./pause";
import { pathCounts } from "./reach";
import { rejectionWalker } from "./rejectionWalker";
import { WALK } from "./settings";
import type { Walker } from "./walker";

const SEEDED = { ...WALK, seed: SEED };

/** Sequences of users ("sentences"), one after another. */
export interface Sequences {
  /** Uint32Array: user numbers */
  readonly users: Uint32Array;
  /** Uint32Array, sequences + 1: where each begins in `users` */
  readonly offsets: Uint32Array;
}

/** A walker on a hypergraph: one step of Algorithm 3 at a time. */
export function createWalker(graph: Hypergraph): Walker {
  const walker = { bitsets: bitsetWalker, items: itemWalker, mixed: mixedWalker }[graph.representation](
    graph,
  );
  const least = graph.includeSelf ? 1 : 0; // the size of the hyperedge of a user whom nobody reaches
  return {
    hyperedge(v, random) {
      if (graph.sizes[v] > least) return walker.hyperedge(v, random);
      return graph.includeSelf ? v : undefined;
    },
    vertex: (e, random) => (graph.sizes[e] > least ? walker.vertex(e, random) : e),
  };
}

/** Any user, kept when a neighbour and then with probability weight / greatest weight. */
function bitsetWalker(graph: Hypergraph): Walker {
  const { sizes, maxWeight } = graph;
  const n = sizes.length;
  const greatest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return {
    hyperedge(v, random) {
      for (;;) {
        const e = random.below(n);
        if (graph.has(v, e) && random.below(greatest) < sizes[e]) return e;
      }
    },
    vertex(e, random) {
      for (;;) {
        const v = random.below(n);
        if (graph.has(e, v) && random.uniform() * maxWeight < graph.weight(e, v)) return v;
      }
    },
  };
}

/** For each user whichever takes fewer tries: rejection N / |e|, a shared item the user's paths / |e|. */
function mixedWalker(graph: Hypergraph): Walker {
  const n = graph.sizes.length;
  const paths = pathCounts(graph.data);
  let rejecting: Walker | undefined;
  let sharing: Walker | undefined;
  const walkerOf = (user: number): Walker => {
    if (paths[user] > n) {
      rejecting ??= rejectionWalker(graph);
      return rejecting;
    }
    sharing ??= itemWalker(graph);
    return sharing;
  };
  return {
    hyperedge: (v, random) => walkerOf(v).hyperedge(v, random),
    vertex: (e, random) => walkerOf(e).vertex(e, random),
  };
}

/** Through a shared item; under `shared` the ratings summed over shared items give w after rejection. */
function itemWalker(graph: Hypergraph): Walker {
  const { data, sizes, means, includeSelf } = graph;
  const edges = new ItemSampler(data, (user) => sizes[user], includeSelf);
  const vertices = new ItemSampler(
    data,
    graph.weights === "overall" ? (user) => means[user] : (_, rating) => rating,
    includeSelf,
  );
  return {
    hyperedge: (v, random) => edges.draw(v, random),
    vertex: (e, random) => vertices.draw(e, random),
  };
}

/** Work between two pauses, in walks. */
const CHUNK = 4096;

/**
 * Algorithm 3: so many walks of so many steps from every user, in the order of the users. Each user's walks
 * come from a stream of their own id, so they are the same whatever other users walk.
 */
export async function randomWalks(
  graph: Hypergraph,
  settings: Partial<SettingsOf<typeof SEEDED>> = {},
  options: WorkOptions = {},
): Promise<Sequences> {
  const { walks: rep, walkSteps: dep, seed } = complete(SEEDED, settings, "random walk");
  const ids = graph.data.userIds;
  const walker = createWalker(graph);
  const family = Random.stream(seed, "walk");
  const users = new Uint32Array(ids.length * rep * (dep + 1));
  const offsets = new Uint32Array(ids.length * rep + 1);
  let length = 0;
  let walks = 0;
  for (let start = 0; start < ids.length; start++) {
    const random = family.fork(ids[start]);
    for (let j = 0; j < rep; j++) {
      let v = start;
      users[length++] = v;
      for (let k = 0; k < dep; k++) {
        const e = walker.hyperedge(v, random);
        if (e === undefined) break;
        v = walker.vertex(e, random);
        users[length++] = v;
      }
      offsets[++walks] = length;
      if (walks % CHUNK === 0) await pause(options, "walk", walks / (offsets.length - 1));
    }
  }
  return { users: users.slice(0, length), offsets };
}
