/**
 * Word2Vec on user sequences (Appendix A.4): users are words, walks are sentences. Negative sampling, CBOW or
 * skip-gram, with gensim's defaults and rules (Rehurek and Sojka 2010; Mikolov et al. 2013); the arithmetic
 * is in kernels/assembly/word2vec.ts. Differences from gensim 4: the learning rate moves with each sentence
 * rather than with each job of 10,000 words, the sigmoid is interpolated between table values, the noise
 * table is exact to 2^-32, and one thread gives the same bits on every machine.
 */

import { InputError } from "../errors";
import { instantiate } from "../kernels/instantiate";
import { type Allocating, copiedInto } from "../kernels/memory";
import { exp, log } from "../numeric";
import { Random } from "../random";
import { complete, SEED, type SettingsOf } from "../settings";
import { aliasTable } from "./aliasTable";
import { pause, type WorkOptions } from "./pause";
import { WORD2VEC } from "./settings";
import type { Sequences } from "./walk";

const SEEDED = { ...WORD2VEC, seed: SEED };
type Word2VecSettings = SettingsOf<typeof SEEDED>;

interface Kernel extends Allocating {
  setTables(
    input: number,
    output: number,
    tokens: number,
    offsets: number,
    noise: number,
    keep: number,
    sigmoid: number,
    sigmoidSteps: number,
    longest: number,
  ): void;
  setSizes(words: number, dim: number, window: number, negatives: number): void;
  setRandom(a: number, b: number, c: number, d: number): void;
  train(
    skipGram: boolean,
    from: number,
    to: number,
    first: number,
    last: number,
    tokensBefore: number,
    totalTokens: number,
  ): void;
}

const SIGMOID_STEPS = 1024;
const SIGMOID_END = 6;
/** The noise distribution is the counts to this power (Mikolov et al. 2013). */
const NOISE_POWER = 0.75;
/** The kernel's allocator gives blocks of less than 1 GiB: some 250 million tokens. */
const MOST_BYTES = 2 ** 30 - 64;
/** Tokens between two pauses: some 30 ms of CBOW. */
const CHUNK = 40_000;

/**
 * Float32Array, ids x dim, row-major: the input vectors after training. A word that no sentence holds keeps
 * its initial vector, uniform on [-1 / dim, 1 / dim) as in gensim 4 and drawn from a stream of its own id.
 * @throws InputError for a bad setting, a sentence with an unknown word, or no sentence at all.
 */
export async function word2vec(
  sentences: Sequences,
  ids: readonly string[],
  settings: Partial<Word2VecSettings> = {},
  options: WorkOptions = {},
): Promise<Float32Array> {
  const s = checkedWord2Vec(settings);
  const { dimensions: dim, word2vecEpochs: epochs, word2vecSample: sample } = s;
  const { users: tokens, offsets } = sentences;
  const counts = wordCounts(sentences, ids.length);
  if (tokens.length === 0) throw new InputError("word2vec: there is no sentence to learn from");

  const kernel = instantiate<Kernel>("word2vec");
  const put = (data: Float32Array | Uint32Array): number => {
    if (data.byteLength > MOST_BYTES)
      throw new InputError(
        `word2vec: a table of ${data.byteLength} bytes; at most ${MOST_BYTES} are possible`,
      );
    return copiedInto(kernel, data);
  };
  const input = put(initialVectors(ids, dim, s.seed));
  const output = put(new Float32Array(ids.length * dim));
  const noise = interleaved(aliasTable(Float64Array.from(counts, (count) => power(count, NOISE_POWER))));
  const keep = sample > 0 ? put(keepTable(counts, tokens.length, sample)) : 0;
  let longest = 0;
  for (let i = 0; i + 1 < offsets.length; i++) longest = Math.max(longest, offsets[i + 1] - offsets[i]);
  kernel.setTables(
    input,
    output,
    put(tokens),
    put(offsets),
    put(noise),
    keep,
    put(sigmoidTable()),
    SIGMOID_STEPS,
    longest,
  );
  kernel.setSizes(ids.length, dim, s.window, s.word2vecNegatives);
  const [a, b, c, d] = Random.stream(s.seed, "word2vec").state();
  kernel.setRandom(a, b, c, d);

  const total = epochs * tokens.length;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from + 1 < offsets.length; ) {
      let to = from + 1;
      while (to + 1 < offsets.length && offsets[to] - offsets[from] < CHUNK) to++;
      const before = epoch * tokens.length + offsets[from];
      kernel.train(s.word2vec === "skipgram", from, to, s.word2vecRate, s.word2vecLeastRate, before, total);
      await pause(options, "word2vec", (epoch * tokens.length + offsets[to]) / total);
      from = to;
    }
  }
  return new Float32Array(kernel.memory.buffer, input, ids.length * dim).slice();
}

/** @throws InputError for an unknown key or an impossible value. */
export function checkedWord2Vec(settings: Partial<Word2VecSettings>): Word2VecSettings {
  const full = complete(SEEDED, settings, "word2vec");
  const { dimensions, word2vecRate, word2vecLeastRate } = full;
  if (dimensions % 4 !== 0)
    throw new InputError(`word2vec: dimensions: ${dimensions} is not a multiple of 4`);
  if (word2vecLeastRate > word2vecRate)
    throw new InputError(`word2vec: word2vecLeastRate: ${word2vecLeastRate} is above word2vecRate`);
  return full;
}

/** (threshold, alias) pairs, so that a draw touches one line of the cache. */
function interleaved({ threshold, alias }: { threshold: Uint32Array; alias: Uint32Array }): Uint32Array {
  return Uint32Array.from(
    { length: 2 * alias.length },
    (_, at) => (at % 2 === 0 ? threshold : alias)[at >> 1],
  );
}

/** How often each word occurs. @throws InputError for a word that `ids` does not have. */
function wordCounts(sentences: Sequences, words: number): Uint32Array {
  const counts = new Uint32Array(words);
  for (const word of sentences.users) {
    if (word >= words) throw new InputError(`word2vec: word ${word} is not one of the ${words} known`);
    counts[word]++;
  }
  const { offsets, users } = sentences;
  let ordered = offsets[0] === 0 && offsets[offsets.length - 1] === users.length;
  for (let i = 1; i < offsets.length; i++) ordered &&= offsets[i] >= offsets[i - 1];
  if (!ordered) throw new InputError("word2vec: sentence offsets do not run from 0 to the number of words");
  return counts;
}

function initialVectors(ids: readonly string[], dim: number, seed: number): Float32Array {
  const family = Random.stream(seed, "word2vec", "initial");
  const vectors = new Float32Array(ids.length * dim);
  for (let word = 0; word < ids.length; word++) {
    const random = family.fork(ids[word]);
    for (let k = 0; k < dim; k++) vectors[word * dim + k] = (2 * random.uniform() - 1) / dim;
  }
  return vectors;
}

/** x^p for x >= 0, the same bits on every machine. */
const power = (x: number, p: number): number => (x === 0 ? 0 : exp(p * log(x)));

function sigmoidTable(): Float32Array {
  return Float32Array.from({ length: SIGMOID_STEPS + 1 }, (_, i) => {
    const x = SIGMOID_END * ((2 * i) / SIGMOID_STEPS - 1);
    return 1 / (1 + exp(-x));
  });
}

/** gensim's rule: a word with share f of all tokens stays with probability sqrt(sample / f) + sample / f. */
function keepTable(counts: Uint32Array, total: number, sample: number): Uint32Array {
  return Uint32Array.from(counts, (count) => {
    const ratio = (sample * total) / Math.max(count, 1);
    return Math.min(4294967295, Math.floor((Math.sqrt(ratio) + ratio) * 4294967296));
  });
}
