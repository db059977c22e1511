/** Rows of partitions gathered by partition: sizes, work, cohesion and expected cost by hand. */

import { expect, it } from "vitest";
import { groupingSummaries } from "../../../lib/questions/partition/groupings";
import type { PartitionRow } from "../../../lib/questions/partition/rows";

const row = (change: Partial<PartitionRow>): PartitionRow => ({
  dataset: "ml-100k",
  name: "k-means, rating rows",
  balance: "none",
  groups: 2,
  seed: 0,
  place: 0,
  users: 30,
  ratings: 100,
  rhoEmbedding: 4,
  rhoRatings: 0.5,
  ...change,
});

it("gathers the groups of each partition in training order", () => {
  const summaries = groupingSummaries([
    row({ place: 1, users: 10, ratings: 300, rhoEmbedding: 2, rhoRatings: 0.3 }),
    row({ seed: 1, name: "CBKM" }),
    row({}),
    row({ seed: 1, name: "CBKM", place: 1, ratings: 100 }),
  ]);
  expect(summaries.map(({ name, seed }) => `${name} ${seed}`)).toEqual(["k-means, rating rows 0", "CBKM 1"]);
  const [plain, balanced] = summaries;
  expect(plain).toMatchObject({ data: "MovieLens 100K", groups: 2, users: [30, 10], ratings: [100, 300] });
  expect(plain.sizeRatio).toBe(3);
  expect(plain.workRatio).toBe(1.5);
  expect(plain.rhoEmbedding).toBe(3);
  expect(plain.rhoRatings).toBeCloseTo(0.4, 12);
  // 3/4 of the requests repeat all 40 users, 1/4 the last 10
  expect(plain.eq7).toBeCloseTo(81.25, 10);
  expect(plain.eq8).toBeCloseTo(81.25, 10);
  expect(plain.bound).toBeCloseTo(75, 10);
  expect(balanced).toMatchObject({ sizeRatio: 1, workRatio: 1 });
  expect(balanced.eq7).toBeCloseTo(75, 10);
});

it("takes an empty group for one of a single user, rather than divide by nothing", () => {
  expect(groupingSummaries([row({}), row({ place: 1, users: 0, ratings: 0 })])[0].sizeRatio).toBe(30);
});
