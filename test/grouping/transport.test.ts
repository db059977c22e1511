import { describe, expect, it } from "vitest";
import { balanceUsers } from "../../lib/grouping/balance";
import { groupSizes } from "../../lib/grouping/points";
import { Transport } from "../../lib/grouping/transport";
import { stream } from "./spaces";

const total = (cost: Float64Array, groups: number, labels: ArrayLike<number>) =>
  Array.from(labels).reduce((sum, label, i) => sum + cost[i * groups + label], 0);

/** The least total over every labelling with all sizes in [lower, upper]. */
function byTrying(cost: Float64Array, groups: number, lower: number, upper: number): number {
  const users = cost.length / groups;
  const sizes = new Array<number>(groups).fill(0);
  const cheapest = cost.reduce((a, b) => Math.min(a, b));
  let best = Infinity;
  const place = (user: number, sum: number): void => {
    if (sum + (users - user) * cheapest >= best) return; // cannot get below the best
    if (user === users) {
      if (Math.min(...sizes) >= lower) best = sum;
      return;
    }
    for (let j = 0; j < groups; j++) {
      if (sizes[j] === upper) continue;
      sizes[j]++;
      place(user + 1, sum + cost[user * groups + j]);
      sizes[j]--;
    }
  };
  place(0, 0);
  return best;
}

const randomCosts = (users: number, groups: number, levels: number, key: number) => {
  const random = stream("transport", users, groups, levels, key);
  return Float64Array.from({ length: users * groups }, () => random.below(levels) - levels / 4);
};

describe("transport", () => {
  const shapes = [
    [6, 2],
    [7, 2],
    [7, 3],
    [8, 4],
    [9, 4],
    [5, 5],
    [4, 1],
    [6, 5],
  ] as const;

  it.each(shapes)("%i users, %i groups: the least cost of all balanced assignments", (users, groups) => {
    const lower = Math.floor(users / groups);
    const upper = Math.ceil(users / groups);
    for (const levels of [2, 5, 1000]) {
      const solver = new Transport(users, groups, lower, upper); // kept: from the second cost on it starts warm
      for (let key = 0; key < 12; key++) {
        const cost = randomCosts(users, groups, levels, key);
        const labels = new Uint32Array(users);
        solver.assign(cost, labels);
        const sizes = groupSizes(labels, groups);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(lower);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(upper);
        expect(total(cost, groups, labels)).toBeCloseTo(byTrying(cost, groups, lower, upper), 6);
      }
    }
  });

  it.each(shapes)("%i users, %i groups: also under the printed ceiling, no group empty", (users, groups) => {
    const upper = Math.ceil(users / groups);
    const solver = new Transport(users, groups, 1, upper);
    for (let key = 0; key < 12; key++) {
      const cost = randomCosts(users, groups, 20, key);
      const labels = new Uint32Array(users);
      solver.assign(cost, labels);
      const sizes = groupSizes(labels, groups);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(upper);
      expect(total(cost, groups, labels)).toBeCloseTo(byTrying(cost, groups, 1, upper), 6);
    }
  });

  it.each([
    [300, 7],
    [257, 16],
    [400, 3],
  ])(
    "%i users, %i groups: never dearer than Algorithm 2, mostly cheaper; a warm start changes no cost",
    (users, groups) => {
      const bounds = [Math.floor(users / groups), Math.ceil(users / groups)] as const;
      const warm = new Transport(users, groups, ...bounds);
      let cheaper = 0;
      for (let key = 0; key < 6; key++) {
        const random = stream("large", users, key);
        // squared distances on a line with a crowded end, so that many users want the same groups
        const cost = new Float64Array(users * groups);
        for (let i = 0; i < users; i++) {
          const x = random.uniform() ** 3 * groups;
          for (let j = 0; j < groups; j++) cost[i * groups + j] = (x - j) ** 2;
        }
        const greedy = new Uint32Array(users);
        balanceUsers(cost, groups, false, greedy);
        const cold = new Uint32Array(users);
        new Transport(users, groups, ...bounds).assign(cost, cold);
        const labels = new Uint32Array(users);
        warm.assign(cost, labels);
        expect(total(cost, groups, labels)).toBeCloseTo(total(cost, groups, cold), 6);
        expect(total(cost, groups, labels)).toBeLessThanOrEqual(total(cost, groups, greedy) + 1e-6);
        if (total(cost, groups, labels) < total(cost, groups, greedy) - 1e-6) cheaper++;
        const sizes = groupSizes(labels, groups);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBe(users % groups === 0 ? 0 : 1);
      }
      expect(cheaper).toBeGreaterThan(3);
    },
  );

  it("equal costs everywhere: any balanced assignment will do, and it is found", () => {
    const labels = new Uint32Array(10);
    new Transport(10, 3, 3, 4).assign(new Float64Array(30).fill(2), labels);
    expect(Array.from(groupSizes(labels, 3)).sort()).toEqual([3, 3, 4]);
  });
});
