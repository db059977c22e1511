/** The methods by name: what a certificate, a folder or a command line says is made into a value here. */

import { InputError, requireOneOf } from "../errors";
import type { SettingsOf, Spec } from "../settings";
import type { Json } from "../training/store";
import { EASE, ease } from "./additive/ease";
import { GAUSSIAN, gaussian } from "./additive/gaussian";
import { C_SISA, cSisa } from "./cSisa";
import { CORE_FOLD_IN, coreFoldIn } from "./foldIn/coreFoldIn";
import { REFRESH, refresh } from "./foldIn/refresh";
import { LASER, laser, RETRAIN, retrain } from "./laser";
import type { Method } from "./method";
import { REC_ERASER, recEraser } from "./rivals/recEraser";
import { ULTRA_RE, ultraRe } from "./rivals/ultraRe";

interface Entry {
  /** its settings */
  readonly spec: Spec;
  /** modules whose code decides its results, with what they import: paths below lib, without ending */
  readonly modules: readonly string[];
  make(settings: Readonly<Record<string, unknown>>): Method;
}

/** Engines are given to a method by name: it does not import them. */
const ENGINES = "engine/create";

/** Every method. */
export const METHODS = {
  laser: { spec: LASER, make: laser, modules: ["unlearning/laser", ENGINES] },
  retrain: { spec: RETRAIN, make: retrain, modules: ["unlearning/laser", ENGINES] },
  "c-sisa": { spec: C_SISA, make: cSisa, modules: ["unlearning/cSisa", ENGINES] },
  receraser: { spec: REC_ERASER, make: recEraser, modules: ["unlearning/rivals/recEraser", ENGINES] },
  ultrare: { spec: ULTRA_RE, make: ultraRe, modules: ["unlearning/rivals/ultraRe", ENGINES] },
  refresh: { spec: REFRESH, make: refresh, modules: ["unlearning/foldIn/refresh", ENGINES] },
  "core-fold-in": {
    spec: CORE_FOLD_IN,
    make: coreFoldIn,
    modules: ["unlearning/foldIn/coreFoldIn", ENGINES],
  },
  ease: { spec: EASE, make: ease, modules: ["unlearning/additive/ease"] },
  gaussian: { spec: GAUSSIAN, make: gaussian, modules: ["unlearning/additive/gaussian"] },
} as const satisfies Record<string, Entry>;

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as readonly MethodName[];

/** Settings of any method; each takes those that it has. */
export type MethodSettings = Partial<
  SettingsOf<
    typeof LASER &
      typeof C_SISA &
      typeof REC_ERASER &
      typeof ULTRA_RE &
      typeof CORE_FOLD_IN &
      typeof EASE &
      typeof GAUSSIAN
  >
>;

/** The specification of a method's settings. @throws InputError for an unknown name. */
export const specOf = (name: string): Spec => METHODS[requireOneOf(name, METHOD_NAMES, "method")].spec;

/** The method of this name. @throws InputError for an unknown name or settings that it does not have. */
export function methodOf(name: string, settings: Json = {}): Method {
  const { make }: Entry = METHODS[requireOneOf(name, METHOD_NAMES, "method")];
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new InputError(`method ${name}: its settings are not an object`);
  return make(settings as Readonly<Record<string, unknown>>);
}
