/** The models: one folder and one line each. */

import { InputError, requireOneOf } from "../errors";
import { addOwnCode } from "../version";
import { bpr } from "./bpr/model";
import { dmf } from "./dmf/model";
import { lightgcn } from "./lightgcn/model";
import type { Model } from "./model";
import { nmf } from "./nmf/model";

const MODELS = { dmf, nmf, bpr, lightgcn } satisfies Record<string, Model>;

/**
 * `dmf`: Deep Matrix Factorization, Eq. 1 (Xue et al. 2017). `nmf`: Neural Matrix Factorization, Eq. 2 (He et
 * al. 2017). `bpr`: matrix factorisation trained on pairs (Rendle et al. 2009). `lightgcn`: LightGCN (He et
 * al. 2020).
 */
export type ModelName = keyof typeof MODELS;
/** Names of the models. */
export const MODEL_NAMES = Object.keys(MODELS) as ModelName[];

const known = new Map<string, Model>(Object.entries(MODELS));

/** The model of this name. @throws InputError for an unknown name. */
export function modelOf(name: ModelName): Model {
  return known.get(requireOneOf(name, MODEL_NAMES, "model")) as Model;
}

/**
 * What a method needs of a model beside its training.
 * @param who the method, for the message
 * @throws InputError that names the models that have it
 */
export function requirePart<P extends "kernel" | "foldIn" | "aggregation">(
  name: ModelName,
  part: P,
  who: string,
): NonNullable<Model[P]> {
  const found = modelOf(name)[part];
  if (found) return found;
  const able = MODEL_NAMES.filter((other) => modelOf(other)[part]);
  throw new InputError(`model: ${who} cannot take ${name}; it takes ${able.join(", ")}`);
}

/** Makes a model of your own known in this process, under a name that is free. @returns the name */
export function registerModel(name: string, model: Model): ModelName {
  if (known.has(name)) throw new Error(`model ${name} is known already`);
  known.set(name, model);
  addOwnCode(`models/${name}`);
  MODEL_NAMES.push(name as ModelName);
  return name as ModelName;
}
