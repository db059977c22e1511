import { describe, expect, it } from "vitest";
import { balanceLoads, balanceUsers } from "../../lib/grouping/balance";
import { fillEmpty } from "../../lib/grouping/passes";
import { groupSizes } from "../../lib/grouping/points";
import { stream } from "./spaces";

/** Algorithm 2, corrected, in the words of the paper: sort all pairs, walk down the list. */
function bySortingAllPairs(cost: Float64Array, groups: number, ceiling: boolean): number[] {
  const users = cost.length / groups;
  const floor = Math.floor(users / groups);
  let extra = ceiling ? groups : users % groups;
  const labels = new Array<number>(users).fill(-1);
  const sizes = new Array<number>(groups).fill(0);
  const pairs = Array.from({ length: cost.length }, (_, pair) => pair).sort(
    (a, b) => cost[a] - cost[b] || a - b,
  );
  for (const pair of pairs) {
    const group = pair % groups;
    const user = (pair - group) / groups;
    const free = sizes[group] < floor || (sizes[group] < Math.ceil(users / groups) && extra > 0);
    if (labels[user] >= 0 || !free) continue;
    labels[user] = group;
    if (++sizes[group] > floor) extra--;
  }
  return labels;
}

/** `levels`: few make many ties. */
const costs = (users: number, groups: number, levels: number, key: number) => {
  const random = stream("costs", users, groups, levels, key);
  return Float64Array.from({ length: users * groups }, () => random.below(levels));
};

describe("balance by users (Algorithm 2, corrected)", () => {
  const cases = [1, 2, 3, 5, 8, 13].flatMap((groups) =>
    [13, 16, 40].flatMap((users) => [2, 7, 1_000_000].map((levels) => [users, groups, levels] as const)),
  );

  it.each(cases)(
    "%i users, %i groups, %i levels of cost: as by sorting all pairs",
    (users, groups, levels) => {
      for (let key = 0; key < 4; key++) {
        const cost = costs(users, groups, levels, key);
        for (const ceiling of [false, true]) {
          const labels = new Uint32Array(users);
          balanceUsers(cost, groups, ceiling, labels);
          expect(Array.from(labels)).toEqual(bySortingAllPairs(cost, groups, ceiling));
        }
      }
    },
  );

  it.each(cases)("%i users, %i groups, %i levels: sizes differ by at most one", (users, groups, levels) => {
    const labels = new Uint32Array(users);
    balanceUsers(costs(users, groups, levels, 9), groups, false, labels);
    const sizes = groupSizes(labels, groups);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBe(users % groups === 0 ? 0 : 1);
  });

  it("printed ceilings may leave the last group smaller by more than one", () => {
    // every user prefers group 0, then 1, 2, 3: ceil(9 / 4) = 3 seats each
    const cost = Float64Array.from({ length: 36 }, (_, pair) => pair % 4);
    const labels = new Uint32Array(9);
    balanceUsers(cost, 4, true, labels);
    expect(Array.from(groupSizes(labels, 4))).toEqual([3, 3, 3, 0]);
    balanceUsers(cost, 4, false, labels);
    expect(Array.from(groupSizes(labels, 4))).toEqual([3, 2, 2, 2]);
  });

  it("ties go to the smaller user, then to the smaller group", () => {
    const labels = new Uint32Array(4);
    balanceUsers(new Float64Array(8), 2, false, labels);
    expect(Array.from(labels)).toEqual([0, 0, 1, 1]);
  });
});

describe("balance by load", () => {
  it.each([
    [30, 4, 5],
    [100, 7, 300],
    [64, 16, 2000],
    [12, 12, 50],
    [9, 4, 1],
  ])(
    "%i users, %i groups, loads up to %i: loads differ by at most the heaviest user",
    (users, groups, most) => {
      for (let key = 0; key < 30; key++) {
        const random = stream("loads", users, groups, key);
        // a few heavy users, many light ones, some without any rating
        const loads = Float64Array.from({ length: users }, () => Math.floor(most * random.uniform() ** 4));
        const labels = new Uint32Array(users).fill(groups);
        const cost = costs(users, groups, 50, key);
        balanceLoads(cost, groups, loads, labels);
        for (const filled of [false, true]) {
          if (filled) fillEmpty(cost, groups, labels);
          const work = new Float64Array(groups);
          labels.forEach((label, i) => {
            expect(label).toBeLessThan(groups);
            work[label] += loads[i];
          });
          expect(Math.max(...work) - Math.min(...work)).toBeLessThanOrEqual(Math.max(...loads));
        }
        expect(Math.min(...groupSizes(labels, groups))).toBeGreaterThan(0);
      }
    },
  );

  it("with equal loads is balance by users", () => {
    for (const [users, groups] of [
      [24, 4],
      [26, 4],
    ]) {
      const labels = new Uint32Array(users);
      balanceLoads(costs(users, groups, 1000, 1), groups, new Float64Array(users).fill(3), labels);
      const sizes = groupSizes(labels, groups);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });
});
