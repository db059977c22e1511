import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import type { StoredRecord } from "../../lib/runs/record";
import { cacheFolder, compileTo } from "./compiled";

type Store = typeof import("../../lib/runs/store");

/** Kills in all, of two writers at a time; more by hand: ERASABLE_KILLS=2000. */
const KILLS = Number(process.env.ERASABLE_KILLS ?? 200);
const ROUNDS = Math.ceil(KILLS / 2);
/** The work grows from round to round, so that there is some in each. */
const cellsIn = (round: number) => 30 + 6 * round;
const CELLS = cellsIn(ROUNDS);

const compiled = cacheFolder("kill");
const temporary = mkdtempSync(join(tmpdir(), "erasable-kill-"));
let RunStore: Store["RunStore"];

beforeAll(() => {
  compileTo(compiled, ["runs/store", "runs/record", "random", "json"]);
  RunStore = (createRequire(join(compiled, "package.json"))("./runs/store.js") as Store).RunStore;
});
afterAll(() => {
  for (const folder of [compiled, temporary]) rmSync(folder, { recursive: true, force: true });
});

const script = join(__dirname, "storeWriter.mjs");
const writerArguments = (folder: string, first = 0, ending = "", cells = CELLS) =>
  [script, compiled, folder, cells, first, ending].map(String);

function startWriter(
  folder: string,
  first: number,
  cells: number,
): { child: ChildProcess; ended: Promise<unknown> } {
  const child = spawn(process.execPath, writerArguments(folder, first, "", cells), { stdio: "inherit" });
  return { child, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Every whole line of every segment: what was really written, before any merging. */
function keysWritten(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1))
    .map((line) => (JSON.parse(line) as StoredRecord).key);
}

describe("kill -9", () => {
  it(
    `${KILLS} times at random, two writers: every record once, equal to an uninterrupted run`,
    async () => {
      const folder = join(temporary, "killed");
      const random = Random.stream(1, "kills");
      const start = (cells: number) => startWriter(folder, random.below(cells), cells);
      let killed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const writers = [start(cellsIn(round)), start(cellsIn(round))];
        for (const { child, ended } of random.shuffle(writers)) {
          // A few are killed while Node still loads, the others at work.
          if (random.below(20) > 0) await atWork(folder, child);
          await pause(random.below(20));
          if (child.kill("SIGKILL")) killed++;
          await ended;
        }
      }
      expect(killed).toBeGreaterThan(0.5 * KILLS); // some had done their work and ended first
      const last = [start(CELLS), start(CELLS)];
      await Promise.all(last.map(({ ended }) => ended));
      const finish = spawnSync(process.execPath, writerArguments(folder), { encoding: "utf8" });
      expect(finish.stderr).toBe("");

      const plain = join(temporary, "plain");
      spawnSync(process.execPath, writerArguments(plain));
      const store = new RunStore(folder);
      expect(store.records()).toHaveLength(CELLS);
      expect(store.comparable()).toBe(new RunStore(plain).comparable());
      const written = keysWritten(folder);
      expect(written).toHaveLength(CELLS);
      expect(new Set(written).size).toBe(CELLS);

      expect(store.compact()).toBe(0);
      store.close();
      expect(keysWritten(folder)).toEqual([...written].sort());
      expect(new RunStore(folder).comparable()).toBe(new RunStore(plain).comparable());
      expect(readdirSync(join(folder, "claims"))).toEqual([]);
    },
    60_000 + KILLS * 200,
  );

  it("in the middle of a line: the line is dropped and reported, the trial is done by the next run", () => {
    const folder = join(temporary, "half");
    const died = spawnSync(process.execPath, writerArguments(folder, 0, "half", 40));
    expect(died.signal).toBe("SIGKILL");
    const [file] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    expect(readFileSync(join(folder, file), "utf8")).not.toContain("\n");
    const store = new RunStore(folder);
    expect(store.records()).toEqual([]);
    expect(store.findings[0].what).toContain("the last line was never finished");
    spawnSync(process.execPath, writerArguments(folder, 0, "", 40));
    store.refresh();
    expect(store.records()).toHaveLength(40);
  });

  it("compaction while two writers write, one of which is killed: nothing is lost or doubled", async () => {
    const folder = join(temporary, "together");
    const store = new RunStore(folder);
    const writers = [startWriter(folder, 0, 120), startWriter(folder, 60, 120)];
    let running = true;
    const all = Promise.all(writers.map(({ ended }) => ended)).then(() => {
      running = false;
    });
    for (let n = 0; running; n++) {
      store.compact();
      expect(store.findings).toEqual([]);
      if (n === 5) writers[0].child.kill("SIGKILL");
      await pause(10);
    }
    await all;
    expect(store.compact()).toBe(0);
    store.close();
    expect(readdirSync(folder).sort()).toEqual(["claims", "records.jsonl"]);
    const keys = keysWritten(folder);
    expect([keys.length, new Set(keys).size]).toEqual([120, 120]);
  });

  it("during compaction: nothing is lost, and the next compaction finishes the work", async () => {
    const folder = join(temporary, "compaction");
    spawnSync(process.execPath, writerArguments(folder, 0, "", 40));
    const random = Random.stream(2, "compaction");
    for (let kills = 0; kills < 10; kills++) {
      const child = spawn(process.execPath, writerArguments(folder, 0, "compact", 41 + kills), {
        stdio: "inherit",
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await atWork(folder, child);
      await pause(random.below(40));
      child.kill("SIGKILL");
      await ended;
      const store = new RunStore(folder);
      expect(store.records().length).toBeGreaterThanOrEqual(40);
      expect(store.findings).toEqual([]);
    }
    const store = new RunStore(folder);
    expect(store.compact()).toBe(0);
    store.close();
    expect(readdirSync(folder).sort()).toEqual(["claims", "records.jsonl"]);
    expect(new RunStore(folder).records()).toEqual(store.records());
  });
});

/** Waits until a writer has shown itself in the store, or has ended. */
async function atWork(folder: string, child: ChildProcess): Promise<void> {
  const shown = () => {
    try {
      return readdirSync(join(folder, "claims")).some((file) => file.includes(`-${child.pid}-`));
    } catch {
      return false;
    }
  };
  while (child.exitCode === null && child.signalCode === null && !shown()) await pause(4);
}
