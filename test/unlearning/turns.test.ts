/** One thing at a time: what is asked of a system while it forgets, and after it was closed. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { nodeFiles } from "../../lib/disk/files";
import { InputError, StoppedError } from "../../lib/errors";
import { DiskStore } from "../../lib/training/diskStore";
import * as poolModule from "../../lib/training/pool";
import { type LearnSettings, learn, open, verify } from "../../lib/unlearning/api";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD } from "./everyMethod";
import { certified, KEY } from "./support";

const ratings = world();
const tiny: LearnSettings = { epochs: 2, batchSize: 32, groups: 3, grouping: "rand", order: "random" };
const without = (...users: number[]) => fileOf(ratings, (user) => !users.includes(user));
const renamed = nodeFiles.rename;
const home = mkdtempSync(join(tmpdir(), "erasable-turns-"));
let folders = 0;
const folder = () => join(home, `system-${folders++}`);
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Forgets, and says under which plan and fingerprint the system was then. */
const forgetting = (system: ErasableSystem, user: string) =>
  system.forget([user], { key: KEY }).then(({ certificate }) => ({ certificate, plan: system.plan }));

describe("two requests at once", () => {
  it.each(EVERY_METHOD)("are both forgotten by %s, and both certificates hold", async (_, settings) => {
    const system = await learn(ratings, settings);
    const [first, second] = await Promise.all([forgetting(system, "u003"), forgetting(system, "u010")]);
    for (const user of ["u003", "u010"]) expect(() => system.recommend(user)).toThrow(/erased/);
    expect(system.recommend("u004", 3)).toHaveLength(3);
    expect((await verify(first.certificate, without(3), { plan: first.plan })).ok).toBe(true);
    expect((await verify(second.certificate, without(3, 10), { plan: second.plan })).ok).toBe(true);
    expect(system.fingerprint).toBe(second.certificate?.after.model);
    await system.close();
  });

  it("are carried out in a folder in turn, and closing waits for both", async () => {
    const path = folder();
    const system = await learn(ratings, { ...tiny, folder: path });
    const both = Promise.all([system.forget(["u003"]), system.forget(["u010"])]);
    expect(() => system.withdrawRequest()).toThrow(/under way/);
    await system.close();
    await both;
    const opened = await open(path);
    expect(opened.certificates()).toHaveLength(2);
    expect(opened.system.userIds).toEqual(ratings.userIds.filter((id) => id !== "u003" && id !== "u010"));
    await opened.close();
  });

  it("leave the second its turn when the first fails, and a third that was stopped while it waited", async () => {
    const system = await learn(ratings, tiny);
    const stop = new AbortController();
    const all = Promise.allSettled([
      system.forget(["nobody"]),
      system.forget(["u003"]),
      system.forget(["u010"], { signal: stop.signal }),
    ]);
    stop.abort();
    const [first, second, third] = await all;
    expect(first).toMatchObject({ status: "rejected", reason: expect.any(InputError) });
    expect(second.status).toBe("fulfilled");
    expect(third).toMatchObject({ status: "rejected", reason: expect.any(StoppedError) });
    expect(system.recommend("u010", 1)).toHaveLength(1);
    await system.close();
  });
});

describe("a closed system", () => {
  it("does nothing more, in memory or in a folder", async () => {
    for (const more of [{}, { folder: folder() }]) {
      const system = await learn(ratings, { ...tiny, ...more });
      await system.close();
      await system.close();
      await expect(system.forget(["u003"])).rejects.toThrow(/has been closed/);
      for (const method of [
        () => system.recommend("u004"),
        () => system.score("u004", "i001"),
        () => system.bytesKept(),
        () => system.certificates(),
        () => system.unfinishedRequest(),
        () => system.withdrawRequest(),
      ])
        expect(method).toThrow(/has been closed/);
    }
  });

  it("has given the folder back, also when freeing it failed", async () => {
    const path = folder();
    const system = await learn(ratings, { ...tiny, folder: path });
    vi.spyOn(system.system, "dispose").mockImplementation(() => {
      throw new Error("no");
    });
    await expect(system.close()).rejects.toThrow("no");
    expect(existsSync(join(path, "lock"))).toBe(false);
    await (await open(path)).close();
  });
});

describe("what fails on the way", () => {
  it("frees the old system after the erasure, so that the certificate comes all the same", async () => {
    const path = folder();
    const system = await learn(ratings, { ...tiny, folder: path });
    const old = system.fingerprint;
    vi.spyOn(system.system, "dispose").mockImplementation(() => {
      expect(system.fingerprint).not.toBe(old); // nobody is shown a system that has been freed
      throw new Error("no");
    });
    const { certificate } = await certified(system.forget(["u003"]));
    expect(system.certificates()).toEqual([certificate]);
    expect(readdirSync(path)).not.toContain("request.json");
    await system.close();
  });

  it("keeps nothing of the request when deleting fails once, and goes on with the new system", async () => {
    const path = folder();
    const system = await learn(ratings, { ...tiny, folder: path });
    const remove = DiskStore.prototype.delete;
    let failures = 0;
    vi.spyOn(DiskStore.prototype, "delete").mockImplementation(function (this: DiskStore, names) {
      // not while training: when the new system is in force
      if (system.certificates().length > 0 && failures++ === 0) throw new Error("disk");
      remove.call(this, names);
    });
    await expect(system.forget(["u003"])).rejects.toThrow("disk");
    expect(readdirSync(path)).not.toContain("request.json");
    expect(() => system.recommend("u003")).toThrow(/erased/);
    expect(system.certificates()).toHaveLength(1);
    await system.forget(["u010"]);
    await system.close();
  });

  it("frees the new system when it cannot be put in force", async () => {
    const path = folder();
    const system = await learn(ratings, { ...tiny, folder: path });
    const freed = vi.fn();
    const { without: make } = system.system;
    vi.spyOn(system.system, "without").mockImplementation(async (...given) => {
      const next = await make.apply(system.system, given);
      vi.spyOn(next, "dispose").mockImplementation(freed);
      return next;
    });
    vi.spyOn(nodeFiles, "rename").mockImplementation((from, to) => {
      if (to.endsWith("system.json")) throw new Error("disk");
      return renamed(from, to);
    });
    await expect(system.forget(["u003"])).rejects.toThrow("disk");
    expect(freed).toHaveBeenCalledTimes(1);
    expect(system.recommend("u003", 1)).toHaveLength(1);
    vi.restoreAllMocks();
    await system.forget(["u003"]);
    await system.close();
  });

  it("finds a bad key before it trains, and leaves an unfinished request alone", async () => {
    for (const more of [{}, { folder: folder() }]) {
      const system = await learn(ratings, { ...tiny, ...more });
      const onProgress = vi.fn();
      await expect(system.forget(["u003"], { key: "abc", onProgress })).rejects.toThrow(/operator key/);
      expect(onProgress).not.toHaveBeenCalled();
      if (more.folder) {
        const stop = new AbortController();
        const options = { key: KEY, signal: stop.signal, onProgress: () => stop.abort() };
        await expect(system.forget(["u003"], options)).rejects.toThrow(StoppedError);
        await expect(system.forget(["u003"], { key: "abc" })).rejects.toThrow(/operator key/);
        expect(system.unfinishedRequest()?.users).toEqual(["u003"]);
      }
      await system.close();
    }
  });

  it("gives the folder back when there can be no workers", async () => {
    const path = folder();
    await expect(learn(ratings, { ...tiny, folder: path, workers: -1 })).rejects.toThrow(/workers/);
    await (await learn(ratings, { ...tiny, folder: path })).close();
    await expect(open(path, { workers: -1 })).rejects.toThrow(/workers/);
    await expect(open(path, { workers: 5000 })).rejects.toThrow(/workers/);
    vi.spyOn(poolModule, "createWorkerPool").mockImplementation(() => {
      throw new Error("not built");
    });
    await expect(open(path, { workers: 1 })).rejects.toThrow("not built");
    await expect(learn(ratings, { ...tiny, folder: folder(), workers: 1 })).rejects.toThrow("not built");
    await (await open(path)).close();
  });
});
