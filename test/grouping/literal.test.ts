import { describe, expect, it } from "vitest";
import { balanceUsers } from "../../lib/grouping/balance";
import { groupUsers } from "../../lib/grouping/group";
import { printedPass, printedSeats } from "../../lib/grouping/literal";
import { groupSizes } from "../../lib/grouping/points";
import { dense, planted, plantedRatings, sparse, stream } from "./spaces";

/** Three users, two groups: user 0 is far from both, user 2 near to group 1. */
const COST = Float64Array.of(9, 8, 5, 4, 3, 1);

describe("Algorithm 2 as printed: its four faults", () => {
  it("(a) a placed user is placed again by a later pair and takes a second seat", () => {
    const labels = new Uint32Array(3);
    const seats = printedSeats(3, 2);
    printedPass(COST, 2, labels, seats);
    // pairs by falling distance: (0,0) (0,1) (1,0) (1,1), then no seat is left: users 0 and 1 took two seats each,
    expect(Array.from(labels.subarray(0, 2))).toEqual([1, 1]);
    expect(Array.from(seats)).toEqual([0, 0]);
    // and user 2 was never placed: it still has the label it came with.
    expect(labels[2]).toBe(0);
    const other = Uint32Array.of(0, 0, 1);
    printedPass(COST, 2, other, printedSeats(3, 2));
    expect(other[2]).toBe(1);
  });

  it("(b) capacities are never reset: the second pass places nobody, whatever the distances", () => {
    const labels = new Uint32Array(3);
    const seats = printedSeats(3, 2);
    printedPass(COST, 2, labels, seats);
    const after = labels.slice();
    printedPass(
      COST.map((cost) => 10 - cost),
      2,
      labels,
      seats,
    );
    expect(labels).toEqual(after);
  });

  it("(c) the farthest pairs go first: every user gets its far group where seats allow", () => {
    const far = Float64Array.of(0, 7, 6, 0); // each user stands on a centroid; one seat a group
    const labels = Uint32Array.of(0, 1);
    printedPass(far, 2, labels, printedSeats(2, 2));
    expect(Array.from(labels)).toEqual([1, 0]);
    balanceUsers(far, 2, false, labels);
    expect(Array.from(labels)).toEqual([0, 1]);
  });

  it("(d) t > tau allows tau + 1 passes", async () => {
    const { rows } = planted(40, 4, 3, stream("faults"));
    const printed = (maxPasses: number) =>
      groupUsers(dense(rows), { groups: 4, literal: true, maxPasses, seed: 3 });
    expect((await printed(0)).passes).toBe(1);
    expect((await printed(1)).passes).toBe(2);
    expect((await printed(0)).converged).toBe(false);
    // and with fault (b) there is nothing to do after the second
    expect((await printed(50)).passes).toBe(2);
    expect((await printed(50)).converged).toBe(true);
    expect((await printed(50)).labels).toEqual((await printed(0)).labels);
    const ours = await groupUsers(dense(rows), { groups: 4, maxPasses: 1, seed: 3 });
    expect(ours.passes).toBe(1);
  });

  it("as a whole: unbalanced groups of users far from each other; corrected, balanced and tighter", async () => {
    const spaces = [
      dense(planted(90, 6, 4, stream("whole", 1)).rows),
      dense(planted(61, 4, 16, stream("whole", 2), true).rows),
      sparse(plantedRatings(80, 4, stream("whole", 3)).rows),
    ];
    for (const space of spaces) {
      for (const groups of [4, 6]) {
        for (let seed = 0; seed < 4; seed++) {
          const printed = await groupUsers(space, { groups, literal: true, seed });
          for (const changes of [{}, { clusterStart: "random" }, { assignment: "transport" }] as const) {
            const corrected = await groupUsers(space, { groups, seed, ...changes });
            expect(corrected.inertia).toBeLessThan(printed.inertia as number);
          }
          const sizes = groupSizes(printed.labels, groups);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeGreaterThan(1);
        }
      }
    }
  });

  it("runs under every host", async () => {
    const { rows } = planted(40, 4, 3, stream("hosts"));
    for (const method of ["gaussianMixture", "labelPropagation"] as const) {
      const printed = await groupUsers(dense(rows), { method, groups: 4, literal: true });
      expect(printed.passes).toBe(2);
      expect(printed.settings.ceiling).toBe(true);
    }
  });
});
