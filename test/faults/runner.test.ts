import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Job } from "../../lib/runs/handler";
import { recordKey, type StoredRecord } from "../../lib/runs/record";
import type { RunOptions, RunProgress } from "../../lib/runs/runner";
import type { RunStore } from "../../lib/runs/store";
import { cacheFolder, compileTo } from "./compiled";

type Step = readonly [action: string, argument?: number | string];
type Runner = typeof import("../../lib/runs/runner");
type Store = typeof import("../../lib/runs/store");

const compiled = cacheFolder("runner");
let runJobs: Runner["runJobs"];
let Opener: Store["RunStore"];

beforeAll(() => {
  compileTo(compiled, ["runs/runner", "runs/worker", "runs/store"]);
  const load = createRequire(join(compiled, "package.json"));
  runJobs = (load("./runs/runner.js") as Runner).runJobs;
  Opener = (load("./runs/store.js") as Store).RunStore;
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

let folder: string;
let store: RunStore;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "erasable-runner-")), "runs");
  store = new Opener(folder);
});
afterEach(() => {
  store.close();
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

const handler = join(__dirname, "toyHandler.mjs");
const wanted = (n: number) => ({ key: recordKey({ n }, "d", "c"), trial: { n } });

/** A job that owes the records of some numbers. */
function job(numbers: readonly number[], steps: readonly Step[] = [["yield"]], cost = 10): Job {
  return { id: `job ${numbers.join(" ")}`, wanted: numbers.map(wanted), cost, task: { steps } };
}

const run = (jobs: readonly Job[], options: Partial<RunOptions> = {}) =>
  runJobs(jobs, store, { handler, workers: 2, ...options });
const squares = () => new Opener(folder).records().map((record) => (record.trial as { n: number }).n);
const has = (...numbers: number[]) => expect(squares().sort((a, b) => a - b)).toEqual(numbers);

describe("runJobs", () => {
  it("stores what the jobs yield, and does nothing the second time", async () => {
    const jobs = [job([1, 2, 3]), job([4]), job([5, 6])];
    const summary = await run(jobs);
    expect(summary).toMatchObject({
      total: 3,
      done: 3,
      records: 6,
      samples: 60,
      unfinished: 0,
      stopped: false,
    });
    expect(summary.failures).toEqual([]);
    has(1, 2, 3, 4, 5, 6);
    expect(store.get(wanted(5).key)).toMatchObject({ outcome: { square: 25 } });
    expect(await run(jobs)).toMatchObject({ total: 0, done: 0, records: 0 });
    store.close();
    expect(readdirSync(folder)).toEqual(["records.jsonl"]);
  });

  it("asks a job only for the records that are missing", async () => {
    await run([job([1])]);
    const summary = await run([job([1, 2])]);
    expect(summary.records).toBe(1);
    has(1, 2);
  });

  it("computes again on demand, and the new record counts", async () => {
    await run([job([1, 2])]);
    const summary = await run([job([1, 2], [["yield"], ["yield"]])], { replace: true });
    expect(summary).toMatchObject({ done: 1, records: 2 });
    expect(new Opener(folder).records().map(({ revision }) => revision)).toEqual([1, 1]);
  });

  it("starts the longest job first and tells how far it is", async () => {
    const seen: RunProgress[] = [];
    const finished: number[] = [];
    const jobs = [job([1], undefined, 10), job([2], undefined, 30), job([3], undefined, 20)];
    const append = store.append.bind(store);
    store.append = (record: StoredRecord, options) => {
      finished.push((record.trial as { n: number }).n);
      return append(record, options);
    };
    await run(jobs, { workers: 1, onProgress: (progress) => seen.push(progress) });
    expect(finished).toEqual([2, 3, 1]);
    const last = seen.at(-1);
    expect(last).toMatchObject({ done: 3, total: 3, records: 3, failed: 0, samples: 30, secondsLeft: 0 });
    expect(seen.every(({ secondsLeft }) => secondsLeft === undefined || secondsLeft >= 0)).toBe(true);
  });

  it("refuses a handler that is not there", async () => {
    await expect(run([job([1])], { handler: "/nowhere.js" })).rejects.toThrow("no handler at /nowhere.js");
  });
});

describe("a failing job does not stop the others, keeps what it has yielded, and is tried again", () => {
  const cases: readonly [name: string, steps: Step[], message: RegExp][] = [
    [
      "an exception",
      [
        ["yield", 1],
        ["throw", "bad luck"],
      ],
      /^bad luck$/,
    ],
    ["the thread's exit", [["yield", 1], ["wait", 30], ["exit"]], /the worker ended: .*3/],
    ["an uncaught exception", [["yield", 1], ["crashLater"]], /the worker ended: thrown in a timer/],
    ["a record that was not asked for", [["yield", 1], ["unasked"]], /not asked for: f{64}/],
    ["a record with NaN", [["nan"], ["yield", 1]], /NaN is not a finite number/],
    ["a record that cannot be sent", [["yield", 1], ["function"]], /could not be cloned/],
    ["an end without the record", [["yield", 1]], /ended without this record/],
  ];
  it.each(cases)("%s", async (_name, steps, message) => {
    const summary = await run([job([1, 2], steps, 100), job([3]), job([4]), job([5])]);
    expect(summary).toMatchObject({ total: 4, done: 3, records: 4, unfinished: 0, stopped: false });
    expect(summary.failures.map(({ key }) => key)).toEqual([wanted(2).key]);
    expect(summary.failures[0].error).toMatch(message);
    expect(summary.refused).toBe(0);
    has(1, 3, 4, 5);
    expect(new Opener(folder).failures()).toEqual(summary.failures);
    expect(await run([job([1, 2])])).toMatchObject({ done: 1, records: 1 });
    expect(new Opener(folder).failures()).toEqual([]);
    has(1, 2, 3, 4, 5);
  });

  it("what a job refuses is told, and not stored", async () => {
    const summary = await run([
      job(
        [1, 2],
        [
          ["yield", 1],
          ["refuse", "groups: too many"],
        ],
      ),
      job([3]),
    ]);
    expect(summary).toMatchObject({ done: 1, records: 2, unfinished: 0, refused: 1 });
    expect(summary.failures).toMatchObject([{ key: wanted(2).key, error: "groups: too many" }]);
    expect(new Opener(folder).failures()).toEqual([]);
    has(1, 3);
  });

  it("a thread out of memory", async () => {
    const summary = await run([job([1, 2], [["yield", 1], ["wait", 20], ["hoard"]], 100), job([3])], {
      heapMegabytes: 32,
    });
    expect(summary).toMatchObject({ done: 1, records: 2 });
    expect(summary.failures[0].error).toContain("memory");
    has(1, 3);
  });
});

describe("stopping", () => {
  it("keeps finished records, begins nothing new, and goes on where it was", async () => {
    const controller = new AbortController();
    const jobs = [1, 2, 3, 4, 5, 6].map((n) => job([n, n + 10], [["yield", 1], ["wait", 60_000], ["yield"]]));
    const summary = await run(jobs, {
      signal: controller.signal,
      onProgress: ({ records }) => records === 2 && controller.abort(),
    });
    expect(summary).toMatchObject({ total: 6, done: 0, records: 2, unfinished: 6, stopped: true });
    expect(summary.failures).toEqual([]);
    has(1, 2);
    expect(
      await run(jobs.map(({ wanted: owed }) => job(owed.map(({ trial }) => (trial as { n: number }).n)))),
    ).toMatchObject({ done: 6, records: 10 });
  });

  it.each(["deaf", "busy"])("ends the thread of a job that is %s to the signal", async (action) => {
    const controller = new AbortController();
    const summary = await run([job([1, 2], [["yield", 1], ["wait", 20], [action]])], {
      signal: controller.signal,
      patience: 50,
      onProgress: ({ records }) => records === 1 && setTimeout(() => controller.abort(), 60),
    });
    expect(summary).toMatchObject({ records: 1, unfinished: 1, stopped: true, failures: [] });
    has(1);
  });

  it("a signal that came before does not even start", async () => {
    const summary = await run([job([1])], { signal: AbortSignal.abort() });
    expect(summary).toMatchObject({ done: 0, unfinished: 1, stopped: true });
  });
});

describe("two processes on one store", () => {
  /** A second process that runs the same jobs; its summary is printed as JSON. */
  function second(jobs: readonly Job[]) {
    const script = `
      const { runJobs } = require(${JSON.stringify(join(compiled, "runs/runner.js"))});
      const { RunStore } = require(${JSON.stringify(join(compiled, "runs/store.js"))});
      const store = new RunStore(${JSON.stringify(folder)});
      runJobs(${JSON.stringify(jobs)}, store, {
        handler: ${JSON.stringify(handler)}, workers: 2,
        onProgress: (p) => console.error("progress", p.records),
      }).then((summary) => { store.close(); console.log(JSON.stringify(summary)); });`;
    const child = spawn(process.execPath, ["-e", script]);
    const ended = new Promise<string>((resolve) => {
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += String(chunk);
      });
      child.on("close", () => resolve(text));
    });
    const begun = new Promise((resolve) => child.stderr.once("data", resolve));
    return { child, ended, begun };
  }
  const lines = () => readFileSync(join(folder, "records.jsonl"), "utf8").trim().split("\n");

  it("the second waits, says for whom, and does what is left when its turn comes", async () => {
    const other = second(Array.from({ length: 10 }, (_, n) => job([n], [["wait", 15], ["yield"]])));
    await other.begun;
    const told = new Set<string | undefined>();
    const mine = await run(
      [3, 10, 11].map((n) => job([n])),
      { onProgress: ({ waiting }) => told.add(waiting) },
    );
    const theirs = JSON.parse(await other.ended) as typeof mine;
    expect([theirs.records, theirs.unfinished]).toEqual([10, 0]);
    expect(mine).toMatchObject({ total: 2, done: 2, records: 2, unfinished: 0 });
    expect([...told]).toContainEqual(
      expect.stringMatching(new RegExp(`is in use by process ${other.child.pid} `)),
    );
    expect(lines()).toHaveLength(12);
  });

  it("the second stops waiting at the signal, with nothing done", async () => {
    const other = second([job([1], [["yield"], ["wait", 60_000]])]);
    await other.begun;
    const controller = new AbortController();
    const onProgress = ({ waiting }: RunProgress) => waiting && controller.abort();
    const stopped = await run([job([2])], { signal: controller.signal, onProgress });
    expect(stopped).toMatchObject({ total: 1, done: 0, unfinished: 1, stopped: true });
    other.child.kill("SIGKILL");
    await other.ended;
  });

  it("the jobs of a process that dies are done by the one that waited", async () => {
    const wait: Step[] = [["yield", 1], ["wait", 60_000], ["yield"]];
    const other = second([job([1, 11], wait), job([2, 12], wait)]);
    await other.begun;
    while (new Opener(folder).records().length < 2) await pause(5);
    const mine = run([job([1, 11]), job([2, 12]), job([3])]);
    await pause(100);
    has(1, 2);
    other.child.kill("SIGKILL");
    expect(await mine).toMatchObject({ total: 3, done: 3, records: 3, unfinished: 0 });
    has(1, 2, 3, 11, 12);
    expect(lines()).toHaveLength(5);
  });

  it("a lock that is broken under way ends the run, and what was stored stays", async () => {
    const summary = await run(
      [job([1, 2], [["yield", 1], ["wait", 100], ["yield"]]), job([3], [["wait", 300], ["yield"]])],
      {
        onProgress: ({ records }) => records === 1 && rmSync(join(folder, "lock"), { force: true }),
      },
    );
    expect(summary).toMatchObject({ records: 1, unfinished: 2, stopped: false, failures: [] });
    expect(summary.storeError).toMatch(/its lock was broken/);
    has(1);
  });
});
