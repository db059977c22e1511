/**
 * Weights in a kernel's memory, and Adam's state beside them: the first moments, and the roots of the second
 * ones that the kernels keep in their place (kernels/assembly/shared/adam.ts).
 */

import type { AdamSettings, Moments } from "./engine";
import type { TrainKernel } from "./simdKernel";
import type { Arena } from "./simdMemory";

const LEAST_ROOT = Math.fround(1e-18); // of the kernels' Adam: its square is the least v that counts

export class KernelState {
  /** Adam's steps so far */
  steps = 0;
  /** addresses of the weights, m, the root of v, and the gradient, in the order of the kernels' `setModel` */
  readonly addresses: readonly [w: number, m: number, root: number, g: number];

  /** @param gradients floats of the gradient, where it does not have the layout of the weights */
  constructor(
    private readonly arena: Arena,
    private readonly size: number,
    private readonly gradients = size,
  ) {
    const flat = () => arena.allocate(4 * size);
    this.addresses = [flat(), flat(), flat(), arena.allocate(4 * gradients)];
  }

  /** Takes weights, and the state of Adam; without it Adam starts new. */
  load(weights: Float32Array, moments?: Moments): void {
    const [w, m, roots] = this.views();
    w.set(weights);
    m.fill(0);
    roots.fill(0);
    for (let k = 0; moments && k < m.length; k++) {
      m[k] = moments.m[k] + 0; // -0 becomes 0, as after a step
      const root = Math.fround(Math.sqrt(moments.v[k]));
      roots[k] = root < LEAST_ROOT ? 0 : root;
    }
    this.steps = moments?.step ?? 0;
  }

  /** A copy. */
  weights(): Float32Array {
    return this.views()[0].slice();
  }

  /** A copy. */
  moments(): Moments {
    const [, m, roots] = this.views();
    return { m: m.slice(), v: roots.map((root) => root * root), step: this.steps };
  }

  /** A copy of the gradient that was worked out last: Float32Array, `gradients`. */
  gradient(): Float32Array {
    return this.arena.floats(this.addresses[3], this.gradients).slice();
  }

  /** Tells the kernel how to go on behind the steps so far. */
  setAdam(kernel: Pick<TrainKernel, "setAdam">, { learningRate, beta1, beta2, epsilon }: AdamSettings): void {
    let power1 = 1;
    let power2 = 1;
    for (let step = 0; step < this.steps; step++) {
      power1 *= beta1;
      power2 *= beta2;
    }
    kernel.setAdam(learningRate, beta1, beta2, epsilon, power1, power2);
  }

  private views(): Float32Array[] {
    return this.addresses.slice(0, 3).map((at) => this.arena.floats(at, this.size));
  }
}
