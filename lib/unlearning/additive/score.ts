/** Scores of linear models, on any scale around 0 .. 1, brought into (0, 1) without changing an order. */

/** Within this distance of 0 and of 1 the scale is bent. */
const MARGIN = 0.05;

/**
 * The identity on [0.05, 0.95]; beyond, a hyperbola that goes on with the same slope and nears 0 or 1.
 * Strictly increasing, so that two scores out of range do not become one, as clipping would make them.
 */
export function intoUnitInterval(x: number): number {
  if (x < MARGIN) return (MARGIN * MARGIN) / (2 * MARGIN - x);
  if (x > 1 - MARGIN) return 1 - (MARGIN * MARGIN) / (x - 1 + 2 * MARGIN);
  return x;
}
