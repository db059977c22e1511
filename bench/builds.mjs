// Builds of a kernel side by side in one process: this build as V8 compiles it by itself ("plain"), this build packed
// (lib/kernels/packing.ts), and another build, plain, whose .wasm files lie in the folder ERASABLE_BENCH_AGAINST.
// They take turns; a number is the median over rounds of base time / own time in the same round, since a machine's clock
// moves by more than any of them gains. Each is a module of its own for V8, which otherwise shares what it compiled.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { median, processor } from "./measure.mjs";

const require = createRequire(import.meta.url);
const { compilePacked, mayPack } = require("../lib/dist/kernels/packing.js");
const own = join(import.meta.dirname, "../lib/dist/kernels");

const unique = (bytes, mark) => Buffer.concat([bytes, Buffer.from([0, 5, 4]), Buffer.from(mark)]);

/** [label, module] of every build of kernel `name` that there is: "against" first, if named, then "plain", "packed". */
export function builds(name, against = process.env.ERASABLE_BENCH_AGAINST) {
  const bytes = readFileSync(join(own, `${name}.wasm`));
  const list = [];
  const other = against && join(against, `${name}.wasm`);
  if (other && existsSync(other))
    list.push(["against", new WebAssembly.Module(unique(readFileSync(other), "them"))]);
  list.push(["plain", new WebAssembly.Module(unique(bytes, "us  "))]);
  if (mayPack()) list.push(["packed", compilePacked(bytes)]);
  return list;
}

/**
 * Times of the turns against each other.
 * @param turns map of label to work, a function that may be asynchronous
 * @returns by label but the first's, the median over rounds of the first one's processor time over its own
 */
export async function sideBySide(turns, rounds) {
  const labels = Object.keys(turns);
  const seen = Object.fromEntries(labels.map((label) => [label, []]));
  for (let round = -1; round < rounds; round++)
    for (const label of round % 2 ? labels : labels.toReversed()) {
      const begun = processor();
      await turns[label]();
      if (round >= 0) seen[label].push(processor() - begun);
    }
  const [base, ...others] = labels;
  const ratio = (label) => median(seen[label].map((time, round) => seen[base][round] / time));
  return Object.fromEntries(others.map((label) => [label, ratio(label)]));
}
