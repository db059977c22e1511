/** Engines by name. Each is loaded on its first use: TensorFlow.js alone takes longer than many a training. */

import { InputError, requireOneOf } from "../errors";
import type { ModelSpec } from "../model/spec";
import { ENGINE_NAMES, type Engine, type EngineName } from "./engine";

/**
 * An engine for models of the shape of `spec`.
 * @throws InputError for an unknown name.
 */
export async function createEngine(name: EngineName, spec: ModelSpec): Promise<Engine> {
  requireOneOf(name, ENGINE_NAMES, "engine");
  if (name === "tfjs") {
    const { createTfjsEngine } = await import("./tfjs.js");
    return createTfjsEngine(spec);
  }
  throw new InputError("engine simd: not built yet; use tfjs");
}
