/**
 * What the values of a file are when nobody says it: ratings of an obvious scale (five stars, 1 to 10, 0 to
 * 100, thumbs), or counts of clicks, plays and orders. What is not obvious is asked for; what is taken is
 * said.
 */

import { type Scale, scaleOf, scaleText, shortest } from "../scale";
import type { Way } from "./refusal";
import { isTimeNumber } from "./values";

/** The values of a column of ratings, as the file writes them. */
export interface Seen {
  readonly least: number;
  readonly most: number;
  readonly count: number;
  /** how often each value occurs, ascending; empty when there are too many */
  readonly values: readonly (readonly [value: number, count: number])[];
}

/** What was found out, or what has to be asked. */
export type Guess =
  | { readonly kind: "scale"; readonly scale: Scale; readonly note?: string }
  | { readonly kind: "pairs"; readonly why: string }
  /** `odd`: the values that the message is about; `ways`: the answers that it names */
  | {
      readonly kind: "ask";
      readonly text: string;
      readonly odd: (value: number) => boolean;
      readonly ways: readonly Way[];
    };

const DISTINCT = 100_000;

/** Counts the values of a column. */
export function seenIn(ratings: Float32Array): Seen {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  const halves = new Float64Array(256); // of 0, 0.5, 1 ... which are nearly all
  const others = new Map<number, number>();
  for (let k = 0; k < ratings.length; k++) {
    const value = ratings[k];
    if (value < least) least = value;
    if (value > most) most = value;
    const half = 2 * value;
    if (half >= 0 && half < 256 && half === Math.trunc(half)) halves[half]++;
    else if (others.size < DISTINCT) others.set(value, (others.get(value) ?? 0) + 1);
  }
  for (let half = 0; half < halves.length; half++) if (halves[half] > 0) others.set(half / 2, halves[half]);
  const sorted = others.size < DISTINCT ? [...others].sort(([a], [b]) => a - b) : [];
  const values = sorted.map(([value, times]) => [shortest(value), times] as const);
  return { least: shortest(least), most: shortest(most), count: ratings.length, values };
}

const ask = (text: string, odd: (value: number) => boolean, ...ways: Way[]): Guess => ({
  kind: "ask",
  text,
  odd,
  ways,
});
const any = () => true;

/** A share of wrong values that a file may have without its scale being in doubt. */
const SLIPS = 0.01;

/**
 * @param name what the header calls the column: a rating, a count, or nothing that is known
 */
export function guessScale(seen: Seen, name: "rating" | "count" | "unknown"): Guess {
  const { least, most, count, values } = seen;
  const share: Share = (is) =>
    values.reduce((sum, [value, times]) => sum + (is(value) ? times : 0), 0) / count;
  if (least === most) return { kind: "pairs", why: `every value is ${least}` };
  if (isTimeNumber(most) && isTimeNumber(Math.max(least, 0)))
    return ask(
      "times stand where ratings should: name their column with --columns rating=..., or take the " +
        "pairs with --implicit",
      any,
      { implicit: true },
    );
  const mostlyOnes = name === "unknown" && isHeavyTailed(seen, 0.5);
  if (name === "count" || mostlyOnes || (most > 10 && !slip(seen, share) && isHeavyTailed(seen, 0))) {
    const shape =
      name === "count" ? "its name says counts" : "a few high values and many low ones are counts";
    const why = `${shape}, ${least} to ${most}`;
    if (least <= 0)
      return ask(
        `these look like counts, and a count of ${least} is no interaction: leave such lines out ` +
          `with --unrated 0`,
        (value) => value <= 0,
        { unrated: 0 },
      );
    if (name === "rating")
      return ask(
        `these look like counts (${least} to ${most}), not like ratings: take the pairs with ` +
          `--implicit, or say their scale, --scale ${scaleText(seen)}`,
        (value) => value === most,
        { implicit: true },
        { scale: scaleText(seen) },
      );
    return { kind: "pairs", why };
  }
  return thumbs(seen) ?? zeros(seen, share) ?? slip(seen, share) ?? usual(seen);
}

/** Whether low values are many and high ones few, as in counts. @param ones the least share of 1 */
function isHeavyTailed({ least, most, count, values }: Seen, ones: number): boolean {
  if (values.length === 0 || most <= 5 || least < 0 || !values.every(([value]) => Number.isInteger(value)))
    return false;
  let below = 0;
  const median = values.find(([, times]) => {
    below += times;
    return 2 * below >= count;
  })?.[0] as number;
  const times = new Map(values);
  const [one, two, three] = [1, 2, 3].map((value) => times.get(value) ?? 0);
  const mode = values.reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return (
    4 * median <= most && mode <= 3 && (ones === 0 || (one >= ones * count && one > two && two >= three))
  );
}

/** Up and down. */
function thumbs({ least, most, values }: Seen): Guess | undefined {
  const whole = values.length > 0 && values.every(([value]) => Number.isInteger(value));
  if (whole && most === 1 && (least === -1 || least === 0)) {
    const note = least === 0 ? "thumbs down and up" : "thumbs down (-1) and up (1)";
    return { kind: "scale", scale: scaleOf(least, 1), note };
  }
  if (least >= 0 && most <= 1) return { kind: "scale", scale: scaleOf(0, 1), note: "shares of 1" };
  return undefined;
}

/** A lowest value that may stand for "not rated". */
function zeros({ least, most, values }: Seen, share: Share): Guess | undefined {
  const next = values[1]?.[0];
  const apart = least === -1 && next !== undefined && next >= 0;
  if (!apart && least !== 0) return undefined;
  if (least === 0 && most > 10 && share((value) => value === 0) < 0.25) return undefined;
  const top = most <= 5 ? 5 : most <= 10 ? 10 : most <= 100 ? 100 : most;
  const times = values.find(([value]) => value === least)?.[1];
  return ask(
    `${times === 1 ? "1 rating is" : `${times ?? "some"} ratings are`} ${least}: if ${least} stands for "not rated", leave them out ` +
      `with --unrated ${least}; if it is ` +
      `the lowest rating, say --scale ${least}-${top}`,
    (value) => value === least,
    { unrated: least },
    { scale: `${least}-${top}` },
  );
}

/** Scales that many files have, the narrowest first. */
const USUAL = [5, 10] as const;
const isWithin = (high: number) => (value: number) => value >= 0.5 && value <= high;

type Share = (is: (value: number) => boolean) => number;

/** A few values outside a usual scale, on which all others are: likelier slips than another scale. */
function slip(seen: Seen, share: Share): Guess | undefined {
  const { least, most } = seen;
  for (const high of USUAL) {
    const right = share(isWithin(high));
    if (least >= 0.5 && most <= high) return undefined;
    if (right < 1 - SLIPS) continue;
    const odd = seen.values.filter(([value]) => !isWithin(high)(value));
    return ask(
      `it is outside 1 to ${high}, where ${Math.floor(1000 * right) / 10} % of the ratings are; correct ` +
        `it, leave ${odd.length === 1 ? "it" : "one value"} out with --unrated ${odd[0][0]}, or say --scale LOW-HIGH`,
      (value) => !isWithin(high)(value),
      ...(odd.length === 1 ? [{ unrated: odd[0][0] }] : []),
      { scale: scaleText(seen) },
    );
  }
  return undefined;
}

/** Whether half of the values are in the lowest quarter, as amounts are. */
function isSkewed({ most, count, values }: Seen): boolean {
  let low = 0;
  for (const [value, times] of values) if (4 * value <= most) low += times;
  return 2 * low >= count;
}

function usual(seen: Seen): Guess {
  const { least, most } = seen;
  const high = USUAL.find((top) => least >= 0.5 && most <= top);
  if (high !== undefined) return { kind: "scale", ...topOf(least, most, high) };
  if (least >= 0 && most <= 100 && most > 50)
    return { kind: "scale", scale: scaleOf(0, 100), note: "by its values" };
  const ways: Way[] = [{ scale: scaleText(seen) }, { implicit: true }];
  const next = seen.values.at(-2)?.[0] ?? most;
  const isApart = most - next > next - least; // as 99 is from -10 to 10
  return ask(
    `the scale of ratings from ${least} to ${most} is not obvious: say it with --scale LOW-HIGH, ` +
      `such as --scale ${scaleText(seen)}, or take the pairs with --implicit where these are amounts` +
      `${isApart ? `, or leave ${most} out with --unrated ${most} where it stands for "not rated"` : ""}`,
    (value) => value === (most > 5 ? most : least),
    ...(isApart ? [{ unrated: most }] : []),
    ...(least >= 0 && isSkewed(seen) ? ways.reverse() : ways),
  );
}

/**
 * A scale up to `high`. Of five stars also where nobody gave four: a file must be read alike when some of
 * it is erased.
 */
function topOf(least: number, most: number, high: number): { scale: Scale; note?: string } {
  const scale = scaleOf(least < 1 ? 0.5 : 1, high);
  if (high === 10) return { scale, note: "by its values" };
  return most >= scale.liked
    ? { scale }
    : {
        scale,
        note:
          `no rating reaches ${scale.liked}; if ${most} is the highest, say --scale ` +
          `${scale.least}-${most}`,
      };
}
