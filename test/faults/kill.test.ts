/** kill -9 of processes that write, pack or merge run stores: whatever was stored stays, once, and the next one goes on. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import type { StoredRecord } from "../../lib/runs/record";
import { amount, count, LIMIT, SEED } from "./amount";
import { cacheFolder, compileTo } from "./compiled";

type Store = typeof import("../../lib/runs/store");

/** Kills of processes that write. */
const KILLS = amount(200, 500);
const ROUNDS = Math.ceil(KILLS / 2);
/** The work grows from round to round, so that there is some in each. */
const trialsIn = (round: number) => 30 + 6 * round;
const TRIALS = trialsIn(ROUNDS);
const PACKS = Math.ceil(KILLS / 10);

const UNSHARED = ["-pf", "--mount-proc", "--kill-child"];
const canUnshare = process.platform === "linux" && spawnSync("unshare", [...UNSHARED, "true"]).status === 0;

const compiled = cacheFolder("kill");
const temporary = mkdtempSync(join(tmpdir(), "erasable-kill-"));
let RunStore: Store["RunStore"];
let breakLock: typeof import("../../lib/disk/lock")["breakLock"];

beforeAll(() => {
  compileTo(compiled, ["runs/store", "runs/merge", "runs/record", "random", "json"]);
  const load = createRequire(join(compiled, "package.json"));
  RunStore = (load("./runs/store.js") as Store).RunStore;
  ({ breakLock } = load("./disk/lock.js") as typeof import("../../lib/disk/lock"));
});
afterAll(() => {
  for (const folder of [compiled, temporary]) rmSync(folder, { recursive: true, force: true });
});

const script = join(__dirname, "storeWriter.mjs");
const argumentsOf = (folder: string, trials: number, first = 0, ...action: string[]) =>
  [script, compiled, folder, trials, first, ...action].map(String);
const runTo = (end: "alive" | "dead", ...given: Parameters<typeof argumentsOf>) => {
  const { signal, stderr } = spawnSync(process.execPath, argumentsOf(...given), { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(signal).toBe(end === "dead" ? "SIGKILL" : null);
};

function start(...given: Parameters<typeof argumentsOf>): { child: ChildProcess; ended: Promise<unknown> } {
  const child = spawn(process.execPath, argumentsOf(...given), { stdio: "inherit" });
  return { child, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Every whole line of records.jsonl: what was really written. */
const keysWritten = (folder: string): string[] =>
  readFileSync(join(folder, "records.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as StoredRecord).key);

/** The process that has the folder, if any. */
function holder(folder: string): number | undefined {
  const locks = existsSync(folder) ? readdirSync(folder).filter((name) => /^lock(\.\d+)?$/.test(name)) : [];
  const last = locks.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1);
  try {
    return last === undefined ? undefined : Number(readFileSync(join(folder, last), "utf8").split(" ")[3]);
  } catch {
    return undefined; // given back at this moment
  }
}

/** Kills a process after some milliseconds of work in the folder. */
async function killed(
  folder: string,
  { child, ended }: ReturnType<typeof start>,
  moment: number,
): Promise<void> {
  await atWork(folder, child);
  await pause(moment);
  count("kills", Number(child.kill("SIGKILL")));
  await ended;
}

/** Milliseconds from the lock to the end of a process that is left alone. */
async function duration(folder: string, { child, ended }: ReturnType<typeof start>): Promise<number> {
  await atWork(folder, child);
  const began = performance.now();
  await ended;
  return performance.now() - began;
}

/** Waits until a process has the folder, or has ended. */
async function atWork(folder: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && holder(folder) !== child.pid) await pause(2);
}

describe("kill -9", () => {
  it(
    `${KILLS} times at random, one that writes and one that waits: every record once, equal to an uninterrupted run`,
    async () => {
      const folder = join(temporary, "killed");
      const random = Random.stream(SEED, "kills");
      let [killed, takenOver] = [0, 0];
      for (let round = 0; round < ROUNDS; round++) {
        const trials = trialsIn(round);
        const pair = [0, 1].map(() => start(folder, trials, random.below(trials)));
        // A few are killed while Node still loads, the others at work: first the one that writes, then the one that waited.
        const atOnce = random.below(20) === 0;
        if (!atOnce) await Promise.race(pair.map(({ child }) => atWork(folder, child)));
        const order = holder(folder) === pair[1].child.pid ? [pair[1], pair[0]] : pair;
        for (const [n, { child, ended }] of order.entries()) {
          if (n === 1 && !atOnce) await atWork(folder, child);
          if (n === 1 && holder(folder) === child.pid) takenOver++;
          await pause(random.below(20));
          if (child.kill("SIGKILL")) killed++;
          await ended;
        }
      }
      count("kills", killed);
      expect(killed).toBeGreaterThan(0.5 * KILLS); // some had done their work and ended first
      expect(takenOver).toBeGreaterThan(0);
      runTo("alive", folder, TRIALS);
      const plain = join(temporary, "plain");
      runTo("alive", plain, TRIALS);
      const store = new RunStore(folder);
      expect(store.records()).toHaveLength(TRIALS);
      expect(store.problems).toEqual([]);
      expect(store.comparable()).toBe(new RunStore(plain).comparable());
      const written = keysWritten(folder);
      expect([written.length, new Set(written).size]).toEqual([TRIALS, TRIALS]);
      expect(readdirSync(folder)).toEqual(["records.jsonl"]);
    },
    LIMIT,
  );

  it("in the middle of a line: the line is dropped and reported, the trial is done by the next run", () => {
    const folder = join(temporary, "half");
    runTo("dead", folder, 0, 0, "half");
    expect(readFileSync(join(folder, "records.jsonl"), "utf8")).not.toContain("\n");
    const store = new RunStore(folder);
    expect(store.records()).toEqual([]);
    expect(store.problems[0].what).toContain("the last line was never finished");
    runTo("alive", folder, 40);
    store.refresh();
    expect([store.records().length, store.problems]).toEqual([40, []]);
  });

  it.runIf(canUnshare)(
    "in another PID namespace: nobody here can see that, so its lock stands until somebody breaks it",
    async () => {
      const folder = join(temporary, "elsewhere");
      const child = spawn("unshare", [...UNSHARED, process.execPath, ...argumentsOf(folder, 5000)], {
        stdio: "inherit",
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      const here = new RunStore(folder);
      while (here.records().length < 20) {
        await pause(20);
        here.refresh();
      }
      const told: string[] = [];
      const wait = { signal: AbortSignal.timeout(1000), onWait: (message: string) => told.push(message) };
      await expect(here.hold(wait)).rejects.toThrow(/stopped before its turn/);
      child.kill("SIGKILL");
      await ended;
      await expect(here.hold({ signal: AbortSignal.timeout(500) })).rejects.toThrow(
        /stopped before its turn/,
      );
      expect(told).toEqual([expect.stringMatching(/in use by process 1 of another container .* unlock /)]);
      breakLock(folder);
      await here.hold();
      expect(here.records().length).toBeGreaterThanOrEqual(20);
      here.close();
    },
    LIMIT,
  );

  it(
    `${PACKS} times while a store is packed: nothing is lost, and the next one finishes the work`,
    async () => {
      const folder = join(temporary, "compaction");
      runTo("alive", folder, 400);
      const random = Random.stream(SEED, "compaction");
      const copy = `${folder} copy`;
      cpSync(folder, copy, { recursive: true });
      const whole = await duration(copy, start(copy, 401, 0, "compact"));
      for (let kills = 0; kills < PACKS; kills++) {
        await killed(folder, start(folder, 401 + kills, 0, "compact"), random.uniform() * whole);
        const store = new RunStore(folder);
        expect(store.records().length).toBeGreaterThanOrEqual(400);
        expect(store.problems).toEqual([]);
      }
      runTo("alive", folder, 400 + PACKS, 0, "compact");
      const plain = join(temporary, "plain packed");
      runTo("alive", plain, 400 + PACKS);
      const store = new RunStore(folder);
      expect(readdirSync(folder)).toEqual(["records.jsonl.gz"]);
      expect(store.comparable()).toBe(new RunStore(plain).comparable());
    },
    LIMIT,
  );

  it(
    `${PACKS} times while stores are merged: the old records or the new ones, and the next one finishes the work`,
    async () => {
      const parts = [0, 1, 2].map((n) => {
        const part = join(temporary, `part ${n}`);
        runTo("alive", part, 150 + 100 * n);
        return part;
      });
      const plain = new RunStore(parts[2]).comparable();
      const into = join(temporary, "merged");
      runTo("alive", into, 100);
      const old = new RunStore(into).comparable();
      const random = Random.stream(SEED, "merge");
      const copy = `${into} copy`;
      cpSync(into, copy, { recursive: true });
      const whole = await duration(copy, start(copy, 0, 0, "merge", ...parts));
      const seen = new Set<string>();
      for (let kills = 0; kills < PACKS; kills++) {
        const folder = `${into} ${kills}`;
        cpSync(into, folder, { recursive: true });
        await killed(folder, start(folder, 0, 0, "merge", ...parts), random.uniform() * 1.3 * whole);
        const left = new RunStore(folder);
        expect([old, plain]).toContain(left.comparable());
        expect(left.problems).toEqual([]);
        seen.add(left.comparable());
        runTo("alive", folder, 0, 0, "merge", ...parts);
        expect(readdirSync(folder)).toEqual(["records.jsonl.gz"]);
        expect(new RunStore(folder).comparable()).toBe(plain);
      }
      expect(seen).toContain(old);
    },
    LIMIT,
  );
});
