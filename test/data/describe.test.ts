import { expect, it, describe as suite } from "vitest";
import { describe, rowLengths } from "../../lib/data/describe";
import { fromRows } from "./helpers";

suite("describe", () => {
  const data = fromRows([
    [0, 0, 5],
    [0, 1, 4],
    [0, 2, 4],
    [2, 0, 1],
  ]);

  it("counts what Table 1 counts", () => {
    const found = describe(data);
    expect(found).toMatchObject({ name: "test", users: 3, items: 3, ratings: 4, mean: 3.5 });
    expect(found.sparsity).toBeCloseTo(5 / 9, 15);
    expect(found.histogram).toEqual([
      { rating: 1, count: 1 },
      { rating: 4, count: 2 },
      { rating: 5, count: 1 },
    ]);
    expect(found.perUser).toMatchObject({ least: 0, median: 1, most: 3 });
    expect(found.perItem).toMatchObject({ least: 1, median: 1, most: 2 });
  });

  it("gives row lengths", () => expect([...rowLengths(data.byUser)]).toEqual([3, 0, 1]));

  it("has no mean of nothing", () => expect(describe(fromRows([])).mean).toBeNaN());
});
