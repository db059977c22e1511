/**
 * Figure 3: a few users and items as a bipartite graph, and beside it the hyperedge of one of them, which no edge between
 * two vertices can show. The picture is laid out here in px; both renderers only draw it.
 */

import { InputError } from "../errors";
import type { Chart, PlotlyFigure, Spec } from "./chart";
import { BLUE, FONT, GREY, VEGA_CONFIG, VERMILION } from "./theme";
import { VEGA_LITE } from "./vegaParts";

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
const INK = "#1c1e21";
const COLOURS = { user: VERMILION, member: BLUE, outside: GREY, item: "#ffffff" } as const;

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

/** The picture for both renderers. */
export function hyperedgeChart(picture: HyperedgePicture, titles: HyperedgeTitles): Chart {
  const scene = hyperedgeScene(picture, titles);
  return { vegaLite: drawn(scene), plotly: interactive(scene) };
}

function drawn({ width, height, marks, lines, labels, outline }: HyperedgeScene): Spec {
  const bare = { axis: null, title: null } as const;
  const x = { field: "x", type: "quantitative", ...bare, scale: { domain: [0, width], nice: false } };
  const y = { field: "y", type: "quantitative", ...bare, scale: { domain: [0, height], nice: false } };
  const layer = (values: readonly object[], mark: Spec, encoding: Spec = {}) => ({
    data: { values },
    mark,
    encoding: { x, y, ...encoding },
  });
  const texts = (kind: Label["kind"], mark: Spec) =>
    layer(
      labels.filter((label) => label.kind === kind),
      { type: "text", font: FONT, ...mark },
      { text: { field: "text" } },
    );
  const nodes = (chosen: (mark: Mark) => boolean, mark: Spec) =>
    layer(marks.filter(chosen), { type: "point", opacity: 1, filled: true, ...mark });
  const kinds = ["user", "member", "outside"] as const;
  const isItem = (mark: Mark) => mark.kind === "item";
  return {
    $schema: VEGA_LITE,
    width,
    height,
    layer: [
      layer(
        outline,
        {
          type: "line",
          interpolate: "linear-closed",
          fill: VERMILION,
          fillOpacity: 0.08,
          stroke: VERMILION,
          strokeWidth: 1.6,
        },
        { order: { field: "place" } },
      ),
      ...[false, true].map((ofUser) =>
        layer(
          lines.filter((line) => line.ofUser === ofUser),
          { type: "rule", color: ofUser ? VERMILION : "#9aa0a6", strokeWidth: ofUser ? 2 : 1.4 },
          { x2: { field: "x2" }, y2: { field: "y2" } },
        ),
      ),
      // a halo, so that the digits are legible on their line
      texts("rating", { fontSize: 12, color: "#ffffff", stroke: "#ffffff", strokeWidth: 5 }),
      texts("rating", { fontSize: 12, color: INK }),
      ...kinds.map((kind) =>
        nodes((mark) => mark.kind === kind, { shape: "circle", size: 620, color: COLOURS[kind] }),
      ),
      nodes(isItem, { shape: "square", size: 560, color: COLOURS.item, stroke: INK, strokeWidth: 1.2 }),
      ...[false, true].map((item) =>
        layer(
          marks.filter((mark) => isItem(mark) === item),
          { type: "text", font: FONT, fontSize: 13, fontWeight: 600, color: item ? INK : "#ffffff" },
          { text: { field: "name" } },
        ),
      ),
      texts("weight", { fontSize: 12, color: INK }),
      texts("title", { fontSize: 13, fontWeight: 600, color: INK, baseline: "top" }),
    ],
    config: VEGA_CONFIG,
  };
}

function interactive({ width, height, marks, lines, labels, outline }: HyperedgeScene): PlotlyFigure {
  const hidden = { visible: false, fixedrange: true };
  const closed = [...outline, outline[0]];
  const data: Spec[] = [
    {
      type: "scatter",
      mode: "lines",
      x: closed.map(({ x }) => x),
      y: closed.map(({ y }) => y),
      fill: "toself",
      fillcolor: "rgba(213,94,0,0.08)",
      line: { color: VERMILION, width: 1.6 },
      hoverinfo: "skip",
    },
    ...lines.map((line) => ({
      type: "scatter",
      mode: "lines",
      x: [line.x, line.x2],
      y: [line.y, line.y2],
      line: { color: line.ofUser ? VERMILION : "#9aa0a6", width: line.ofUser ? 2 : 1.4 },
      hoverinfo: "skip",
    })),
    {
      type: "scatter",
      mode: "markers+text",
      x: marks.map(({ x }) => x),
      y: marks.map(({ y }) => y),
      text: marks.map(({ name }) => `<b>${name}</b>`),
      textfont: { color: marks.map(({ kind }) => (kind === "item" ? INK : "#ffffff")) },
      marker: {
        size: 28,
        opacity: 1,
        symbol: marks.map(({ kind }) => (kind === "item" ? "square" : "circle")),
        color: marks.map(({ kind }) => COLOURS[kind]),
        line: { color: marks.map(({ kind }) => (kind === "item" ? INK : COLOURS[kind])), width: 1.2 },
      },
      hoverinfo: "text",
    },
  ];
  const annotations = labels.map(({ x, y, text, kind }) => ({
    x,
    y,
    text: kind === "title" ? `<b>${text}</b>` : text,
    showarrow: false,
    ...(kind === "rating" ? { bgcolor: "#ffffff", borderpad: 1 } : {}),
    font: { size: kind === "title" ? 13 : 12, color: INK },
  }));
  const layout = {
    font: { family: FONT, size: 13, color: INK },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    showlegend: false,
    height: height + 80,
    margin: { l: 20, r: 20, t: 30, b: 20 },
    xaxis: { ...hidden, range: [0, width] },
    yaxis: { ...hidden, range: [0, height + 12] },
    annotations,
  };
  return { data, layout };
}
