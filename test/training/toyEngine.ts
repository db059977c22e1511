/**
 * An engine for tests: matrix factorization with a logistic output on the first 16 numbers of the user and item tables
 * and the first shared number as bias, dense Adam, in plain JavaScript. Small enough to be read, deterministic, and fast
 * for tens of users. It follows the contract of lib/engine/engine.ts to the letter.
 */

import { drawEpoch } from "../../lib/engine/batches";
import { checkState, checkTraining } from "../../lib/engine/checks";
import type { Engine, EngineName, Moments, TrainingSet, TrainOptions } from "../../lib/engine/engine";
import { type ModelSpec, tensorOf } from "../../lib/model/spec";
import { exp } from "../../lib/numeric";

const WIDTH = 16;

export class ToyEngine implements Engine {
  readonly backend = "toy";
  protected values: Float32Array;
  protected m: Float32Array;
  protected v: Float32Array;
  protected step = 0;

  constructor(
    readonly spec: ModelSpec,
    readonly name: EngineName = "simd",
  ) {
    this.values = new Float32Array(spec.size);
    this.m = new Float32Array(spec.size);
    this.v = new Float32Array(spec.size);
  }

  load(weights: Float32Array, moments?: Moments): void {
    checkState(this.spec, weights, moments);
    this.values.set(weights);
    this.m = moments ? moments.m.slice() : new Float32Array(this.spec.size);
    this.v = moments ? moments.v.slice() : new Float32Array(this.spec.size);
    this.step = moments?.step ?? 0;
  }

  weights(): Float32Array {
    return this.values.slice();
  }

  moments(): Moments {
    return { m: this.m.slice(), v: this.v.slice(), step: this.step };
  }

  async train(set: TrainingSet, options: TrainOptions) {
    let { epoch, batch } = checkTraining(this.spec, set, options);
    let samples = 0;
    let steps = 0;
    for (; epoch < options.epochs; epoch++, batch = 0) {
      const drawn = drawEpoch(set, this.spec.items, options.batchSize, options.stream, epoch);
      for (; batch * options.batchSize < drawn.order.length; batch++) {
        if (options.signal?.aborted) return { position: { epoch, batch }, finished: false, samples, steps };
        const places = drawn.order.subarray(batch * options.batchSize, (batch + 1) * options.batchSize);
        this.trainBatch(drawn, places, options);
        samples += places.length;
        steps++;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      options.onEpoch?.({ epoch, loss: undefined });
    }
    return { position: { epoch, batch: 0 }, finished: true, samples, steps };
  }

  private tables(from: Float32Array) {
    const { spec } = this;
    const first = (kind: string) => spec.tensors.find((tensor) => tensor.kind === kind)!.name;
    return [first("user"), first("item"), first("shared")].map((name) => tensorOf(spec, from, name));
  }

  private trainBatch(
    { users, items, labels }: { users: Uint32Array; items: Uint32Array; labels: Float32Array },
    places: Uint32Array,
    { adam, l2 = 0 }: TrainOptions,
  ): void {
    const gradient = new Float32Array(this.spec.size);
    const [p, q] = this.tables(this.values);
    const [dp, dq, db] = this.tables(gradient);
    for (const s of places) {
      const [u, i] = [users[s] * WIDTH, items[s] * WIDTH];
      const error = (this.score(users[s], items[s]) - labels[s]) / places.length;
      for (let d = 0; d < WIDTH; d++) {
        dp[u + d] += error * q[i + d] + (l2 * p[u + d]) / places.length;
        dq[i + d] += error * p[u + d] + (l2 * q[i + d]) / places.length;
      }
      db[0] += error;
    }
    this.step++;
    const c1 = 1 - adam.beta1 ** this.step;
    const c2 = 1 - adam.beta2 ** this.step;
    for (let k = 0; k < gradient.length; k++) {
      this.m[k] = adam.beta1 * this.m[k] + (1 - adam.beta1) * gradient[k];
      this.v[k] = adam.beta2 * this.v[k] + (1 - adam.beta2) * gradient[k] * gradient[k];
      this.values[k] -= (adam.learningRate * (this.m[k] / c1)) / (Math.sqrt(this.v[k] / c2) + adam.epsilon);
    }
  }

  private score(user: number, item: number): number {
    const [p, q, b] = this.tables(this.values);
    let sum = b[0];
    for (let d = 0; d < WIDTH; d++) sum += p[user * WIDTH + d] * q[item * WIDTH + d];
    return 1 / (1 + exp(-sum));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return Float32Array.from(users, (user, k) => this.score(user, items[k]));
  }

  scoreItems(users: Uint32Array): Float32Array {
    const { items } = this.spec;
    return Float32Array.from({ length: users.length * items }, (_, k) =>
      this.score(users[Math.floor(k / items)], k % items),
    );
  }

  setGraph(): void {}

  dispose(): void {}
}

/** A factory of toy engines, of this class or of one derived from it. */
export const toyEngines =
  (Class: typeof ToyEngine = ToyEngine) =>
  async (name: EngineName, spec: ModelSpec): Promise<Engine> =>
    new Class(spec, name);
