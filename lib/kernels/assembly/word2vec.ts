/**
 * Word2Vec with negative sampling (Mikolov et al. 2013, "Distributed representations of words and phrases and
 * their compositionality"), CBOW and skip-gram, as gensim 4 computes them:
 *
 *   h = mean of the input rows in the window (CBOW) or one of them (skip-gram)
 *   for the word itself (label 1) and `negatives` draws (label 0; a draw that hits the word is passed over):
 *     f = h . out[target];  passed over when |f| >= 6;  g = alpha (label - sigmoid(f))
 *     e += g out[target];  out[target] += g h
 *   each input row of the window += e        (not divided by their number, as gensim with cbow_mean = 1)
 *
 * Rows are `dim` f32, a multiple of 4. One order of summation: four lanes over the row, then (0 + 1) + (2 +
 * 3). The caller (lib/hypergraph/word2vec.ts) checks every token and lays out the memory.
 */

import { store4, sum4 } from "./shared/math";
import { next } from "./shared/random";

export { seed as setRandom } from "./shared/random";

const MAX_EXPONENT: f32 = 6;

let input: usize = 0; // f32, words x dim: the embedding
let output: usize = 0; // f32, words x dim
let tokens: usize = 0; // u32
let offsets: usize = 0; // u32, sentences + 1
let noise: usize = 0; // u32, words x 2: alias table of the noise, (this word below, else that one)
let keep: usize = 0; // u32, words: a token stays when a draw is at most this; 0 = no table, all stay
let sigmoidTable: usize = 0; // f32, sigmoidSteps + 1 values on [-6, 6]
let sentence: usize = 0; // u32, the longest sentence: tokens that stay
let targets: usize = 0; // u32, negatives + 1: the word and the noise of one prediction
let hidden: usize = 0; // f32, dim
let errorRow: usize = 0; // f32, dim

let words: u32 = 0;
let dim: u32 = 0;
let windowSize: u32 = 0;
let negatives: u32 = 0;
let sigmoidScale: f32 = 0;

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function setTables(
  inputAt: usize,
  outputAt: usize,
  tokensAt: usize,
  offsetsAt: usize,
  noiseAt: usize,
  keepAt: usize,
  sigmoidAt: usize,
  sigmoidSteps: u32,
  longest: u32,
): void {
  input = inputAt;
  output = outputAt;
  tokens = tokensAt;
  offsets = offsetsAt;
  noise = noiseAt;
  keep = keepAt;
  sigmoidTable = sigmoidAt;
  sigmoidScale = f32(sigmoidSteps) / (2 * MAX_EXPONENT);
  sentence = heap.alloc(longest << 2);
}

export function setSizes(wordCount: u32, dimension: u32, window: u32, negativeCount: u32): void {
  words = wordCount;
  dim = dimension;
  windowSize = window;
  negatives = negativeCount;
  targets = heap.alloc((negativeCount + 2) << 2);
  hidden = heap.alloc(dimension << 2);
  errorRow = heap.alloc(dimension << 2);
}

/** floor(draw n / 2^32): uniform on 0 .. n - 1 up to n / 2^32. */
@inline
function below(n: u32): u32 {
  return u32((u64(next()) * u64(n)) >> 32);
}

@inline
function drawNoise(): u32 {
  const word = below(words);
  const entry = noise + (<usize>word << 3);
  return next() < load<u32>(entry) ? word : load<u32>(entry, 4);
}

/** Puts `word` and the noise that does not hit it into `targets`: drawn first, so that rows load at once. */
@inline
function drawTargets(word: u32): u32 {
  store<u32>(targets, word);
  let count: u32 = 1;
  for (let n: u32 = 0; n < negatives; n++) {
    const drawn = drawNoise();
    store<u32>(targets + (<usize>count << 2), drawn);
    count += u32(drawn !== word);
  }
  return count;
}

/** sigmoid(f) for |f| < 6, linear between the table's values (off by less than 3e-6 with 1024 steps). */
@inline
function sigmoid(f: f32): f32 {
  const x = (f + MAX_EXPONENT) * sigmoidScale;
  const i = <i32>x;
  const at = sigmoidTable + (<usize>i << 2);
  const low = load<f32>(at);
  return low + (x - f32(i)) * (load<f32>(at, 4) - low);
}

/** One prediction of `word` from the row at `h`: moves `output`, leaves e in `errorRow`. */
function predict(h: usize, word: u32, alpha: f32): void {
  const bytes = <usize>dim << 2;
  for (let k: usize = 0; k < bytes; k += 16) v128.store(errorRow + k, f32x4.splat(0));
  const count = drawTargets(word);
  for (let n: u32 = 0; n < count; n++) {
    const target = load<u32>(targets + (<usize>n << 2));
    const row = output + <usize>target * bytes;
    let sum = f32x4.splat(0);
    for (let k: usize = 0; k < bytes; k += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(h + k), v128.load(row + k)));
    const f = sum4(sum);
    if (f <= -MAX_EXPONENT || f >= MAX_EXPONENT) continue;
    const g = f32x4.splat(((n === 0 ? f32(1) : f32(0)) - sigmoid(f)) * alpha);
    for (let k: usize = 0; k < bytes; k += 16) {
      const old = v128.load(row + k);
      v128.store(errorRow + k, f32x4.add(v128.load(errorRow + k), f32x4.mul(g, old)));
      v128.store(row + k, f32x4.add(old, f32x4.mul(g, v128.load(h + k))));
    }
  }
}

/** `predict` for dim = 16 with h and e in registers: the same operations in the same order. */
function predict16(h: usize, word: u32, alpha: f32): void {
  const h0 = v128.load(h);
  const h1 = v128.load(h, 16);
  const h2 = v128.load(h, 32);
  const h3 = v128.load(h, 48);
  let e0 = f32x4.splat(0);
  let e1 = f32x4.splat(0);
  let e2 = f32x4.splat(0);
  let e3 = f32x4.splat(0);
  const count = drawTargets(word);
  for (let n: u32 = 0; n < count; n++) {
    const target = load<u32>(targets + (<usize>n << 2));
    const row = output + (<usize>target << 6);
    const r0 = v128.load(row);
    const r1 = v128.load(row, 16);
    const r2 = v128.load(row, 32);
    const r3 = v128.load(row, 48);
    const sum = f32x4.add(
      f32x4.add(f32x4.add(f32x4.mul(h0, r0), f32x4.mul(h1, r1)), f32x4.mul(h2, r2)),
      f32x4.mul(h3, r3),
    );
    const f = sum4(sum);
    if (f <= -MAX_EXPONENT || f >= MAX_EXPONENT) continue;
    const g = f32x4.splat(((n === 0 ? f32(1) : f32(0)) - sigmoid(f)) * alpha);
    e0 = f32x4.add(e0, f32x4.mul(g, r0));
    e1 = f32x4.add(e1, f32x4.mul(g, r1));
    e2 = f32x4.add(e2, f32x4.mul(g, r2));
    e3 = f32x4.add(e3, f32x4.mul(g, r3));
    v128.store(row, f32x4.add(r0, f32x4.mul(g, h0)));
    v128.store(row, f32x4.add(r1, f32x4.mul(g, h1)), 16);
    v128.store(row, f32x4.add(r2, f32x4.mul(g, h2)), 32);
    v128.store(row, f32x4.add(r3, f32x4.mul(g, h3)), 48);
  }
  store4(errorRow, e0, e1, e2, e3);
}

@inline
function addInto(target: usize, source: usize, bytes: usize): void {
  for (let k: usize = 0; k < bytes; k += 16)
    v128.store(target + k, f32x4.add(v128.load(target + k), v128.load(source + k)));
}

@inline
function inputRow(place: u32): usize {
  return input + <usize>load<u32>(sentence + (<usize>place << 2)) * (<usize>dim << 2);
}

/** The middle word of a window [from, to) from the mean of the others. */
function cbow(place: u32, from: u32, to: u32, alpha: f32): void {
  if (to - from < 2) return; // no context: no gradient either
  const bytes = <usize>dim << 2;
  for (let k: usize = 0; k < bytes; k += 16) v128.store(hidden + k, f32x4.splat(0));
  for (let m = from; m < to; m++) if (m !== place) addInto(hidden, inputRow(m), bytes);
  const inverse = f32x4.splat(f32(1) / f32(to - from - 1));
  for (let k: usize = 0; k < bytes; k += 16)
    v128.store(hidden + k, f32x4.mul(v128.load(hidden + k), inverse));
  const word = load<u32>(sentence + (<usize>place << 2));
  if (dim === 16) predict16(hidden, word, alpha);
  else predict(hidden, word, alpha);
  for (let m = from; m < to; m++) if (m !== place) addInto(inputRow(m), errorRow, bytes);
}

/** The middle word from each of the others in turn. */
function skipGram(place: u32, from: u32, to: u32, alpha: f32): void {
  const word = load<u32>(sentence + (<usize>place << 2));
  for (let m = from; m < to; m++) {
    if (m === place) continue;
    const row = inputRow(m);
    if (dim === 16) predict16(row, word, alpha);
    else predict(row, word, alpha);
    addInto(row, errorRow, <usize>dim << 2);
  }
}

/**
 * Sentences [from, to) once over. The learning rate falls linearly from `first` to `last` over `totalTokens`
 * tokens (all epochs), of which `tokensBefore` are behind; it is set anew for each sentence.
 */
export function train(
  skip: bool,
  from: u32,
  to: u32,
  first: f64,
  last: f64,
  tokensBefore: f64,
  totalTokens: f64,
): void {
  const begin = load<u32>(offsets + (<usize>from << 2));
  for (let s = from; s < to; s++) {
    const start = load<u32>(offsets + (<usize>s << 2));
    const end = load<u32>(offsets + (<usize>s << 2), 4);
    const progress = (tokensBefore + f64(start - begin)) / totalTokens;
    const alpha = f32(Math.max(last, first - (first - last) * progress));
    let length: u32 = 0;
    for (let t = start; t < end; t++) {
      const word = load<u32>(tokens + (<usize>t << 2));
      if (keep !== 0 && next() > load<u32>(keep + (<usize>word << 2))) continue;
      store<u32>(sentence + (<usize>length << 2), word);
      length++;
    }
    for (let i: u32 = 0; i < length; i++) {
      const reach = windowSize - below(windowSize); // 1 .. window: near words are seen more often
      const left = i > reach ? i - reach : 0;
      const right = i + reach + 1 < length ? i + reach + 1 : length;
      if (skip) skipGram(i, left, right, alpha);
      else cbow(i, left, right, alpha);
    }
  }
}
