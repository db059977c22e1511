/**
 * Student's t, which tests and intervals over seeds need. Written on the portable log and exp, so a p-value
 * in a committed table is the same on every machine. The incomplete beta function is a continued fraction,
 * evaluated by Lentz's method (Numerical Recipes, 3rd ed., sections 5.2 and 6.4 describe it).
 */

import { exp, log } from "../numeric";

/** ln Gamma(x) for x > 0: Stirling's series after lifting x above 10. Relative error about 1e-15. */
function logGamma(x: number): number {
  let lift = 1;
  while (x < 10) lift *= x++;
  const z = 1 / (x * x);
  const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
  let sum = 0;
  for (let k = series.length - 1; k >= 0; k--) sum = series[k] + z * sum;
  return (x - 0.5) * log(x) - x + 0.5 * log(2 * Math.PI) + sum / x - log(lift);
}

const TINY = 1e-300;

/** Lentz's method: 1 / (b_0 + a_1 / (b_1 + a_2 / ...)), `term(k) = [a_k, b_k]`, a_0 unused. */
function continuedFraction(term: (k: number) => readonly [number, number]): number {
  let value = term(0)[1] || TINY;
  let c = value;
  let d = 0;
  for (let k = 1; k < 10_000; k++) {
    const [a, b] = term(k);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return 1 / value;
}

/** The regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1]. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(a * log(x) + b * log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const fraction = continuedFraction((k) => {
    const m = k >> 1;
    if (k === 0) return [0, 1];
    if (k % 2 === 0) return [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1];
    return [(-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)), 1];
  });
  return front * fraction;
}

/** P(|T| > |t|) for Student's t with `freedom` degrees of freedom. */
export function studentTwoSided(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The t with P(T <= t) = p, for p in (0, 1): bisection on the exact distribution function. */
export function studentQuantile(p: number, freedom: number): number {
  if (p === 0.5) return 0;
  const tail = 2 * Math.min(p, 1 - p);
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, freedom) > tail) high *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentTwoSided(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  return p < 0.5 ? -high : high;
}
