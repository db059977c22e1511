/** Loads a compiled kernel (AssemblyScript -> WebAssembly SIMD) from the package's dist/kernels folder. */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compilePacked, mayPack } from "./packing";

/** What a kernel exports, and its memory. */
export type Kernel<Exports extends object> = Exports & { readonly memory: WebAssembly.Memory };

/**
 * A short computation through a kernel's hot functions; what it gives is compared to the byte. A kernel with
 * a probe is packed (packing.ts) where that changes no byte.
 */
export type Probe<Exports extends object> = (kernel: Kernel<Exports>) => Uint8Array;

const compiled = new Map<string, WebAssembly.Module>();
let distrusted = false; // packing changed bytes in this process

/** The folder of the .wasm files, whether this file runs from lib/kernels or from lib/dist/kernels. */
function kernelFolder(): string {
  const parent = join(__dirname, "..");
  return basename(parent) === "dist" ? __dirname : join(parent, "dist", "kernels");
}

/**
 * A fresh instance of kernel module `name`, with memory of its own. The module is compiled once a process.
 * @throws Error that says how to build when the .wasm file is missing.
 */
export function instantiate<Exports extends object>(name: string, probe?: Probe<Exports>): Kernel<Exports> {
  return instance(name, kernelModule(name, probe));
}

/** The module itself, for threads that make instances of their own on a shared memory. */
export function kernelModule<Exports extends object>(
  name: string,
  probe?: Probe<Exports>,
): WebAssembly.Module {
  let module = compiled.get(name);
  if (!module) {
    module = compile(name, probe);
    compiled.set(name, module);
  }
  return module;
}

/** Puts another module in the place of kernel `name`: the benchmark sets builds side by side. */
export function replaceKernel(name: string, module: WebAssembly.Module): void {
  compiled.set(name, module);
}

function compile<Exports extends object>(
  name: string,
  probe: Probe<Exports> | undefined,
): WebAssembly.Module {
  const bytes = read(name);
  const plain = new WebAssembly.Module(bytes);
  if (!probe || distrusted || !mayPack()) return plain;
  const packed = compilePacked(bytes);
  if (agree(name, plain, packed, probe)) return packed;
  distrusted = true;
  process.emitWarning(`kernel ${name}: packed by V8 it gives other bits; going on without (environment.md)`);
  return plain;
}

/** Whether two modules of a kernel give the same bytes. */
export function agree<Exports extends object>(
  name: string,
  one: WebAssembly.Module,
  other: WebAssembly.Module,
  probe: Probe<Exports>,
): boolean {
  return Buffer.compare(probe(instance(name, one)), probe(instance(name, other))) === 0;
}

function read(name: string): NonSharedBuffer {
  const path = join(kernelFolder(), `${name}.wasm`);
  try {
    return readFileSync(path);
  } catch {
    throw new Error(`kernel ${name}: ${path} is missing; run "npm run build"`);
  }
}

const PAGES = 65_536; // the most that a kernel can address, 4 GB

/** A memory for threads, of one page: it grows. */
export const sharedMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: 1, maximum: PAGES, shared: true });

/** An instance of a module; one for threads works on `memory`, by default a memory of its own. */
export function instance<Exports extends object>(
  name: string,
  module: WebAssembly.Module,
  memory?: WebAssembly.Memory,
): Kernel<Exports> {
  const abort = () => {
    throw new Error(`kernel ${name}: an assertion failed inside WebAssembly`);
  };
  const shares = WebAssembly.Module.imports(module).some(({ kind }) => kind === "memory");
  const env: WebAssembly.ModuleImports = shares ? { abort, memory: memory ?? sharedMemory() } : { abort };
  return new WebAssembly.Instance(module, { env }).exports as unknown as Kernel<Exports>;
}
