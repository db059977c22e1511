import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/errors";
import { aliasTable } from "../../lib/hypergraph/aliasTable";
import type { WORD2VEC } from "../../lib/hypergraph/settings";
import type { Sequences } from "../../lib/hypergraph/walk";
import { word2vec } from "../../lib/hypergraph/word2vec";
import { Random } from "../../lib/random";
import type { SettingsOf } from "../../lib/settings";
import { correlation, cosines, purity, readFixture } from "./helpers";

const sentences = (rows: readonly (readonly number[])[]): Sequences => {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, k) => {
    offsets[k + 1] = offsets[k] + row.length;
  });
  return { users: Uint32Array.from(rows.flat()), offsets };
};
const names = (n: number) => Array.from({ length: n }, (_, k) => `u${k}`);

describe.each(["cbow", "skipgram"] as const)("%s beside gensim on planted walks", (mode) => {
  const fixture = readFixture("gensim_word2vec.json");
  const theirs: number[][] = fixture.vectors[mode];
  const users = theirs[0].length / 16;
  const learn = (seed: number) =>
    word2vec(sentences(fixture.walks), names(users), {
      word2vec: mode,
      word2vecEpochs: fixture.epochs,
      seed,
    });

  it("finds the communities, as gensim does", async () => {
    const community = (row: number) => row % fixture.communities;
    for (const vectors of [...theirs, await learn(1), await learn(2)])
      expect(purity(vectors, 16, community)).toBeGreaterThan(0.98);
  });

  it("is as like gensim as gensim with one seed is to gensim with another", async () => {
    const gensim = theirs.map((vectors) => cosines(vectors, 16));
    const ours = cosines(await learn(1), 16);
    const between = [
      correlation(gensim[0], gensim[1]),
      correlation(gensim[0], gensim[2]),
      correlation(gensim[1], gensim[2]),
    ];
    const across = gensim.map((cosine) => correlation(cosine, ours));
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
    expect(mean(between)).toBeGreaterThan(0.9); // else this would prove nothing
    expect(Math.abs(mean(across) - mean(between))).toBeLessThan(0.015);
  });

  it("has vectors of gensim's length", async () => {
    const length = (vectors: ArrayLike<number>) => {
      let sum = 0;
      for (let at = 0; at < vectors.length; at += 16)
        sum += Math.hypot(...Array.from({ length: 16 }, (_, k) => vectors[at + k]));
      return sum / (vectors.length / 16);
    };
    expect(length(await learn(1)) / length(theirs[0])).toBeCloseTo(1, 1);
  });
});

type Word2VecSettings = SettingsOf<typeof WORD2VEC> & { readonly seed: number };

describe("word2vec, step by step", () => {
  /** The same formulas in float64, driven by the same generator: what the kernel must compute. */
  function reference(rows: number[][], words: number, s: Word2VecSettings): Float64Array {
    const family = Random.stream(s.seed, "word2vec", "initial");
    const input = names(words).map((id) => {
      const random = family.fork(id);
      return Array.from({ length: s.dimensions }, () =>
        Math.fround((2 * random.uniform() - 1) / s.dimensions),
      );
    });
    const output = names(words).map(() => new Array<number>(s.dimensions).fill(0));
    const counts = new Float64Array(words);
    for (const word of rows.flat()) counts[word]++;
    const { threshold, alias } = aliasTable(counts.map((count) => count ** 0.75));
    const random = Random.stream(s.seed, "word2vec");
    const below = (n: number) => Math.floor((random.next() * n) / 4294967296);
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, k) => sum + value * y[k], 0);
    const predict = (h: number[], word: number, alpha: number): number[] => {
      const error = new Array<number>(s.dimensions).fill(0);
      for (let n = 0; n <= s.word2vecNegatives; n++) {
        let target = word;
        if (n > 0) {
          const column = below(words);
          target = random.next() < threshold[column] ? column : alias[column];
          if (target === word) continue;
        }
        const f = dot(h, output[target]);
        if (Math.abs(f) >= 6) continue;
        const g = ((n === 0 ? 1 : 0) - 1 / (1 + Math.exp(-f))) * alpha;
        for (let k = 0; k < s.dimensions; k++) {
          error[k] += g * output[target][k];
          output[target][k] += g * h[k];
        }
      }
      return error;
    };
    const total = s.word2vecEpochs * rows.flat().length;
    let before = 0;
    for (let epoch = 0; epoch < s.word2vecEpochs; epoch++) {
      for (const row of rows) {
        const alpha = s.word2vecRate - (s.word2vecRate - s.word2vecLeastRate) * (before / total);
        before += row.length;
        row.forEach((word, i) => {
          const reach = s.window - below(s.window);
          const context = row.filter((_, m) => m !== i && Math.abs(m - i) <= reach);
          if (s.word2vec === "cbow") {
            if (context.length === 0) return;
            const h = Array.from(
              { length: s.dimensions },
              (_, k) => context.reduce((sum, m) => sum + input[m][k], 0) / context.length,
            );
            const error = predict(h, word, alpha);
            for (const m of context) for (let k = 0; k < s.dimensions; k++) input[m][k] += error[k];
          } else {
            for (const m of context) {
              const error = predict(input[m], word, alpha);
              for (let k = 0; k < s.dimensions; k++) input[m][k] += error[k];
            }
          }
        });
      }
    }
    return Float64Array.from(input.flat());
  }

  const random = Random.stream(5, "sentences");
  const rows = Array.from({ length: 60 }, (_, k) =>
    Array.from({ length: 1 + (k % 9) }, () => random.below(14)),
  );

  it.each([
    ["cbow", 16],
    ["cbow", 4],
    ["cbow", 24],
    ["skipgram", 16],
    ["skipgram", 8],
  ] as const)("%s with %i dimensions computes the formulas", async (mode, dim) => {
    const settings = {
      word2vec: mode,
      dimensions: dim,
      window: 3,
      word2vecNegatives: 4,
      word2vecEpochs: 30,
      word2vecRate: 0.1,
      word2vecLeastRate: 0.001,
      word2vecSample: 0,
      seed: 9,
    };
    const got = await word2vec(sentences(rows), names(14), settings);
    const want = reference(rows, 14, settings);
    let furthest = 0;
    for (let at = 0; at < got.length; at++) furthest = Math.max(furthest, Math.abs(got[at] - want[at]));
    expect(furthest).toBeLessThan(2e-3); // vectors grow to about 2; float32 and the sigmoid table against float64
    expect(Math.max(...want)).toBeGreaterThan(0.3);
  });

  it("does the same to the bit again, and something else for another seed", async () => {
    const first = await word2vec(sentences(rows), names(14), { seed: 1 });
    expect(await word2vec(sentences(rows), names(14), { seed: 1 })).toEqual(first);
    expect(await word2vec(sentences(rows), names(14), { seed: 2 })).not.toEqual(first);
  });

  it("keeps the initial vector of a word that no sentence, or only a sentence of one word, holds", async () => {
    const trained = await word2vec(sentences([[0, 1, 2], [3]]), names(5), { seed: 1 });
    const untouched = await word2vec(sentences([[0]]), names(5), { seed: 1 });
    expect(trained.slice(3 * 16)).toEqual(untouched.slice(3 * 16));
    expect(trained.slice(0, 16)).not.toEqual(untouched.slice(0, 16));
    for (const x of untouched) expect(Math.abs(x)).toBeLessThanOrEqual(1 / 16);
  });

  it("thins out frequent words when asked to", async () => {
    const [often, rare] = [0, 1];
    const crowd = Array.from({ length: 400 }, (_, k) => [often, often, 2 + (k % 8), often, rare]);
    const plain = await word2vec(sentences(crowd), names(10), { seed: 1, word2vecEpochs: 20 });
    const thinned = await word2vec(sentences(crowd), names(10), {
      seed: 1,
      word2vecEpochs: 20,
      word2vecSample: 0.01,
    });
    const length = (x: Float32Array, row: number) => Math.hypot(...x.slice(row * 16, (row + 1) * 16));
    expect(length(thinned, often)).not.toBe(length(plain, often));
    const nobody = await word2vec(sentences(crowd), names(10), {
      seed: 1,
      word2vecEpochs: 20,
      word2vecSample: 1,
    });
    expect(nobody.every(Number.isFinite)).toBe(true);
  });
});

describe("word2vec refuses", () => {
  const one = sentences([[0, 1]]);
  it.each([
    [{ dimensions: 6 }, /multiple of 4/],
    [{ word2vec: "glove" }, /cbow, skipgram/],
    [{ window: 0 }, /window/],
    [{ word2vecNegatives: 0 }, /word2vecNegatives/],
    [{ word2vecEpochs: 0 }, /word2vecEpochs/],
    [{ word2vecRate: Number.NaN }, /word2vecRate/],
    [{ word2vecLeastRate: 0.03 }, /word2vecLeastRate/],
    [{ size: 16 }, /unknown key "size"/],
  ])("%j", async (settings, message) => {
    const attempt = word2vec(one, names(2), { seed: 1, ...(settings as object) });
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it("words that it does not know, sentences that do not add up, and no sentence at all", async () => {
    await expect(word2vec(one, names(1), { seed: 1 })).rejects.toThrow(/word 1/);
    const torn = { users: one.users, offsets: Uint32Array.of(0, 5) };
    await expect(word2vec(torn, names(2), { seed: 1 })).rejects.toThrow(/offsets/);
    await expect(word2vec(sentences([]), names(2), { seed: 1 })).rejects.toThrow(/no sentence/);
  });

  it("to go on when stopped", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(word2vec(one, names(2), { seed: 1 }, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});

describe("the alias table", () => {
  it("gives each word its share", () => {
    const random = Random.stream(3, "alias");
    const weights = Float64Array.from({ length: 37 }, (_, k) => (k === 5 ? 0 : random.uniform() ** 4));
    const { threshold, alias } = aliasTable(weights);
    const share = new Float64Array(37);
    for (let k = 0; k < 37; k++) {
      const kept = alias[k] === k ? 1 : threshold[k] / 4294967296;
      share[k] += kept / 37;
      share[alias[k]] += (1 - kept) / 37;
    }
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let k = 0; k < 37; k++) expect(share[k]).toBeCloseTo(weights[k] / sum, 8);
  });
});
