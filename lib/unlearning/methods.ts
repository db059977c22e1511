/** The methods by name: what a certificate, a folder or a command line says is made into a value here. */

import { InputError, requireKnownKeys, requireOneOf } from "../errors";
import { TRAINING_DEFAULTS } from "../training/settings";
import type { Json } from "../training/store";
import { type EaseSettings, ease } from "./additive/ease";
import { type GaussianSettings, gaussian } from "./additive/gaussian";
import { type CSisaSettings, cSisa } from "./cSisa";
import { type CoreFoldInSettings, coreFoldIn } from "./foldIn/coreFoldIn";
import { type RefreshSettings, refresh } from "./foldIn/refresh";
import { type LaserSettings, laser, type RetrainSettings, retrain } from "./laser";
import { PLAN_DEFAULTS } from "./makePlan";
import type { Method } from "./method";
import { REC_ERASER_DEFAULTS, type RecEraserSettings, recEraser } from "./rivals/recEraser";
import { type UltraReSettings, ultraRe } from "./rivals/ultraRe";

/** Parts of a method's settings that several methods share: see makePlan.ts and training/settings.ts. */
export type Section = "plan" | "training";

interface Entry {
  readonly make: (settings: Json) => Method;
  /** the shared parts that it has, and the names of its own settings */
  readonly sections: readonly Section[];
  readonly own: readonly string[];
}

const METHODS = {
  laser: {
    make: (settings) => laser(settings as LaserSettings),
    sections: ["plan", "training"],
    own: [],
  },
  retrain: {
    make: (settings) => retrain(settings as RetrainSettings),
    sections: ["training"],
    own: [],
  },
  "c-sisa": {
    make: (settings) => cSisa(settings as CSisaSettings),
    sections: ["plan", "training"],
    own: ["scoring", "start"],
  },
  receraser: {
    make: (settings) => recEraser(settings as RecEraserSettings),
    sections: ["training"],
    own: Object.keys(REC_ERASER_DEFAULTS),
  },
  ultrare: {
    make: (settings) => ultraRe(settings as UltraReSettings),
    sections: ["plan", "training"],
    own: ["start", "ridge"],
  },
  refresh: {
    make: (settings) => refresh(settings as RefreshSettings),
    sections: ["plan", "training"],
    own: ["fold"],
  },
  "core-fold-in": {
    make: (settings) => coreFoldIn(settings as CoreFoldInSettings),
    sections: ["training"],
    own: ["core", "fold", "itemStep", "userStep"],
  },
  ease: {
    make: (settings) => ease(settings as EaseSettings),
    sections: [],
    own: ["label", "maximumRating", "lambda"],
  },
  gaussian: {
    make: (settings) => gaussian(settings as GaussianSettings),
    sections: [],
    own: ["maximumRating", "shrinkage", "rank"],
  },
} as const satisfies Record<string, Entry>;

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as readonly MethodName[];

function entryOf(name: string): Entry {
  return METHODS[requireOneOf(name, METHOD_NAMES, "method")];
}

/** The method of this name. @throws InputError for an unknown name or settings that it does not have. */
export function methodOf(name: string, settings: Json = {}): Method {
  const { make } = entryOf(name);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new InputError(`method ${name}: its settings are not an object`);
  return make(settings);
}

/**
 * Flat settings, { groups: 8, epochs: 20 }, in the form that the method takes, { plan: { groups: 8 }, training: ... }.
 * `seed` goes to every section. @param defaults for the sections that the method has
 * @throws InputError for a setting that the method does not have.
 */
export function nestedSettings(
  name: string,
  flat: Readonly<Record<string, unknown>>,
  defaults: Partial<Record<Section, Readonly<Record<string, unknown>>>> = {},
): Json {
  const { sections, own } = entryOf(name);
  const keys: Record<Section, readonly string[]> = {
    plan: Object.keys(PLAN_DEFAULTS),
    training: Object.keys(TRAINING_DEFAULTS),
  };
  requireKnownKeys(flat, [...sections.flatMap((section) => keys[section]), ...own], `method ${name}`);
  const pick = (names: readonly string[]) =>
    Object.fromEntries(
      Object.entries(flat).filter(([key, value]) => names.includes(key) && value !== undefined),
    );
  const shared = sections.map((section) => [section, { ...defaults[section], ...pick(keys[section]) }]);
  return { ...pick(own), ...Object.fromEntries(shared) } as Json;
}
