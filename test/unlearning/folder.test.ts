/** A system on disk: nothing that saw the erased data is left, and a crash at any step leaves the old system or the new. */

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
import { withoutUsers } from "../../lib/data/interactions";
import { type Files, nodeFiles } from "../../lib/disk/files";
import { createEngine } from "../../lib/engine/create";
import { InputError, StoppedError } from "../../lib/errors";
import { DamagedError } from "../../lib/training/store";
import type { NamedErasure } from "../../lib/unlearning/folder";
import { SystemFolder } from "../../lib/unlearning/folder";
import type { GroupedSystem } from "../../lib/unlearning/grouped";
import type { MethodContext, System } from "../../lib/unlearning/method";
import { ratingsHash } from "../../lib/unlearning/ratingsHash";
import { verify } from "../../lib/unlearning/verify";
import { world } from "../training/world";
import {
  contents,
  context,
  expectSameModel,
  KEY,
  tinyCSisa,
  tinyLaser,
  tinyRecEraser,
  tinyUltraRe,
} from "./support";

const data = world({ users: 16, items: 12 });
type Work = Omit<MethodContext, "store">;
const work = { createEngine, clock: () => 0 };
const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "erasable-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const method = tinyLaser({ groups: 3 });
const request = (...users: number[]): NamedErasure => ({
  users: users.map((user) => data.userIds[user]),
  ratings: [],
  regroup: false,
});

/** Forgets in a folder to the end. */
async function forget(home: SystemFolder, system: System, asked: NamedErasure, key: string, own: Work) {
  const unlearned = await home.unlearn(system, asked, key, own);
  const cost = home.discard(system, unlearned, own);
  const { next, certificate, obsolete } = unlearned;
  if (!certificate) throw new Error("no certificate");
  return { system: next, certificate, deleted: obsolete, cost };
}

async function learned(folder: string, files: Files = nodeFiles) {
  const home = new SystemFolder(folder, files);
  const system = (await method.learn(data, { ...work, store: home.store })) as GroupedSystem;
  home.put(system);
  return { home, system };
}

/** A user of the group in the middle, so that some checkpoints stay and others go. */
const victim = (system: GroupedSystem) => system.partition.groups[1].members[0];

describe("a system in a folder", () => {
  it("is opened as it was", async () => {
    const folder = newFolder();
    const { system } = await learned(folder);
    const opened = await new SystemFolder(folder).open(work);
    expectSameModel(opened, system);
    expect(ratingsHash(opened)).toBe(ratingsHash(system));
    expect(opened.plan?.groups).toEqual(system.plan.groups);
    expect(opened.bytesKept()).toEqual(system.bytesKept());
  });

  it("forgets across openings, request after request, as a fresh run would", async () => {
    const folder = newFolder();
    const { system } = await learned(folder);
    const gone = [victim(system), 2, 11].filter((user, k, all) => all.indexOf(user) === k);
    for (const user of gone) {
      const home = new SystemFolder(folder);
      await forget(home, await home.open(work), request(user), KEY, work);
    }
    const opened = await new SystemFolder(folder).open(work);
    expect(opened.userIds).toEqual(data.userIds.filter((_, user) => !gone.includes(user)));
    const fresh = await method.learn(withoutUsers(data, gone), context(), { plan: opened.plan! });
    expectSameModel(opened, fresh);
    const certificates = new SystemFolder(folder).certificates();
    expect(certificates).toHaveLength(gone.length);
    // All but the last are superseded, and chained: what was "after" is "before" of another.
    const [last, ...more] = certificates.filter((one) => !one.superseded);
    expect([last.after.model, more.length]).toEqual([opened.fingerprint, 0]);
    const befores = certificates.map(({ before }) => before.model);
    for (const one of certificates.filter((each) => each.superseded)) {
      expect(befores).toContain(one.after.model);
      const { ok, checks } = await verify(one, data, { key: KEY }, work);
      expect([ok, checks.find(({ what }) => what === "last certificate")?.verdict]).toEqual([false, "wrong"]);
    }
  });

  it.each([false, true])("leaves no file that saw the erased data (regroup: %s)", async (regroup) => {
    const folder = newFolder();
    const { home, system } = await learned(folder);
    const user = victim(system);
    const before = contents(folder);
    const { deleted, system: next } = await forget(home, system, { ...request(user), regroup }, KEY, work);
    // What a folder would hold that never knew the user, but for the certificate:
    const clean = newFolder();
    const other = new SystemFolder(clean);
    const options = regroup ? {} : { plan: next.plan! };
    other.put(await method.learn(withoutUsers(data, [user]), { ...work, store: other.store }, options));
    const names = (of: string) => [...contents(of).keys()].filter((name) => /^(blobs|records)/.test(name));
    const left = names(folder);
    const known = names(clean);
    // They differ in one blob: the list of users without a group, in which the fresh system has the user's bare id.
    expect(left.filter((name) => !known.includes(name))).toHaveLength(1);
    expect(known.filter((name) => !left.includes(name))).toHaveLength(1);
    const gone = [...before.keys()].filter((name) => !left.includes(name) && /^(blobs|records)/.test(name));
    expect(
      gone
        .map((name) => name.replace("blobs", "blob").replace("records", "record").replace(".json", ""))
        .sort(),
    ).toEqual([...deleted].sort());
    for (const [name, text] of contents(folder)) expect(text, name).not.toContain(data.userIds[user]);
  });

  it("names the file when one was changed, and does not open", async () => {
    const folder = newFolder();
    await learned(folder);
    const [blob] = readdirSync(join(folder, "blobs"));
    const path = join(folder, "blobs", blob);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(path, bytes);
    const use = async () => {
      const system = await new SystemFolder(folder).open(work);
      system.scoreItems(Uint32Array.of(0));
    };
    const failed = use()
      .then(() => new SystemFolder(folder).open(work))
      .then(async (system) => {
        const home = new SystemFolder(folder);
        await forget(home, system, request(...data.userIds.keys()), KEY, work);
      });
    await expect(failed).rejects.toThrow(DamagedError);
    await expect(failed).rejects.toThrow(blob);
    writeFileSync(join(folder, "system.json"), "{}\n");
    await expect(new SystemFolder(folder).open(work)).rejects.toThrow(/system\.json/);
  });

  it("refuses unknown users and leaves no request behind", async () => {
    const folder = newFolder();
    const { home, system } = await learned(folder);
    await expect(forget(home, system, { ...request(), users: ["nobody"] }, KEY, work)).rejects.toThrow(
      InputError,
    );
    await expect(forget(home, system, request(), KEY, work)).rejects.toThrow(InputError);
    expect(home.unfinishedRequest()).toBeUndefined();
  });
});

describe("a stopped erasure", () => {
  it("leaves the old system and the request, and goes on where it stopped", async () => {
    const folder = newFolder();
    const { home, system } = await learned(folder);
    const user = victim(system);
    const stop = new AbortController();
    const stopped = forget(home, system, request(user), KEY, {
      ...work,
      signal: stop.signal,
      onProgress: ({ stage, done }) => stage === "train" && done > 0.6 && stop.abort(),
    });
    await expect(stopped).rejects.toThrow(StoppedError);
    const again = new SystemFolder(folder);
    const old = await again.open(work);
    expect(old.fingerprint).toBe(system.fingerprint);
    expect(again.unfinishedRequest()).toEqual(request(user));
    await expect(forget(again, old, request(0, 1), KEY, work)).rejects.toThrow(
      /an earlier request is unfinished \(users: 1, ratings: 0\); finish it \(unlearn --resume\), or take it back/,
    );
    const { system: next } = await forget(again, old, again.unfinishedRequest()!, KEY, work);
    expect(again.unfinishedRequest()).toBeUndefined();
    expect(next.cost.samples).toBeLessThan(system.cost.samples);
    const fresh = await method.learn(withoutUsers(data, [user]), context(), { plan: next.plan! });
    expectSameModel(next, fresh);
  });
});

/** As the real ones, but for the wait for the disk. */
const quick: Files = {
  ...nodeFiles,
  write: (path, bytes) => writeFileSync(path, bytes),
  syncFolder: () => undefined,
};

/**
 * Files that fail from step `at` on, as if the process had ended there; half of a file may have been written. With `lose`
 * the machine went down too: renames and removals of a folder that was not synced since never happened.
 */
function failingFrom(at: number, lose: boolean): Files {
  let steps = 0;
  let unsynced: { folder: string; undo: () => void }[] = [];
  const alive = (half?: () => void) => {
    if (steps++ < at) return;
    if (steps === at + 1) {
      half?.();
      if (lose) for (const { undo } of unsynced.reverse()) undo();
    }
    throw new Error("the power went");
  };
  const remember = (path: string) => {
    const before = nodeFiles.read(path);
    const undo = () => (before ? quick.write(path, before) : nodeFiles.remove(path));
    unsynced.push({ folder: dirname(path), undo });
  };
  return {
    ...quick,
    write(path, bytes) {
      alive(() => quick.write(path, bytes.subarray(0, bytes.length >> 1)));
      quick.write(path, bytes);
    },
    rename(from, to) {
      alive();
      remember(to);
      nodeFiles.rename(from, to);
    },
    remove(path) {
      alive();
      remember(path);
      nodeFiles.remove(path);
    },
    syncFolder(path) {
      alive();
      unsynced = unsynced.filter(({ folder }) => folder !== path);
    },
  };
}

describe("a folder whose lock was broken", () => {
  it("keeps a request that whoever takes one back has not seen", async () => {
    const folder = newFolder();
    await learned(folder);
    const [slow, fast] = [new SystemFolder(folder), new SystemFolder(folder)];
    await slow.open(work);
    const old = await fast.open(work);
    const stopped = { ...work, signal: AbortSignal.abort() };
    await expect(forget(fast, old, request(2), KEY, stopped)).rejects.toThrow(StoppedError);
    expect(() => slow.withdrawRequest()).toThrow(/another process has changed the request/);
    expect(slow.unfinishedRequest()).toEqual(request(2)); // now it has seen it
    await forget(fast, old, request(2), KEY, work);
    expect(() => slow.withdrawRequest()).toThrow(/another process has changed the system/);
    const again = new SystemFolder(folder);
    await again.open(work);
    again.withdrawRequest();
    expect(again.unfinishedRequest()).toBeUndefined();
  });

  it("is not written over by whoever has not read what is in force", async () => {
    const folder = newFolder();
    await learned(folder);
    const [slow, fast] = [new SystemFolder(folder), new SystemFolder(folder)];
    const old = await slow.open(work);
    const { certificate } = await forget(fast, await fast.open(work), request(2), KEY, work);
    const before = contents(folder);
    await expect(forget(slow, old, request(5), KEY, work)).rejects.toThrow(
      /another process has changed the system/,
    );
    expect(contents(folder)).toEqual(before);
    const again = await slow.open(work);
    expect(again.fingerprint).toBe(certificate.after.model);
    await forget(slow, again, request(5), KEY, work);
    expect(slow.certificates()).toHaveLength(2);
  });

  it("nor by an erasure that was under way when another became final", async () => {
    const folder = newFolder();
    await learned(folder);
    const others = "another system's text\n";
    const files: Files = {
      ...quick,
      write(path, bytes) {
        quick.write(path, bytes); // certificates are written last, before the change
        if (path.includes("certificates")) writeFileSync(join(folder, "system.json"), others);
      },
    };
    const slow = new SystemFolder(folder, files);
    const failed = forget(slow, await slow.open(work), request(5), KEY, work);
    await expect(failed).rejects.toThrow(/another process has changed the system/);
    expect(readFileSync(join(folder, "system.json"), "utf8")).toBe(others);
  });
});

describe("a folder that cannot be synced after the change", () => {
  it("has the new system in force, as the process has; the erasure has one certificate", async () => {
    const folder = newFolder();
    const armed = { at: "" };
    const files: Files = {
      ...quick,
      rename(from, to) {
        quick.rename(from, to);
        if (to.endsWith("system.json") && armed.at === "ready") armed.at = "now";
      },
      syncFolder(path) {
        if (armed.at !== "now") return quick.syncFolder(path);
        armed.at = "";
        throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
      },
    };
    const { home, system } = await learned(folder, files);
    armed.at = "ready";
    const unlearned = await home.unlearn(system, request(2), KEY, work);
    expect(() => home.discard(system, unlearned, work)).toThrow(/EIO/);
    const { next: current } = unlearned;
    const opened = await new SystemFolder(folder).open(work);
    expect(current.fingerprint).toBe(opened.fingerprint);
    expect(opened.userIds).not.toContain(data.userIds[2]);
    await expect(forget(home, current, request(2), KEY, work)).rejects.toThrow(/has been erased/);
    expect(home.certificates()).toHaveLength(1);
    for (const text of contents(folder).values()) expect(text).not.toContain(data.userIds[2]);
  });
});

describe("an erasure after many", () => {
  it("reads the last certificate, and none of those before", async () => {
    const folder = newFolder();
    const read: string[] = [];
    const watched: Files = {
      ...quick,
      read(path) {
        if (path.includes("certificates") && existsSync(path)) read.push(path);
        return nodeFiles.read(path);
      },
    };
    const home = new SystemFolder(folder, watched);
    let system: System = await method.learn(data, { ...work, store: home.store });
    home.put(system);
    for (const user of data.userIds.slice(0, 4)) {
      read.length = 0;
      ({ system } = await forget(home, system, { users: [user], ratings: [], regroup: false }, KEY, work));
      expect(read.length).toBeLessThan(2);
    }
    const certificates = home.certificates();
    expect(certificates.map(({ superseded }) => superseded !== undefined)).toEqual([true, true, true, false]);
  });
});

describe.each([
  ["laser, the process ends", method, false],
  ["laser, the machine goes down", method, true],
  ["c-sisa, the machine goes down", tinyCSisa({ groups: 3 }), true],
  ["receraser, the machine goes down", tinyRecEraser({ groups: 3, partition: "inbp" }), true],
  ["ultrare, the machine goes down", tinyUltraRe({ groups: 3 }), true],
])("a crash at any step on disk: %s", (_name, tried, lose) => {
  it("leaves the old system or the new one, and can be finished", async () => {
    const reference = newFolder();
    const first = new SystemFolder(reference, quick);
    const learned = (await tried.learn(data, { ...work, store: first.store })) as GroupedSystem;
    first.put(learned);
    // an erasure before the one that crashes, so that there is a certificate to supersede
    const earlier = learned.partition.groups[2].members[0];
    const { system: kept } = await forget(first, learned, request(earlier), KEY, work);
    const system = kept as GroupedSystem;
    const user = victim(system);
    const oldPrint = system.fingerprint;
    const start = contents(reference);
    const { system: next } = await forget(first, system, request(user), KEY, work);
    const newPrint = next.fingerprint;
    const goal = [...contents(reference).keys()].sort();

    const seen = new Set<string>();
    const folder = newFolder();
    for (let at = 0; ; at++) {
      rmSync(folder, { recursive: true });
      for (const [name, text] of start) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text, "latin1");
      }
      const dying = new SystemFolder(folder, failingFrom(at, lose));
      const crashed = await dying
        .open(work)
        .then((opened) => forget(dying, opened, request(user), KEY, work))
        .then(() => false)
        .catch((error: Error) => {
          expect(error.message).toBe("the power went");
          return true;
        });
      const home = new SystemFolder(folder, quick);
      const opened = await home.open(work);
      expect([oldPrint, newPrint]).toContain(opened.fingerprint);
      seen.add(opened.fingerprint);
      const pending = home.unfinishedRequest();
      if (opened.fingerprint === oldPrint) {
        expect(opened.ratingsOf(user).items.length).toBeGreaterThan(0);
        const again = pending ?? request(user);
        expect(again).toEqual(request(user));
        const done = await forget(home, opened, again, KEY, work);
        expect(done.system.fingerprint).toBe(newPrint);
        done.system.dispose();
      } else {
        expect(pending).toBeUndefined();
        opened.dispose();
      }
      expect([...contents(folder).keys()].filter((name) => !name.endsWith(".unfinished")).sort()).toEqual(
        goal,
      );
      for (const text of contents(folder).values()) expect(text).not.toContain(data.userIds[user]);
      if (!crashed) break;
    }
    expect(seen).toEqual(new Set([oldPrint, newPrint]));
  });
});
