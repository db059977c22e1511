/** Made-up partitions to the tables of notebook 03. */

import * as aq from "arquero";
import { expect, it } from "vitest";
import { profileNamed } from "../../../lib/questions/profile";
import { questions } from "../../../lib/questions/questions";
import type { Planned } from "../../../lib/questions/trial";

const { partition } = questions;
const profile = { ...profileNamed("smoke"), groups: [2, 4], seeds: [0, 1] };
const view = { profile, options: { requests: 500 } };
const planned = partition.trials(profile) as Planned<{ name: string; groups: number; balance: string }>[];
/** Plain k-means has one group of thirty and others of ten; CBKM is twice as cohesive in the embedding. */
const findings = planned.map((one) => {
  const { name, groups, balance } = one.labels;
  const times = name === "CBKM" ? 2 : 1;
  const each = (value: number) => Array.from({ length: groups }, () => value);
  return {
    ...one,
    outcome: {
      users: each(10).map((users, g) => (balance === "none" && g === 0 ? 30 : users)),
      ratings: each(100).map((ratings, g) => (g === 0 ? 2 * ratings : ratings)),
      rhoEmbedding: each(5 * times),
      rhoRatings: each(1),
    },
    timings: {},
  };
});
const rows = aq.from(partition.rows(findings));
const tables = partition.tables(rows, view);

it("sets the largest group beside the smallest, a column per S", () => {
  expect(tables.sizes.columns.map(({ key }) => key)).toEqual(["data", "name", "S = 2", "S = 4"]);
  expect(tables.sizes.rows).toMatchObject([
    { name: "Rand", "S = 2": 1, "S = 4": 1 },
    { name: "k-means, rating rows", "S = 2": 3, "S = 4": 3 },
    { name: "k-means, embedding" },
    { name: "BKM" },
    { name: "CBKM" },
  ]);
});

it("orders groups by rho in the space in which they were made, as LASER trains them", () => {
  const [first, second] = [100, 200];
  const ratingsOf = (name: string) => {
    const one = findings.find(({ labels }) => labels.name === name && labels.groups === 2);
    const outcome = {
      ...one?.outcome,
      ratings: [first, second],
      rhoEmbedding: [9, 8],
      rhoRatings: [1, 2],
    } as (typeof findings)[0]["outcome"];
    return partition
      .rows([{ ...(one as (typeof findings)[0]), outcome }])
      .map((row) => [row.place, row.ratings]);
  };
  for (const name of ["CBKM", "k-means, embedding"])
    expect(ratingsOf(name)).toEqual([
      [0, first],
      [1, second],
    ]);
  for (const name of ["Rand", "BKM", "k-means, rating rows"])
    expect(ratingsOf(name)).toEqual([
      [0, second],
      [1, first],
    ]);
});

it("shows cohesion of the balanced groupings, space by space", () => {
  expect(tables.cohesion.rows).toMatchObject([
    { space: "in the embedding", name: "Rand", "S = 2": 5 },
    { space: "in the embedding", name: "BKM", "S = 2": 5 },
    { space: "in the embedding", name: "CBKM", "S = 2": 10, "S = 4": 10 },
    { space: "in the rating rows", name: "Rand", "S = 2": 1 },
    { space: "in the rating rows", name: "BKM" },
    { space: "in the rating rows", name: "CBKM", "S = 4": 1 },
  ]);
});

it("holds Eq. 7, 8 and 11 beside a simulated stream, S by S", () => {
  const lines = tables.cost.rows as Record<string, number>[];
  expect(lines.map(({ groups }) => groups)).toEqual([2, 2, 2, 2, 2, 4, 4, 4, 4, 4]);
  const [random] = lines;
  // half of the requests repeat all, half the second group
  expect(random).toMatchObject({ eq7: 75, eq8: 75, bound: 75 });
  expect(Math.abs(random.simulated - 75)).toBeLessThan(5);
});

it("draws four figures, and none twice under one name", () => {
  const charts = Object.values(partition.charts(rows, view));
  expect(charts.map(({ name }) => name)).toEqual([
    "grouping-sizes",
    "grouping-sizes-all",
    "grouping-cohesion",
    "grouping-work",
  ]);
});
