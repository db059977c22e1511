/** The set-up on machines that lack something: it says what to install and stops, or takes what is there. */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(__dirname, "../..");
let home: string;
let bin: string;

/** A project of its own, without .venv, and a PATH on which nothing is but what a test puts there. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "erasable-setup-"));
  bin = join(home, "bin");
  mkdirSync(bin);
  cpSync(join(root, "scripts"), join(home, "scripts"), { recursive: true });
  cpSync(join(root, "requirements.txt"), join(home, "requirements.txt"));
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"), "dir");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), text);
  chmodSync(join(bin, name), 0o755);
}

/** A stand-in for Python: answers as the shell script `cases` says, fails on anything else. */
const python = (name: string, cases: string): void =>
  program(name, `#!/bin/sh\ncase "$*" in\n*sys.version_info*) echo 3.12;;\n${cases}\n*) exit 1;;\nesac\n`);

function setup() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/setup.mjs"], {
    cwd: home,
    encoding: "utf8",
    env: { PATH: bin },
  });
  expect(stderr).not.toMatch(/^\s+at /m); // a reason, not a stack trace
  return { status, stdout, stderr };
}

const VENV_WORKS = `"-m venv"*) /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python";;\n*"pip --version"*) echo pip 25;;`;
const PIP_WORKS = `*"pip install"*) exit 0;;`;
const PIP_FAILS = `*"pip install"*) echo "ERROR: No matching distribution found for jupyterlab" >&2; exit 1;;`;
const REGISTERS = `*install.py*) echo "$*" > "\${0%/*}/registered";;`;

describe("set-up", () => {
  it("says how to get Python where there is none", () => {
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toContain("Python 3.10 or later was not found");
    expect(stderr).toContain("sudo apt install python3 python3-venv");
  });

  it("passes over a Python that is too old", () => {
    program("python3", "#!/bin/sh\necho 3.8\n");
    expect(setup().stderr).toContain("Python 3.10 or later was not found");
  });

  it("says how to get the venv module, and leaves no half environment", () => {
    python("python3", `*"-m venv"*) echo "ensurepip is not available" >&2; exit 1;;`);
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toContain("venv module does not work (ensurepip is not available)");
    expect(stderr).toContain("sudo apt install python3-venv");
    expect(existsSync(join(home, ".venv"))).toBe(false);
  });

  it("says what pip could not do, without a network", () => {
    python("python3", `${VENV_WORKS}\n${PIP_FAILS}`);
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toContain("No matching distribution found for jupyterlab");
    expect(stderr).toContain("PyPI");
  });

  it("takes the Jupyter that is on PATH where PyPI cannot be had", () => {
    python("python3", `${VENV_WORKS}\n${PIP_FAILS}`);
    python("conda-python", `*"import nbclient"*) exit 0;;\n${REGISTERS}`);
    program("jupyter", `#!${join(bin, "conda-python")}\n`);
    const { status, stdout } = setup();
    expect(status).toBe(0);
    expect(stdout).toContain("Using the Jupyter that is already on PATH");
    const state = JSON.parse(readFileSync(join(home, ".cache/setup.json"), "utf8"));
    expect(state.python).toBe(join(bin, "conda-python"));
    expect(state.jupyterPath).toBe(join(home, ".cache/jupyter/share/jupyter"));
  });

  it("makes the environment once, and again when the requirements change", () => {
    python("python3", `${VENV_WORKS}\n${PIP_WORKS}\n${REGISTERS}`);
    const first = setup();
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/Making \.venv .*done/);
    expect(readFileSync(join(home, ".venv/bin/registered"), "utf8")).toContain("--sys-prefix");
    expect(setup().stdout).not.toContain("Installing");
    writeFileSync(join(home, "requirements.txt"), "jupyterlab==4.6.5\n");
    expect(setup().stdout).toContain("Installing");
  });

  it("asks for npm ci first", () => {
    rmSync(join(home, "node_modules"));
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toContain('Run "npm ci" first');
  });
});
