// Builds the workspace package "erasable": AssemblyScript kernels to lib/dist/kernels/*.wasm, TypeScript to
// lib/dist, and the versions of the code to lib/dist/code-version.json. What is up to date by content is left
// alone, wherever the folder has been copied or moved to. `node scripts/build.mjs --kernels` leaves
// TypeScript as it was compiled before.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeVersions, hashOf } from "./codeVersions.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const lib = join(root, "lib");
const dist = join(lib, "dist");
const kernels = join(dist, "kernels");
const STAMP = join(dist, ".stamp.json");
// No assertions in the kernels: their callers check every id and length before memory is touched.
const ASSEMBLY = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];
/** Kernels whose memory several threads share. */
const SHARED = ["eigenpairs.ts", "inverse.ts"];
const SHARING = ["--enable", "threads", "--importMemory", "--sharedMemory", "--maximumMemory", "65536"];

/** A program of node_modules, run by this Node: no shell, the same on every system. */
function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status === 0) return;
  console.error(`build: ${script} ended with ${status}`);
  process.exit(1);
}

const read = (...path) => readFileSync(join(...path), "utf8");
const versionOf = (name) => JSON.parse(read(root, "node_modules", name, "package.json")).version;

/** The sources below a folder, by name: paths with slashes, without the ending. */
function sourcesIn(folder, skip = []) {
  const names = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  const own = names.filter((name) => name.endsWith(".ts") && !skip.some((part) => name.startsWith(part)));
  return new Map(own.sort().map((name) => [name.slice(0, -3), read(folder, name)]));
}

const digest = (sources, ...more) => hashOf(JSON.stringify([...sources]), ...more);

function buildKernels(stamp) {
  const assembly = join(lib, "kernels/assembly");
  const entries = readdirSync(assembly).filter((name) => name.endsWith(".ts"));
  const names = entries.map((entry) => entry.replace(/\.ts$/, ".wasm"));
  const wanted = digest(sourcesIn(assembly), ...ASSEMBLY, ...SHARED, ...SHARING, versionOf("assemblyscript"));
  mkdirSync(kernels, { recursive: true });
  for (const name of readdirSync(kernels)) // of a source that is gone, or has another name now
    if (name.endsWith(".wasm") && !names.includes(name)) rmSync(join(kernels, name));
  if (stamp.kernels !== wanted)
    for (const [k, entry] of entries.entries()) {
      const fresh = join(kernels, `${names[k]}.new`);
      const options = SHARED.includes(entry) ? [...ASSEMBLY, ...SHARING] : ASSEMBLY;
      run("assemblyscript/bin/asc.js", [join(assembly, entry), "-o", fresh, ...options]);
      renameSync(fresh, join(kernels, names[k]));
    }
  return wanted;
}

/**
 * Lists of exports: declarations name types by way of them, and stay as they were when one of them changes.
 */
const indexes = (sources) => digest([...sources].filter(([name]) => /(^|\/)index$/.test(name)));

/** Compiles TypeScript, and takes away what was compiled from sources that are gone. */
function buildTypeScript(sources, stamp) {
  const wanted = digest(
    sources,
    read(lib, "tsconfig.json"),
    read(root, "tsconfig.json"),
    versionOf("typescript"),
  );
  const whole = () => [...sources.keys()].every((name) => existsSync(join(dist, `${name}.js`)));
  if (stamp.typescript === wanted && whole()) return wanted;
  if (!whole() || stamp.indexes !== indexes(sources)) rmSync(join(dist, ".tsbuildinfo"), { force: true });
  run("typescript/bin/tsc", ["-p", "lib"]);
  for (const name of readdirSync(dist, { recursive: true })) {
    const [, source] = /^(.*?)\.(?:js|d\.ts)(?:\.map)?$/.exec(name.replaceAll("\\", "/")) ?? [];
    if (source !== undefined && !sources.has(source)) rmSync(join(dist, name));
  }
  return wanted;
}

const stamp = existsSync(STAMP) ? JSON.parse(read(STAMP)) : {};
const own = ["build.mjs", "codeVersions.mjs"].map((name) => read(root, "scripts", name));
const sources = sourcesIn(lib, ["dist/", "kernels/assembly/", "node_modules/"]);
const next = { ...stamp, kernels: buildKernels(stamp) };
if (!process.argv.includes("--kernels"))
  Object.assign(next, { typescript: buildTypeScript(sources, stamp), indexes: indexes(sources) });
next.versions = digest(sources, next.kernels, ...own);
if (stamp.versions !== next.versions) {
  const versions = await codeVersions(sources, dist);
  writeFileSync(join(dist, "code-version.json"), `${JSON.stringify(versions, null, 1)}\n`);
}
writeFileSync(STAMP, `${JSON.stringify(next)}\n`);
