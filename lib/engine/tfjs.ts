/**
 * The engine that runs the readable mathematics of lib/model in TensorFlow.js: automatic differentiation,
 * dense Adam in tensor operations, on native TensorFlow where installed, else on WebAssembly. The oracle of
 * the kernels' tests and the GPU path. On one machine the WASM backend repeats itself to the bit; across
 * machines, and on native TensorFlow, whose threads may sum in another order, results are the same to
 * rounding. What must be equal to the bit everywhere is the business of the simd engine.
 */

import * as tf from "@tensorflow/tfjs";
import type { Graph } from "../model/model";
import { loss, ridge, scores } from "../model/objective";
import { type ModelSpec, modelOf } from "../model/spec";
import type { Forward, GraphTensors } from "../model/tensors";
import { batchCount, drawEpoch, type Epoch, epochSamples } from "./batches";
import { checkGraph, checkIds, checkPairs, checkState, checkTraining } from "./checks";
import type { Engine, Moments, TrainingSet, TrainOptions, TrainResult } from "./engine";
import { trainEpochs } from "./epochLoop";
import { emptyGraph, graphOf, usersOf } from "./graph";
import { type AdamState, adamStep, type BiasCorrection, biasCorrections } from "./tfjsAdam";
import { type TfjsBackend, tfjsBackend } from "./tfjsBackend";

const PAIRS_AT_ONCE = 65_536; // bounds the memory of scoring: about 60 MB of layers

/** An engine for models of the shape of `spec`, all weights 0 until `load`. */
export async function createTfjsEngine(spec: ModelSpec): Promise<Engine> {
  const { forward } = modelOf(spec.model) as { forward(): Promise<Forward> };
  return new TfjsEngine(spec, await tfjsBackend(), await forward());
}

class TfjsEngine implements Engine {
  readonly name = "tfjs";
  readonly backend: string;
  private readonly backendId: string;
  /** one per tensor, in the order of the spec */
  private state: AdamState[] = [];
  private steps = 0;
  private training = false;
  private disposed = false;
  private graph: GraphTensors;

  constructor(
    readonly spec: ModelSpec,
    backend: TfjsBackend,
    private readonly forward: Forward,
  ) {
    this.backend = backend.name;
    this.backendId = backend.id;
    this.load(new Float32Array(spec.size));
    this.graph = graphTensors(spec, emptyGraph(spec.users));
  }

  load(weights: Float32Array, moments?: Moments): void {
    checkState(this.spec, weights, moments);
    this.requireIdle("load");
    this.claimBackend();
    const previous = this.state;
    const zero = moments ? undefined : new Float32Array(this.spec.size);
    this.state = this.spec.tensors.map(({ offset, size, shape }) => {
      const part = (flat: Float32Array) =>
        tf.tensor(flat.slice(offset, offset + size), [...shape], "float32");
      return { weight: part(weights), m: part(zero ?? moments!.m), v: part(zero ?? moments!.v) };
    });
    this.steps = moments?.step ?? 0;
    release(previous);
  }

  weights(): Float32Array {
    return this.flat("weight");
  }

  moments(): Moments {
    return { m: this.flat("m"), v: this.flat("v"), step: this.steps };
  }

  setGraph(graph: Graph): void {
    checkGraph(this.spec, graph);
    this.requireIdle("setGraph");
    this.claimBackend();
    tf.dispose(Object.values(this.graph));
    this.graph = graphTensors(this.spec, graph);
  }

  async train(set: TrainingSet, options: TrainOptions): Promise<TrainResult> {
    const position = checkTraining(this.spec, set, options);
    this.requireIdle("train");
    if (modelOf(this.spec.model).graph) this.setGraph(graphOf(set, this.spec.users));
    this.training = true;
    try {
      const { batchSize, stream } = options;
      const corrections = biasCorrections(options.adam, this.steps);
      let drawn: Epoch;
      const draw = (epoch: number) => {
        drawn = drawEpoch(set, this.spec.items, batchSize, stream, epoch);
      };
      const train = (from: number, to: number) => {
        let loss = 0;
        for (let batch = from; batch < to; batch++) {
          const part = batchOf(drawn, batch);
          loss += this.step(part, options, corrections.next().value) * part.users.length;
        }
        return loss;
      };
      const work = { batches: batchCount(set, batchSize), samples: epochSamples(set), draw, train };
      return await trainEpochs(work, position, options);
    } finally {
      this.training = false;
    }
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    checkPairs(this.spec, users, items);
    this.requireAlive();
    this.claimBackend();
    const result = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += PAIRS_AT_ONCE) {
      const end = Math.min(start + PAIRS_AT_ONCE, users.length);
      const part = tf.tidy(() => {
        const [u, i] = [users, items].map((ids) => idTensor(Int32Array.from(ids.subarray(start, end))));
        const weights = this.named(this.state.map(({ weight }) => weight));
        return scores(this.spec, this.forward, weights, u, i, this.graph).dataSync();
      });
      result.set(part, start);
    }
    return result;
  }

  scoreItems(users: Uint32Array): Float32Array {
    checkIds(users, this.spec.users, "users");
    const { items } = this.spec;
    const result = new Float32Array(users.length * items);
    const all = Uint32Array.from({ length: items }, (_, item) => item);
    users.forEach((user, row) => {
      result.set(this.predict(new Uint32Array(items).fill(user), all), row * items);
    });
    return result;
  }

  dispose(): void {
    this.requireIdle("dispose");
    release(this.state);
    tf.dispose(Object.values(this.graph));
    this.disposed = true;
  }

  /** One Adam step on one batch; returns its mean loss, without the ridge, where that is asked for. */
  private step(part: Batch, options: TrainOptions, correction: BiasCorrection): number {
    this.claimBackend();
    let seen = 0;
    const next = tf.tidy(() => {
      const batch = {
        users: idTensor(part.users),
        items: idTensor(part.items),
        labels: tf.tensor1d(part.labels),
      };
      const objective = (...tensors: tf.Tensor[]) => {
        const weights = this.named(tensors);
        const fit = loss(this.spec, this.forward, weights, batch, this.graph);
        if (options.trackLoss) seen = fit.dataSync()[0];
        if (!options.l2) return fit;
        return tf.add<tf.Scalar>(fit, tf.mul(options.l2, ridge(this.spec, weights, batch)));
      };
      const { grads } = tf.valueAndGrads(objective)(this.state.map(({ weight }) => weight));
      return this.state.map((state, k) => adamStep(state, grads[k], options.adam, correction));
    });
    const previous = this.state;
    this.state = next;
    this.steps++;
    release(previous);
    return seen;
  }

  private named(tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
    return Object.fromEntries(this.spec.tensors.map(({ name }, k) => [name, tensors[k]]));
  }

  private flat(part: keyof AdamState): Float32Array {
    this.requireAlive();
    const result = new Float32Array(this.spec.size);
    this.spec.tensors.forEach(({ offset }, k) => {
      result.set(this.state[k][part].dataSync(), offset);
    });
    return result;
  }

  private requireAlive(): void {
    if (this.disposed) throw new Error("engine tfjs: it has been disposed of");
  }

  private requireIdle(what: string): void {
    this.requireAlive();
    if (this.training) throw new Error(`engine tfjs: ${what} while a training runs; await that first`);
  }

  /** TensorFlow.js has one current backend a process, and other packages may have changed it. */
  private claimBackend(): void {
    if (tf.getBackend() !== this.backendId) void tf.setBackend(this.backendId);
  }
}

interface Batch {
  readonly users: Int32Array;
  /** of pairs first those that were rated, behind them those that were not */
  readonly items: Int32Array;
  readonly labels: Float32Array;
}

function batchOf({ users, items, labels, others, order, batchSize }: Epoch, batch: number): Batch {
  const places = order.subarray(batch * batchSize, (batch + 1) * batchSize);
  const all = new Int32Array((others.length > 0 ? 2 : 1) * places.length);
  all.set(Int32Array.from(places, (place) => items[place]));
  if (others.length > 0)
    all.set(
      Int32Array.from(places, (place) => others[place]),
      places.length,
    );
  return {
    users: Int32Array.from(places, (place) => users[place]),
    items: all,
    labels: Float32Array.from(places, (place) => labels[place]),
  };
}

/** A graph as tensors, which their owner disposes of. */
export function graphTensors(spec: ModelSpec, graph: Graph): GraphTensors {
  const users = usersOf(graph);
  const raters = new Uint32Array(spec.items);
  for (const item of graph.items) raters[item]++;
  const weights = Float32Array.from(users, (user, k) => {
    const degree = graph.offsets[user + 1] - graph.offsets[user];
    return 1 / Math.sqrt(degree * raters[graph.items[k]]);
  });
  return {
    users: idTensor(Int32Array.from(users)),
    items: idTensor(Int32Array.from(graph.items)),
    weights: tf.tensor2d(weights, [users.length, 1]),
  };
}

function release(state: readonly AdamState[]): void {
  for (const { weight, m, v } of state) tf.dispose([weight, m, v]);
}

function idTensor(ids: Int32Array): tf.Tensor1D {
  return tf.tensor1d(ids, "int32");
}
