/** What is in a system's folder and is not its own stays; what would leave nobody, or cannot be read, is said by name. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError, StoppedError } from "../../lib/errors";
import { DamagedError } from "../../lib/training/store";
import { type LearnSettings, learn, open } from "../../lib/unlearning/api";
import { world } from "../training/world";
import { KEY } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-own-files-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const data = world({ users: 12, items: 10 });
const GROUPED: LearnSettings = { groups: 2, grouping: "rand", epochs: 1, batchSize: 32 };
const CHEAP: LearnSettings = { ...GROUPED, order: "random" };

function put(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "x");
  return path;
}

describe("files of others", () => {
  it.each([
    "records/tax.json",
    "blobs/photo.jpg",
    "certificates/server.pem",
    "certificates/erased.json",
    "request.json",
    `blobs/${"0".repeat(63)}`,
    `records/${"0".repeat(64)}`,
  ])("%s: learning is refused before anything is made", async (name) => {
    const folder = mkdtempSync(join(home, "of-others-"));
    const path = put(folder, name);
    const before = readdirSync(folder, { recursive: true });
    await expect(learn(data, { ...CHEAP, folder })).rejects.toThrow(`${path} is not a system's file`);
    expect(readFileSync(path, "utf8")).toBe("x");
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it("that come later stay when the system forgets", async () => {
    const folder = mkdtempSync(join(home, "later-"));
    const system = await learn(data, { ...CHEAP, folder });
    const names = ["records/tax.json", "blobs/photo.jpg", "certificates/server.pem", "notes.txt"];
    const paths = names.map((name) => put(folder, name));
    const { deleted } = await system.forget(["u003"], { key: KEY });
    expect(deleted.length).toBeGreaterThan(0);
    expect(deleted.every((name) => /^(blob|record)\/[0-9a-f]{64}$/.test(name))).toBe(true);
    await system.close();
    const again = await open(folder);
    await again.forget(["u004"], { key: KEY });
    await again.close();
    for (const path of paths) expect(readFileSync(path, "utf8")).toBe("x");
  });

  it("are not what a stopped learning left: it goes on, and what other settings left is deleted", async () => {
    const folder = mkdtempSync(join(home, "stopped-"));
    const controller = new AbortController();
    const stopping = learn(data, {
      ...CHEAP,
      epochs: 40,
      folder,
      signal: controller.signal,
      onProgress: ({ stage, done }) => stage === "train" && done > 0.6 && controller.abort(),
    });
    await expect(stopping).rejects.toThrow(StoppedError);
    const left = readdirSync(join(folder, "records"));
    expect(left.length).toBeGreaterThan(0);
    const system = await learn(data, { ...CHEAP, seed: 5, folder });
    await system.close();
    expect(readdirSync(join(folder, "records")).filter((name) => left.includes(name))).toEqual([]);
  });
});

describe("nobody left", () => {
  const ratingsOf = (user: number) =>
    Array.from(
      data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]),
      (item) => [data.userIds[user], data.itemIds[item]] as const,
    );

  it.each<LearnSettings>([
    CHEAP,
    { ...GROUPED, method: "c-sisa" },
    { method: "retrain", epochs: 1, batchSize: 32 },
    { method: "receraser", groups: 2, epochs: 1, batchSize: 32, aggregationEpochs: 1 } as LearnSettings,
    { method: "ease" },
    { method: "gaussian", rank: 2 },
  ])("is refused before anything is forgotten: $method", async (settings) => {
    const folder = mkdtempSync(join(home, "nobody-"));
    for (const place of [{ folder }, {}]) {
      const system = await learn(data, { ...settings, ...place });
      const { fingerprint } = system;
      const rest = { users: data.userIds.slice(1), ratings: ratingsOf(0) };
      for (const request of [data.userIds, rest])
        await expect(system.forget(request, { key: KEY })).rejects.toThrow(
          /^nobody would be left: delete the system's folder instead$/,
        );
      expect(system.fingerprint).toBe(fingerprint);
      expect(system.unfinishedRequest()).toBeUndefined();
      await system.forget({ users: data.userIds.slice(1), ratings: ratingsOf(0).slice(1) }, { key: KEY });
      await system.close();
    }
    const reopened = await open(folder);
    expect(reopened.recommend(data.userIds[0], 1)).toEqual([]); // nobody has rated anything else
    expect(reopened.score(data.userIds[0], data.itemIds[0])).toBeGreaterThan(0);
    await reopened.close();
  });
});

describe("a damaged request", () => {
  it.each([
    "",
    "nonsense",
    "null",
    "[]",
    '{"users":["u001"],"ratings":[]}',
    '{"users":[1],"ratings":[],"regroup":false}',
  ])("%j is said to be one, and can be taken back", async (text) => {
    const folder = mkdtempSync(join(home, "request-"));
    await (await learn(data, { method: "ease", folder })).close();
    const path = join(folder, "request.json");
    writeFileSync(path, text);
    const system = await open(folder);
    expect(() => system.unfinishedRequest()).toThrow(DamagedError);
    expect(() => system.unfinishedRequest()).toThrow(path);
    await expect(system.forget(["u001"], { key: KEY })).rejects.toThrow(InputError);
    expect(existsSync(path)).toBe(true);
    system.withdrawRequest();
    expect(system.unfinishedRequest()).toBeUndefined();
    await system.forget(["u001"], { key: KEY });
    await system.close();
  });
});
