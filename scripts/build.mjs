// Builds the workspace package "erasable": AssemblyScript kernels to lib/dist/kernels/*.wasm, TypeScript to lib/dist.
// Only what changed is compiled again. `node scripts/build.mjs --kernels` builds the kernels alone.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
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

buildKernels();
if (!process.argv.includes("--kernels")) run("typescript/bin/tsc", ["-p", "lib"]);
