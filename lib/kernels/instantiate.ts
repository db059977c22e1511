/** Loads a compiled kernel module (AssemblyScript -> WebAssembly SIMD) from the package's dist/kernels folder. */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

const compiled = new Map<string, WebAssembly.Module>();

/** The folder that holds the .wasm files, whether this file runs from lib/kernels or from lib/dist/kernels. */
function kernelFolder(): string {
  const parent = join(__dirname, "..");
  return basename(parent) === "dist" ? __dirname : join(parent, "dist", "kernels");
}

/**
 * A fresh instance of kernel module `name`, with memory of its own. The module is compiled once a process.
 * @throws Error that says how to build when the .wasm file is missing.
 */
export function instantiate<Exports extends object>(name: string): Exports & { memory: WebAssembly.Memory } {
  let module = compiled.get(name);
  if (!module) {
    const path = join(kernelFolder(), `${name}.wasm`);
    let bytes: NonSharedBuffer;
    try {
      bytes = readFileSync(path);
    } catch {
      throw new Error(`kernel ${name}: ${path} is missing; run "npm run build"`);
    }
    module = new WebAssembly.Module(bytes);
    compiled.set(name, module);
  }
  const abort = () => {
    throw new Error(`kernel ${name}: an assertion failed inside WebAssembly`);
  };
  const instance = new WebAssembly.Instance(module, { env: { abort } });
  return instance.exports as unknown as Exports & { memory: WebAssembly.Memory };
}
