/** Ends and ticks of axes: round, and never so close that two labels touch. */

import { describe, expect, it } from "vitest";
import { heatChart } from "../../lib/report/heatChart";
import { plotlyFigure } from "../../lib/report/plotly";
import { categoryTicks, domainOf, type ScaleType, ticksOf } from "../../lib/report/scales";
import { toSvg } from "../../lib/report/svg";
import { textWidth, wrapText } from "../../lib/report/text";
import { BLUE, VERMILION } from "../../lib/report/theme";

const texts = (type: ScaleType, domain: [number, number], length: number, across = true) =>
  ticksOf(type, domain, length, across).map(({ lines }) => lines.join(" "));

describe("ticks", () => {
  it("of a decadic axis are 1, 2 and 5 of each power of ten, as long as they have room", () => {
    expect(texts("log10", [0.05, 120], 560)).toEqual("0.05 0.1 0.2 0.5 1 2 5 10 20 50 100".split(" "));
    expect(texts("log10", [0.05, 120], 170)).toEqual("0.1 1 10 100".split(" "));
    expect(texts("log10", [1e-6, 1e6], 120)).toEqual(["0.000001", "0.1", "10,000"]);
  });

  it("of doublings leave out each second rather than touch", () => {
    expect(texts("log2", [4, 4096], 600)).toEqual("4 8 16 32 64 128 256 512 1,024 2,048 4,096".split(" "));
    expect(texts("log2", [4, 4096], 280)).toEqual("4 16 64 256 1,024 4,096".split(" "));
  });

  it("of a linear axis are round and written with the digits of their step", () => {
    expect(texts("linear", [0.381, 0.523], 220, false)).toEqual([
      "0.40",
      "0.42",
      "0.44",
      "0.46",
      "0.48",
      "0.50",
      "0.52",
    ]);
    expect(texts("linear", [-0.24, 0.66], 220, false)).toEqual(["−0.2", "0", "0.2", "0.4", "0.6"]);
  });

  it("stay apart on any axis", () => {
    for (const type of ["linear", "log2", "log10"] as const)
      for (const length of [120, 180, 280, 560])
        for (const domain of [
          [0.001, 0.0042],
          [1, 7],
          [3, 98765],
          [1e-4, 1e7],
        ] as [number, number][]) {
          const steps = (value: number) => (type === "linear" ? value : Math.log10(value));
          const place = (at: number) =>
            ((steps(at) - steps(domain[0])) / (steps(domain[1]) - steps(domain[0]))) * length;
          const ticks = ticksOf(type, domain, length, true);
          const ends = ticks.map(({ at, lines }) => {
            const half = textWidth(lines[0], 12) / 2;
            return [place(at) - half, place(at) + half];
          });
          for (let i = 1; i < ends.length; i++) expect(ends[i][0]).toBeGreaterThan(ends[i - 1][1] + 3);
          expect(ticks.length).toBeGreaterThan(0);
        }
  });
});

describe("categories", () => {
  it("break into lines where they are wider than their band, and turn where a word is", () => {
    const { ticks, angle } = categoryTicks(["visits of each", "taste"], 140, true);
    expect(ticks.map(({ lines }) => lines)).toEqual([["visits of", "each"], ["taste"]]);
    expect(angle).toBe(0);
    expect(categoryTicks(["collaborative", "embeddings"], 90, true).angle).toBe(-35);
  });

  it("that are numbers leave out some", () => {
    const names = Array.from({ length: 16 }, (_, i) => String(i + 1));
    expect(categoryTicks(names, 130, true).ticks.map(({ at }) => at)).toEqual([0, 3, 6, 9, 12, 15]);
  });
});

describe("ends", () => {
  it("begin at zero where that is asked for, and leave room elsewhere", () => {
    expect(domainOf({ type: "linear", title: "", zero: true }, [2, 8], 200)[0]).toBe(0);
    const [low, high] = domainOf({ type: "log10", title: "" }, [1, 100], 200);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(100);
  });
});

describe("a text", () => {
  it("stays in one line where it fits, is broken at spaces where it does not, and keeps a long word", () => {
    expect(wrapText("number of groups S", 180, 12.5)).toEqual(["number of groups S"]);
    expect(wrapText("group, in descending order of cohesion", 180, 12.5)).toEqual([
      "group, in descending order of",
      "cohesion",
    ]);
    expect(wrapText("NDCG@10 of everybody", 10, 12.5)).toEqual(["NDCG@10", "of", "everybody"]);
  });

  it("is as wide as its letters", () => {
    expect(textWidth("iii", 10)).toBeLessThan(textWidth("mmm", 10));
    expect(textWidth("NDCG@10", 20)).toBeCloseTo(2 * textWidth("NDCG@10", 10));
  });
});

it("a map of differences is white at its neutral value, whatever the values are", async () => {
  const rows = [
    { x: "a", y: "one", d: 0.2 },
    { x: "a", y: "two", d: 0 },
    { x: "b", y: "one", d: -0.1 },
  ];
  const chart = heatChart(rows, { x: "x", y: "y", value: "d", digits: 1, neutral: 0 });
  const { data, layout } = plotlyFigure(chart);
  const middle = [0.5, "#fdfdfd"];
  expect(layout.coloraxis).toMatchObject({
    cmin: -0.2,
    cmax: 0.2,
    colorscale: [[0, BLUE], middle, [1, VERMILION]],
  });
  expect(data[0]).toMatchObject({ x: [0, 0, 1], y: [1, 0, 1], z: [0.2, 0, -0.1], coloraxis: "coloraxis" });
  const svg = await toSvg(chart, { name: "n", alt: "a" });
  expect(svg).toContain('fill="rgb(253, 253, 253)"');
  expect(svg).toContain('fill="rgb(213, 94, 0)"');
});
