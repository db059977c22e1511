/** Small spaces for the tests of grouping and cohesion: planted communities, duplicates, dense and sparse twins. */

import type { SparseRows } from "../../lib/grouping/points";
import type { DenseSpace, SparseSpace } from "../../lib/grouping/space";
import { Random } from "../../lib/random";

export function dense(rows: readonly (readonly number[])[]): DenseSpace {
  return { kind: "dense", values: Float32Array.from(rows.flat()), dim: rows[0].length };
}

/** Zeros are absent. */
export function sparse(rows: readonly (readonly number[])[]): SparseSpace {
  const offsets = new Uint32Array(rows.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  rows.forEach((row, i) => {
    row.forEach((value, item) => {
      if (value === 0) return;
      columns.push(item);
      values.push(value);
    });
    offsets[i + 1] = columns.length;
  });
  const csr: SparseRows = {
    offsets,
    columns: Uint32Array.from(columns),
    values: Float32Array.from(values),
  };
  return { kind: "sparse", rows: csr, columns: rows[0].length };
}

/** Whole ratings 0 (absent) .. 5, a share `density` present. */
export function ratingTable(users: number, items: number, density: number, random: Random): number[][] {
  return Array.from({ length: users }, () =>
    Array.from({ length: items }, () => (random.uniform() < density ? 1 + random.below(5) : 0)),
  );
}

export function normalTable(users: number, dim: number, random: Random): number[][] {
  return Array.from({ length: users }, () => Array.from({ length: dim }, () => random.normal()));
}

/** Users of `communities` communities of unequal size around well-separated centres, and the community of each. */
export function planted(users: number, communities: number, dim: number, random: Random, even = false) {
  const centres = normalTable(communities, dim, random).map((row) => row.map((x) => 8 * x));
  const classes = Array.from({ length: users }, (_, i) =>
    even ? i % communities : Math.floor(communities * ((i + 0.5) / users) ** 2),
  );
  const rows = classes.map((c) => centres[c].map((x) => x + random.normal()));
  return { rows, classes };
}

/** Rating rows in which each community rates its own block of items. */
export function plantedRatings(users: number, communities: number, random: Random) {
  const block = 20;
  const classes = Array.from({ length: users }, (_, i) => i % communities);
  const rows = classes.map((c) =>
    Array.from({ length: communities * block }, (_, item) => {
      const own = Math.floor(item / block) === c;
      return random.uniform() < (own ? 0.6 : 0.03) ? (own ? 4 : 1) + random.below(2) : 0;
    }),
  );
  return { rows, classes };
}

/** The same rows in the order `order`. */
export const permuted = <T>(rows: readonly T[], order: ArrayLike<number>): T[] =>
  Array.from(order, (from) => rows[from]);

export const permutation = (count: number, random: Random): Uint32Array =>
  random.shuffle(Uint32Array.from({ length: count }, (_, i) => i));

export const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, d) => sum + (x - b[d]) ** 2, 0);

export const stream = (...path: (string | number)[]) => Random.stream("test", ...path);
