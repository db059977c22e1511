/** The lock of a folder: of two that want it one gets it, whoever died before, and whoever cannot be judged is respected. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type Files, nodeFiles } from "../../lib/disk/files";
import { breakLock, holderOf, InUseError, lockFolder, takeLock, waitForLock } from "../../lib/disk/lock";
import { thisProcess } from "../../lib/disk/process";
import { StoppedError } from "../../lib/errors";

const home = mkdtempSync(join(tmpdir(), "erasable-lock-"));
const children: ChildProcess[] = [];
let folder = "";
const fresh = () => {
  folder = mkdtempSync(join(home, "folder-"));
  return folder;
};
const at = (name = "lock") => join(folder, name);

/** The name of this process with other parts. */
type Part = "machine" | "boot" | "namespace" | "pid" | "start";
const PARTS: readonly Part[] = ["machine", "boot", "namespace", "pid", "start"];
function named(change: Partial<Record<Part, string>>): string {
  const own = thisProcess().split(" ");
  return [...PARTS.map((part, n) => change[part] ?? own[n]), "0"].join(" ");
}
const DEAD = named({ pid: "999999999" });
/** In another container: from here nobody can tell whether it lives. */
const STRANGER = named({ machine: "0123456789", boot: "0123456789", namespace: "4026532000", pid: "7" });

/** Files of which the lock, once read, makes something happen. */
function watched(then: () => void): Files {
  let due = true;
  return {
    ...nodeFiles,
    read(path) {
      const bytes = nodeFiles.read(path);
      if (due && path.endsWith("lock")) {
        due = false;
        then();
      }
      return bytes;
    },
  };
}

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

/** A process that takes the folder with the library as it is built, and only lives. */
async function neighbour(): Promise<ChildProcess> {
  const script = `const { lockFolder } = require(${JSON.stringify(join(__dirname, "../../lib/dist/disk/lock.js"))});
    lockFolder(${JSON.stringify(folder)}); console.log(1); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", script]);
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

describe("the lock of a folder", () => {
  it("is one holder's at a time, and names it; given back, nothing is left", () => {
    const release = lockFolder(fresh());
    expect(() => lockFolder(folder)).toThrow(
      new RegExp(
        `is in use by process ${process.pid} since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC; it can be used when`,
      ),
    );
    expect(readdirSync(folder)).toEqual(["lock"]);
    release();
    expect(readdirSync(folder)).toEqual([]);
    lockFolder(folder)();
  });

  it("is taken over from a process that was killed, and all of it is given back", async () => {
    fresh();
    const child = await neighbour();
    writeFileSync(at(`lock-${named({ pid: String(child.pid) }).replaceAll(" ", "-")}`), ""); // killed while it took one
    expect(() => lockFolder(folder)).toThrow(InUseError);
    child.kill("SIGKILL");
    await once(child, "exit");
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/in use/);
    expect(readdirSync(folder).sort()).toEqual(["lock", "lock.1"]);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("of a process whose number was given again is dead", () => {
    writeFileSync(join(fresh(), "lock"), named({ start: "1" })); // no process starts in the machine's first tick
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === "linux")(
    "of a boot that is over is dead, unless it may be a container's",
    () => {
      const first = spawnSync("readlink", ["/proc/self/ns/pid"], { encoding: "utf8" }).stdout.includes(
        "4026531836",
      );
      const id = spawnSync("cat", ["/etc/machine-id"], { encoding: "utf8" }).stdout.trim();
      writeFileSync(join(fresh(), "lock"), named({ boot: "0123456789" }));
      if (first && /^[0-9a-f]{32}$/.test(id)) lockFolder(folder)();
      else expect(() => lockFolder(folder)).toThrow(/cannot be seen/);
      writeFileSync(at(), named({ boot: "0123456789", namespace: "4026532000" }));
      expect(() => lockFolder(folder)).toThrow(/cannot be seen/);
    },
  );

  it("goes to one of two that find the same dead one", () => {
    writeFileSync(join(fresh(), "lock"), DEAD);
    let first: (() => void) | undefined;
    const files = watched(() => {
      first = lockFolder(folder); // all of another's taking lies between this one's look and its own taking
    });
    expect(() => takeLock(folder, files)).toThrow(/in use/);
    expect(() => lockFolder(folder)).toThrow(/in use/);
    first?.();
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not taken above one that was given back meanwhile, where another could start from below", () => {
    writeFileSync(join(fresh(), "lock"), DEAD);
    let other: (() => void) | undefined;
    const files = watched(() => {
      lockFolder(folder)(); // takes over and gives back: neither lock nor lock.1 is left
      other = lockFolder(folder);
    });
    expect(() => takeLock(folder, files)).toThrow(/in use/);
    expect(readdirSync(folder)).toEqual(["lock"]);
    other?.();
  });

  it("is who lives, whatever the dead have left above", () => {
    writeFileSync(join(fresh(), "lock.1"), DEAD); // killed while it gave back: the lower one was gone already
    const lock = takeLock(folder);
    expect(readdirSync(folder)).toEqual(["lock"]);
    writeFileSync(at("lock.1"), DEAD);
    expect([lock.isHeld(), holderOf(folder)?.fate]).toEqual([true, "lives"]);
    lock.release();
  });

  it("gives back its own alone, and once", () => {
    const release = lockFolder(fresh());
    rmSync(at());
    const other = lockFolder(folder);
    const held = readFileSync(at(), "utf8");
    release();
    release();
    expect(readFileSync(at(), "utf8")).toBe(held);
    other();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a holder that cannot be judged", () => {
  it.each([
    ["another machine's", STRANGER, /by process 7 of another machine \([0-9a-f]{10}\) or container since/],
    [
      "another container's",
      named({ namespace: "1", pid: "7" }),
      /by process 7 of another container \(PID namespace 1\)/,
    ],
    ["one that names no namespace", named({ namespace: "x" }), /of another container/],
    ["one that does not say whose it is", "", /by a process that it does not name/],
  ])("%s, is respected, and the message says how to break its lock", (_name, text, who) => {
    writeFileSync(join(fresh(), "lock"), text);
    expect(() => lockFolder(folder)).toThrow(who);
    expect(() => lockFolder(folder)).toThrow(`npx erasable unlock ${folder}`);
    const spaced = join(folder, "my folder");
    mkdirSync(spaced);
    writeFileSync(join(spaced, "lock"), text);
    expect(() => lockFolder(spaced)).toThrow(`npx erasable unlock '${spaced}'`);
    rmSync(spaced, { recursive: true });
    expect(readdirSync(folder)).toEqual(["lock"]);
    expect(holderOf(folder)?.fate).toBe("unknown");
    expect(breakLock(folder)).toMatch(who.source.includes("7") ? /^process 7/ : /^(a )?process/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("finds out that its lock was broken, and leaves the other's alone", () => {
    const stranger = takeLock(fresh());
    expect(stranger.isHeld()).toBe(true);
    // as if this process were in another container
    const text = readFileSync(at(), "utf8");
    writeFileSync(at(), STRANGER);
    breakLock(folder);
    expect(stranger.isHeld()).toBe(false);
    const other = takeLock(folder);
    expect([stranger.isHeld(), other.isHeld()]).toEqual([false, true]);
    stranger.release();
    expect(other.isHeld()).toBe(true);
    expect(readFileSync(at(), "utf8")).not.toBe(text);
    other.release();
  });

  it("is not broken when it is seen to live, nor is another that came in its place", () => {
    const release = lockFolder(fresh());
    expect(() => breakLock(folder)).toThrow(/in use by process/);
    release();
    expect(breakLock(folder)).toBeUndefined();
    writeFileSync(at(), STRANGER);
    let other: (() => void) | undefined;
    const files = watched(() => {
      rmSync(at()); // it has ended by itself, and another has come
      other = lockFolder(folder);
    });
    expect(() => breakLock(folder, files)).toThrow(/in use by process/);
    expect(readdirSync(folder)).toEqual(["lock"]);
    other?.();
  });
});

describe("waiting for a folder", () => {
  it("ends when it is given back, and tells of each holder once", async () => {
    const release = lockFolder(fresh());
    const told: string[] = [];
    const waiting = waitForLock(folder, { onWait: (message) => told.push(message) });
    await pause(350);
    release();
    const lock = await waiting;
    expect(lock.isHeld()).toBe(true);
    expect(told).toEqual([expect.stringContaining(`in use by process ${process.pid}`)]);
    lock.release();
  });

  it("ends at the signal", async () => {
    const release = lockFolder(fresh());
    const controller = new AbortController();
    const waiting = waitForLock(folder, { signal: controller.signal, onWait: () => controller.abort() });
    await expect(waiting).rejects.toThrow(StoppedError);
    release();
    await expect(waitForLock(folder, { signal: AbortSignal.abort() })).rejects.toThrow(StoppedError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

const unshared = ["-pf", "--mount-proc"];
const canUnshare = process.platform === "linux" && spawnSync("unshare", [...unshared, "true"]).status === 0;
it.runIf(canUnshare)("is respected from another PID namespace, whatever the numbers there say", () => {
  const release = lockFolder(fresh());
  const script = `require(${JSON.stringify(join(__dirname, "../../lib/dist/disk/lock.js"))}).lockFolder(${JSON.stringify(folder)})`;
  for (const options of [unshared, ["-pf"]]) {
    const { status, stderr } = spawnSync("unshare", [...options, process.execPath, "-e", script], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/in use by process \d+ of another container/);
  }
  release();
});
