/** Figure 3: everything that was asked for is drawn once in each half, and can be read. */

import { describe, expect, it } from "vitest";
import { hyperedgeChart, hyperedgeScene } from "../../lib/report/hyperedgeChart";
import { plotlyFigure } from "../../lib/report/plotly";
import { toSvg } from "../../lib/report/svg";

const picture = {
  user: "u1",
  members: [
    { name: "u2", weight: 4.5 },
    { name: "u3", weight: 10 / 3 },
  ],
  outside: ["u4"],
  items: ["i1", "i2", "i3"],
  ratings: [
    { user: "u1", item: "i1", rating: 5 },
    { user: "u1", item: "i2", rating: 2 },
    { user: "u2", item: "i1", rating: 4 },
    { user: "u2", item: "i2", rating: 5 },
    { user: "u3", item: "i2", rating: 3.5 },
    { user: "u3", item: "i3", rating: 1 },
    { user: "u4", item: "i3", rating: 3 },
  ],
};
const titles = { left: "(a) ratings", right: "(b) hyperedge" };
const { marks, labels, lines, outline, width, height } = hyperedgeScene(picture, titles);

describe("hyperedge picture", () => {
  it("holds each user twice, each item once, a line and a number for each rating", () => {
    const names = marks.map(({ name }) => name).sort();
    expect(names).toEqual(["i1", "i2", "i3", "u1", "u1", "u2", "u2", "u3", "u3", "u4", "u4"]);
    expect(lines).toHaveLength(7);
    expect(labels.filter(({ kind }) => kind === "rating").map(({ text }) => text)).toEqual(
      picture.ratings.map(({ rating }) => String(rating)),
    );
    expect(labels.filter(({ kind }) => kind === "weight").map(({ text }) => text)).toEqual([
      "w = 4.5",
      "w = 3.33",
    ]);
  });

  it("draws members inside the outline and the others outside, all within the picture", () => {
    const centre = outline.reduce((sum, { x, y }) => ({ x: sum.x + x / 72, y: sum.y + y / 72 }), {
      x: 0,
      y: 0,
    });
    const radius = outline[0].x - centre.x;
    const right = marks.filter(({ x }) => x > 300);
    for (const mark of right) {
      const inside = Math.hypot(mark.x - centre.x, mark.y - centre.y) + 14 < radius;
      expect(inside).toBe(mark.kind !== "outside");
    }
    for (const { x, y } of [...marks, ...labels, ...outline]) {
      expect(x > 0 && x < width).toBe(true);
      expect(y > 0 && y < height).toBe(true);
    }
  });

  it("keeps numbers apart", () => {
    const numbers = labels.filter(({ kind }) => kind === "rating");
    for (const a of numbers)
      for (const b of numbers) if (a !== b) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(10);
  });

  it("comes out the same from both renderers", async () => {
    const chart = hyperedgeChart(picture, titles);
    const svg = await toSvg(chart, { name: "hyperedge", alt: "u1 and his hyperedge" });
    for (const { name } of marks) expect(svg).toContain(`>${name}</text>`);
    for (const { text } of labels) expect(svg).toContain(`>${text}</text>`);
    const { data } = plotlyFigure(chart);
    for (const { text } of labels) expect(JSON.stringify(data)).toContain(text);
    const ring = data.find(({ fill }) => fill === "toself") as { readonly x: number[]; readonly y: number[] };
    expect([ring.x.at(-1), ring.y.at(-1)]).toEqual([ring.x[0], ring.y[0]]); // closed
  });

  it("refuses a rating of somebody who is not drawn", () => {
    const ratings = [...picture.ratings, { user: "u9", item: "i1", rating: 1 }];
    expect(() => hyperedgeScene({ ...picture, ratings }, titles)).toThrow(/"u9"/);
  });
});
