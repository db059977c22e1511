import { describe, expect, it } from "vitest";
import { rowLengths } from "../../lib/data/describe";
import { checksum, type Interactions, ratingCount, transpose } from "../../lib/data/interactions";
import { split } from "../../lib/data/split";
import { type Synthetic, synthesize } from "../../lib/data/synthetic";
import { SYNTHETIC_PRESETS } from "../../lib/data/syntheticOptions";
import { listed } from "./helpers";

/** Share of a row sum that the largest tenth of the rows holds. */
function topTenth(lengths: Uint32Array): number {
  const sorted = lengths.slice().sort().reverse();
  const sum = (part: Uint32Array) => part.reduce((total, n) => total + n, 0);
  return sum(sorted.subarray(0, Math.ceil(sorted.length / 10))) / sum(sorted);
}

/** How often a score orders two held-out ratings of one user rightly, when the ratings differ; ties count half. */
function pairAccuracy(test: Interactions, score: (user: number, item: number) => number): number {
  let [right, pairs] = [0, 0];
  const { offsets, columns, values } = test.byUser;
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let a = offsets[u]; a < offsets[u + 1]; a++) {
      for (let b = offsets[u]; b < offsets[u + 1]; b++) {
        if (values[a] <= values[b]) continue;
        pairs++;
        const difference = score(u, columns[a]) - score(u, columns[b]);
        right += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
      }
    }
  }
  return right / pairs;
}

/** Popularity, the damped item mean, and the item mean moved by the planted communities, all from training data. */
function anchors({ userCommunity, itemCommunity }: Synthetic, train: Interactions) {
  const { offsets, columns, values } = train.byUser;
  const popularity = rowLengths(train.byItem);
  const all = values.reduce((sum, r) => sum + r, 0) / values.length;
  const mean = Float64Array.from(train.itemIds, (_, i) => {
    const row = train.byItem.values.subarray(train.byItem.offsets[i], train.byItem.offsets[i + 1]);
    return (row.reduce((sum, r) => sum + r, 0) + 5 * all) / (row.length + 5);
  });
  const sums = new Map<number, [sum: number, count: number]>();
  const cell = (u: number, i: number) => userCommunity[u] * 1000 + itemCommunity[i];
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let k = offsets[u]; k < offsets[u + 1]; k++) {
      const entry = sums.get(cell(u, columns[k])) ?? [0, 0];
      sums.set(cell(u, columns[k]), [entry[0] + values[k] - mean[columns[k]], entry[1] + 1]);
    }
  }
  const shift = (u: number, i: number) => {
    const [sum, count] = sums.get(cell(u, i)) ?? [0, 0];
    return sum / (count + 1);
  };
  return {
    popularity: (_: number, i: number) => popularity[i],
    itemMean: (_: number, i: number) => mean[i],
    communities: (u: number, i: number) => mean[i] + shift(u, i),
  };
}

describe("synthetic data", () => {
  const planted = synthesize();
  const { data, userCommunity, itemCommunity } = planted;

  it("are the same bits on every machine", () => {
    expect(checksum(data)).toBe("7934afbbd35bd0593ce94d354bd617216449de460960038d7f28ff06a6a2dfbc");
    expect(checksum(synthesize().data)).toBe(checksum(data));
  });

  it("say that they are", () => {
    expect(data.provenance).toEqual({ name: "synthetic", synthetic: true, steps: [] });
  });

  it("differ from seed to seed", () => {
    const other = synthesize({ seed: 2 });
    expect(checksum(other.data)).not.toBe(checksum(data));
    expect(other.userCommunity).not.toEqual(userCommunity);
  });

  it("have exactly the counts asked for, whole ratings 1 to 5, and no pair twice", () => {
    expect([data.userIds.length, data.itemIds.length, ratingCount(data)]).toEqual([400, 300, 12_000]);
    expect([...new Set(data.byUser.values)].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(listed(data).map((row) => row.slice(0, row.lastIndexOf(" ")))).size).toBe(12_000);
    expect(data.byItem).toEqual(transpose(data.byUser, 300));
    expect(Math.min(...rowLengths(data.byUser))).toBeGreaterThanOrEqual(
      SYNTHETIC_PRESETS.synthetic.userMinimum,
    );
    expect(Math.min(...rowLengths(data.byItem))).toBeGreaterThanOrEqual(
      SYNTHETIC_PRESETS.synthetic.itemMinimum,
    );
  });

  it("have a few active users and a few popular items", () => {
    expect(topTenth(rowLengths(data.byUser))).toBeGreaterThan(0.2);
    expect(topTenth(rowLengths(data.byItem))).toBeGreaterThan(0.2);
  });

  it("let users choose more within their own community, and like it more", () => {
    let [own, ownSum, otherSum] = [0, 0, 0];
    const { offsets, columns, values } = data.byUser;
    for (let u = 0; u + 1 < offsets.length; u++) {
      for (let k = offsets[u]; k < offsets[u + 1]; k++) {
        if (itemCommunity[columns[k]] === userCommunity[u]) {
          own++;
          ownSum += values[k];
        } else otherSum += values[k];
      }
    }
    expect(own / columns.length).toBeGreaterThan(0.4); // one in six without communities
    expect(ownSum / own).toBeGreaterThan(otherSum / (columns.length - own) + 0.7);
  });

  it("reward a model: communities beat the item mean, and that beats popularity", () => {
    for (const seed of [1, 2, 3]) {
      const drawn = synthesize({ seed });
      const { train, test } = split(drawn.data, { seed: 1 });
      const scores = anchors(drawn, train);
      const mean = pairAccuracy(test, scores.itemMean);
      expect(mean).toBeGreaterThan(pairAccuracy(test, scores.popularity) + 0.1);
      expect(pairAccuracy(test, scores.communities)).toBeGreaterThan(mean + 0.1);
    }
  });

  it("cope with the edges", () => {
    const edges = [
      { communities: 1 },
      { communities: 300 },
      { loyalty: 0 },
      { loyalty: 1 },
      { ratings: 72_000 }, // six tenths of everything
      { users: 1, items: 10, ratings: 5, communities: 2, userMinimum: 0, itemMinimum: 0 },
      { activity: { power: 0, shift: 0 }, popularity: { power: 4, shift: 0 } },
      { ratings: 3_200, itemMinimum: 10 },
      { users: 50, items: 2, ratings: 60, communities: 2, userMinimum: 0, itemMinimum: 0 },
      { users: 50, items: 1, ratings: 30, communities: 1, userMinimum: 0, itemMinimum: 0 },
      { noiseSpread: 0, qualitySpread: 0, affinitySpread: 0, biasSpread: 0, ownAffinity: 0 },
    ];
    for (const options of edges) {
      const { data: drawn } = synthesize(options);
      expect(ratingCount(drawn)).toBe(options.ratings ?? 12_000);
      expect(new Set(listed(drawn).map((row) => row.slice(0, row.lastIndexOf(" ")))).size).toBe(
        ratingCount(drawn),
      );
    }
  });

  it("refuse what cannot be, by name", () => {
    expect(() => synthesize({ ratings: 100 })).toThrow(/^ratings: 100 is not an integer from 3200 to 72000/);
    expect(() => synthesize({ ratings: 1e6 })).toThrow("ratings: 1000000");
    expect(() => synthesize({ users: 0 })).toThrow("users: 0");
    expect(() => synthesize({ loyalty: 2 })).toThrow("loyalty: 2");
    expect(() => synthesize({ noiseSpread: -1 })).toThrow("noiseSpread: -1");
    expect(() => synthesize({ tail: 1 } as object)).toThrow('unknown key "tail"');
    expect(() => synthesize({ activity: { power: 1, shift: 0, length: 3 } as never })).toThrow(
      'unknown key "length"',
    );
  });
});

describe("presets", () => {
  it("synthetic-ml-1m has the shape of the 5-core of MovieLens 1M", () => {
    const { data } = synthesize(SYNTHETIC_PRESETS["synthetic-ml-1m"]);
    expect([data.userIds.length, data.itemIds.length, ratingCount(data)]).toEqual([6_040, 3_416, 999_611]);
    expect(topTenth(rowLengths(data.byUser))).toBeGreaterThan(0.25);
    expect(topTenth(rowLengths(data.byItem))).toBeGreaterThan(0.35);
  });

  it("synthetic-am has the shape of Amazon Digital Music: most users and items with one rating, heavy tails", () => {
    const { data } = synthesize(SYNTHETIC_PRESETS["synthetic-am"]);
    expect([data.userIds.length, data.itemIds.length, ratingCount(data)]).toEqual([
      478_235, 266_414, 836_006,
    ]);
    for (const csr of [data.byUser, data.byItem]) {
      const lengths = rowLengths(csr).sort();
      expect(lengths[0]).toBe(1);
      expect(lengths[lengths.length >> 1]).toBe(1);
      expect(lengths[lengths.length - 1]).toBeGreaterThan(500);
    }
  });
});
