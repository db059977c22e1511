/**
 * The weights of RecEraser's aggregation (Chen et al. 2022, Section 4.3) in one flat Float32Array: for each shard its
 * transfer T_s and t_s, which users and items share; for either side an attention of its own, W, b and h; where the model
 * has one, an output layer. The kernel (kernels/assembly/rec_eraser.ts) reads this layout.
 */

import type { Aggregation, OutputLayer } from "../../model/model";
import { requirePart } from "../../model/models";
import { embeddingSizeOf, type ModelName } from "../../model/spec";
import { Random } from "../../random";

export interface AggregationShape {
  readonly model: ModelName;
  /** floats of an embedding; default: the model's */
  readonly embeddingSize?: number;
  /** S */
  readonly shards: number;
}

/** How a model is aggregated. @throws InputError that names the models that can be. */
export const aggregationOf = (model: ModelName): Aggregation =>
  requirePart(model, "aggregation", "receraser");

type Vectors = Omit<AggregationShape, "shards">;

/** Parts of a shard's vector of a user or an item, in floats. */
export const partsOf = ({ model, embeddingSize }: Vectors): readonly number[] =>
  aggregationOf(model).parts(embeddingSizeOf(model, embeddingSize));

/** Floats of all parts. */
export const vectorWidth = (shape: Vectors): number => partsOf(shape).reduce((sum, part) => sum + part, 0);

/** Units of either attention: half as many as its input is wide, as in the authors' public code. */
export const attentionWidth = (shape: Vectors): number => vectorWidth(shape) / 2;

export interface AggregationTensor {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Every tensor and where it begins, in floats; matrices are row-major, rows are inputs. */
export function aggregationTensors(shape: AggregationShape): AggregationTensor[] {
  const { model, shards } = shape;
  const width = vectorWidth(shape);
  const units = attentionWidth(shape);
  const parts = partsOf(shape);
  const { outputLayer } = aggregationOf(model);
  const list: [name: string, size: number][] = [];
  for (let s = 0; s < shards; s++) {
    for (const [part, floats] of parts.entries()) list.push([`transfer_${s}_${part}`, floats * floats]);
    list.push([`transfer_${s}_b`, width]);
  }
  for (const side of ["user", "item"])
    list.push([`${side}_w`, width * units], [`${side}_b`, units], [`${side}_h`, units]);
  if (outputLayer) {
    list.push(["out_factors", parts[0]]);
    if (parts.length > 1) list.push(["out_hidden", parts[1]]);
    list.push(["out_b", 4]); // 1, padded to 16 bytes
  }
  let offset = 0;
  return list.map(([name, size]) => {
    const tensor = { name, offset, size };
    offset += size;
    return tensor;
  });
}

/** Floats in all. */
export function aggregationSize(shape: AggregationShape): number {
  const last = aggregationTensors(shape).at(-1);
  return last ? last.offset + last.size : 0;
}

const SMALL = 0.01; // the authors' start of h: attention begins nearly even

/**
 * Where training starts: transfers are the identity, attention is nearly even, and the output layer is the mean of the
 * shards'. With one shard the aggregation so scores as that shard's model does.
 * @param outputs the shards' own output layers, for models that have them
 */
export function startingWeights(
  shape: AggregationShape,
  seed: number,
  outputs: readonly OutputLayer[] = [],
): Float32Array {
  const weights = new Float32Array(aggregationSize(shape));
  const bound = Math.sqrt(6 / (vectorWidth(shape) + attentionWidth(shape))); // Glorot and Bengio 2010
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const { name, offset, size } of aggregationTensors(shape)) {
    const target = weights.subarray(offset, offset + size);
    if (/^transfer_\d+_\d+$/.test(name)) {
      const floats = Math.sqrt(size);
      for (let k = 0; k < floats; k++) target[k * floats + k] = 1;
    } else if (name.endsWith("_w")) {
      const random = Random.stream(seed, "aggregation", "init", name);
      for (let k = 0; k < size; k++) target[k] = bound * (2 * random.uniform() - 1);
    } else if (name.endsWith("_h")) target.fill(SMALL);
    else if (name === "out_factors") target.fill(1);
    else if (name === "out_hidden")
      for (let k = 0; k < size; k++) target[k] = mean(outputs.map(({ hidden }) => hidden[k]));
    else if (name === "out_b") target[0] = mean(outputs.map(({ constant }) => constant));
  }
  return weights;
}
