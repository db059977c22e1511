/** A sweep without a cluster: plan, a process for each chunk, merge; what is broken on the way. */

import { type ExecFileOptions, execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeLock } from "../../lib/disk/lock";
import { identify, keyOf } from "../../lib/questions/plan";
import { writeSweep } from "../../lib/questions/sweepFiles";
import type { Trial } from "../../lib/questions/trial";
import { trialVersion } from "../../lib/questions/trialVersion";
import { newRecord } from "../../lib/runs/record";
import { RunStore } from "../../lib/runs/store";
import { erasable, start } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-sweep-"));
const at = (...names: string[]) => join(home, ...names);
const SMALL = [
  "seqtrain",
  "partition",
  "--seeds",
  "0",
  "--model",
  "dmf",
  "--groups",
  "2",
  "--set",
  "epochs=2",
];
/** Milliseconds, of tests that start a dozen processes: enough on a slow machine with other work. */
const PATIENCE = 600_000;
const sweep = at("sweep");
const ids = () => readFileSync(join(sweep, "chunks.txt"), "utf8").trim().split("\n");
const part = (id: string) => join(sweep, "parts", id);
const runChunk = (id: string) =>
  erasable("run", "--trials", join(sweep, `${id}.json`), "--results", part(id), "--workers", "1");
/** A program, to its end, while the test runner goes on. */
const finished = (command: string, args: readonly string[], options: ExecFileOptions) =>
  new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(command, args, { ...options, encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout: String(stdout), stderr: String(stderr) }),
    );
  });
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeAll(async () => {
  // 0.08 minutes are a few runs for each chunk
  const asked = [...SMALL, "--minutes", "0.08", "--results", at("nothing"), "--out", sweep];
  const plan = await erasable("plan", ...asked);
  expect(plan).toMatchObject({ code: 0, err: "" });
  expect(plan.out).toMatch(/^(\d+) trials in (\d+) chunks, .* of one core/);
  expect(ids().length).toBeGreaterThan(3);
});

describe("a sweep", () => {
  it(
    "gives the records of a plain run, byte for byte, though one of its jobs is killed and tried again",
    async () => {
      const [victim] = ids();
      const killed = start([
        "run",
        "--trials",
        join(sweep, `${victim}.json`),
        "--results",
        part(victim),
        "--workers",
        "1",
      ]);
      const stored = join(part(victim), "smoke/runs/records.jsonl");
      for (let tries = 0; !existsSync(stored) && tries < 600; tries++)
        await new Promise((done) => setTimeout(done, 25));
      killed.child.kill("SIGKILL");
      await killed.ended;
      for (const id of ids()) {
        const { code, out } = await runChunk(id);
        expect(code).toBe(0);
        expect(out).toContain(`chunk ${id}: `);
      }
      expect((await runChunk(victim)).out).toMatch(/: 0 computed, \d+ found, 0 failed/);

      const merged = await erasable("merge", sweep, "--into", at("merged"), "--json");
      const { added, missing } = JSON.parse(merged.out);
      expect(missing).toBe(0);
      expect((await erasable("run", ...SMALL, "--results", at("plain"), "--workers", "2")).code).toBe(0);
      const plain = new RunStore(at("plain/smoke/runs"));
      expect(added).toBe(plain.records().length);
      expect(new RunStore(at("merged/runs")).comparable()).toBe(plain.comparable());
      const again = JSON.parse((await erasable("merge", sweep, "--into", at("merged"), "--json")).out);
      expect(again).toMatchObject({ added: 0, same: added, different: 0, nodes: [process.versions.node] });
    },
    PATIENCE,
  );

  it("names the program that its jobs run, wherever it was planned", async () => {
    const { program } = JSON.parse(readFileSync(join(sweep, "plan.json"), "utf8"));
    const asked = ["partition", "--seeds", "0", "--results", "nothing", "--out", "elsewhere"];
    const outcome = await finished(process.execPath, [program, "plan", ...asked], { cwd: home });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(at("elsewhere/plan.json"), "utf8")).program).toBe(program);
  });

  it("is a list of lines for the job array, which runs without a cluster too", async () => {
    const [id] = ids();
    const script = join(__dirname, "../../workflow/array.sh");
    const task = (number: string) =>
      finished("bash", [script, sweep], { env: { ...process.env, ERASABLE_TASK: number } });
    expect(await task("1")).toMatchObject({ status: 0, stdout: expect.stringContaining(`chunk ${id}: `) });
    expect(await task("999")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("has no line 999"),
    });
  });

  it(
    "runs under Snakemake where that is installed",
    async () => {
      const snakemake = process.env.SNAKEMAKE ?? "snakemake";
      const found = spawnSync(snakemake, ["--version"]).status === 0;
      const from = join(__dirname, "../../workflow");
      const text = readFileSync(join(from, "Snakefile"), "utf8");
      for (const name of ["seconds", "megabytes", "exclusive", "id"]) expect(text).toContain(`["${name}"]`);
      if (!found) return;
      const args = ["-s", join(from, "Snakefile"), "--workflow-profile", join(from, "profiles/local")];
      const config = ["--config", `sweep=${sweep}`, `into=${at("snake")}`];
      const run = await finished(snakemake, [...args, ...config], { cwd: home });
      expect(run.stderr).toContain("100%");
      expect(run.status).toBe(0);
      expect(new RunStore(at("snake/runs")).comparable()).toBe(
        new RunStore(at("plain/smoke/runs")).comparable(),
      );
    },
    PATIENCE,
  );
});

describe("what is refused", () => {
  const chunk = () => JSON.parse(readFileSync(join(sweep, `${ids()[0]}.json`), "utf8"));
  const changed = (name: string, change: object | string) => {
    const file = at(`${name}.json`);
    writeFileSync(file, typeof change === "string" ? change : JSON.stringify({ ...chunk(), ...change }));
    return erasable("run", "--trials", file, "--results", at(name));
  };
  const message = (outcome: { err: string }) => outcome.err;

  it.each([
    [
      "another format",
      { format: "erasable sweep 1" },
      /not a chunk of a sweep of this version.*npx erasable plan/s,
    ],
    ["no JSON", "{", /is not a chunk of a sweep/],
    ["no trials", { trials: [] }, /no-trials\.json: it holds no trials/],
    ["a profile that is a path", { profile: "../../up" }, /"profile": "\.\.\/\.\.\/up" is not one of smoke/],
    ["a line that is no trial", { trials: [1] }, /made by other code than this, or edited \(key undefine/],
    [
      "a job that this code has not",
      { trials: [{ key: "0".repeat(64), trial: { job: "new", dataset: "synthetic" } }] },
      /chunk [0-9a-f]{16} .*made by other code than this, or edited \(key 00000000/,
    ],
    [
      "other ratings",
      { data: "0".repeat(64) },
      /chunk [0-9a-f]{16} .*other ratings of synthetic \(SHA-256 00000000/,
    ],
    ["a data set that is not here", { dataset: "ml-25m" }, /chunk [0-9a-f]{16} .*needs ml-25m: .*"ml-25m"/],
  ])("a chunk with %s, before anything is computed", async (name, change, expected) => {
    const outcome = await changed(name.replaceAll(" ", "-"), change);
    expect(outcome.code).toBe(2);
    expect(message(outcome)).toMatch(expected);
    expect(existsSync(at(name.replaceAll(" ", "-")))).toBe(false);
  });

  it("a data set of the catalogue that is nowhere: the folders that were searched", async () => {
    const { ERASABLE_DATA: before } = process.env;
    process.env.ERASABLE_DATA = at("no-data");
    try {
      const { code, err } = await changed("absent", { dataset: "ml-1m" });
      expect(code).toBe(2);
      expect(err).toContain(at("no-data"));
    } finally {
      if (before === undefined) delete process.env.ERASABLE_DATA;
      else process.env.ERASABLE_DATA = before;
    }
  });

  it("what cannot be computed is not said to be tried again", async () => {
    const { id, dataset } = chunk();
    const trial = ids()
      .flatMap((one) => JSON.parse(readFileSync(join(sweep, `${one}.json`), "utf8")).trials)
      .map((one: { trial: Trial }) => one.trial)
      .find(({ system }) => system?.settings.groups);
    const settings = { ...trial?.system?.settings, groups: 60_000 };
    const asked = { ...trial, system: { ...trial?.system, settings } } as Trial;
    const key = keyOf(asked, await identify(dataset));
    const { code, out, err } = await changed("refused", { trials: [{ key, trial: asked }] });
    expect([code, out]).toEqual([1, expect.stringContaining("1 trial: 0 computed, 0 found, 1 failed")]);
    expect(err).toMatch(/^failed: .*groups: 60000 groups are more than/m);
    expect(err).toContain(`1 trial of chunk ${id} cannot be computed as asked`);
    expect(err).not.toMatch(/again|\n\s+at |\n\n$/);
    expect(new RunStore(at("refused/smoke/runs")).failures()).toEqual([]);
  });

  it("a chunk whose trials are not those of its keys: other code, or an edit", async () => {
    const { trials } = chunk();
    const edited = trials.map(({ key, trial }: { key: string; trial: Trial }) => ({
      key,
      trial: { ...trial, seed: 5 },
    }));
    expect(message(await changed("edited", { trials: edited }))).toMatch(
      /made by other code than this, or edited/,
    );
  });

  it.each([
    [["run", "seqtrain", "--trials", "x.json"], /--trials names what is run: it does not go with seqtrain/],
    [["run", "--seeds", "0", "--trials", "x.json"], /does not go with --seeds/],
    [["run", "--trials", "nowhere.json"], /nowhere\.json.*not there/],
    [["plan", "--out", "x", "--minutes", "0"], /--minutes: "0" is not a number from 0.05/],
    [["plan"], /required option '--out <folder>'/],
    [["merge", "nowhere"], /nowhere is no folder/],
    [["merge", tmpdir()], /holds no records/],
  ])("%j", async (args, expected) => {
    const { code, err } = await erasable(...args);
    expect(err).toMatch(expected);
    expect(code).not.toBe(0);
  });

  it("two plans into one folder", async () => {
    const other = ["partition", "--seeds", "3", "--results", at("nothing"), "--out", sweep];
    expect(await erasable("plan", ...other)).toMatchObject({
      code: 2,
      err: expect.stringContaining("holds another plan already"),
    });
  });
});

describe("merge", () => {
  const folder = (name: string) => at(name, "smoke/runs");

  it("keeps both of two records that disagree, and ends with 1", async () => {
    const trial: Trial = {
      job: "partition",
      dataset: "synthetic",
      data: { core: 5, trainShare: 0.9 },
      seed: 0,
    };
    const write = (name: string, size: number, node: string) => {
      const store = new RunStore(folder(name));
      const rest = { timings: {}, machine: { cpu: name }, versions: { node } };
      store.append({ ...newRecord({ trial, data: "d", code: "c", outcome: { size } }), ...rest });
      store.close();
    };
    write("one", 1, "20.0.0");
    write("two", 2, "24.0.0");
    const before = ["one", "two"].map((name) => readFileSync(join(folder(name), "records.jsonl"), "utf8"));
    const { code, err } = await erasable("merge", at("one"), at("two"), "--into", at("both"));
    expect(code).toBe(1);
    for (const name of ["one", "two", "20.0.0", "24.0.0"]) expect(err).toContain(name);
    expect(existsSync(at("both/runs/records.jsonl.gz"))).toBe(false);
    expect(["one", "two"].map((name) => readFileSync(join(folder(name), "records.jsonl"), "utf8"))).toEqual(
      before,
    );
  });

  it("says what of a plan is missing, whatever else is merged", async () => {
    const half = at("half");
    cpSync(sweep, half, { recursive: true });
    const [first, second] = ids().map((id) => join(half, "parts", id, "smoke/runs"));
    rmSync(first, { recursive: true });
    rmSync(second, { recursive: true });
    mkdirSync(second); // of a job that ended before its first trial did
    const missing = ids()
      .slice(0, 2)
      .flatMap((id) => JSON.parse(readFileSync(join(half, `${id}.json`), "utf8")).trials).length;
    const other = new RunStore(folder("other"));
    const trial: Trial = {
      job: "partition",
      dataset: "synthetic",
      data: { core: 5, trainShare: 0.9 },
      seed: 9,
    };
    for (let size = 0; size < 2 * missing; size++)
      other.append({
        ...newRecord({ trial: { ...trial, seed: size }, data: "d", code: "c", outcome: { size } }),
        ...{ timings: {}, machine: {}, versions: { node: process.versions.node } },
      });
    other.close();
    const { code, out } = await erasable("merge", half, at("other"), "--into", at("halves"));
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${missing} trials of the plan are still missing`, "m"));
    expect((await erasable("merge", sweep, "--into", at("halves"))).out).not.toMatch(/missing/);
    expect((await erasable("merge", half, "--into", at("halves"))).out).not.toMatch(/missing/);
  });

  it("goes where its parts say, and asks where they do not", async () => {
    const [one] = ids().map((id) => join(part(id), "smoke/runs"));
    cpSync(one, at("lap/results/quick/runs"), { recursive: true });
    cpSync(one, at("lap/mine/runs"), { recursive: true });
    const merge = (...folders: string[]) => erasable("merge", ...folders, "--results", at("own"));
    expect(await merge(at("lap/results/quick"))).toMatchObject({ code: 0 });
    expect(existsSync(at("own/quick/runs/records.jsonl.gz"))).toBe(true);
    expect(await merge(at("lap/results/quick/runs"), one)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/several profiles \(quick, smoke\)/),
    });
    expect(await merge(one, at("lap/mine"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/lap\/mine\/runs does not say of which profile.*--into/s),
    });
    expect(existsSync(at("own/smoke"))).toBe(false);
  });

  it.each([
    ["no chunks", {}, /plan\.json: it holds no chunks/],
    ["another profile", { chunks: [{}], profile: "x" }, /"profile": "x" is not one of smoke, quick, paper/],
  ])("refuses a plan with %s", async (name, change, expected) => {
    const plan = at(name.replace(" ", "-"));
    mkdirSync(plan);
    writeFileSync(
      join(plan, "plan.json"),
      JSON.stringify({ format: "erasable sweep 2", profile: "smoke", ...change }),
    );
    const { code, err } = await erasable("merge", plan, "--into", at("never"));
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });

  it("leaves a part alone that is still being written", async () => {
    const runs = join(part(ids()[0]), "smoke/runs");
    const lock = takeLock(runs);
    try {
      const { code, err } = await erasable("merge", sweep, "--into", at("early"));
      expect(code).not.toBe(0);
      expect(err).toMatch(/still being written/);
    } finally {
      lock.release();
    }
  });
});

describe("a chunk of 5,000 trials", () => {
  it("is one file, and only what is missing of it is computed", async () => {
    const { checksum, ratings } = await identify("synthetic");
    const trials = Array.from({ length: 5000 }, (_, seed): Trial => {
      const rest = {
        data: { core: 5, trainShare: 0.9 },
        evaluation: { label: "rating", metrics: "ownItems" },
      } as const;
      return { job: "anchors", dataset: "synthetic", ...rest, seed };
    });
    const wanted = trials.map((trial) => ({ key: keyOf(trial, { checksum, ratings }), trial }));
    const facts = { dataset: "synthetic", data: checksum, seconds: 1, megabytes: 1, exclusive: false };
    const large = at("large");
    writeSweep(large, { program: "", profile: "smoke", chunks: [{ id: "5000", trials: wanted, ...facts }] });
    const store = new RunStore(join(large, "parts/5000/smoke/runs"));
    const rest = { timings: {}, machine: {}, versions: {} };
    const parts = trials.slice(1).map((trial) => ({
      ...newRecord({ trial, data: checksum, code: trialVersion(trial), outcome: {} }),
      ...rest,
    }));
    store.close();
    mkdirSync(store.folder, { recursive: true });
    writeFileSync(
      join(store.folder, "records.jsonl"),
      parts.map((record) => `${JSON.stringify(record)}\n`).join(""),
    );
    const run = await erasable(
      "run",
      "--trials",
      join(large, "5000.json"),
      "--results",
      join(large, "parts/5000"),
      "--json",
    );
    expect(JSON.parse(run.out)).toMatchObject({ trials: 5000, found: 4999, computed: 1, missing: 0 });
  });
});
