/**
 * How everything looks. Colours are Okabe and Ito's palette, which people with any common colour blindness
 * can tell apart ("Color Universal Design", 2008); each method has its colour, shape and dash in every figure
 * of the suite, so that no reader has to learn a legend twice and a grey print still tells lines apart.
 */

/** text, axes and outlines */
export const INK = "#1c1e21";
/** the ground, and what is cut out of it */
export const PAPER = "#ffffff";
/** text on a coloured mark, which stays as it is on any ground */
export const ON_LIGHT = "#010101";
export const ON_DARK = "#fefefe";
const GRID = "#e6e8ea";
const LINE = "#8a8f95";
export const BLACK = "#000000";
export const ORANGE = "#E69F00";
export const SKY = "#56B4E9";
export const GREEN = "#009E73";
export const BLUE = "#0072B2";
export const VERMILION = "#D55E00";
export const PURPLE = "#CC79A7";
export const GREY = "#6B7075";

export interface SeriesStyle {
  readonly colour: string;
  /** Vega's name of a symbol */
  readonly shape: string;
  /** lengths of strokes and gaps in px; none for a whole line */
  readonly dash: readonly number[];
}

const style = (colour: string, shape: string, dash: readonly number[] = []): SeriesStyle => ({
  colour,
  shape,
  dash,
});

/**
 * Styles by name: what is trained in groups is blue, in shards vermilion or near it, with rows folded in light blue, sums
 * green, and what everything is held against black or grey. No two methods have both colour and shape in common.
 */
const KNOWN: Readonly<Record<string, SeriesStyle>> = {
  Retrain: style(BLACK, "circle"),
  "Retrain, tuned": style(GREY, "circle"),
  "C-SISA": style(VERMILION, "square", [6, 3]),
  "C-SISA (merged)": style(VERMILION, "square", [6, 3]),
  "C-SISA (own)": style(ORANGE, "square", [2, 2]),
  "C-SISA, parallel": style(VERMILION, "square", [6, 3]),
  "C-SISA, total": style(ORANGE, "square", [2, 2]),
  "L-Rand": style(SKY, "triangle-up"),
  "L-BKM": style(GREEN, "diamond"),
  "L-CBKM": style(BLUE, "triangle-down"),
  "L-CBKM, tuned": style(BLUE, "triangle-up", [6, 3]),
  // methods beyond the paper: other frameworks, fold-in by its core, additive methods
  RecEraser: style(PURPLE, "triangle-up", [2, 2]),
  UltraRE: style(VERMILION, "circle", [4, 2]),
  "Fold-in": style(SKY, "circle"),
  "Fold-in 10 %": style(SKY, "circle"),
  "Fold-in 20 %": style(SKY, "square", [6, 3]),
  "Fold-in active": style(SKY, "diamond", [2, 2]),
  "Lean fold-in": style(BLUE, "circle", [2, 2]),
  "Lean fold-in 20 %": style(BLUE, "square", [6, 3]),
  "Lean fold-in active": style(BLUE, "circle", [2, 2]),
  "Core ALS": style(BLUE, "diamond", [6, 3]),
  "Core ALS, 5 %": style(BLUE, "diamond", [6, 3]),
  "Core ALS, 10 %": style(SKY, "triangle-down", [6, 3]),
  "ALS alone": style(GREEN, "triangle-down"),
  "ALS alone, 3 sweeps": style(GREEN, "triangle-down"),
  EASE: style(GREEN, "circle"),
  "Item-KNN": style(GREEN, "triangle-up", [6, 3]),
  Gaussian: style(GREEN, "square", [2, 2]),
  // orders of groups, groupings, rankings that know nothing about a user
  "easy to hard": style(BLUE, "triangle-down"),
  "hard to easy": style(VERMILION, "triangle-up", [6, 3]),
  "random order": style(GREY, "circle", [2, 2]),
  Rand: style(SKY, "triangle-up"),
  BKM: style(GREEN, "diamond"),
  CBKM: style(BLUE, "triangle-down"),
  "k-means, rating rows": style(ORANGE, "cross", [4, 2]),
  "k-means, embedding": style(PURPLE, "square", [8, 3, 2, 3]),
  random: style(GREY, "cross", [2, 2]),
  popularity: style(GREY, "square", [4, 2]),
  "item mean": style(GREY, "diamond", [1, 3]),
  oracle: style(GREY, "circle", [8, 2]),
  others: style(GREY, "circle"),
  // what was done to erase, as attacks see it
  "rows deleted": style(ORANGE, "triangle-down", [4, 2]),
  exact: style(BLACK, "circle"),
  "exact, another seed": style(GREY, "circle", [2, 2]),
  guessing: style(GREY, "cross", [4, 4]),
};

/** For names that have no style of their own, in order of appearance. */
const OTHERS: readonly SeriesStyle[] = [
  style(BLUE, "circle"),
  style(VERMILION, "square", [6, 3]),
  style(GREEN, "diamond", [2, 2]),
  style(PURPLE, "triangle-up", [8, 3, 2, 3]),
  style(ORANGE, "triangle-down", [4, 2]),
  style(SKY, "cross", [1, 2]),
  style(BLACK, "circle", [3, 3]),
  style(GREY, "square", [10, 3]),
];

/** The style of each series: its own, else the next that no other series of this chart uses. */
export function seriesStyles(names: readonly string[]): SeriesStyle[] {
  const taken = new Set(names.flatMap((name) => (KNOWN[name] ? [KNOWN[name].colour] : [])));
  const free = OTHERS.filter((candidate) => !taken.has(candidate.colour));
  const pool = free.length > 0 ? free : OTHERS;
  let next = 0;
  return names.map((name) => KNOWN[name] ?? pool[next++ % pool.length]);
}

/** No external font: what every system has, in the order of preference. */
export const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** The width of a figure in px: 170 mm on paper. */
export const FIGURE_WIDTH = 640;

/**
 * Vega-Lite's configuration of every figure; sizes in px at a width of 640, where 12 px print as 9 points.
 */
export const VEGA_CONFIG = {
  background: PAPER,
  padding: 8,
  font: FONT,
  title: { fontSize: 14, fontWeight: 600, color: INK, anchor: "start", offset: 10 },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12.5,
    titleFontWeight: 500,
    labelColor: INK,
    titleColor: INK,
    gridColor: GRID,
    domainColor: LINE,
    tickColor: LINE,
    titlePadding: 8,
    labelLimit: 300,
  },
  legend: {
    labelFontSize: 12.5,
    titleFontSize: 12.5,
    titleFontWeight: 500,
    labelColor: INK,
    titleColor: INK,
    symbolSize: 90,
    orient: "top",
    direction: "horizontal",
    columnPadding: 16,
    labelLimit: 400,
  },
  view: { stroke: null },
  line: { strokeWidth: 2 },
  point: { filled: true, size: 60 },
} as const;

/** What becomes of a picture's neutral colours on a dark ground. Colours of series are the same on both. */
const ON_DARK_GROUND: readonly (readonly [string, string])[] = [
  [INK, "#e4e6e9"],
  [BLACK, "#f1f2f3"],
  [PAPER, "#16181b"],
  [GRID, "#303438"],
];

/** Style of an SVG that is looked at in a dark theme; on paper and in a light one nothing changes. */
export const DARK_STYLE = `@media screen and (prefers-color-scheme:dark){${ON_DARK_GROUND.map(
  ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
).join("")}}`;
