/**
 * Engines by name. Each is loaded on its first use: TensorFlow.js alone takes longer than many a training.
 */

import { requireOneOf } from "../errors";
import type { ModelSpec } from "../model/spec";
import { ENGINE_NAMES, type Engine, type EngineName } from "./engine";

const LOAD: Record<EngineName, (spec: ModelSpec) => Promise<Engine>> = {
  simd: async (spec) => (await import("./simd.js")).createSimdEngine(spec),
  tfjs: async (spec) => (await import("./tfjs.js")).createTfjsEngine(spec),
};

/**
 * An engine for models of the shape of `spec`.
 * @throws InputError for an unknown name.
 */
export async function createEngine(name: EngineName, spec: ModelSpec): Promise<Engine> {
  return LOAD[requireOneOf(name, ENGINE_NAMES, "engine")](spec);
}

/**
 * What an engine computes on, in one line: "simd engine: WebAssembly SIMD", "tfjs engine: TensorFlow CPU
 * 4.22.0".
 */
export async function describeEngine(name: EngineName): Promise<string> {
  if (requireOneOf(name, ENGINE_NAMES, "engine") === "simd") return "simd engine: WebAssembly SIMD";
  return (await import("./tfjsBackend.js")).describeTfjsBackend();
}
