/**
 * Chooses what TensorFlow.js computes on: the native TensorFlow of tfjs-node-gpu or tfjs-node where one is
 * installed and loads, else the WASM backend with a scatter-add kernel of our own. environment.md says how to
 * get the native ones.
 */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { registerScatterAdd } from "./scatterAdd";
import { registerFastKernels } from "./tfjsWasmKernels";

export interface TfjsBackend {
  /** The name that TensorFlow.js knows it by. */
  readonly id: "tensorflow" | "wasm";
  /** What really computes: "TensorFlow GPU", "TensorFlow CPU" or "TensorFlow.js wasm". */
  readonly name: string;
  /** Version of the package that computes. */
  readonly version: string;
  /** Native packages that were looked for and cannot be used, with the reason. */
  readonly refusals: readonly string[];
}

/** A folder that holds a built tfjs-node package, looked at first (see scripts/native-tfjs.mjs). */
export const NATIVE_FOLDER_VARIABLE = "ERASABLE_TFJS_NODE";
const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

let chosen: Promise<TfjsBackend> | undefined;

/** The backend of this process, made ready on the first call. */
export function tfjsBackend(): Promise<TfjsBackend> {
  chosen ??= chooseBackend();
  return chosen;
}

/**
 * One line for a log: "tfjs engine: TensorFlow.js wasm 4.22.0 (@tensorflow/tfjs-node-gpu: not installed;
 * ...)".
 */
export async function describeTfjsBackend(): Promise<string> {
  const { name, version, refusals } = await tfjsBackend();
  return `tfjs engine: ${name} ${version}${refusals.length > 0 ? ` (${refusals.join("; ")})` : ""}`;
}

async function chooseBackend(): Promise<TfjsBackend> {
  tf.enableProdMode(); // TensorFlow.js's own switch for its banners; without it every notebook opens with one
  const refusals: string[] = [];
  for (const name of [process.env[NATIVE_FOLDER_VARIABLE], ...NATIVE_PACKAGES]) {
    if (!name) continue;
    const native = await loadNative(name, refusals);
    if (native) return native;
  }
  await loadWasm();
  return { id: "wasm", name: "TensorFlow.js wasm", version: tf.version_core, refusals };
}

/** What we use of a native package beside the backend that it registers. */
interface NativePackage {
  version: Record<string, string>;
}

/**
 * Loads a package of the tfjs-node family. Of that name there may also be plain TensorFlow.js in node_modules
 * (danfojs asks for tfjs-node, and an override gives it the portable package): only one with a compiled
 * binding is accepted.
 */
async function loadNative(name: string, refusals: string[]): Promise<TfjsBackend | undefined> {
  const require = createRequire(__filename);
  const label = name === process.env[NATIVE_FOLDER_VARIABLE] ? NATIVE_FOLDER_VARIABLE : name;
  try {
    const entry = require.resolve(name);
    const folder = entry.slice(0, entry.lastIndexOf(`${sep}dist${sep}`));
    if (!existsSync(join(folder, "binding.gyp"))) {
      refusals.push(`${label} is not the native package`);
      return undefined;
    }
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"; // TensorFlow's own switch: errors, not greetings
    process.env.TF_ENABLE_ONEDNN_OPTS ??= "0"; // no gain at our sizes, sums in changing orders, and a notice
    restoreForNode23(require("node:util"));
    const { version } = require(name) as NativePackage;
    await start("tensorflow");
    const binding = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
    const device = binding.isUsingGpuDevice ? "GPU" : "CPU";
    return { id: "tensorflow", name: `TensorFlow ${device}`, version: version["tfjs-node"], refusals };
  } catch (error) {
    refusals.push(`${label}: ${firstLine(error)}`);
    return undefined;
  }
}

async function start(id: TfjsBackend["id"]): Promise<void> {
  if (!(await tf.setBackend(id))) throw new Error(`TensorFlow.js could not start its backend "${id}"`);
}

/**
 * tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 took away: "isNullOrUndefined is not a
 * function".
 */
function restoreForNode23(util: { isNullOrUndefined?: (value: unknown) => boolean }): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function firstLine(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "MODULE_NOT_FOUND") return "not installed";
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

/**
 * The WASM backend's module, as its compiler wrote it, ends the process on any stray rejection: we take that
 * back.
 */
async function loadWasm(): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set(process.listeners(event as "exit")));
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const entry = createRequire(__filename).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(entry) + sep);
  registerScatterAdd();
  registerFastKernels();
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // one thread, so that sums are taken in one order
  await start("wasm");
  events.forEach((event, k) => {
    for (const listener of process.listeners(event as "exit"))
      if (!before[k].has(listener)) process.off(event, listener);
  });
}
