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
import { dirname, join, relative } from "node:path";
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

/** Everything that can change a number in a record; reports, charts and the command line cannot. */
const DECIDING = [
  "random.ts",
  "numeric.ts",
  "json.ts",
  "data",
  "model",
  "engine",
  "kernels",
  "hypergraph",
  "grouping",
  "cohesion",
  "metrics",
  "training",
  "unlearning",
  "experiments/jobs",
];

/** lib/dist/code-version.json: SHA-256 over the deciding sources, printed without comments, and the kernels. */
async function writeCodeVersion() {
  const { default: ts } = await import("typescript");
  const files = DECIDING.flatMap((name) => {
    const path = join(root, "lib", name);
    if (!existsSync(path)) return [];
    return statSync(path).isFile()
      ? [path]
      : readdirSync(path, { recursive: true }).map((f) => join(path, f));
  }).filter((path) => path.endsWith(".ts") && !path.startsWith(assembly));
  const hash = createHash("sha256");
  for (const path of files.sort()) {
    const options = { removeComments: true, target: "es2022", module: "commonjs" };
    const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions: options });
    hash.update(`${relative(root, path).replaceAll("\\", "/")}\n${outputText}\n`);
  }
  for (const name of readdirSync(output)
    .filter((f) => f.endsWith(".wasm"))
    .sort())
    hash.update(name).update(readFileSync(join(output, name)));
  const version = hash.digest("hex").slice(0, 16);
  writeFileSync(join(root, "lib/dist/code-version.json"), `${JSON.stringify({ version })}\n`);
}

buildKernels();
await writeCodeVersion();
if (!process.argv.includes("--kernels")) run("typescript/bin/tsc", ["-p", "lib"]);
