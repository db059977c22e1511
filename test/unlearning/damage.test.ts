/** Damaged folders: nothing is certified of which a file is bad, and a lost certificate stands in nobody's way. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DamagedError } from "../../lib/training/store";
import { type LearnSettings, learn, open, verify } from "../../lib/unlearning/api";
import { fileOf, world } from "../training/world";
import { certified, KEY } from "./support";

const ratings = world();
const home = mkdtempSync(join(tmpdir(), "erasable-damage-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const sharded: LearnSettings = { method: "c-sisa", epochs: 1, batchSize: 32, groups: 3 };
const METHODS: [string, LearnSettings][] = [
  ["laser", { ...sharded, method: "laser", grouping: "rand", order: "random" }],
  ["c-sisa", sharded],
  ["receraser", { method: "receraser", epochs: 1, batchSize: 32, groups: 3, aggregationEpochs: 1 }],
];

let folders = 0;
async function learned(settings: LearnSettings): Promise<string> {
  const folder = join(home, `s${folders++}`);
  await (await learn(ratings, { ...settings, folder })).close();
  return folder;
}

/** Opens, forgets and closes; what `forget` gives. */
async function forget(folder: string, user: string) {
  const system = await open(folder);
  try {
    return await certified(system.forget([user], { key: KEY }));
  } finally {
    await system.close();
  }
}

describe("whichever file of a folder is cut", () => {
  it.each(METHODS)("%s certifies nothing that cannot be served afterwards", async (_, settings) => {
    const whole = await learned(settings);
    let refused = 0;
    for (const part of ["blobs", "records"])
      for (const name of readdirSync(join(whole, part))) {
        const folder = join(home, `s${folders++}`);
        cpSync(whole, folder, { recursive: true });
        truncateSync(join(folder, part, name), 3);
        const inForce = readFileSync(join(folder, "system.json"), "utf8");
        const done = await forget(folder, "u003").catch((error: unknown) => error);
        if (done instanceof DamagedError) {
          refused++;
          expect(done.message).toContain(name.replace(/\.json$/, ""));
          expect(readFileSync(join(folder, "system.json"), "utf8")).toBe(inForce);
          // put back from a copy, the request goes on
          cpSync(join(whole, part, name), join(folder, part, name));
          await forget(folder, "u003");
        } else expect(done).toHaveProperty("certificate");
        const system = await open(folder);
        expect(system.recommend("u002", 1)).toHaveLength(1);
        await system.close();
      }
    expect(refused).toBeGreaterThan(0);
  });
});

describe("whichever blob goes, or is cut, after the system was opened", () => {
  it.each(METHODS)("%s certifies nothing that cannot be opened afterwards", async (_, settings) => {
    const whole = await learned(settings);
    let refused = 0;
    for (const harm of [(path: string) => rmSync(path), (path: string) => truncateSync(path, 3)])
      for (const name of readdirSync(join(whole, "blobs"))) {
        const folder = join(home, `s${folders++}`);
        cpSync(whole, folder, { recursive: true });
        const system = await open(folder);
        harm(join(folder, "blobs", name));
        const done = await system.forget(["u003"], { key: KEY }).catch((error: unknown) => error);
        await system.close();
        if (done instanceof DamagedError) {
          refused++;
          expect(done.message).toContain(name);
          cpSync(join(whole, "blobs", name), join(folder, "blobs", name));
        } else expect(done).toHaveProperty("certificate");
        await (await open(folder)).close();
      }
    expect(refused).toBeGreaterThan(0);
  });
});

describe("a certificate of the chain", () => {
  const cases: [string, (path: string) => void][] = [
    ["is missing", (path) => rmSync(path)],
    [
      "was changed",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace('"users": 1', '"users": 9')),
    ],
    ["is cut", (path) => truncateSync(path, 100)],
  ];
  it.each(cases)(
    "that %s is told, and blocks no erasure, and nothing is left of its file",
    async (_, harm) => {
      const folder = await learned(METHODS[0][1]);
      await forget(folder, "u003");
      const inside = join(folder, "certificates");
      const [name] = readdirSync(inside);
      harm(join(inside, name));
      const { certificate } = await forget(folder, "u004");
      expect(readdirSync(inside)).toEqual([`${certificate.digest.slice(0, 16)}.json`]);
      await forget(folder, "u005");
      const system = await open(folder, { readOnly: true });
      expect(system.certificates()).toHaveLength(2);
      expect(system.lostCertificates()).toEqual([expect.stringContaining(name)]);
      const rest = fileOf(ratings, (user) => !/u00[345]/.test(ratings.userIds[user]));
      const last = system.certificates().at(-1);
      const { ok, checks } = await verify(last ?? null, rest, { system, key: KEY });
      const place = checks.find(({ what }) => what === "last certificate");
      expect([ok, place?.text]).toEqual([true, "erasure 2 of 2 (1 more lost)"]);
      await system.close();
    },
  );
});

describe("a request that was stopped", () => {
  it.each([false, true])(
    "is given to forget as unfinishedRequest gives it (regroup: %s)",
    async (regroup) => {
      const folder = await learned(METHODS[0][1]);
      const stop = new AbortController();
      const stopped = await open(folder);
      const asked = stopped.forget(["u003"], {
        key: KEY,
        regroup,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      });
      await expect(asked).rejects.toThrow(/stopped/);
      await stopped.close();
      const system = await open(folder);
      const request = system.unfinishedRequest();
      expect(request).toEqual({ users: ["u003"], ratings: [], regroup });
      await expect(system.forget(request ?? [], { key: KEY, regroup: !regroup })).rejects.toThrow(
        /forget: regroup/,
      );
      const { certificate } = await certified(system.forget(request ?? [], { key: KEY }));
      expect(certificate.guarantee).toBe(regroup ? "exact" : "exact given the partition");
      expect(system.unfinishedRequest()).toBeUndefined();
      await system.close();
    },
  );
});
