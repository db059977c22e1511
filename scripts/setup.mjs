// Set-up: checks Node, finds Python, makes the project's .venv with JupyterLab, registers the TypeScript
// kernel.
// `npm run setup`; reproduce, lab and test call it too. What is already done is not done again.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ask, digest, readJson, root, run, Stop, say, script, which, windows } from "./tools.mjs";

const STATE = join(root, ".cache", "setup.json");
const VENV = join(root, ".venv");
const venvPython = join(VENV, windows ? "Scripts/python.exe" : "bin/python");
const requirements = join(root, "requirements.txt");
const NEEDED_MB = 700; // JupyterLab with its dependencies, unpacked, and pip's own scratch

/** Stops unless this Node is one that package.json names: ^20.19 || >=22.12. */
function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const good = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!good)
    throw new Stop(
      `Node ${process.versions.node} is too old: this suite needs 20.19 or a later 20, or 22.12 or later.\n` +
        "Install a current LTS release from https://nodejs.org and run the command again.",
    );
  if (!existsSync(join(root, "node_modules", "tslab")))
    throw new Stop('The packages of package.json are not installed. Run "npm ci" first.');
}

/** Stops when the working tree cannot be written or the disk is nearly full. */
function checkDisk() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new Stop("The project folder is not writable. Clone it to a folder that you own.");
  }
  const { bavail, bsize } = statfsSync(root);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < NEEDED_MB)
    throw new Stop(`Only ${free} MB are free on this disk; the set-up needs about ${NEEDED_MB} MB.`);
}

/** A Python of at least 3.10 as [command, ...arguments], or undefined. PYTHON names one to prefer. */
function findPython() {
  const candidates = [[process.env.PYTHON], ["python3"], ["python"], ["py", "-3"]];
  for (const [command, ...args] of candidates) {
    if (!command) continue;
    const version = ask(command, [...args, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    const [major, minor] = (version ?? "").split(".").map(Number);
    if (major === 3 && minor >= 10) return { command, args, version };
  }
  return undefined;
}

const imports = (python, modules) => ask(python, ["-c", `import ${modules}`]) !== undefined;

/**
 * The Python behind a `jupyter` that is already on PATH (a distribution's package, an active conda
 * environment).
 */
function pythonOfJupyter() {
  const jupyter = which("jupyter");
  if (!jupyter) return undefined;
  const [first] = readFileSync(jupyter, "latin1").split("\n", 1);
  const beside = join(dirname(jupyter), windows ? "python.exe" : "python3");
  const candidates = [/^#!\s*(\S*python\S*)/.exec(first)?.[1], beside, which("python3"), which("python")];
  return candidates.find((python) => python && imports(python, "nbclient, nbconvert, nbformat"));
}

/** Makes .venv and installs requirements.txt. Returns the reason when it cannot be done. */
async function makeVenv(python) {
  if (!existsSync(venvPython) || ask(venvPython, ["-m", "pip", "--version"]) === undefined) {
    rmSync(VENV, { recursive: true, force: true });
    const { status, output } = await run(python.command, [...python.args, "-m", "venv", VENV], {
      label: `Making .venv with Python ${python.version}`,
    });
    if (status !== 0) {
      rmSync(VENV, { recursive: true, force: true });
      return (
        `Python's venv module does not work (${lastLine(output)}).\n` +
        "On Debian or Ubuntu: sudo apt install python3-venv"
      );
    }
  }
  const args = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
    "-r",
    requirements,
  ];
  const { status, output } = await run(venvPython, args, {
    label: "Installing JupyterLab into .venv (about a minute)",
  });
  if (status === 0) return undefined;
  const reason = /No space left/.test(output) ? "the disk is full" : lastLine(output);
  return (
    `pip could not install requirements.txt (${reason}).\n` +
    "It needs a connection to PyPI, or a mirror named in PIP_INDEX_URL."
  );
}

const lastLine = (output) => output.trim().split("\n").at(-1) ?? "";

/** Registers tslab's kernels under `prefix`, with tslab's own installer. */
async function registerKernel(python, prefix) {
  const tslab = join(root, "node_modules/tslab/bin/tslab");
  const args = [tslab, "install", "--python", python, ...prefix];
  const { status, output } = await run(process.execPath, args, {
    label: "Registering the TypeScript kernel",
  });
  if (status !== 0)
    throw new Stop(
      `The kernel could not be registered: ${lastLine(output)}\n"${python}" needs jupyter_client and ipython.`,
    );
}

/**
 * Makes the machine ready, or stops with what to install.
 * @returns { python, jupyterPath }: the Python that has nbclient, and the folder of our kernel spec when it is not
 * in that Python's own prefix
 */
export async function setup() {
  checkNode();
  const tslab = readJson(join(root, "node_modules/tslab/package.json")).version;
  const stamp = digest(readFileSync(requirements), tslab, process.env.PYTHON ?? "");
  const state = readJson(STATE);
  // a clone that was copied brings the other one's state, and is to have an environment of its own
  if (state?.stamp === stamp && state.root === root && existsSync(state.python)) return state;
  checkDisk();
  const python = findPython();
  const problem = python
    ? await makeVenv(python)
    : "Python 3.10 or later was not found (tried python3, python and py).\n" +
      "Install it from https://www.python.org or your system's packages " +
      "(Debian: sudo apt install python3 python3-venv),\n" +
      "or name it: PYTHON=/path/to/python3 npm run setup";
  const ready = { stamp, root, python: venvPython };
  if (!problem) await registerKernel(venvPython, ["--sys-prefix"]);
  else {
    const other = pythonOfJupyter();
    if (!other) throw new Stop(problem);
    say(`${problem.split("\n")[0]}\nUsing the Jupyter that is already on PATH instead.`);
    const prefix = join(root, ".cache", "jupyter");
    await registerKernel(other, ["--prefix", prefix]);
    Object.assign(ready, { python: other, jupyterPath: join(prefix, "share", "jupyter") });
  }
  if (process.arch === "x64" && Number(process.versions.node.split(".")[0]) < 24)
    say(
      "Node 24 or later would train about a quarter to a third faster on this processor, with the same results.",
    );
  mkdirSync(dirname(STATE), { recursive: true });
  writeFileSync(STATE, `${JSON.stringify(ready)}\n`);
  return ready;
}

/**
 * The environment in which Jupyter starts: the kernel spec calls bare `tslab`, which must be the project's
 * own.
 */
export function jupyterEnvironment({ python, jupyterPath }) {
  const bins = [join(root, "node_modules", ".bin"), dirname(process.execPath), dirname(python)];
  const quiet = "--disable-warning=ExperimentalWarning"; // require() of an ES module, said once a process
  const file = join(root, "scripts/kernel_patches.cjs").replaceAll("\\", "/").replaceAll('"', '\\"');
  const patches = `--require "${file}"`;
  return {
    ...process.env,
    PATH: [...bins, process.env.PATH].join(delimiter),
    NODE_OPTIONS: [process.env.NODE_OPTIONS, quiet, patches].filter(Boolean).join(" "),
    JUPYTER_PATH: [jupyterPath, process.env.JUPYTER_PATH].filter(Boolean).join(delimiter),
    JUPYTER_PREFER_ENV_PATH: "1",
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await script(async () => {
    await setup();
    say("Ready: npm run lab opens JupyterLab, npm run reproduce executes the notebooks.");
  });
