/** Small data sets, the explicit hypergraph that the fast code must agree with, and a goodness-of-fit test. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { Random } from "../../lib/random";

const fixtures = join(__dirname, "..", "fixtures");
export const readFixture = (name: string) => {
  const bytes = readFileSync(join(fixtures, name));
  return JSON.parse((name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
};

/** Interactions from [user, item, rating] rows; ids are "u<n>" with leading zeros, so that their order is the numbers'. */
export function ratings(rows: readonly (readonly number[])[], users: number, items: number): Interactions {
  const name = (letter: string) => (_: unknown, n: number) => letter + String(n).padStart(5, "0");
  return interactionsFrom(
    {
      users: Uint32Array.from(rows, (row) => row[0]),
      items: Uint32Array.from(rows, (row) => row[1]),
      ratings: Float32Array.from(rows, (row) => row[2]),
    },
    Array.from({ length: users }, name("u")),
    Array.from({ length: items }, name("i")),
    { name: "test", synthetic: true, steps: [] },
  );
}

/** The 20 x 15 ratings that group.json was computed on. */
export function fixtureRatings(): Interactions {
  const parity = readFixture("parity.json.gz");
  return ratings(parity.ratings, parity.n_users, parity.n_items);
}

/** Each pair rated with probability `density`, 1 .. 5. */
export function randomRatings(users: number, items: number, density: number, seed: number): Interactions {
  const random = Random.stream(seed, "test ratings");
  const rows: number[][] = [];
  for (let u = 0; u < users; u++)
    for (let i = 0; i < items; i++) if (random.uniform() < density) rows.push([u, i, 1 + random.below(5)]);
  return ratings(rows, users, items);
}

export interface Explicit {
  readonly member: boolean[][];
  /** w[i][j] */
  readonly weight: number[][];
  /** one step of the walk: from row to column; a row of zeros where no hyperedge holds the user */
  readonly transition: number[][];
}

/** The hypergraph of l = 4, written out as Appendix A says it. */
export function explicitHypergraph(data: Interactions, includeSelf: boolean, overall: boolean): Explicit {
  const n = data.userIds.length;
  const rated = Array.from({ length: n }, (_, u) => {
    const { offsets, columns, values } = data.byUser;
    const row = new Map<number, number>();
    for (let k = offsets[u]; k < offsets[u + 1]; k++) row.set(columns[k], values[k]);
    return row;
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const shared = (i: number, j: number) => [...rated[j]].filter(([item]) => rated[i].has(item));
  const users = [...rated.keys()];
  const member = users.map((i) => users.map((j) => (i === j ? includeSelf : shared(i, j).length > 0)));
  const weight = users.map((i) =>
    users.map((j) => {
      if (!member[i][j] || rated[j].size === 0) return 0;
      return mean((overall ? [...rated[j]] : shared(i, j)).map(([, value]) => value));
    }),
  );
  const size = member.map((row) => row.filter(Boolean).length);
  const transition = users.map((v) => {
    const row = users.map(() => 0);
    const edges = users.filter((e) => member[e][v]);
    const sum = edges.reduce((total, e) => total + size[e], 0);
    for (const e of edges) {
      const total = weight[e].reduce((a, b) => a + b, 0);
      if (total === 0)
        row[e] += size[e] / sum; // alone and without ratings: stays
      else for (const u of users) row[u] += ((size[e] / sum) * weight[e][u]) / total;
    }
    return row;
  });
  return { member, weight, transition };
}

/**
 * Pearson's chi-squared of rows of counts against rows of expected shares, all rows together, as standard deviations
 * above its mean (Wilson and Hilferty's cube root): 3.719 is p = 1e-4. A count where none is expected gives Infinity.
 */
export function misfit(
  counts: readonly ArrayLike<number>[],
  expected: readonly (readonly number[])[],
): number {
  let chi = 0;
  let freedom = 0;
  expected.forEach((row, r) => {
    const total = Array.from(counts[r]).reduce((a, b) => a + b, 0);
    row.forEach((share, i) => {
      if (share > 0) chi += (counts[r][i] - total * share) ** 2 / (total * share);
      else if (counts[r][i] > 0) chi = Infinity;
    });
    freedom += Math.max(0, row.filter((share) => share > 0).length - 1);
  });
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chi / freedom) - (1 - spread)) / Math.sqrt(spread);
}

export const P_1E4 = 3.719;

/** Pearson's correlation. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let mx = 0;
  let my = 0;
  for (let i = 0; i < n; i++) {
    mx += x[i] / n;
    my += y[i] / n;
  }
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < n; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Cosines of all pairs of rows, the upper triangle row by row. */
export function cosines(values: ArrayLike<number>, dim: number): Float64Array {
  const n = values.length / dim;
  const result = new Float64Array((n * (n - 1)) / 2);
  const dot = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += values[i * dim + k] * values[j * dim + k];
    return sum;
  };
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) result[at++] = dot(i, j) / Math.sqrt(dot(i, i) * dot(j, j));
  return result;
}

/** Share of rows whose nearest other row by cosine has the same label. */
export function purity(values: ArrayLike<number>, dim: number, label: (row: number) => number): number {
  const n = values.length / dim;
  const all = cosines(values, dim);
  const cosine = (i: number, j: number): number =>
    i < j ? all[i * n - (i * (i + 1)) / 2 + j - i - 1] : cosine(j, i);
  let pure = 0;
  for (let i = 0; i < n; i++) {
    let best = -1;
    for (let j = 0; j < n; j++) if (j !== i && (best < 0 || cosine(i, j) > cosine(i, best))) best = j;
    if (label(best) === label(i)) pure++;
  }
  return pure / n;
}
