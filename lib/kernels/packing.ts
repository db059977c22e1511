/**
 * V8 can pack two neighbouring 128-bit operations of WebAssembly into one of 256 bits where the processor has
 * AVX2: its option --experimental-wasm-revectorize. Every lane is computed as before, so the bits are the
 * same, and dense loops take 1.3 to 1.7 times less time. An experiment of V8's, therefore: only on versions
 * on which it was tried, only for kernels that give the same bytes with and without it here and now
 * (instantiate.ts), and not with ERASABLE_REVECTORIZE=off in the environment.
 */

import { setFlagsFromString } from "node:v8";

/** Major versions of Node on which this was tried: V8 12 of Node 22 knows the option and packs nothing. */
const FIRST = 24;
const LAST = 26;

const major = Number(process.versions.node.split(".")[0]);

/**
 * Options and what they are by themselves. They hold while one module is compiled, so that other WebAssembly
 * of the process never sees them: therefore at once and as a whole, by the optimising compiler, which alone
 * packs.
 */
const OPTIONS: readonly (readonly [during: string, otherwise: string])[] = [
  // Functions that count on being compiled again from a baseline that is left out stop V8 14.
  ...(major > 24 ? [["--no-wasm-deopt", "--wasm-deopt"] as const] : []),
  ["--no-liftoff", "--liftoff"],
  ["--no-wasm-lazy-compilation", "--wasm-lazy-compilation"],
  ["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"],
];

/** A custom section, so that V8 does not hand out what it compiled of the same bytes without the options. */
const SECTION = Uint8Array.of(0, 5, 4, ...Buffer.from("pack"));

/** Whether kernels of this process may be compiled so. */
export function mayPack(): boolean {
  if (process.arch !== "x64" || major < FIRST || major > LAST) return false;
  if (process.env.ERASABLE_REVECTORIZE === "off") return false;
  return !process.execArgv.some((option) => /wasm|liftoff|jitless/.test(option)); // V8 is steered already
}

/** The module of a kernel with two operations in one. Call only where `mayPack()`. */
export function compilePacked(bytes: Uint8Array): WebAssembly.Module {
  for (const [during] of OPTIONS) setFlagsFromString(during);
  try {
    return new WebAssembly.Module(Buffer.concat([bytes, SECTION]));
  } finally {
    for (const [, otherwise] of OPTIONS.toReversed()) setFlagsFromString(otherwise);
  }
}
