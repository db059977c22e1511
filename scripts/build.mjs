// Builds the workspace package "erasable": AssemblyScript kernels to lib/dist/kernels/*.wasm, TypeScript to lib/dist.
// Only what changed is compiled again. `node scripts/build.mjs --kernels` builds the kernels alone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const assembly = join(root, "lib/kernels/assembly");
const output = join(root, "lib/dist/kernels");

/** A program of node_modules, run by this Node: no shell, the same on every system. */
function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`build: ${script} ended with ${status}`);
    process.exit(1);
  }
}

/** Time of the last change below a folder, in ms. */
function newest(folder) {
  return Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
  );
}

function buildKernels() {
  mkdirSync(output, { recursive: true });
  const changed = Math.max(newest(assembly), statSync(join(root, "scripts/build.mjs")).mtimeMs);
  const entries = readdirSync(assembly).filter((name) => name.endsWith(".ts"));
  for (const name of readdirSync(output)) // of a source that is gone, or has another name now
    if (name.endsWith(".wasm") && !entries.includes(name.replace(/wasm$/, "ts"))) rmSync(join(output, name));
  for (const entry of entries) {
    const target = join(output, entry.replace(/\.ts$/, ".wasm"));
    const built = statSync(target, { throwIfNoEntry: false });
    if (built && built.mtimeMs > changed) continue;
    const fresh = `${target}.new`;
    // No assertions in the kernels: their callers check every id and length before memory is touched.
    const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];
    rmSync(target, { force: true });
    run("assemblyscript/bin/asc.js", [join(assembly, entry), "-o", fresh, ...options]);
    renameSync(fresh, target);
  }
}

const sources = (...names) => names.map((name) => join(root, `lib/${name}.ts`));

/**
 * Entry points whose code decides results: each kind of cell by its job, training by itself, for checkpoints, fold-in,
 * for the rows that it fits, the rivals, for what joins their shards, and, for certificates, all methods. What is given
 * engines and does not import them names them here. A new chart, or a method that they do not use, does not move their
 * version.
 */
const decidingEntries = () => ({
  certificate: sources("unlearning/methods", "engine/create"),
  training: sources("training/sequential", "engine/create"),
  foldIn: sources("unlearning/foldIn/coreFoldIn", "unlearning/foldIn/refresh"),
  recEraser: sources("unlearning/rivals/recEraser"),
  ultraRe: sources("unlearning/rivals/ultraRe", "engine/create"),
  ...Object.fromEntries(
    filesIn(join(root, "lib/questions/jobs"))
      .filter((path) => !["index.ts", "job.ts"].includes(basename(path)))
      .map((path) => [basename(path, ".ts"), path]),
  ),
});

/** The job that runs any method by its name, and the table in which it finds them: a version for each, "beyond/ease". */
const BY_METHOD = "beyond";
const [METHOD_TABLE] = sources("unlearning/methods");

/** The lines of the compiled table that make one method: its name, and the module that they take it from. */
const METHOD_LINES = /^ {4}"?([\w-]+)"?: \{\n {8}make: \(settings\) => \(0, (\w+)\.\w+\)[\s\S]*?^ {4}\},\n/gm;

/** The compiled table as if it had one method alone. */
function tableOf(table, method) {
  const entries = [...table.matchAll(METHOD_LINES)];
  const own = entries.find(([, name]) => name === method);
  const modules = new Set(entries.map(([, , module]) => module).filter((module) => module !== own[2]));
  return table
    .replace(METHOD_LINES, (lines, name) => (name === method ? lines : ""))
    .replace(/^const (\w+) = require\(.*\n/gm, (line, module) => (modules.has(module) ? "" : line));
}

/** Code that finds data but does not decide what is in them: records name their data by checksum. */
const INDIFFERENT = sources("data/load", "data/catalog", "data/download", "data/unzip");

/** Kernels of methods that entries load by name: they count where a source names them. The others count everywhere. */
const BY_NAME = ["bench.wasm", "cholesky.wasm", "fold_in.wasm", "rec_eraser.wasm"];

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map((name) => join(folder, name))
        .filter((path) => path.endsWith(".ts"))
    : [];

/**
 * lib/dist/code-version.json: for each entry, SHA-256 over the sources that it reaches by imports, printed without
 * comments, and over the kernels.
 */
async function writeCodeVersion() {
  const { default: ts } = await import("typescript");
  const compilerOptions = {
    removeComments: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
  };
  const known = new Map();
  const printed = (path) => {
    if (!known.has(path))
      known.set(path, ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions }).outputText);
    return known.get(path);
  };
  const wasm = readdirSync(output)
    .filter((name) => name.endsWith(".wasm"))
    .sort();
  const versionOf = (starts, text) => {
    const reached = new Set(starts);
    for (const path of reached)
      for (const [, name] of text(path).matchAll(/require\("(\.[^"]*?)(?:\.js)?"\)/g)) {
        const target = [`${name}.ts`, `${name}/index.ts`]
          .map((file) => join(dirname(path), file))
          .find((file) => existsSync(file));
        if (target && !INDIFFERENT.includes(target)) reached.add(target);
      }
    const hash = createHash("sha256");
    for (const path of [...reached].sort())
      hash.update(`${relative(root, path).replaceAll("\\", "/")}\n${text(path)}\n`);
    const names = (name) => [...reached].some((path) => text(path).includes(`"${basename(name, ".wasm")}"`));
    for (const name of wasm.filter((one) => !BY_NAME.includes(one) || names(one)))
      hash.update(name).update(readFileSync(join(output, name)));
    return hash.digest("hex").slice(0, 16);
  };
  const versions = {};
  for (const [entry, start] of Object.entries(decidingEntries())) {
    if (entry !== BY_METHOD) versions[entry] = versionOf([start].flat(), printed);
    else
      for (const [, method] of printed(METHOD_TABLE).matchAll(METHOD_LINES)) {
        const table = tableOf(printed(METHOD_TABLE), method);
        versions[`${entry}/${method}`] = versionOf([start], (path) =>
          path === METHOD_TABLE ? table : printed(path),
        );
      }
  }
  writeFileSync(join(root, "lib/dist/code-version.json"), `${JSON.stringify(versions, null, 1)}\n`);
}

buildKernels();
await writeCodeVersion();
if (!process.argv.includes("--kernels")) run("typescript/bin/tsc", ["-p", "lib"]);
