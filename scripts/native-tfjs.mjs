// Native TensorFlow for the tfjs engine where the download of libtensorflow cannot be reached: builds the
// addon of tfjs-node (npm) against the TensorFlow libraries that a Python package carries (PyPI, tensorflow
// or tensorflow-cpu, 2.9 or later). See environment.md, "tfjs-node without its download".
//   node scripts/native-tfjs.mjs --python .venv/bin/python [--folder .cache/tfjs-node] [--gpu]
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ask, options, root, run, Stop, say, script, windows } from "./tools.mjs";

const VERSION = "4.22.0";
const NAPI = 8; // the newest Node-API level that the package names
const USAGE =
  "usage: node scripts/native-tfjs.mjs --python PYTHON [--folder FOLDER] [--gpu]\n" +
  "  --python  an interpreter that has tensorflow or tensorflow-cpu installed\n" +
  "  --folder  where to build (default .cache/tfjs-node)\n" +
  "  --gpu     build @tensorflow/tfjs-node-gpu; the Python package must then be one with CUDA";

/** The folder of the Python package, found without importing it. */
function tensorflowFolder(python) {
  const code = "import importlib.util as u; print(u.find_spec('tensorflow').submodule_search_locations[0])";
  const folder = ask(python, ["-c", code]);
  if (!folder) throw new Stop(`${python} has no tensorflow: run "${python} -m pip install tensorflow-cpu"`);
  if (!existsSync(join(folder, "include/tensorflow/c/eager/c_api.h")))
    throw new Stop(`${folder} has no C headers (include/tensorflow/c/eager/c_api.h)`);
  return folder;
}

/**
 * Puts headers and libraries where the package's binding.gyp looks, as links, under the names it links by.
 */
function linkLibraries(tensorflow, deps) {
  const mac = process.platform === "darwin";
  const links = mac
    ? { "libtensorflow.2.dylib": /^libtensorflow_cc\.2\.dylib$/, "libtensorflow_framework.2.dylib": null }
    : { "libtensorflow.so": /^libtensorflow_cc\.so\.\d+$/, "libtensorflow_framework.so": null };
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, "lib"), { recursive: true });
  symlinkSync(join(tensorflow, "include"), join(deps, "include"));
  const libraries = readdirSync(tensorflow).filter((name) => /^libtensorflow_(cc|framework)\./.test(name));
  // under their own names, which is what the loader asks for, and under those of the C library
  for (const name of libraries) symlinkSync(join(tensorflow, name), join(deps, "lib", name));
  for (const [link, pattern] of Object.entries(links)) {
    const library = libraries.find((name) => (pattern ?? /^libtensorflow_framework\./).test(name));
    if (!library)
      throw new Stop(`${tensorflow} has no library for ${link}; TensorFlow 2.9 or later carries it`);
    if (!libraries.includes(link)) symlinkSync(library, join(deps, "lib", link));
  }
}

/** node-gyp as npm brings it along. */
function nodeGyp() {
  const global = ask("npm", ["root", "-g"]);
  const folders = [global, join(dirname(realpathSync(process.execPath)), "../lib/node_modules")];
  const path = folders
    .filter(Boolean)
    .map((folder) => join(folder, "npm/node_modules/node-gyp/bin/node-gyp.js"))
    .find(existsSync);
  if (!path) throw new Stop("node-gyp was not found inside npm; reinstall npm");
  return path;
}

async function step(command, args, label, cwd) {
  const { status, output } = await run(command, args, { label, cwd });
  if (status !== 0)
    throw new Stop(`${command} ${args.join(" ")}\n${output.trim().split("\n").slice(-25).join("\n")}`);
  return output;
}

await script(async (args) => {
  const { python, folder, gpu } = options(args, {
    values: ["python", "folder"],
    flags: ["gpu"],
    usage: USAGE,
  });
  if (!python) throw new Stop(USAGE);
  if (windows) throw new Stop("Windows: the Python package has no C library to link against; use WSL 2");
  const name = gpu ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const target = resolve(folder ?? join(root, ".cache/tfjs-node"));
  const tensorflow = tensorflowFolder(python);
  say(`TensorFlow libraries: ${tensorflow}`);

  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "package.json"), `${JSON.stringify({ private: true })}\n`);
  const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${VERSION}`];
  await step("npm", install, `${name} ${VERSION}, without its download`, target);

  const module = join(target, "node_modules", name);
  linkLibraries(tensorflow, join(module, "deps"));
  const output = join(module, `lib/napi-v${NAPI}`);
  const prefix = join(dirname(realpathSync(process.execPath)), "..");
  const headers = existsSync(join(prefix, "include/node/node_api.h")) ? [`--nodedir=${prefix}`] : [];
  const settings = [
    ...headers,
    "--module_name=tfjs_binding",
    `--module=${join(output, "tfjs_binding.node")}`,
    `--module_path=${output}`,
    `--napi_version=${process.versions.napi}`,
    `--napi_build_version=${NAPI}`,
    "--node_abi_napi=napi",
  ];
  await step(process.execPath, [nodeGyp(), "rebuild", ...settings], "the addon", module);
  // this copy of plain TensorFlow.js serves the addon alone: it shares one engine with ours inside a process
  const load = `const tf = require(${JSON.stringify(module)});`;
  const check = `${load} console.log(tf.getBackend(), tf.add(1, 2).dataSync()[0])`;
  const said = await step(process.execPath, ["-e", check], "one sum on it", module);
  if (!said.includes("tensorflow 3")) throw new Stop(`the addon loads but does not compute:\n${said}`);
  say(`\nReady. To use it:\n  export ERASABLE_TFJS_NODE=${module}`);
});
