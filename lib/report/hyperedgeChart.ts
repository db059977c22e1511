/**
 * Figure 3: a few users and items as a bipartite graph, and beside it the hyperedge of one of them, which no
 * edge between two vertices can show. The picture is laid out here in px.
 */

import { InputError } from "../errors";
import type { Chart, Mark as ChartMark } from "./chart";
import type { Row } from "./rows";
import { BLUE, GREY, ON_DARK, ON_LIGHT, ORANGE, seriesStyles, VERMILION } from "./theme";

/** What is drawn; names are short ("u1", "i2") and stand inside the marks. */
export interface HyperedgePicture {
  /** whose hyperedge it is */
  readonly user: string;
  readonly members: readonly { readonly name: string; readonly weight: number }[];
  readonly outside: readonly string[];
  readonly items: readonly string[];
  readonly ratings: readonly { readonly user: string; readonly item: string; readonly rating: number }[];
}

/** Titles of the two halves of the picture. */
export interface HyperedgeTitles {
  /** above the bipartite graph and above the hyperedge */
  readonly left: string;
  readonly right: string;
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly kind: "user" | "member" | "outside" | "item";
}

interface Line {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
  readonly ofUser: boolean;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly kind: "rating" | "weight" | "title";
}

/** A hyperedge laid out on a plane. */
export interface HyperedgeScene {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
  readonly lines: readonly Line[];
  readonly labels: readonly Label[];
  /** the outline of the hyperedge */
  readonly outline: readonly { readonly x: number; readonly y: number; readonly place: number }[];
}

const WIDTH = 640;
const ROW = 50;
const [USERS_X, ITEMS_X] = [36, 254];
const HULL = { x: 460, radius: 112, ring: 70 };
const COLOURS = { user: VERMILION, member: BLUE, outside: GREY, item: ORANGE } as const;

/** Where everything stands, y upwards. @throws InputError for a rating of a name that is not drawn. */
export function hyperedgeScene(picture: HyperedgePicture, titles: HyperedgeTitles): HyperedgeScene {
  const { user, members, outside, items } = picture;
  const height = Math.max(
    2 * HULL.radius + 70,
    ROW * Math.max(1 + members.length + outside.length, items.length) + 40,
  );
  const middle = (height - 40) / 2 + 4;
  const column = (names: readonly string[], x: number, kinds: (place: number) => Mark["kind"]) =>
    names.map((name, place): Mark => {
      const y = middle + ((names.length - 1) / 2 - place) * ROW;
      return { x, y, name, kind: kinds(place) };
    });
  const people = [user, ...members.map(({ name }) => name), ...outside];
  const kindOf = (place: number) => (place === 0 ? "user" : place <= members.length ? "member" : "outside");
  const left = [...column(people, USERS_X, kindOf), ...column(items, ITEMS_X, () => "item" as const)];
  const marks = new Map(left.map((mark) => [mark.name, mark]));
  const at = (name: string) => {
    const mark = marks.get(name);
    if (!mark) throw new InputError(`hyperedge: "${name}" has a rating but is not drawn`);
    return mark;
  };
  const lines = picture.ratings.map(({ user: who, item }): Line => {
    const [from, to] = [at(who), at(item)];
    return { x: from.x, y: from.y, x2: to.x, y2: to.y, ofUser: who === user };
  });
  const ring = members.map(({ name, weight }, place) => {
    const angle = Math.PI * (0.75 - (2 * place) / members.length);
    const x = HULL.x + HULL.ring * Math.cos(angle);
    const y = middle + HULL.ring * Math.sin(angle);
    return { x, y, name, weight };
  });
  return {
    width: WIDTH,
    height,
    lines,
    marks: [
      ...left,
      { x: HULL.x, y: middle, name: user, kind: "user" },
      ...ring.map(({ x, y, name }): Mark => ({ x, y, name, kind: "member" })),
      ...column(outside, WIDTH - 26, () => "outside"),
    ],
    labels: [
      ...ratingLabels(picture, lines),
      ...ring.map(
        ({ x, y, weight }): Label => ({ x, y: y - 22, text: `w = ${short(weight)}`, kind: "weight" }),
      ),
      { x: (USERS_X + ITEMS_X) / 2, y: height - 6, text: titles.left, kind: "title" },
      { x: HULL.x, y: height - 6, text: titles.right, kind: "title" },
    ],
    outline: Array.from({ length: 72 }, (_, place) => {
      const angle = (2 * Math.PI * place) / 72;
      const [x, y] = [HULL.radius * Math.cos(angle), HULL.radius * Math.sin(angle)];
      return { x: HULL.x + x, y: middle + y, place };
    }),
  };
}

const short = (value: number) => String(Math.round(value * 100) / 100);

/** A rating stands on its line, as far from other lines and other ratings as it may be. */
function ratingLabels({ ratings }: HyperedgePicture, lines: readonly Line[]): Label[] {
  const labels: Label[] = [];
  ratings.forEach(({ rating }, k) => {
    const { x, y, x2, y2 } = lines[k];
    const others = lines.filter((_, other) => other !== k);
    let best = { x, y, room: -1 };
    for (let share = 0.16; share < 0.86; share += 0.02) {
      const place = { x: x + share * (x2 - x), y: y + share * (y2 - y) };
      const toLines = others.map((line) => Math.min(distanceToLine(place, line), 11));
      const toLabels = labels.map((other) => Math.hypot(other.x - place.x, other.y - place.y) / 2);
      const room = Math.min(11, ...toLines, ...toLabels);
      if (room > best.room + 0.01) best = { ...place, room };
    }
    labels.push({ x: best.x, y: best.y, text: short(rating), kind: "rating" });
  });
  return labels;
}

function distanceToLine({ x, y }: { x: number; y: number }, line: Line): number {
  const [dx, dy] = [line.x2 - line.x, line.y2 - line.y];
  const along = ((x - line.x) * dx + (y - line.y) * dy) / (dx * dx + dy * dy);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - line.x - share * dx, y - line.y - share * dy);
}

/** The picture as a chart: a unit of its axes is a px. */
export function hyperedgeChart(picture: HyperedgePicture, titles: HyperedgeTitles): Chart {
  const { width, height, marks, lines, labels, outline } = hyperedgeScene(picture, titles);
  const rowsOf = (list: readonly object[]) => list as readonly Row[];
  const texts = (kind: Label["kind"], look: ChartMark["look"]): ChartMark => ({
    mark: "text",
    rows: rowsOf(labels.filter((label) => label.kind === kind)),
    ...{ x: "x", y: "y", text: "text", look },
  });
  const nodes = (kind: Mark["kind"]): ChartMark[] => {
    const rows = rowsOf(marks.filter((mark) => mark.kind === kind));
    const shape = kind === "item" ? "square" : "circle";
    const name = { text: "name", colour: kind === "item" ? ON_LIGHT : ON_DARK };
    return [
      { mark: "point", rows, x: "x", y: "y", colour: COLOURS[kind], look: { size: 600, shape } },
      { mark: "text", rows, x: "x", y: "y", ...name, look: { fontSize: 13, bold: true } },
    ];
  };
  const edges = (ofUser: boolean): ChartMark => ({
    mark: "rule",
    rows: rowsOf(lines.filter((line) => line.ofUser === ofUser)),
    ...{ x: "x", y: "y", x2: "x2", y2: "y2" },
    colour: ofUser ? VERMILION : "#9aa0a6",
    look: { width: ofUser ? 2 : 1.4 },
  });
  const bare = { type: "linear", title: "", bare: true } as const;
  return {
    x: { ...bare, domain: [0, width] },
    y: { ...bare, domain: [0, height] },
    ...{ names: [], styles: seriesStyles([""]), legend: false, width, height },
    tips: [{ title: "", column: "name" }],
    marks: [
      { mark: "area", rows: rowsOf(outline), x: "x", y: "y", colour: VERMILION },
      edges(false),
      edges(true),
      texts("rating", { fontSize: 12, halo: true }), // legible on their lines
      ...(["user", "member", "outside", "item"] as const).flatMap(nodes),
      texts("weight", { fontSize: 12 }),
      texts("title", { fontSize: 13, bold: true, baseline: "top" }),
    ],
  };
}
