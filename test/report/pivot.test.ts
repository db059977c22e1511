/** Long rows to wide rows. */

import { expect, it } from "vitest";
import { pivot } from "../../lib/report/pivot";

it("makes a column of each value, keeps the order, and leaves missing places empty", () => {
  const rows = [
    { data: "a", name: "x", groups: 2, mean: 1 },
    { data: "a", name: "x", groups: 4, mean: 2 },
    { data: "b", name: "x", groups: 4, mean: 3 },
    { data: "a", name: "y", groups: 8, mean: 4 },
  ];
  expect(
    pivot(
      rows,
      ["data", "name"],
      "groups",
      (row) => 10 * row.mean,
      (groups) => `S = ${groups}`,
    ),
  ).toEqual([
    { data: "a", name: "x", "S = 2": 10, "S = 4": 20, "S = 8": null },
    { data: "b", name: "x", "S = 2": null, "S = 4": 30, "S = 8": null },
    { data: "a", name: "y", "S = 2": null, "S = 4": null, "S = 8": 40 },
  ]);
  expect(Object.keys(pivot(rows, ["name"], "groups", () => 1)[0])).toEqual(["2", "4", "8", "name"]);
  expect(pivot([], [], "x" as never, () => 1)).toEqual([]);
});
