/**
 * After `forget`, every method: no file of the folder holds bytes of a checkpoint, state or rating list that saw the
 * erased data, no name or hash of one is left, and no erased rating can be read through the system. What "saw" means is
 * not asked of the system: it is what a system that never met the users does not have.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Interactions, selectRatings, withoutUsers } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { StoppedError } from "../../lib/errors";
import { sha256 } from "../../lib/json";
import { type LearnSettings, learn, open } from "../../lib/unlearning/api";
import { SystemFolder } from "../../lib/unlearning/folder";
import type { Method, System } from "../../lib/unlearning/method";
import type { Plan } from "../../lib/unlearning/plan";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD, EXACT_METHODS } from "./everyMethod";
import { contents, KEY } from "./support";

type Contents = ReadonlyMap<string, string>;

const data = world();
const home = mkdtempSync(join(tmpdir(), "erasable-forgotten-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Two users, and a rating of a third. */
const GONE = [7, 12];
const USER = 4;
const ITEM = data.byUser.columns[data.byUser.offsets[USER]];
const lessOne = (of: Interactions) => {
  const user = of.userIds.indexOf(data.userIds[USER]);
  const { offsets, columns } = of.byUser;
  const at = columns.indexOf(ITEM, offsets[user]);
  return selectRatings(of, (_, place) => place !== at, "less one");
};
const request = {
  users: GONE.map((user) => data.userIds[user]),
  ratings: [[data.userIds[USER], data.itemIds[ITEM]]] as [string, string][],
};

/** What a folder holds when learning is stopped half way: weights, moments, and the checkpoints until then. */
async function stoppedHalfWay(settings: LearnSettings, folder: string): Promise<Contents> {
  const stop = new AbortController();
  const onProgress = ({ stage, done }: { stage: string; done: number }) =>
    stage !== "plan" && done > 0.4 && stop.abort();
  await expect(learn(data, { ...settings, folder, signal: stop.signal, onProgress })).rejects.toThrow(
    StoppedError,
  );
  return contents(folder);
}

/** What folders hold that never met the users: with their numbers left empty, and with a catalogue that lacks them. */
async function neverMet(method: Method, plan: Plan | null, name: string): Promise<Contents> {
  const files = new Map<string, string>();
  for (const rest of [withoutUsers(data, GONE), fileOf(data, (user) => !GONE.includes(user))].map(lessOne)) {
    const home = new SystemFolder(join(name, String(rest.userIds.length)));
    const context = { createEngine, clock: () => 0, store: home.store };
    const system = await method.learn(rest, context, plan ? { plan } : {});
    home.put(system);
    system.dispose();
    for (const [path, text] of contents(home.path)) files.set(path, text);
  }
  return files;
}

/** Names of stored blobs and records. */
const stored = (files: Contents) => [...files.keys()].filter((path) => /^(blobs|records)\//.test(path));

/** Bytes in a row that count as a trace: four floats, a quarter of a user's row. */
const RUN = 16;

/** Every run of bytes of `tainted`, at the places where a float begins, that no file of `clean` has anywhere. */
function tracesOf(tainted: readonly string[], clean: Contents): ReadonlySet<string> {
  const harmless = new Set<string>();
  for (const text of clean.values())
    for (let at = 0; at + RUN <= text.length; at++) harmless.add(text.slice(at, at + RUN));
  const traces = new Set<string>();
  for (const text of tainted)
    for (let at = 0; at + RUN <= text.length; at += 4) {
      const run = text.slice(at, at + RUN);
      if (!harmless.has(run)) traces.add(run);
    }
  return traces;
}

/** Files with a trace, wherever in them it stands. */
function filesWith(traces: ReadonlySet<string>, files: Contents): string[] {
  const has = (text: string) => {
    for (let at = 0; at + RUN <= text.length; at++) if (traces.has(text.slice(at, at + RUN))) return true;
    return false;
  };
  return [...files].filter(([, text]) => has(text)).map(([path]) => path);
}

/** All ratings by ids, as the system itself tells them. */
function readable(system: Pick<System, "userIds" | "itemIds" | "ratingsOf">): string[] {
  return system.userIds
    .flatMap((id, user) => {
      const { items, ratings } = system.ratingsOf(user);
      return Array.from(items, (item, k) => `${id} ${system.itemIds[item]} ${ratings[k]}`);
    })
    .sort();
}

/** The same of a data set. */
const ratingsIn = ({ userIds, itemIds, byUser: { offsets, columns, values } }: Interactions) =>
  readable({
    userIds,
    itemIds,
    ratingsOf: (user) => ({
      items: columns.slice(offsets[user], offsets[user + 1]),
      ratings: values.slice(offsets[user], offsets[user + 1]),
    }),
  });

it("every method is tried", () => {
  expect(new Set(EVERY_METHOD.map(([, { method }]) => method))).toEqual(new Set(EXACT_METHODS));
});

describe.each(EVERY_METHOD)("%s, after it has forgotten", (name, settings) => {
  it("has nothing on disk that saw the erased data, and no erased rating to read", async () => {
    const folder = join(home, name);
    const halfWay = await stoppedHalfWay(settings, folder);
    const system = await learn(data, { ...settings, folder });
    const { method } = system.system;
    const learned = contents(folder);
    expect(readable(system.system)).toEqual(ratingsIn(data));

    await system.forget(request, { key: KEY });
    const clean = await neverMet(method, system.plan, join(home, `${name}, clean`));
    const left = contents(folder);
    const before = new Map([...halfWay, ...learned]);
    const names = stored(before).filter((path) => !clean.has(path));
    const tainted = names.map((path) => before.get(path)!);
    const traces = tracesOf(
      names.filter((path) => path.startsWith("blobs/")).map((path) => before.get(path)!),
      clean,
    );

    // What is looked for is there before, and would be found.
    expect(names.length).toBeGreaterThan(0);
    const found = filesWith(traces, learned);
    expect(found.length).toBeGreaterThan(0);
    const [piece] = traces;
    expect(filesWith(traces, new Map([["a copy", `x${piece}`]]))).toEqual(["a copy"]);

    // Whatever is stored is also stored by a system that never met them.
    expect(stored(left).filter((path) => !clean.has(path))).toEqual([]);
    const hashes = new Set(tainted.map((text) => sha256(Buffer.from(text, "latin1"))));
    for (const [path, text] of left) {
      expect(hashes.has(sha256(Buffer.from(text, "latin1"))), path).toBe(false);
      for (const other of names) {
        const key = other.split("/")[1].replace(".json", "");
        expect(`${path}\n${text}`.includes(key), `${path} names ${other}`).toBe(false);
      }
      for (const id of request.users) expect(text.includes(id), `${path} names ${id}`).toBe(false);
    }
    expect(filesWith(traces, left)).toEqual([]);

    // Neither this object nor one that is opened tells an erased rating.
    const remaining = ratingsIn(lessOne(withoutUsers(data, GONE)));
    expect(readable(system.system)).toEqual(remaining);
    for (const id of request.users) {
      expect(() => system.recommend(id)).toThrow(/erased/);
      expect(() => system.score(id, data.itemIds[0])).toThrow(/erased/);
    }
    await system.close();
    const opened = await open(folder);
    expect(readable(opened.system)).toEqual(remaining);
    for (const id of request.users)
      expect(() => opened.recommend(id)).toThrow(/not in the system's catalogue/);
    // A rating that was withdrawn is nothing the user has rated: the item is recommended like any other.
    const [[user, item]] = request.ratings;
    expect(opened.recommend(user, data.itemIds.length).map((one) => one.item)).toContain(item);
    await opened.close();
  });
});

it("a copy of an old checkpoint anywhere below the folder would be found", async () => {
  const [name, settings] = EVERY_METHOD[1];
  const folder = join(home, "planted");
  const system = await learn(data, { ...settings, folder });
  const { method } = system.system;
  const learned = contents(folder);
  await system.forget(request, { key: KEY });
  const clean = await neverMet(method, system.plan, join(home, `${name}, planted`));
  await system.close();
  const names = stored(learned).filter((path) => path.startsWith("blobs/") && !clean.has(path));
  for (const path of names) {
    const traces = tracesOf([learned.get(path)!], clean);
    if (traces.size === 0) continue; // such as a list of users, all of whom are left
    writeFileSync(join(folder, "certificates", "old"), `more ${learned.get(path)}`, "latin1");
    expect(filesWith(traces, contents(folder)), path).toEqual([join("certificates", "old")]);
  }
});
