/** Correlations of two lists of numbers, for descriptive statistics. */

/** Mean of the values; NaN of none. */
export const mean = (x: ArrayLike<number>): number => {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k];
  return sum / x.length;
};

/** Pearson's correlation; NaN when a side is constant. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let k = 0; k < x.length; k++) {
    xy += (x[k] - mx) * (y[k] - my);
    xx += (x[k] - mx) ** 2;
    yy += (y[k] - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

/** Spearman's rank correlation, equal values sharing the mean of their ranks. */
export const spearman = (x: Float64Array, y: Float64Array): number => pearson(ranks(x), ranks(y));

function ranks(x: Float64Array): Float64Array {
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a] - x[b]);
  const result = new Float64Array(x.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && x[order[to]] === x[order[from]]) to++;
    for (let k = from; k < to; k++) result[order[k]] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}
