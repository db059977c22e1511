import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordKey, type StoredRecord } from "../../lib/runs/record";
import type { RunSummary } from "../../lib/runs/runner";
import { cacheFolder, compileTo } from "./compiled";

type Store = typeof import("../../lib/runs/store");
type Runner = typeof import("../../lib/runs/runner");

const compiled = cacheFolder("disk");
const temporary = mkdtempSync(join(tmpdir(), "erasable-disk-"));
const load = createRequire(join(compiled, "package.json"));
let RunStore: Store["RunStore"];
let runJobs: Runner["runJobs"];

/** For the processes started here: everybody may read it, even where the repository is its owner's alone. */
const open = join(temporary, "lib");
const handler = join(temporary, "toyHandler.mjs");

beforeAll(() => {
  const modules = ["runs/runner", "runs/worker", "runs/store", "runs/record"];
  for (const folder of [compiled, open]) compileTo(folder, modules);
  copyFileSync(join(__dirname, "toyHandler.mjs"), handler);
  RunStore = (load("./runs/store.js") as Store).RunStore;
  runJobs = (load("./runs/runner.js") as Runner).runJobs;
  chmodSync(temporary, 0o755);
});
afterAll(() => {
  for (const folder of [compiled, temporary]) rmSync(folder, { recursive: true, force: true });
});

const jobs = Array.from({ length: 60 }, (_, n) => ({
  id: `job ${n}`,
  wanted: [{ key: recordKey({ n }, "d", "c"), trial: { n } }],
  cost: 10,
  task: { steps: [["yield"]] },
}));

/** Runs the jobs in a process of its own, started by `shell` words before `node`; gives its summary. */
function runIn(folder: string, shell: string, before = ""): RunSummary {
  const script = `
    const { runJobs } = require("./runs/runner.js");
    const { RunStore } = require("./runs/store.js");
    ${before}
    const store = new RunStore(${JSON.stringify(folder)});
    runJobs(${JSON.stringify(jobs)}, store, { handler: ${JSON.stringify(handler)}, workers: 1 })
      .then((summary) => { store.close(); console.log(JSON.stringify(summary)); });`;
  const environment = { ...process.env, NODE_PATH: join(__dirname, "../../node_modules") };
  const ran = spawnSync("sh", ["-c", `${shell} exec "$0" -`, process.execPath], {
    cwd: open,
    env: environment,
    encoding: "utf8",
    input: script,
  });
  expect(ran.stderr).toBe("");
  return JSON.parse(ran.stdout) as RunSummary;
}

const stored = (folder: string) => new RunStore<StoredRecord>(folder);

// POSIX: limits and permissions are set from a shell
describe.runIf(process.platform !== "win32")("a sweep on a store that cannot be written", () => {
  it("a full disk: says so, keeps what was stored, and the next run does only the rest", async () => {
    const folder = join(temporary, "full");
    const summary = runIn(folder, "ulimit -f 8;"); // blocks of 512 bytes or 1 KB, by shell
    expect(summary.storeError).toMatch(
      /records\.jsonl cannot be written: the file size limit is reached \(EFBIG\)/,
    );
    expect(summary.records).toBeGreaterThan(5);
    expect(summary.records).toBeLessThan(60);
    expect(summary).toMatchObject({ failures: [], stopped: false, unfinished: 60 - summary.records });
    const store = stored(folder);
    expect(store.records()).toHaveLength(summary.records);
    expect(store.problems).toEqual([]); // the half line was taken back
    const rest = await runJobs(jobs, store, { handler, workers: 2 });
    expect(rest).toMatchObject({ done: 60 - summary.records, records: 60 - summary.records, unfinished: 0 });
    expect(store.records()).toHaveLength(60);
    store.close();
  });

  it("a read-only folder: says so before anything is computed, and can still be read", async () => {
    const folder = join(temporary, "readonly");
    const store = stored(folder);
    await runJobs(jobs.slice(0, 3), store, { handler, workers: 1 });
    store.close();
    chmodSync(folder, 0o555);
    // permissions do not bind root, so root runs it as somebody else, who must be able to read what is compiled
    const before = "if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }";
    const summary = runIn(folder, "", before);
    expect(summary.storeError).toMatch(/readonly may not be written \(EACCES\)/);
    expect(summary).toMatchObject({ total: 57, done: 0, records: 0, unfinished: 57 });
    expect(stored(folder).records()).toHaveLength(3);
    chmodSync(folder, 0o755);
  });

  it("a file where the folder should be", async () => {
    const folder = join(temporary, "file", "runs");
    mkdirSync(join(temporary, "file"));
    writeFileSync(folder, "");
    expect(() => stored(folder)).toThrow(
      /file\/runs cannot be read: a part of the path is a file \(ENOTDIR\)/,
    );
    expect(() => stored(join(folder, "deeper"))).toThrow(/ENOTDIR/);
    expect(readdirSync(join(temporary, "file"))).toEqual(["runs"]);
  });
});
