/**
 * Conjugate gradients for H d = g within |d| <= radius, with H known by its products alone (Steihaug, "The conjugate gradient
 * method and trust regions in large scale optimization", 1983). Steps end at the radius, where the residual is 0, and where
 * the curvature along a direction is not positive: then what was found until then is the answer.
 */

type Vector = Float64Array;

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, k) => sum + value * b[k], 0);

/** @param product H times a vector that is not 0; @param most steps */
export async function conjugateGradients(
  product: (p: Vector) => Promise<Vector>,
  g: Vector,
  most: number,
  radius: number,
): Promise<{ readonly solution: Vector; readonly steps: number }> {
  const solution = new Float64Array(g.length);
  const residual = g.slice();
  let direction = g.slice();
  let square = dot(residual, residual);
  for (let step = 0; step < most; step++) {
    if (!(square > 0)) return { solution, steps: step };
    const image = await product(direction);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return { solution, steps: step + 1 };
    const whole = square / curvature;
    const length = Math.min(whole, untilRadius(solution, direction, radius));
    for (let k = 0; k < g.length; k++) {
      solution[k] += length * direction[k];
      residual[k] -= length * image[k];
    }
    if (length < whole) return { solution, steps: step + 1 };
    const next = dot(residual, residual);
    const carry = next / square;
    direction = direction.map((value, k) => residual[k] + carry * value);
    square = next;
  }
  return { solution, steps: most };
}

/** How far along p one can go from d within the radius: the positive root of |d + t p| = radius. */
function untilRadius(d: Vector, p: Vector, radius: number): number {
  const [pp, dp, dd] = [dot(p, p), dot(d, p), dot(d, d)];
  return (Math.sqrt(dp * dp + pp * Math.max(0, radius * radius - dd)) - dp) / pp;
}
