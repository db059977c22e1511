import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../lib/cohesion/agreement";
import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { groupUsers } from "../../lib/grouping/group";
import { embedUsers } from "../../lib/hypergraph/embedding";
import { moments } from "../../lib/hypergraph/noise";
import { EMBEDDING_KINDS, type EmbeddingSettings } from "../../lib/hypergraph/settings";
import { sha256 } from "../../lib/json";
import { Random } from "../../lib/random";
import { purity, randomRatings, ratings } from "./helpers";

/** The same ratings with users and items numbered at random. */
function renumbered(data: Interactions, seed: number): Interactions {
  const random = Random.stream(seed, "renumber");
  const order = (n: number) => random.shuffle(Uint32Array.from({ length: n }, (_, k) => k));
  const users = order(data.userIds.length); // old number -> new
  const items = order(data.itemIds.length);
  const named = (ids: readonly string[], to: Uint32Array) => {
    const result = new Array<string>(ids.length);
    ids.forEach((id, k) => {
      result[to[k]] = id;
    });
    return result;
  };
  const { offsets, columns, values } = data.byUser;
  const rowUsers = new Uint32Array(columns.length);
  for (let u = 0; u + 1 < offsets.length; u++) rowUsers.fill(users[u], offsets[u], offsets[u + 1]);
  return interactionsFrom(
    { users: rowUsers, items: columns.map((item) => items[item]), ratings: values },
    named(data.userIds, users),
    named(data.itemIds, items),
    data.provenance,
  );
}

/** Users of four communities who rate, and like, the items of their own. */
function planted(users: number, seed: number): Interactions {
  const random = Random.stream(seed, "planted");
  const rows: number[][] = [];
  for (let u = 0; u < users; u++)
    for (let i = 0; i < 120; i++) {
      const own = i % 4 === u % 4;
      if (random.uniform() < (own ? 0.15 : 0.004))
        rows.push([u, i, own ? 4 + random.below(2) : 1 + random.below(3)]);
    }
  return ratings(rows, users, 120);
}

describe.each(EMBEDDING_KINDS)("the %s embedding", (kind) => {
  const data = randomRatings(70, 50, 0.15, 4);

  it("is users x 16 finite numbers, one result a seed", async () => {
    const first = await embedUsers(data, { embedding: kind, seed: 1 });
    expect(first).toMatchObject({ kind, dim: 16 });
    expect(first.values.length).toBe(70 * 16);
    expect(first.values.every(Number.isFinite)).toBe(true);
    expect(await embedUsers(data, { embedding: kind, seed: 1 })).toEqual(first);
    if (kind !== "svd")
      expect((await embedUsers(data, { embedding: kind, seed: 2 })).values).not.toEqual(first.values);
  });

  it.each(["bitsets", "items"] as const)(
    "gives a user the same row however users and items are numbered (%s)",
    async (representation) => {
      const settings: Partial<EmbeddingSettings> = {
        embedding: kind,
        seed: 3,
        representation,
        weights: "shared",
      };
      const shuffled = renumbered(data, 1);
      expect(shuffled.userIds).not.toEqual(data.userIds);
      const [here, there] = [await embedUsers(data, settings), await embedUsers(shuffled, settings)];
      shuffled.userIds.forEach((id, place) => {
        const number = data.userIds.indexOf(id);
        expect(there.values.slice(place * 16, place * 16 + 16)).toEqual(
          here.values.slice(number * 16, number * 16 + 16),
        );
      });
    },
  );

  it("stops when asked to and says how far it is", async () => {
    const stop = new AbortController();
    const stages: string[] = [];
    const watched = embedUsers(
      data,
      { embedding: kind, seed: 1, word2vecEpochs: 100 },
      {
        signal: stop.signal,
        onProgress({ stage, done }) {
          expect(done).toBeGreaterThanOrEqual(0);
          expect(done).toBeLessThanOrEqual(1);
          stages.push(stage);
          if (stages.length === 2) stop.abort();
        },
      },
    );
    await expect(watched).rejects.toThrow("stopped");
    expect(stages.length).toBe(2);
  });
});

describe("planted communities", () => {
  const data = planted(160, 1);
  const community = (row: number) => row % 4;
  const settings = { seed: 1, word2vecEpochs: 60 };

  it.each([
    ["cbow", "shared"],
    ["skipgram", "shared"],
    ["cbow", "overall"],
  ] as const)("are neighbours in the collaborative embedding (%s, %s)", async (word2vec, weights) => {
    const { values } = await embedUsers(data, { ...settings, word2vec, weights });
    expect(purity(values, 16, community)).toBeGreaterThan(0.9);
  });

  it.each(["greedy", "transport"] as const)("are the groups of CBKM (%s)", async (assignment) => {
    // end to end: ratings, hypergraph, walks, Word2Vec, balanced k-means
    const { values, dim } = await embedUsers(data, settings);
    const found = await groupUsers(
      { kind: "dense", values, dim },
      { groups: 4, assignment, restarts: 5, seed: 1 },
      { ids: data.userIds },
    );
    const classes = Array.from({ length: 160 }, (_, user) => community(user));
    expect(adjustedRandIndex(found.labels, classes)).toBeGreaterThan(0.9);
    expect(found.groups.map(({ length }) => length)).toEqual([40, 40, 40, 40]);
    const noise = await embedUsers(data, { ...settings, embedding: "noise" });
    const chance = await groupUsers({ kind: "dense", values: noise.values, dim }, { groups: 4, seed: 1 });
    expect(Math.abs(adjustedRandIndex(chance.labels, classes))).toBeLessThan(0.1);
  });

  it("are neighbours in neither noise, which has the embedding's moments, nor by chance", async () => {
    const collaborative = await embedUsers(data, settings);
    const { values } = await embedUsers(data, { ...settings, embedding: "noise" });
    expect(purity(values, 16, community)).toBeLessThan(0.45);
    const [want, got] = [moments(collaborative.values, 16), moments(values, 16)];
    const trace = (c: Float64Array) =>
      Array.from({ length: 16 }, (_, j) => c[j * 17]).reduce((a, b) => a + b, 0);
    expect(trace(got.covariance) / trace(want.covariance)).toBeGreaterThan(0.75);
    expect(trace(got.covariance) / trace(want.covariance)).toBeLessThan(1.3);
  });
});

describe("the bits of an embedding", () => {
  // recorded once; another machine, processor or version of Node must give the same
  it.each([
    ["collaborative cbow", { word2vec: "cbow", representation: "bitsets" }, "f9b0659135598036"],
    ["collaborative skipgram", { word2vec: "skipgram", representation: "items" }, "164dc91983e327e1"],
    ["svd", { embedding: "svd" }, "67d5c2ee0efd79ab"],
    ["noise", { embedding: "noise" }, "a751c43dd11bdbce"],
  ] as const)("are the same everywhere: %s", async (_, settings, hash) => {
    const { values } = await embedUsers(randomRatings(70, 50, 0.15, 4), { seed: 1, ...settings });
    expect(sha256(values).slice(0, 16)).toBe(hash);
  });
});

describe("settings of the embedding", () => {
  const data = randomRatings(10, 10, 0.4, 4);
  it.each([
    [{ embedding: "gnn" }, /collaborative, svd, noise/],
    [{ depth: 8 }, /unknown key "depth"/],
    [{ seed: 0.5 }, /seed/],
    [{ dimensions: 0 }, /dimensions/],
    [{ dimensions: 10 }, /multiple of 4/],
    [{ walks: 0 }, /walks/],
    [{ word2vec: "glove" }, /cbow, skipgram/],
    [{ hyperedgeOrder: 1 }, /hyperedgeOrder/],
  ])("%j is refused", async (settings, message) => {
    const attempt = embedUsers(data, { seed: 1, ...(settings as object) });
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it("no ratings, no embedding", async () => {
    await expect(embedUsers(ratings([], 3, 3), { seed: 1 })).rejects.toThrow(/no ratings/);
  });

  it("one user alone has an embedding", async () => {
    for (const kind of EMBEDDING_KINDS) {
      const { values } = await embedUsers(ratings([[0, 0, 4]], 1, 1), { embedding: kind, seed: 1 });
      expect(values.length).toBe(16);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});
