/**
 * kill -9 in the middle of unlearning, in processes of their own, every method: what is left is the old system or the
 * new one, and running again ends with what an uninterrupted unlearning leaves, byte for byte. Each step on disk in turn
 * is the subject of test/unlearning/folder.test.ts; here the moments are drawn, and most of them lie between such steps.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { learn, open } from "../../lib/unlearning/api";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { start } from "../cli/support";
import { world } from "../training/world";
import { EVERY_METHOD } from "../unlearning/everyMethod";
import { contents, KEY } from "../unlearning/support";
import { amount, count, LIMIT, SEED } from "./amount";

/** Kills of each method. */
const KILLS = amount(2, 10);

const door = join(__dirname, "../../lib/dist/unlearning/api.js");
const data = world();
const home = mkdtempSync(join(tmpdir(), "erasable-kill-unlearn-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(() => {
  if (!existsSync(door)) throw new Error('these tests start the compiled library: run "npm run build" first');
});

/** A process that forgets when it is told to. */
class Unlearner {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  private text = "";
  private hear = () => {};

  constructor() {
    const script = join(__dirname, "unlearner.mjs");
    this.child = spawn(process.execPath, [script, door], { stdio: ["pipe", "pipe", "inherit"] });
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.stdout?.on("data", (chunk) => {
      this.text += String(chunk);
      this.hear();
    });
  }

  /** Begins, and returns when the work has begun. */
  async begin(folder: string, request: object): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      this.hear = () => this.text.includes("begun") && resolve();
    });
    this.child.stdin?.write(`${JSON.stringify({ folder, request, key: KEY })}\n`);
    await Promise.race([begun, this.ended]);
  }
}

/** One that has been started ahead is ready sooner. */
let ahead = new Unlearner();
const nextUnlearner = (): Unlearner => {
  const ready = ahead;
  ahead = new Unlearner();
  return ready;
};
afterAll(async () => {
  ahead.child.kill("SIGKILL");
  await ahead.ended;
});

/** All that is in a folder, but for the lock of a process that was killed. */
function left(folder: string): Map<string, string> {
  const files = contents(folder);
  files.delete("lock");
  return files;
}

/** The request: a user, another's single rating. For core fold-in one of the core, so that there is training too. */
function requestOf(system: ErasableSystem) {
  const member = system.plan?.groups[1]?.[0] ?? "";
  const user = data.userIds.includes(member) ? member : "u007";
  const item = data.itemIds[system.system.ratingsOf(4).items[0]];
  return { users: user === "u004" ? ["u005"] : [user], ratings: [["u004", item]] as [string, string][] };
}

describe.each(EVERY_METHOD)("kill -9 while %s unlearns", (name, settings) => {
  it(
    `leaves the old system or the new one, ${KILLS} times (seed ${SEED}), and going on ends as if never killed`,
    async () => {
      const before = join(home, name, "before");
      const learned = await learn(data, { ...settings, folder: before });
      const request = requestOf(learned);
      const [old, oldScores] = [learned.fingerprint, scores(learned)];
      await learned.close();

      const after = join(home, name, "after");
      cpSync(before, after, { recursive: true });
      const whole = nextUnlearner();
      await whole.begin(after, request);
      const began = performance.now();
      expect(await whole.ended).toBe(0);
      const duration = performance.now() - began;
      const goal = left(after);
      const reference = await open(after);
      const [fresh, freshScores] = [reference.fingerprint, scores(reference)];
      await reference.close();
      expect(fresh).not.toBe(old);

      const random = Random.stream(SEED, "kill -9", name);
      const folder = join(home, name, "killed");
      for (let kill = 0, again = false; kill < KILLS; kill++) {
        if (!again) {
          rmSync(folder, { recursive: true, force: true });
          cpSync(before, folder, { recursive: true });
        }
        const moment = random.uniform() * duration;
        const where = `seed ${SEED}, kill ${kill}, ${moment.toFixed(1)} of ${duration.toFixed(1)} ms`;
        const { child, ended } = await begun(folder, request);
        await pause(moment);
        count("kills", Number(child.kill("SIGKILL")));
        await ended;

        const found = await open(folder);
        const unfinished = found.unfinishedRequest();
        if (found.fingerprint === old) {
          expect(scores(found), where).toEqual(oldScores);
          if (unfinished) expect(unfinished, where).toEqual({ ...request, regroup: false });
        } else {
          expect(found.fingerprint, where).toBe(fresh);
          expect(scores(found), where).toEqual(freshScores);
          expect(unfinished, where).toBeUndefined();
        }
        const done = found.fingerprint === fresh;
        again = !done && random.below(2) === 0 && kill + 1 < KILLS; // the next kill hits the run that goes on
        if (!done && !again) await found.forget(request, { key: KEY });
        if (!again) {
          expect(found.fingerprint, where).toBe(fresh);
          expect(scores(found), where).toEqual(freshScores);
        }
        await found.close();
        if (!again) expect(left(folder), where).toEqual(goal);
      }
    },
    LIMIT,
  );
});

async function begun(folder: string, request: object): Promise<Unlearner> {
  const unlearner = nextUnlearner();
  await unlearner.begin(folder, request);
  return unlearner;
}

/** What every user gets who is there, bit by bit. */
function scores({ system }: ErasableSystem): Map<string, Uint32Array> {
  const there = [...system.userIds.keys()].filter((user) => !system.erased.has(user));
  return new Map(
    there.map((user) => [
      system.userIds[user],
      new Uint32Array(system.scoreItems(Uint32Array.of(user)).buffer),
    ]),
  );
}

describe("kill -9 while npx erasable unlearn works", () => {
  it(
    "leaves the old system or the new one, and --resume or the same command ends it",
    async () => {
      const before = join(home, "cli-before");
      const [, settings] = EVERY_METHOD[1];
      const learned = await learn(data, { ...settings, epochs: 40, folder: before });
      const old = learned.fingerprint;
      await learned.close();
      const command = (folder: string) => ["unlearn", "--system", folder, "--users", "u003,u007"];
      const key = join(home, "cli.key");
      const folders = ["whole", "killed"].map((name) => join(home, `cli-${name}`));
      for (const folder of folders) cpSync(before, folder, { recursive: true });
      const [whole, folder] = folders;
      const began = performance.now();
      expect(await start([...command(whole), "--key", key]).ended).toMatchObject({ code: 0 });
      const duration = performance.now() - began;
      const goal = left(whole);

      const random = Random.stream(SEED, "kill -9", "cli");
      for (let kill = 0; kill < KILLS; kill++) {
        const { child, ended } = start([...command(folder), "--key", key]);
        await pause(random.uniform() * duration);
        count("kills", Number(child.kill("SIGKILL")));
        await ended;
        const found = await open(folder);
        const unfinished = found.unfinishedRequest();
        const isOld = found.fingerprint === old;
        await found.close();
        if (!isOld) {
          expect(unfinished).toBeUndefined();
          break;
        }
      }
      const system = await open(folder);
      const unfinished = system.unfinishedRequest();
      const isOld = system.fingerprint === old;
      await system.close();
      if (isOld) {
        const args = unfinished ? ["unlearn", "--system", folder, "--resume"] : command(folder);
        expect(await start([...args, "--key", key]).ended).toMatchObject({ code: 0 });
      }
      expect(left(folder)).toEqual(goal);
    },
    LIMIT,
  );
});
