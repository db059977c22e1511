// Where the time of a training step goes: shares of its parts, of the build whose lib/dist ERASABLE_BENCH_AGAINST
// names ("before") and of this one as it runs here ("after"). V8's sampling profiler numbers the functions of a
// kernel; their names come from compiling the same source with names, which must give the same code to the byte. Time
// counts for the nearest caller, the function itself first, that stands for a part.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ADAM, answerOf, childOf, ml1m, weightsOf } from "./measure.mjs";

export const name = "steps";

const OWN = join(import.meta.dirname, "../lib/dist");
const TRAININGS = ["dmf", "nmf"].flatMap((model) =>
  [256, 1024, 4096, 30_000].map((batchSize) => ({ model, batchSize })),
);
/** Functions of a part, by the end of their name. */
const PARTS = {
  draw: /(fillEpoch|shuffleEpoch|openPairs|setSlots)$/,
  forward: /(forward|predict|crossEntropy)$/,
  backward: /(spread|backward|differentiate|turn)$/,
  adam: /(move\w*|catchUp\w*|settle|penalise|addPenalty|\/train)$/,
};

/** An unsigned number of a WebAssembly binary (LEB128), and where it ends. */
function numberAt(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

/** The code of a module: its bytes without what names and comments it. */
function codeOf(bytes) {
  const kept = [];
  for (let at = 8; at < bytes.length; ) {
    const [size, from] = numberAt(bytes, at + 1);
    if (bytes[at] !== 0) kept.push(bytes.subarray(at, from + size));
    at = from + size;
  }
  return Buffer.concat(kept);
}

/** Names of functions by number, from the names section. */
function functionNames(module) {
  const bytes = Buffer.from(WebAssembly.Module.customSections(module, "name")[0]);
  const names = new Map();
  for (let at = 0; at < bytes.length; ) {
    const [size, from] = numberAt(bytes, at + 1);
    if (bytes[at] === 1) {
      let [count, place] = numberAt(bytes, from);
      while (count-- > 0) {
        const [index, behind] = numberAt(bytes, place);
        const [length, text] = numberAt(bytes, behind);
        names.set(index, bytes.toString("utf8", text, text + length));
        place = text + length;
      }
    }
    at = from + size;
  }
  return names;
}

/** Names of the functions of a build's kernel. @throws Error unless the source gives the code of the build */
function namesOf(dist, model) {
  const clone = join(dist, "../..");
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  const named = join(folder, "named.wasm");
  const source = join(clone, `lib/kernels/assembly/train_${model}.ts`);
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--debug"];
  const compiler = join(clone, "node_modules/assemblyscript/bin/asc.js");
  const { status, stderr } = spawnSync(process.execPath, [compiler, source, "-o", named, ...options]);
  if (status !== 0) throw new Error(`steps: ${source}: ${stderr}`);
  const bytes = readFileSync(named);
  rmSync(folder, { recursive: true });
  if (!codeOf(bytes).equals(codeOf(readFileSync(join(dist, `kernels/train_${model}.wasm`)))))
    throw new Error(`steps: ${source} does not give the kernel of ${dist}; build it anew`);
  return functionNames(new WebAssembly.Module(bytes));
}

/** Shares of the parts in the time of a profile's kernel functions. */
function shares({ nodes, samples, timeDeltas }, names) {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const called = ({ callFrame }) =>
    names.get(Number(/^wasm-function\[(\d+)\]$/.exec(callFrame.functionName)?.[1]));
  const partOf = (id) => {
    for (let node = byId.get(id); node && called(node); node = byId.get(parents.get(node.id)))
      for (const [part, functions] of Object.entries(PARTS)) if (functions.test(called(node))) return part;
    return undefined;
  };
  const time = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0]));
  let all = 0;
  for (const [k, id] of samples.entries()) {
    if (!called(byId.get(id))) continue;
    all += timeDeltas[k];
    const part = partOf(id);
    if (part) time[part] += timeDeltas[k];
  }
  return Object.fromEntries(Object.entries(time).map(([part, own]) => [part, own / all]));
}

/** Shares of one training of one build; for a process in which V8 keeps functions apart. */
export async function child({ dist, model, batchSize, epochs, names }, erasable) {
  const library = createRequire(import.meta.url)(join(dist, "index.js"));
  const { set, users, items } = await ml1m(erasable);
  const engine = await library.createEngine("simd", library.modelSpec(model, users, items));
  engine.load(weightsOf(erasable, erasable.modelSpec(model, users, items)));
  const train = (from, to) =>
    engine.train(set, {
      batchSize,
      adam: ADAM,
      stream: ["bench"],
      epochs: to,
      from: { epoch: from, batch: 0 },
    });
  await train(0, 2);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 500 });
  await session.post("Profiler.start");
  await train(2, 2 + epochs);
  const { profile } = await session.post("Profiler.stop");
  return shares(profile, new Map(names));
}

/** Rows of { what, before?, after }: shares of `PARTS`. */
export async function* run({ rounds = 5 }) {
  const { ERASABLE_BENCH_AGAINST: against } = process.env;
  const builds = { ...(against ? { before: resolve(against) } : {}), after: OWN };
  for (const { model, batchSize } of TRAININGS) {
    const row = { what: `${model}, batch ${batchSize}` };
    for (const [label, dist] of Object.entries(builds)) {
      const names = [...namesOf(dist, model)];
      const [program, ...rest] = childOf(name, { dist, model, batchSize, epochs: rounds, names });
      row[label] = answerOf([program, "--no-wasm-inlining", ...rest]);
    }
    yield row;
  }
  return { data: "ml-1m" };
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

export const text = ({ what, ...builds }) =>
  `${what}: ${Object.entries(builds)
    .map(([label, parts]) => {
      const all = Object.entries(parts).map(([part, share]) => `${part} ${percent(share)}`);
      return `${label} ${all.join(", ")}`;
    })
    .join("; ")}`;
