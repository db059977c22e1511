/** The steps that notebook 03 shows are those of the loop as printed. */

import { expect, it } from "vitest";
import { printedPass, printedSeats, printedSteps } from "../../lib/grouping/literal";
import { Random } from "../../lib/random";

it.each([
  [9, 3],
  [10, 3],
  [25, 4],
  [7, 1],
])("%i users, %i groups: the same labels and the same seats as the printed pass", (users, groups) => {
  const random = Random.stream(users, "steps");
  const cost = Float64Array.from({ length: users * groups }, () => random.below(6)); // ties
  const labels = Uint32Array.from({ length: users }, () => random.below(groups));
  const expected = labels.slice();
  const seats = printedSeats(users, groups);
  printedPass(cost, groups, expected, seats);
  const steps = printedSteps(cost, groups);
  for (const { user, group } of steps) labels[user] = group;
  expect(labels).toEqual(expected);
  expect(steps.length + seats.reduce((a, b) => a + b, 0)).toBe(groups * Math.ceil(users / groups));
  const first = new Map<number, number>();
  for (const { user, group, seatedBefore } of steps) {
    expect(seatedBefore).toBe(first.get(user));
    first.set(user, group);
  }
});
