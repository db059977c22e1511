/** The headless runner: what it does with a notebook that throws, rejects, hangs or does not type-check. */

import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 }); // a kernel takes long where others want the cores

const root = join(__dirname, "../..");
const results = mkdtempSync(join(tmpdir(), "erasable-runner-"));
afterAll(() => rmSync(results, { recursive: true, force: true }));

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

function reproduce(only: string, ...more: string[]): Promise<Outcome> {
  const args = [
    "--notebooks",
    "test/notebooks/faults",
    "--results",
    results,
    "--only",
    only,
    "--no-build",
    ...more,
  ];
  const settings = { cwd: root, env: { ...process.env, ERASABLE_PROFILE: "smoke" } };
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/reproduce.mjs", ...args], settings, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

interface Output {
  name?: string;
  text?: string[];
  data?: Record<string, string[]>;
}

interface Saved {
  cells: { cell_type: string; outputs?: Output[] }[];
  metadata: { erasable: { succeeded: boolean } };
}

const saved = (name: string): Saved =>
  JSON.parse(readFileSync(join(results, "smoke/notebooks", `${name}.ipynb`), "utf8"));
const printed = (notebook: Saved) =>
  notebook.cells.flatMap((cell) => cell.outputs ?? []).flatMap((output) => output.text ?? []);

describe("reproduce, of a good notebook", () => {
  it("executes it, exports it, and skips it the second time", async () => {
    const first = await reproduce("good");
    expect(first.stderr).toBe("");
    expect(first.status).toBe(0);
    expect(first.stdout).toContain("good: executing");
    expect(printed(saved("good"))).toEqual(["the sum is 3\n"]);
    const page = readFileSync(join(results, "smoke/reports/good.html"), "utf8");
    expect(page).toContain("the sum is 3");
    expect(page).toContain("<math"); // the formula, drawn by the browser itself
    expect(page).not.toMatch(/<script|(src|href)="(https?|file):/);

    const second = await reproduce("good", "--no-reports");
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("good: up to date, skipped");
    expect((await reproduce("good", "--no-reports", "--force")).stdout).toContain("good: executing");
  });
});

describe("reproduce, of a notebook that says much", () => {
  it("loses no picture and no cell, and keeps their order", async () => {
    const { status, stderr } = await reproduce("talks", "--no-reports");
    expect([status, stderr]).toEqual([0, ""]);
    const pictures = saved("talks").cells.flatMap(({ outputs = [] }) =>
      outputs.flatMap(({ data }) => data?.["text/plain"] ?? []),
    );
    expect(pictures).toEqual(Array.from({ length: 1300 }, (_, n) => `picture ${n}`));
    expect(printed(saved("talks"))).toEqual(["and the next cell is heard\n"]);
  });
});

describe("reproduce, of notebooks that fail", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await reproduce("throws,types,rejects", "--no-reports");
  });
  /** What was printed about one notebook: errors come in the order of the notebooks. */
  const about = (name: string) =>
    outcome.stderr.split(/^(?=Cell \d+ of \d+ failed)/m)[
      ["rejects", "rejects_late", "throws", "types"].indexOf(name)
    ];

  it("exits with 1 and names them all", () => {
    expect(outcome.status).toBe(1);
    for (const name of ["rejects", "rejects_late", "throws", "types"]) {
      expect(outcome.stdout).toContain(`${name}: FAILED`);
      expect(saved(name).metadata.erasable.succeeded).toBe(false);
    }
    expect(outcome.stderr).toContain("failed: rejects.ipynb, rejects_late.ipynb, throws.ipynb, types.ipynb");
  });

  it("shows the cell that throws and its stderr, and keeps what was reached", () => {
    expect(about("throws")).toContain("Cell 2 of 3 failed");
    expect(about("throws")).toContain("if (divisor === 0) throw");
    expect(about("throws")).toContain("Error: divisor must not be zero");
    expect(printed(saved("throws")).join("")).toMatch(/^reached\n/);
    expect(printed(saved("throws")).join("")).not.toContain("never reached");
  });

  it("names a type error", () => {
    expect(about("types")).toContain("Type 'string' is not assignable to type 'number'");
  });

  it("finds a rejected promise that nobody awaits, at its cell", () => {
    expect(about("rejects")).toContain("Cell 1 of 2 failed");
    expect(about("rejects")).toContain("nobody awaited it");
    expect(about("rejects")).toContain("lost in the background");
  });

  it("finds a promise rejected after the last cell", () => {
    expect(about("rejects_late")).toContain("late and alone");
  });

  it("leaves no path of this machine in what it saves", () => {
    for (const name of ["throws", "types", "rejects"]) {
      const text = readFileSync(join(results, "smoke/notebooks", `${name}.ipynb`), "utf8");
      expect(text).not.toContain(root);
      expect(text).not.toContain(`${homedir()}/`);
    }
  });
});

/**
 * Starts reproduce as a terminal does, and sends the signal to it and all that it has started, at a text of
 * its output.
 */
function stopAt(text: string, signal: NodeJS.Signals, only: string): Promise<Outcome> {
  const args = ["--notebooks", "test/notebooks/faults", "--results", results, "--only", only, "--no-build"];
  const env = { ...process.env, ERASABLE_PROFILE: "smoke" };
  const child = spawn(process.execPath, ["scripts/reproduce.mjs", ...args], {
    cwd: root,
    env,
    detached: true,
  });
  const outcome = { status: 0, stdout: "", stderr: "" };
  child.stderr.on("data", (chunk) => {
    outcome.stderr += chunk;
  });
  let sent = false;
  child.stdout.on("data", (chunk) => {
    outcome.stdout += chunk;
    if (sent || !outcome.stdout.includes(text)) return;
    sent = true;
    process.kill(-(child.pid as number), signal);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...outcome, status: code ?? -1 })));
}

describe.runIf(process.platform !== "win32")("reproduce, when it is stopped", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s: ends the kernel, begins no other notebook, keeps what is done",
    async (signal) => {
      for (const name of ["good", "hangs", "talks"])
        rmSync(join(results, "smoke/notebooks", `${name}.ipynb`), { force: true });
      const { status, stdout, stderr } = await stopAt("A cell that never ends", signal, "good,hangs,talks");
      expect(stderr).toContain("stopped: 1 of 3 notebooks are done");
      expect(stderr).toContain("the same command goes on");
      expect(status).toBe(130);
      expect(stdout).toContain("hangs: stopped");
      expect(saved("hangs").metadata.erasable.succeeded).toBe(false);
      expect(existsSync(join(results, "smoke/notebooks/talks.ipynb"))).toBe(false);
      expect((await reproduce("good", "--no-reports")).stdout).toContain("good: up to date, skipped");
    },
  );
});

describe("reproduce, on records", () => {
  it("executes again what other processes may have added too late, or what may now compute, and nothing else", async () => {
    const folder = mkdtempSync(join(results, "notebooks-"));
    const runs = join(results, "smoke/runs");
    mkdirSync(runs, { recursive: true });
    const flag = join(folder, "another-process-writes");
    const writing = [
      'const [fs, runs] = [require("fs"), process.env.ERASABLE_RESULTS + "/smoke/runs/"];',
      // one writer at a time: this kernel, and where the flag says so another process
      'const lock = (pid: number) => fs.writeFileSync(runs + "lock", "0123456789 0123456789 1 " + pid + " 1 0");',
      'lock(process.pid); fs.appendFileSync(runs + "records.jsonl", "{}\\n");',
      `if (fs.existsSync(${JSON.stringify(flag)})) lock(1); await new Promise((done) => setTimeout(done, 800));`,
      'fs.rmSync(runs + "lock");',
    ];
    const notebook = JSON.parse(readFileSync(join(root, "test/notebooks/faults/good.ipynb"), "utf8"));
    notebook.cells[1].source = writing.join("\n");
    notebook.cells.length = 2;
    writeFileSync(join(folder, "adds.ipynb"), JSON.stringify(notebook));
    const again = async (...more: string[]) =>
      (await reproduce("adds", "--notebooks", folder, "--no-reports", ...more)).stdout;

    expect(await again()).toContain("adds: done");
    writeFileSync(join(runs, "lock"), "0123456789 0123456789 1 1 1 0"); // a process that has stored nothing yet
    expect(await again()).toContain("adds: up to date, skipped"); // the records of its own kernel are no news

    writeFileSync(flag, "");
    expect(await again("--records-only")).toContain("adds: done");
    rmSync(flag);
    expect(await again("--records-only")).toContain("adds: done");
    expect(await again("--records-only")).toContain("adds: up to date, skipped");
    expect(await again()).toContain("adds: executing"); // which may compute what those left out
  });
});

describe("reproduce", () => {
  it("takes a fault that no cell has, such as a kernel that is not there, for a failure", async () => {
    const folder = mkdtempSync(join(results, "notebooks-"));
    const notebook = JSON.parse(readFileSync(join(root, "test/notebooks/faults/good.ipynb"), "utf8"));
    notebook.metadata.kernelspec.name = "no-such-kernel";
    writeFileSync(join(folder, "unknown.ipynb"), JSON.stringify(notebook));
    const { status, stderr } = await reproduce("unknown", "--notebooks", folder, "--no-reports");
    expect(status).toBe(1);
    expect(stderr).toContain("Failed before the first cell\nNoSuchKernel: ");
    expect(stderr).not.toContain("Traceback");
    expect(saved("unknown").metadata.erasable.succeeded).toBe(false);
  });

  it("ends a cell that takes longer than its limit", async () => {
    const { status, stderr } = await reproduce("hangs", "--timeout", "2", "--no-reports");
    expect(status).toBe(1);
    expect(stderr).toContain("Cell 1 of 1 failed: it took longer than 2 s");
  });

  it("starts the kernel once more, on other ports, where another process has taken one of them", async () => {
    const folder = mkdtempSync(join(results, "python-"));
    const taken = [
      "import os, socket",
      "from jupyter_client.connect import LocalPortCache as Ports",
      'taker = socket.socket(); taker.bind(("127.0.0.1", 0)); taker.listen()',
      "choose, asked = Ports.find_available_port, []",
      "def first_taken(self, ip):",
      "    asked.append(ip)",
      "    first = len(asked) <= int(os.environ['TAKEN'])",
      "    return taker.getsockname()[1] if first else choose(self, ip)",
      "Ports.find_available_port = first_taken",
    ];
    writeFileSync(join(folder, "sitecustomize.py"), taken.join("\n"));
    vi.stubEnv("PYTHONPATH", folder);
    vi.stubEnv("TAKEN", "1");
    const once = await reproduce("good", "--force", "--no-reports");
    vi.stubEnv("TAKEN", "100");
    const always = await reproduce("good", "--force", "--no-reports");
    vi.unstubAllEnvs();
    expect(once.stderr).toContain("The kernel cannot listen on");
    expect(once.stdout).toMatch(/^good: done/m);
    expect(always.stderr).toContain("Failed before the first cell\nRuntimeError: Kernel died");
    expect(always.stderr).not.toContain("Traceback");
    expect(always.status).toBe(1);
  });

  it("refuses an unknown profile, notebook or option without a stack trace", async () => {
    for (const args of [["--profile", "huge"], ["--only", "nothing"], ["--fast"], ["--timeout", "soon"]]) {
      const { status, stderr } = await reproduce("good", ...args);
      expect(status).toBe(1);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(stderr.trim()).not.toBe("");
    }
  });
});
