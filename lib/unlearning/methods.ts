/** The methods by name: what a certificate, a folder or a command line says is made into a value here. */

import { InputError } from "../errors";
import type { Json } from "../training/store";
import { type CSisaSettings, cSisa } from "./cSisa";
import { type LaserSettings, laser, type RetrainSettings, retrain } from "./laser";
import type { Method } from "./method";

const METHODS = {
  laser: (settings: Json) => laser(settings as LaserSettings),
  retrain: (settings: Json) => retrain(settings as RetrainSettings),
  "c-sisa": (settings: Json) => cSisa(settings as CSisaSettings),
} as const satisfies Record<string, (settings: Json) => Method>;

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as readonly MethodName[];

/** The method of this name. @throws InputError for an unknown name or settings that it does not have. */
export function methodOf(name: string, settings: Json = {}): Method {
  const make = METHODS[name as MethodName];
  if (!Object.hasOwn(METHODS, name) || make === undefined)
    throw new InputError(`method: "${name}" is not one of ${METHOD_NAMES.join(", ")}`);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new InputError(`method ${name}: its settings are not an object`);
  return make(settings);
}
