/**
 * Learning and forgetting in a folder, where each step on the disk in turn is the last one of the process, or fails. What is
 * left is the old system or the new one; going on gives the bytes of a run that nothing disturbed; process and disk agree;
 * no file holds who was erased.
 */

import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { type LearnSettings, learn, open } from "../../lib/unlearning/api";
import type { ErasableSystem, ForgetOptions, ForgetRequest } from "../../lib/unlearning/erasableSystem";
import { world } from "../training/world";
import { EVERY_METHOD } from "../unlearning/everyMethod";
import { contents, KEY } from "../unlearning/support";
import { amount, count, LIMIT, SEED } from "./amount";
import { Dead, ENDS, type End, EndingFiles, mount } from "./endingFiles";

/** Steps that are tried of each method and kind of request. */
const TRIED = amount(3, 80);

const data = world();
const home = mkdtempSync(join(tmpdir(), "erasable-steps-"));
const disk = new EndingFiles();
const unmount = mount(disk.files);
afterEach(() => disk.arm(0));
afterAll(() => {
  unmount();
  rmSync(home, { recursive: true, force: true });
});

interface Asked {
  readonly request: ForgetRequest;
  readonly options: ForgetOptions;
  /** ids that no file may hold afterwards */
  readonly erased: readonly string[];
}

const USERS = ["u005", "u012"];
const REQUESTS: readonly (readonly [what: string, asked: (system: ErasableSystem) => Asked])[] = [
  ["users", () => ({ request: USERS, options: { key: KEY }, erased: USERS })],
  ["users, grouped anew", () => ({ request: USERS, options: { key: KEY, regroup: true }, erased: USERS })],
  [
    "a rating",
    ({ system }) => {
      const item = system.itemIds[system.ratingsOf(system.userIds.indexOf("u007")).items[0]];
      return { request: { ratings: [["u007", item]] }, options: { key: KEY }, erased: [] };
    },
  ],
];

/** All files but the lock, which is this process's although the one that it plays is dead. */
function left(folder: string): Map<string, string> {
  const files = existsSync(folder) ? contents(folder) : new Map<string, string>();
  for (const name of files.keys()) if (/^lock/.test(name)) files.delete(name);
  return files;
}

/** What is there after a death: the lock of the dead is taken over. */
function outlive(folder: string): void {
  disk.arm(0);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => /^lock/.test(one))) rmSync(join(folder, name));
}

/** Some of the steps from 1 to `steps` with one end each, or all of them with all. */
function chosen(steps: number, ends: readonly End[], ...name: string[]): [step: number, end: End][] {
  const all = Array.from({ length: steps }, (_, n) => ends.map((end): [number, End] => [n + 1, end])).flat();
  return TRIED >= all.length
    ? all
    : Random.stream(SEED, "steps", ...name)
        .shuffle(all)
        .slice(0, TRIED);
}

describe.each(EVERY_METHOD)("a step on the disk that is the last, or fails: %s", (name, settings) => {
  const base = join(home, name, "base");
  const learnHere = (folder: string, more: LearnSettings = {}) =>
    learn(data, { ...settings, ...more, folder });

  it.each(REQUESTS)(
    "forgetting %s",
    async (what, asked) => {
      rmSync(base, { recursive: true, force: true });
      const learned = await learnHere(base);
      await learned.forget(["u001"], { key: KEY }); // there is a certificate to be superseded
      const { request, options, erased } = asked(learned);
      const [old, certificates] = [learned.fingerprint, learned.certificates().length];
      await learned.close();
      const reference = join(home, name, "reference");
      cpSync(base, reference, { recursive: true });
      const undisturbed = await open(reference);
      disk.arm(0);
      await undisturbed.forget(request, options);
      const steps = disk.steps;
      const fresh = undisturbed.fingerprint;
      await undisturbed.close();
      const goal = left(reference);
      rmSync(reference, { recursive: true });

      const folder = join(home, name, "folder");
      for (const [step, end] of chosen(steps, ENDS, name, what)) {
        await breathe(); // the test runner hears from this thread
        const where = `step ${step} of ${steps}, ${end}`;
        rmSync(folder, { recursive: true, force: true });
        cpSync(base, folder, { recursive: true });
        const system = await open(folder);
        disk.arm(step, end);
        const error = await system.forget(request, options).then(
          () => undefined,
          (thrown: Error) => thrown,
        );
        if (end === "failing") {
          count("failing steps", 1);
          disk.arm(0);
          const reader = await open(folder, { readOnly: true });
          expect(system.fingerprint, where).toBe(reader.fingerprint); // process and disk agree
          if (error && system.fingerprint === old && existsSync(join(folder, "request.json")))
            expect(error.message, where).toContain("the request is kept: finish it (unlearn --resume)");
          await reader.close();
          expect(system.recommend("u002", 1), where).toHaveLength(1);
          if (system.fingerprint === old) await system.forget(request, options);
          await system.close();
        } else {
          count("deaths", 1);
          expect(error, where).toBeInstanceOf(Dead);
          await system.close().catch(() => {});
          outlive(folder);
          const reader = await open(folder, { readOnly: true });
          expect([old, fresh], where).toContain(reader.fingerprint);
          await reader.close();
        }
        const found = await open(folder);
        const unfinished = found.unfinishedRequest();
        if (found.fingerprint === old) {
          const { regroup = options.regroup, ...ids } = unfinished ?? {};
          await found.forget(unfinished ? ids : request, { ...options, regroup });
        } else expect(unfinished, where).toBeUndefined();
        expect(found.fingerprint, where).toBe(fresh);
        expect(found.certificates().length, where).toBe(certificates + 1);
        await found.close();
        expect(left(folder), where).toEqual(goal);
        for (const text of left(folder).values())
          for (const id of erased) expect(text, where).not.toContain(id);
      }
    },
    LIMIT,
  );

  it(
    "learning",
    async () => {
      const folder = join(home, name, "learned");
      disk.arm(0);
      const undisturbed = await learnHere(folder);
      const steps = disk.steps;
      await undisturbed.close();
      const goal = left(folder);
      for (const [step, end] of chosen(steps, ENDS, name, "learn")) {
        await breathe();
        rmSync(folder, { recursive: true, force: true });
        disk.arm(step, end);
        const ended = await learnHere(folder).catch(() => undefined);
        count(end === "failing" ? "failing steps" : "deaths", 1);
        await ended?.close().catch(() => {});
        outlive(folder);
        const isThere = left(folder).has("system.json");
        await (await (isThere ? open(folder) : learnHere(folder))).close();
        expect(left(folder), `step ${step} of ${steps}, ${end}`).toEqual(goal);
      }
    },
    LIMIT,
  );
});
