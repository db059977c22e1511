/** The methods by name: what a certificate, a folder or a command line says is made into a value here. */

import { InputError, requireOneOf } from "../errors";
import type { SettingsOf, Spec } from "../settings";
import type { Json } from "../training/store";
import { addOwnCode } from "../version";
import { EASE, ease } from "./additive/ease";
import { GAUSSIAN, gaussian } from "./additive/gaussian";
import { ITEM_KNN, itemKnn } from "./additive/itemKnn";
import { FINE_TUNE, fineTune } from "./approximate/fineTune";
import { GRADIENT_ASCENT, gradientAscent } from "./approximate/gradientAscent";
import { SCIF, scif } from "./approximate/scif";
import { C_SISA, cSisa } from "./cSisa";
import { CORE_ALS, coreAls } from "./foldIn/coreAls";
import { CORE_FOLD_IN, coreFoldIn } from "./foldIn/coreFoldIn";
import { REFRESH, refresh } from "./foldIn/refresh";
import { LASER, laser, RETRAIN, retrain } from "./laser";
import type { Method } from "./method";
import { REC_ERASER, recEraser } from "./rivals/recEraser";
import { ULTRA_RE, ultraRe } from "./rivals/ultraRe";

interface Entry {
  /** its settings */
  readonly spec: Spec;
  /** whether an unlearned system is, to the bit, one that never saw the erased data: else no certificate */
  readonly exact: boolean;
  /** modules whose code decides its results, with what they import: paths below lib, without ending */
  readonly modules: readonly string[];
  make(settings: Readonly<Record<string, unknown>>): Method;
}

/** Engines are given to a method by name: it does not import them. */
const ENGINES = "engine/create";

/** Every method. */
export const METHODS = {
  laser: { spec: LASER, make: laser, exact: true, modules: ["unlearning/laser", ENGINES] },
  retrain: { spec: RETRAIN, make: retrain, exact: true, modules: ["unlearning/laser", ENGINES] },
  "c-sisa": { spec: C_SISA, make: cSisa, exact: true, modules: ["unlearning/cSisa", ENGINES] },
  receraser: {
    spec: REC_ERASER,
    make: recEraser,
    exact: true,
    modules: ["unlearning/rivals/recEraser", ENGINES],
  },
  ultrare: { spec: ULTRA_RE, make: ultraRe, exact: true, modules: ["unlearning/rivals/ultraRe", ENGINES] },
  refresh: { spec: REFRESH, make: refresh, exact: true, modules: ["unlearning/foldIn/refresh", ENGINES] },
  "core-fold-in": {
    spec: CORE_FOLD_IN,
    make: coreFoldIn,
    exact: true,
    modules: ["unlearning/foldIn/coreFoldIn", ENGINES],
  },
  "core-als": {
    spec: CORE_ALS,
    make: coreAls,
    exact: true,
    modules: ["unlearning/foldIn/coreAls", "model/bpr/model", ENGINES],
  },
  ease: { spec: EASE, make: ease, exact: true, modules: ["unlearning/additive/ease"] },
  gaussian: { spec: GAUSSIAN, make: gaussian, exact: true, modules: ["unlearning/additive/gaussian"] },
  "fine-tune": {
    spec: FINE_TUNE,
    make: fineTune,
    exact: false,
    modules: ["unlearning/approximate/fineTune", ENGINES],
  },
  "gradient-ascent": {
    spec: GRADIENT_ASCENT,
    make: gradientAscent,
    exact: false,
    modules: ["unlearning/approximate/gradientAscent", ENGINES],
  },
  scif: { spec: SCIF, make: scif, exact: false, modules: ["unlearning/approximate/scif", ENGINES] },
  "item-knn": { spec: ITEM_KNN, make: itemKnn, exact: true, modules: ["unlearning/additive/itemKnn"] },
} as const satisfies Record<string, Entry>;

/** The name of a method. */
export type MethodName = keyof typeof METHODS;
/** The names of all methods. */
export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];

/** Settings of any method; each takes those that it has. */
export type MethodSettings = Partial<
  SettingsOf<
    typeof LASER &
      typeof C_SISA &
      typeof REC_ERASER &
      typeof ULTRA_RE &
      typeof CORE_FOLD_IN &
      typeof CORE_ALS &
      typeof EASE &
      typeof GAUSSIAN &
      typeof FINE_TUNE &
      typeof GRADIENT_ASCENT &
      typeof SCIF &
      typeof ITEM_KNN
  >
>;

const known = new Map<string, Entry>(Object.entries(METHODS));

function entryOf(name: string): Entry {
  return known.get(requireOneOf(name, METHOD_NAMES as readonly string[], "method")) as Entry;
}

/** Makes a method of your own known in this process, under a name that is free. @returns the name */
export function registerMethod(name: string, entry: Entry): MethodName {
  if (known.has(name)) throw new Error(`method ${name} is known already`);
  known.set(name, entry);
  addOwnCode(`methods/${name}`);
  METHOD_NAMES.push(name as MethodName);
  return name as MethodName;
}

/** The specification of a method's settings. @throws InputError for an unknown name. */
export const specOf = (name: string): Spec => entryOf(name).spec;

/** The method of this name. @throws InputError for an unknown name or settings that it does not have. */
export function methodOf(name: string, settings: Json = {}): Method {
  const { make } = entryOf(name);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new InputError(`method ${name}: its settings are not an object`);
  return make(settings as Readonly<Record<string, unknown>>);
}
