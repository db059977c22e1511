import { describe, expect, it } from "vitest";
import { type LabelledPoint, placeLabels } from "../../lib/report/labelPlaces";

const PANEL = { width: 400, height: 200 };
const place = (points: readonly LabelledPoint[]) => placeLabels(points, PANEL, 11).map((side) => side?.name);

describe("places of names", () => {
  it("stands to the right of a lone point", () => {
    expect(place([{ x: 100, y: 100, text: "alone" }])).toEqual(["middle right"]);
  });

  it("stays inside the panel", () => {
    expect(place([{ x: 395, y: 100, text: "at the edge" }])).toEqual(["middle left"]);
    expect(place([{ x: 200, y: 2, text: "" }])).toEqual(["middle right"]);
  });

  it("keeps off other points", () => {
    const neighbour: LabelledPoint = { x: 130, y: 100, text: "b" };
    expect(place([{ x: 100, y: 100, text: "a name" }, neighbour])[0]).toBe("middle left");
  });

  it("keeps off a line between points", () => {
    const [from, to] = [
      { x: 100, y: 100, text: "from" },
      { x: 200, y: 100, text: "" },
    ];
    expect(placeLabels([from, to], PANEL, 11, [[from, to]])[0]?.name).toBe("middle left");
  });

  it("leaves out a name that would lie on another one", () => {
    const corner = Array.from({ length: 12 }, () => ({ x: 380, y: 195, text: "a long name" }));
    const sides = place(corner);
    const shown = sides.filter((side) => side !== undefined);
    expect(new Set(shown).size).toBe(shown.length); // of points in one place two names on one side would coincide
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(9);
  });

  it("leaves out a name that would hide a point", () => {
    const ring = [-60, -30, 0, 30, 60].flatMap((dx) => [-10, 0, 10].map((dy) => ({ dx, dy })));
    const others = ring.filter(({ dx, dy }) => dx !== 0 || dy !== 0);
    const at = (spread: number) =>
      place([
        { x: 200, y: 100, text: "a long name" },
        ...others.map(({ dx, dy }) => ({ x: 200 + spread * dx, y: 100 + spread * dy, text: "" })),
      ])[0];
    expect(at(1)).toBeUndefined();
    expect(at(3)).toBe("middle right");
  });

  it("moves a name when a later one has no other place", () => {
    // no room above and below, and none to the right of the second: its name must lie where the first one's would
    const low = { width: 400, height: 16 };
    const points = [
      { x: 320, y: 8, text: "first name" },
      { x: 392, y: 8, text: "second" },
    ];
    expect(placeLabels(points.slice(0, 1), low, 11)[0]?.name).toBe("middle right");
    expect(placeLabels(points, low, 11).map((side) => side?.name)).toEqual(["middle left", "middle left"]);
  });
});
