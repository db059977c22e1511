/**
 * Where the names of points stand: beside each point, on the first of eight sides on which the name covers no
 * other name, point or bar; when every side is taken, the side that covers least. A name that would hide another
 * name or a point is left out: the legend has it.
 */

import { textWidth } from "./text";

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A point in px from the upper left corner of its panel. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** From the point to the anchor of the text: right and down, in px, and how the text hangs on the anchor. */
export interface Side {
  readonly name: string;
  readonly dx: number;
  readonly dy: number;
  readonly align: "left" | "center" | "right";
  readonly baseline: "top" | "middle" | "bottom";
}

const GAP = 7;
/** In the order in which they are tried; names are those of Plotly. */
export const SIDES: readonly Side[] = [
  { name: "middle right", dx: GAP, dy: 0, align: "left", baseline: "middle" },
  { name: "middle left", dx: -GAP, dy: 0, align: "right", baseline: "middle" },
  { name: "top center", dx: 0, dy: -GAP, align: "center", baseline: "bottom" },
  { name: "bottom center", dx: 0, dy: GAP, align: "center", baseline: "top" },
  { name: "top right", dx: GAP - 2, dy: -GAP + 3, align: "left", baseline: "bottom" },
  { name: "bottom right", dx: GAP - 2, dy: GAP - 3, align: "left", baseline: "top" },
  { name: "top left", dx: -GAP + 2, dy: -GAP + 3, align: "right", baseline: "bottom" },
  { name: "bottom left", dx: -GAP + 2, dy: GAP - 3, align: "right", baseline: "top" },
];

const POINT = 5; // half the width of a symbol

function labelBox({ x, y, text }: LabelledPoint, { dx, dy, align, baseline }: Side, fontSize: number): Box {
  const width = textWidth(text, fontSize);
  const left = x + dx - (align === "left" ? 0 : align === "right" ? width : width / 2);
  const top = y + dy - (baseline === "top" ? 0 : baseline === "bottom" ? fontSize : fontSize / 2);
  return { left, right: left + width, top, bottom: top + fontSize };
}

const around = (x: number, y: number, halfWidth: number, halfHeight: number): Box => ({
  left: x - halfWidth,
  right: x + halfWidth,
  top: y - halfHeight,
  bottom: y + halfHeight,
});

const symbol = ({ x, y }: LabelledPoint): Box => around(x, y, POINT, POINT);

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const areaOf = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

/** px^2 of a box outside the panel, which counts many times: it would be cut off. */
function outside(box: Box, width: number, height: number): number {
  const panel = { left: 0, right: width, top: 0, bottom: height };
  return 20 * (areaOf(box) - overlap(box, panel));
}

const STEP = 4; // px of a line that one box stands for

/** Boxes along the straight line between two points. */
function lineBoxes(from: LabelledPoint, to: LabelledPoint): Box[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP));
  return Array.from({ length: steps }, (_, k) => {
    const share = (k + 0.5) / steps;
    const [x, y] = [from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)];
    return around(x, y, STEP / 2, 1);
  });
}

/** The share of a name that may lie on another one. */
const READABLE = 0.1;
/** The share of a point that a name may cover. */
const SEEN = 0.3;
/** A name may move when the names after it have been placed; rarely needed more than twice. */
const ROUNDS = 4;

/**
 * A side for each point: first in their order, then again with all others in place, until none moves. None for
 * a name that would cover one before it.
 * @param size of the panel in px
 * @param lines pairs of points that are joined: names keep off these lines too
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  size: { readonly width: number; readonly height: number },
  fontSize: number,
  lines: readonly (readonly [LabelledPoint, LabelledPoint])[] = [],
): (Side | undefined)[] {
  const marks = [...points.map(symbol), ...lines.flatMap(([from, to]) => lineBoxes(from, to))];
  const boxes = new Map<number, Box>();
  const bestSide = (point: LabelledPoint, index: number): Side => {
    const others = [...boxes].filter(([other]) => other !== index).map(([, box]) => box);
    const costs = SIDES.map((candidate) => {
      const box = labelBox(point, candidate, fontSize);
      const covered = (sum: number, other: Box) => sum + overlap(box, other);
      return marks.reduce(covered, 0) + 2 * others.reduce(covered, 0) + outside(box, size.width, size.height);
    });
    return SIDES[costs.indexOf(Math.min(...costs))];
  };
  let sides: Side[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = sides;
    sides = points.map((point, index) => {
      if (point.text === "") return SIDES[0];
      const best = bestSide(point, index);
      boxes.set(index, labelBox(point, best, fontSize));
      return best;
    });
    if (sides.every((one, index) => one === before[index])) break;
  }
  const kept: Box[] = [];
  return sides.map((side, index) => {
    const box = boxes.get(index);
    if (!box) return side;
    const hides = (other: LabelledPoint) =>
      other !== points[index] && overlap(box, symbol(other)) > SEEN * areaOf(symbol(other));
    if (kept.some((other) => overlap(box, other) > READABLE * areaOf(box)) || points.some(hides))
      return undefined;
    kept.push(box);
    return side;
  });
}
