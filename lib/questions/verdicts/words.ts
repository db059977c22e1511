/** Numbers in the plain sentences of claims. */

import { formatNumber } from "../../report/table";
import type { Effect, Found } from "./verdict";

const DIGITS = 4;

const interval = ({ low, high }: Effect, digits: number, open = ""): string =>
  low === undefined || high === undefined
    ? " (one seed)"
    : ` (${formatNumber(low, digits)} to ${formatNumber(high, digits)}${open})`;

/** The effect of a unit. */
export const effectOf = ({ effects }: Found, unit: string): Effect | undefined =>
  effects.find((effect) => effect.unit === unit);

/** "0.0112 (0.0081 to 0.0143) higher", "0.0003 (-0.0012 to 0.0018, open) lower"; "nothing to tell" without an effect. */
export function difference(effect: Effect | undefined, up = "higher", down = "lower"): string {
  if (!effect) return "nothing to tell";
  const turned: Effect =
    effect.mean < 0
      ? { ...effect, mean: -effect.mean, low: negative(effect.high), high: negative(effect.low) }
      : effect;
  const { low = 0, high = 0 } = turned;
  const open = low < 0 && high > 0 ? ", open" : "";
  return `${formatNumber(turned.mean, DIGITS)}${interval(turned, DIGITS, open)} ${effect.mean < 0 ? down : up}`;
}

const negative = (value: number | undefined) => (value === undefined ? undefined : -value);

/** Three significant digits of a ratio, at most two of them decimals. */
const ratioDigits = (ratio: number): number => (ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2);

/** "0.74 times (0.68 to 0.81)", "42.7 times (24.4 to 74.7)" */
export function times(effect: Effect | undefined): string {
  if (!effect) return "nothing to tell";
  const digits = ratioDigits(effect.mean);
  return `${formatNumber(effect.mean, digits)} times${interval(effect, digits)}`;
}

/** "0.12 (0.06 to 0.17)" */
export const plain = (effect: Effect | undefined, digits = 2): string =>
  effect ? `${formatNumber(effect.mean, digits)}${interval(effect, digits)}` : "nothing to tell";
