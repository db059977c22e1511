/**
 * Scales: the ends of an axis, where its ticks stand and what they say. Both renderers get the same ends and
 * ticks, chosen so that no two labels touch (the widths of texts are known: text.ts).
 */

import { formatNumber } from "./table";
import { textWidth, wrapText } from "./text";
import { VEGA_CONFIG } from "./theme";

/** `category`: equal steps from value to value; `log2`: for doublings; `log10`: for factors of ten. */
export type ScaleType = "category" | "linear" | "log2" | "log10";

/** A column's way to positions, as a chart asks for it. */
export interface Scale {
  readonly type: ScaleType;
  /** title of the axis, with its unit */
  readonly title: string;
  /** a linear axis begins (or ends) at zero */
  readonly zero?: boolean;
  /** ends, in place of those of the values */
  readonly domain?: readonly [number, number];
  /** neither line nor ticks nor labels */
  readonly bare?: boolean;
  /** px between the ends of the axis and the outermost values */
  readonly margin?: number;
}

/** A tick: where, and what stands there, in lines. */
export interface Tick {
  readonly at: number;
  readonly lines: readonly string[];
}

/** An axis of one panel, ready to be drawn. Categories stand at 0, 1, 2, ... */
export interface Axis {
  readonly type: ScaleType;
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
  readonly title: readonly string[];
  /** degrees by which the labels are turned */
  readonly angle: number;
  /** labels are written; inner panels leave them to the first */
  readonly labelled: boolean;
  readonly bare: boolean;
}

const LABEL = VEGA_CONFIG.axis.labelFontSize;
const TITLE = VEGA_CONFIG.axis.titleFontSize;
const GAP = 10; // px between the labels of two ticks

export const isLog = (type: ScaleType): boolean => type.startsWith("log");

/** Position on an axis in equal steps: the logarithm on a logarithmic one. */
export const stepsOf = (type: ScaleType, value: number): number => (isLog(type) ? Math.log10(value) : value);

/** Values that differ by less than this share of themselves are one value, and what is left is rounding. */
const ROUNDING = 1e-9;

/**
 * Ends of an axis of `length` px around values.
 * @param values finite; positive on a logarithmic axis
 */
export function domainOf(scale: Scale, values: readonly number[], length: number): [number, number] {
  if (scale.domain) return [...scale.domain];
  const log = isLog(scale.type);
  const steps = values.map((value) => stepsOf(scale.type, value));
  if (scale.zero && !log) steps.push(0);
  let least = steps.length > 0 ? Math.min(...steps) : 0;
  let most = steps.length > 0 ? Math.max(...steps) : 1;
  const size = Math.max(Math.abs(least), Math.abs(most));
  // one value would otherwise be blown up by rounding
  if (!(most - least > ROUNDING * size)) {
    const half = log ? 0.15 : size > 0 ? size / 100 : 1;
    [least, most] = [least - half, most + half];
  }
  const room = ((most - least) * (scale.margin ?? 12)) / Math.max(1, length - 2 * (scale.margin ?? 12));
  const zero = (end: number) => scale.zero && !log && end === 0;
  const [low, high] = [zero(least) ? 0 : least - room, zero(most) ? 0 : most + room];
  return log ? [10 ** low, 10 ** high] : [low, high];
}

const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** Round numbers with a tick each `step`. */
function linearTicks([low, high]: readonly [number, number], step: number): Tick[] {
  const decimals = decimalsOf(step);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = Number(((first + i) * step).toFixed(decimals)); // without the rounding of the product
    return { at, lines: [at === 0 ? "0" : formatNumber(at, decimals)] };
  });
}

/** 1, 2 or 5 times a power of ten, from `least` on. */
function* roundSteps(least: number): Generator<number> {
  for (let power = Math.floor(Math.log10(least)); ; power++)
    for (const factor of [1, 2, 5]) {
      const step = Number(`${factor}e${power}`);
      if (step >= least) yield step;
    }
}

const logTick = (at: number): Tick => ({ at, lines: [formatNumber(at, decimalsOf(at))] });

/** Ticks of a decadic axis: factors 1, 2 and 5 of each power of ten, or 1 alone, or each so many powers. */
function* decadeTicks([low, high]: readonly [number, number]): Generator<Tick[]> {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const within = (at: number) => at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9);
  const powers = (stride: number) =>
    Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride);
  for (const factors of [[1, 2, 5], [1, 3], [1]])
    yield powers(1)
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter(within)
      .map(logTick);
  for (let stride = 2; ; stride++)
    yield powers(stride)
      .map((power) => Number(`1e${power}`))
      .filter(within)
      .map(logTick);
}

/** Powers of two, each, each second, ... */
function* doublingTicks([low, high]: readonly [number, number]): Generator<Tick[]> {
  const first = Math.ceil(Math.log2(low) - 1e-9);
  const last = Math.floor(Math.log2(high) + 1e-9);
  for (let stride = 1; ; stride++)
    yield Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) =>
      logTick(2 ** (first + i * stride)),
    );
}

function* linearChoices(domain: readonly [number, number], most: number): Generator<Tick[]> {
  for (const step of roundSteps((domain[1] - domain[0]) / most)) yield linearTicks(domain, step);
}

/** Whether the labels of ticks stay apart on an axis of `length` px. */
function fits(
  type: ScaleType,
  ticks: readonly Tick[],
  domain: readonly [number, number],
  length: number,
  across: boolean,
) {
  const [low, high] = domain.map((end) => stepsOf(type, end));
  const place = (tick: Tick) => ((stepsOf(type, tick.at) - low) / (high - low)) * length;
  const half = ({ lines }: Tick) =>
    across ? Math.max(...lines.map((line) => textWidth(line, LABEL))) / 2 : LABEL / 2;
  return ticks.every((tick, i) => {
    if (i === 0) return true;
    const before = ticks[i - 1];
    return Math.abs(place(tick) - place(before)) >= half(tick) + half(before) + GAP;
  });
}

/** The densest ticks of a numeric axis whose labels stay apart. @param across a horizontal axis */
export function ticksOf(
  type: ScaleType,
  domain: readonly [number, number],
  length: number,
  across: boolean,
): Tick[] {
  const most = Math.max(2, length / (across ? 50 : 28));
  const choices =
    type === "log10"
      ? decadeTicks(domain)
      : type === "log2"
        ? doublingTicks(domain)
        : linearChoices(domain, most);
  for (const ticks of choices) {
    if (!fits(type, ticks, domain, length, across)) continue;
    // over less than a decade round factors hardly occur
    return isLog(type) && ticks.length < 2 ? linearFew(domain, length, across) : ticks;
  }
  return [];
}

function linearFew(domain: readonly [number, number], length: number, across: boolean): Tick[] {
  for (const ticks of linearChoices(domain, 4))
    if (fits("linear", ticks, domain, length, across)) return ticks;
  return [];
}

/** Ticks of categories, broken into lines where they are wider than their band, turned where a word is. */
export function categoryTicks(
  names: readonly string[],
  length: number,
  across: boolean,
): { ticks: Tick[]; angle: number } {
  const plain = names.map((name, at) => ({ at, lines: [name] }));
  if (!across) return { ticks: plain, angle: 0 };
  const band = length / names.length - GAP / 2;
  if (names.every((name) => Number.isFinite(Number(name)))) {
    // of numbers each second or third may go without a label
    for (let stride = 1; stride < names.length; stride++) {
      const ticks = plain.filter(({ at }) => at % stride === 0);
      if (
        ticks.every(({ lines }) => textWidth(lines[0], LABEL) <= stride * (length / names.length) - GAP / 2)
      )
        return { ticks, angle: 0 };
    }
  }
  const wrapped = plain.map(({ at, lines }) => ({ at, lines: wrapText(lines[0], band, LABEL) }));
  const widest = Math.max(...wrapped.flatMap(({ lines }) => lines.map((line) => textWidth(line, LABEL))));
  return widest <= band + GAP / 2 ? { ticks: wrapped, angle: 0 } : { ticks: plain, angle: -35 };
}

/** A title in as many lines as it takes beside an axis of this length. */
export const titleLines = (titles: readonly string[], length: number): string[] =>
  titles.filter((title) => title !== "").flatMap((title) => wrapText(title, length, TITLE));
