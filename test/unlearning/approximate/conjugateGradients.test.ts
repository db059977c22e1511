/** Conjugate gradients within a radius: on systems that can be solved by hand. */

import { expect, it } from "vitest";
import { conjugateGradients } from "../../../lib/unlearning/approximate/conjugateGradients";

const by = (rows: readonly (readonly number[])[]) => async (p: Float64Array) =>
  Float64Array.from(rows, (row) => row.reduce((sum, value, k) => sum + value * p[k], 0));
const G = Float64Array.of(3, 1);
const BOWL = by([
  [4, 1],
  [1, 3],
]);

it("solves a system of two in two steps, and not in one", async () => {
  const { solution, steps } = await conjugateGradients(BOWL, G, 5, 100);
  expect(solution[0]).toBeCloseTo(8 / 11, 12);
  expect(solution[1]).toBeCloseTo(1 / 11, 12);
  expect(steps).toBeGreaterThanOrEqual(2);
  const [half] = (await conjugateGradients(BOWL, G, 1, 100)).solution;
  expect(half).toBeCloseTo((3 * 10) / 45, 12); // |g|^2 / g'Hg = 10 / 45
});

it("ends at the radius, on the way to the solution", async () => {
  const { solution, steps } = await conjugateGradients(BOWL, G, 5, 0.72);
  expect(Math.hypot(...solution)).toBeCloseTo(0.72, 12);
  expect(steps).toBe(2);
  const { solution: short } = await conjugateGradients(BOWL, G, 5, 0.1);
  expect(short[0] / short[1]).toBeCloseTo(3, 12); // along g
  expect(Math.hypot(...short)).toBeCloseTo(0.1, 12);
});

it("goes nowhere where the loss curves downwards, and stops where there is nothing to do", async () => {
  const saddle = by([
    [-1, 0],
    [0, 1],
  ]);
  expect([...(await conjugateGradients(saddle, G, 5, 10)).solution]).toEqual([0, 0]);
  expect((await conjugateGradients(BOWL, new Float64Array(2), 5, 10)).steps).toBe(0);
});
