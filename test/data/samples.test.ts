import { describe, expect, it } from "vitest";
import { trainingSamples } from "../../lib/data/samples";
import { fromRows } from "./helpers";

const data = fromRows([
  [2, 1, 5],
  [0, 3, 1],
  [0, 0, 4],
  [2, 0, 3],
  [3, 2, 2],
]);

describe("trainingSamples", () => {
  it("are the ratings in user order, over the top of the scale", () => {
    const samples = trainingSamples(data, { label: "rating" });
    expect([...samples.users]).toEqual([0, 0, 2, 2, 3]);
    expect([...samples.items]).toEqual([0, 3, 0, 1, 2]);
    expect(samples.labels).toEqual(Float32Array.of(0.8, 0.2, 0.6, 1, 0.4));
  });

  it("are 1 for implicit labels", () => {
    expect([...trainingSamples(data, { label: "implicit" }).labels]).toEqual([1, 1, 1, 1, 1]);
  });

  it("of some users are those of no others", () => {
    const samples = trainingSamples(data, { label: "rating" }, Uint32Array.of(1, 2));
    expect([...samples.users]).toEqual([2, 2]);
    expect([...samples.items]).toEqual([0, 1]);
    expect(trainingSamples(data, { label: "implicit" }, Uint32Array.of()).users.length).toBe(0);
  });

  it("take another scale", () => {
    const tenths = trainingSamples(data, { label: "rating", maxRating: 10 });
    expect(tenths.labels).toEqual(Float32Array.of(0.4, 0.1, 0.3, 0.5, 0.2));
  });

  it("refuse users out of order, twice or unknown", () => {
    for (const users of [[2, 1], [1, 1], [4]])
      expect(() => trainingSamples(data, { label: "implicit" }, Uint32Array.from(users))).toThrow(/^users: /);
  });

  it("refuse a label above 1, by user, item and rating", () => {
    expect(() => trainingSamples(data, { label: "rating", maxRating: 4 })).toThrow(
      "user u2, item i1: rating 5 is not from 0 to maxRating 4",
    );
  });
});
