/**
 * The parts of the additive methods against independent computations: sums, linear algebra, EASE, the
 * posterior.
 */

import { describe, expect, it } from "vitest";
import { StoppedError } from "../../lib/errors";
import { symmetricEigen } from "../../lib/hypergraph/linear";
import { sha256 } from "../../lib/json";
import { Random } from "../../lib/random";
import { centredValues, contributionOf, LARGEST_VALUE } from "../../lib/unlearning/additive/contributions";
import { dot, SymmetricMatrix, solveInPlace } from "../../lib/unlearning/additive/dense";
import { ease } from "../../lib/unlearning/additive/ease";
import { posteriorMean } from "../../lib/unlearning/additive/gaussian";
import { invertOnAllCores, invertSymmetric } from "../../lib/unlearning/additive/inverse";
import { intoUnitInterval } from "../../lib/unlearning/additive/score";
import { itemMeans, PairSums, residualProducts } from "../../lib/unlearning/additive/statistics";
import { Eigenproblem, inChunks } from "../../lib/unlearning/additive/subspace";
import { world } from "../training/world";
import { context } from "./support";

const data = world();
const n = data.itemIds.length;
const user = (u: number) => {
  const [from, to] = [data.byUser.offsets[u], data.byUser.offsets[u + 1]];
  return { items: data.byUser.columns.slice(from, to), ratings: data.byUser.values.slice(from, to) };
};
const contribution = (u: number) => contributionOf(user(u), "rating", 5, data.userIds[u]);
const users = data.userIds.map((_, u) => u);

/** A random symmetric matrix with `shift` added to its diagonal. */
function symmetric(size: number, shift: number, seed: number): number[][] {
  const random = Random.stream(seed, "symmetric");
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) matrix[i][j] = matrix[j][i] = random.normal() + (i === j ? shift : 0);
  return matrix;
}

const fillWith = (matrix: number[][]) => (values: Float64Array, stride: number) => {
  matrix.forEach((row, i) => {
    row.forEach((x, j) => {
      values[i * stride + j] = x;
    });
  });
};

function eigenproblem(matrix: number[][], count: number): Eigenproblem {
  const problem = new Eigenproblem(matrix.length, count);
  fillWith(matrix)(problem.matrix, problem.stride);
  return problem;
}

/** SHA-256 of the 12 leading values and vectors of `symmetric(333, 0, 5)`, as version 1 computed them. */
const EIGENPAIRS_333 = "e4539a14e2572176decda08b9d966f4ed581e78fc2cf0bd00c27cc64e00370ea";

/** SHA-256 of the inverse of `symmetric(333, 90, 5)`, as one thread of version 1 computed it. */
const INVERSE_333 = "ed9b2f3b076c9a6c612636e992d4f98e588860c8f7dd624c7fdbeb80c2e0bf32";

describe("the sums", () => {
  it("are the plain sums over pairs", () => {
    const sums = PairSums.zero(n, users.length, "rating");
    for (const u of users) sums.add(contribution(u));
    const dense = users.map((u) => {
      const row = new Array<number | null>(n).fill(null);
      const { items, values } = contribution(u);
      items.forEach((item, k) => {
        row[item] = values![k];
      });
      return row;
    });
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const both = dense.filter((row) => row[i] !== null && row[j] !== null) as number[][];
        const sum = (of: (row: number[]) => number) => both.reduce((total, row) => total + of(row), 0);
        const expected = [both.length, sum((r) => r[i] * r[j]), sum((r) => r[i]), sum((r) => r[j])];
        expect([...sums.rows[i].subarray((j - i) * 4, (j - i) * 4 + 4)]).toEqual(expected);
      }
  });

  it("come back to the same bits after any order of additions and subtractions", () => {
    const random = Random.stream(2, "order");
    const whole = PairSums.zero(n, users.length, "rating");
    for (const u of users) whole.add(contribution(u));
    let sums = PairSums.zero(n, users.length, "rating");
    for (const u of random.shuffle([...users])) sums = sums.changed([], [contribution(u)]);
    expect(sums.hash()).toBe(whole.hash());
    for (const u of random.shuffle([...users])) sums = sums.changed([contribution(u)], []);
    expect(sums.hash()).toBe(PairSums.zero(n, users.length, "rating").hash());
    expect(sums.rows.every((row) => row.every((x) => x === 0))).toBe(true);
  });

  it("share the rows that a change does not touch", () => {
    const whole = PairSums.zero(n, users.length, "rating");
    for (const u of users) whole.add(contribution(u));
    const { items } = user(3);
    const less = whole.changed([contribution(3)], []);
    less.rows.forEach((row, item) => {
      expect(row === whole.rows[item]).toBe(!items.includes(item));
    });
  });

  it("hold small values, which depend on no other user", () => {
    const extreme = { items: Uint32Array.from({ length: 500 }, (_, i) => i), ratings: new Float32Array(500) };
    extreme.ratings[0] = 5;
    expect(Math.max(...centredValues(extreme, 5).map(Math.abs))).toBeLessThanOrEqual(LARGEST_VALUE);
    expect(() => contributionOf({ ...extreme, ratings: extreme.ratings.fill(6) }, "rating", 5, "x")).toThrow(
      /user x/,
    );
  });

  it("give residual products as computed user by user", () => {
    const sums = PairSums.zero(n, users.length, "rating");
    for (const u of users) sums.add(contribution(u));
    const means = itemMeans(sums);
    residualProducts(sums, means, (i, j, product, count) => {
      const terms = users.flatMap((u) => {
        const { items, values } = contribution(u);
        const [a, b] = [items.indexOf(i), items.indexOf(j)];
        return a < 0 || b < 0 ? [] : [(values![a] / 16 - means[i]) * (values![b] / 16 - means[j])];
      });
      expect(count).toBe(terms.length);
      expect(product).toBeCloseTo(
        terms.reduce((sum, x) => sum + x, 0),
        9,
      );
    });
  });
});

describe("dense linear algebra", () => {
  it.each([1, 31, 32, 33, 100])("inverts %i rows", (size) => {
    const matrix = symmetric(size, 2 * Math.sqrt(size) + 5, size);
    const { values, stride } = invertSymmetric(size, fillWith(matrix));
    let worst = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const product = matrix[i].reduce((sum, x, k) => sum + x * values[k * stride + j], 0);
        worst = Math.max(worst, Math.abs(product - (i === j ? 1 : 0)));
        expect(values[i * stride + j]).toBe(values[j * stride + i]);
      }
    expect(worst).toBeLessThan(1e-13 * size);
  });

  it("reads the lower triangle alone, and says when a matrix is not positive definite", () => {
    const matrix = symmetric(40, 20, 3);
    const whole = invertSymmetric(40, fillWith(matrix));
    const lower = invertSymmetric(40, fillWith(matrix.map((row, i) => row.map((x, j) => (j > i ? 77 : x)))));
    expect(lower.values).toEqual(whole.values);
    const indefinite = symmetric(40, 20, 3);
    indefinite[37][37] = -1;
    expect(() => invertSymmetric(40, fillWith(indefinite))).toThrow(/row 37/);
  });

  it.each([1, 2, 3, 5])("inverts by %i threads to the same bits", async (threads) => {
    const matrix = symmetric(333, 90, 5);
    const alone = invertSymmetric(333, fillWith(matrix));
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    const together = await invertOnAllCores(333, fillWith(matrix), { onProgress }, threads);
    expect(together).toEqual(alone);
    expect(sha256(alone.values)).toBe(INVERSE_333);
    expect(seen.at(-1)).toBe(1);
  });

  it("stops its threads on the signal, and says at which row a matrix fails them", async () => {
    const gone = AbortSignal.abort();
    await expect(invertOnAllCores(64, () => {}, { signal: gone })).rejects.toThrow(StoppedError);
    const stop = new AbortController();
    const fill = (values: Float64Array, stride: number) => {
      for (let i = 0; i < 3000; i++) values[i * stride + i] = 1;
      setTimeout(() => stop.abort(), 10);
    };
    const began = performance.now();
    await expect(invertOnAllCores(3000, fill, { signal: stop.signal }, 2)).rejects.toThrow(StoppedError);
    expect(performance.now() - began).toBeLessThan(5000);
    const indefinite = symmetric(200, 60, 3);
    indefinite[137][137] = -1;
    await expect(invertOnAllCores(200, fillWith(indefinite), {}, 3)).rejects.toThrow(/row 137/);
  });

  it("multiplies with an odd and an even number of columns", () => {
    const matrix = symmetric(45, 0, 8);
    const product = new SymmetricMatrix(45, 3, fillWith(matrix));
    const random = Random.stream(1, "columns");
    const columns = [0, 1, 2].map(() => Float64Array.from({ length: 45 }, () => random.normal()));
    for (const some of [columns, columns.slice(0, 2), columns.slice(2)])
      product.multiply(some).forEach((image, k) => {
        image.forEach((x, i) => {
          expect(x).toBeCloseTo(dot(Float64Array.from(matrix[i]), some[k]), 12);
        });
      });
    expect(() => product.multiply([...columns, columns[0]])).toThrow(/at most 3/);
  });

  it("finds the leading eigenpairs that Jacobi's rotations find, of an indefinite matrix too", () => {
    const size = 70;
    const matrix = symmetric(size, 0, 12);
    const { values, vectors } = eigenproblem(matrix, 6).solve();
    const all = symmetricEigen(Float64Array.from(matrix.flat()), size);
    vectors.forEach((vector, j) => {
      expect(values[j]).toBeCloseTo(all.values[j], 7);
      const same = vector.reduce((sum, x, i) => sum + x * all.vectors[i * size + j], 0);
      expect(Math.abs(same)).toBeCloseTo(1, 5);
      expect(Math.max(...vector)).toBe(Math.max(...vector.map(Math.abs)));
    });
  });

  it("finds what there is of a matrix of low rank, and of zero", () => {
    const ones = Array.from({ length: 50 }, () => new Array<number>(50).fill(1));
    const { values } = eigenproblem(ones, 4).solve();
    expect(values[0]).toBeCloseTo(50, 9);
    for (const rest of values.slice(1)) expect(Math.abs(rest)).toBeLessThan(1e-9);
    const zero = new Eigenproblem(5, 4).solve();
    expect([...zero.values].every((value) => value === 0)).toBe(true);
  });

  it.each([0, 1, 2, 3])("finds the same eigenpairs by %i threads beside this one", async (threads) => {
    const problem = eigenproblem(symmetric(333, 0, 5), 12);
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    const { values, vectors } = threads
      ? await problem.solveOnAllCores({ onProgress }, threads)
      : problem.solve();
    expect(sha256(Float64Array.from([...values, ...vectors.flatMap((vector) => [...vector])]))).toBe(
      EIGENPAIRS_333,
    );
    if (threads) expect(seen.at(-1)).toBe(1);
  });

  it("stops the search for eigenpairs on the signal, before and while its threads work", async () => {
    const late = new Eigenproblem(2000, 60);
    await expect(late.solveOnAllCores({ signal: AbortSignal.abort() }, 2)).rejects.toThrow(StoppedError);
    for (let i = 0; i < 2000; i++) late.matrix[i * late.stride + i] = 1 + i / 1e6; // hardly told apart
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 500);
    await expect(late.solveOnAllCores({ signal: stop.signal }, 2)).rejects.toThrow("eigenvectors: stopped");
  });

  it("does steps until the signal, and looks at it now and then", async () => {
    let steps = 0;
    function* endless() {
      for (;;) {
        steps++;
        yield;
      }
    }
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(inChunks(endless(), stop.signal)).rejects.toThrow(StoppedError);
    expect(steps).toBeGreaterThan(1);
  });
});

describe("models", () => {
  it("EASE: each column is the ridge regression of its item on all others", async () => {
    const lambda = 3;
    const system = await ease({ label: "implicit", lambda }).learn(data, context());
    const x = users.map((u) => {
      const { items } = user(u);
      return Array.from({ length: n }, (_, i) => (items.includes(i) ? 1 : 0));
    });
    const scores = system.scoreItems(Uint32Array.from(users));
    for (const j of [0, 7, n - 1]) {
      const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== j);
      const gram = others.flatMap((a) =>
        others.map((b) => x.reduce((sum, row) => sum + row[a] * row[b], 0) + (a === b ? lambda : 0)),
      );
      const weights = Float64Array.from(others, (a) => x.reduce((sum, row) => sum + row[a] * row[j], 0));
      solveInPlace(Float64Array.from(gram), weights, n - 1);
      for (const u of users) {
        const expected = others.reduce((sum, a, k) => sum + x[u][a] * weights[k], 0);
        expect(scores[u * n + j]).toBeCloseTo(intoUnitInterval(expected), 6);
      }
    }
  });

  it("Gaussian: the posterior by Woodbury is that of conditioning on the observed", () => {
    const random = Random.stream(6, "posterior");
    const [items, width] = [9, 3];
    const loadings = Float64Array.from({ length: items * width }, () => random.normal());
    const noise = Float64Array.from({ length: items }, () => 0.2 + random.uniform());
    const own = Uint32Array.of(1, 2, 5, 8);
    const residuals = Float64Array.from(own, () => random.normal());
    const covariance = (i: number, j: number) => {
      const product = dot(
        loadings.slice(i * width, i * width + width),
        loadings.slice(j * width, j * width + width),
      );
      return i === j ? product + noise[i] : product;
    };
    const weights = residuals.slice();
    solveInPlace(
      Float64Array.from([...own].flatMap((i) => [...own].map((j) => covariance(i, j)))),
      weights,
      own.length,
    );
    const z = posteriorMean(loadings, width, noise, own, residuals);
    z.forEach((value, k) => {
      const expected = [...own].reduce((sum, i, m) => sum + loadings[i * width + k] * weights[m], 0);
      expect(value).toBeCloseTo(expected, 10);
    });
  });

  it("scores keep their order and stay inside (0, 1), as float32 too", () => {
    const scale = Float64Array.from({ length: 2001 }, (_, k) => (k - 1000) / 100);
    const bent = Float32Array.from(scale, intoUnitInterval);
    for (let k = 1; k < bent.length; k++) expect(bent[k]).toBeGreaterThan(bent[k - 1]);
    expect(bent[0]).toBeGreaterThan(0);
    expect(bent[2000]).toBeLessThan(1);
    for (const x of [0.05, 0.3, 0.95]) expect(intoUnitInterval(x)).toBeCloseTo(x, 15);
  });
});
