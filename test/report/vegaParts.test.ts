/** Parts of the charts that no snapshot explains: ticks of decadic axes, titles in lines, colours of differences. */

import { describe, expect, it } from "vitest";
import { heatChart } from "../../lib/report/pointChart";
import { toSvg } from "../../lib/report/svg";
import { decadeTicks, titleLines } from "../../lib/report/vegaParts";

describe("ticks of a decadic axis", () => {
  it("are powers of ten over two decades or more", () => {
    expect(decadeTicks([0.002, 7])).toEqual([0.01, 0.1, 1]);
    expect(decadeTicks([0.95, 120])).toEqual([1, 10, 100]);
  });

  it("are 1, 2 and 5 times them over less", () => {
    expect(decadeTicks([300, 4100])).toEqual([500, 1000, 2000, 5000]);
  });

  it("do not count what a logarithm cannot show", () => {
    expect(decadeTicks([0, -3, 1, 1000])).toEqual([1, 10, 100, 1000]);
  });
});

describe("a title", () => {
  it("stays in one line where it fits, and is broken at spaces where it does not", () => {
    expect(titleLines("number of groups S", 180)).toEqual(["number of groups S"]);
    expect(titleLines("group, in descending order of cohesion", 180)).toEqual([
      "group, in descending order of",
      "cohesion",
    ]);
  });

  it("keeps a word that is longer than the axis", () => {
    expect(titleLines("NDCG@10 of everybody", 10)).toEqual(["NDCG@10", "of", "everybody"]);
  });
});

it("a map of differences is white at its neutral value, whatever the values are", async () => {
  const rows = [
    { x: "a", y: "one", d: 0.2 },
    { x: "a", y: "two", d: 0 },
    { x: "b", y: "one", d: -0.1 },
  ];
  const chart = heatChart(rows, { x: "x", y: "y", value: "d", digits: 1, neutral: 0 });
  expect(chart.plotly.layout.coloraxis).toMatchObject({ cmin: -0.2, cmax: 0.2 });
  const svg = await toSvg(chart.vegaLite, { name: "n", alt: "a" });
  expect(svg).toContain('fill="rgb(255, 255, 255)"');
  expect(svg).toContain('fill="rgb(213, 94, 0)"');
});
