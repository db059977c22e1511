/** The lock of a folder: of two that want it one gets it, whoever died before. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { lockFolder } from "../../lib/disk/lock";
import { InputError } from "../../lib/errors";

/** What happens right after a lock was read, once. */
let afterReading: (() => void) | undefined;
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    readFileSync: (path: string, ...rest: [BufferEncoding]) => {
      const text = fs.readFileSync(path, ...rest);
      const then = String(path).endsWith("lock") ? afterReading : undefined;
      if (then) afterReading = undefined;
      then?.();
      return text;
    },
  };
});

const home = mkdtempSync(join(tmpdir(), "erasable-lock-"));
const children: ChildProcess[] = [];
let folder = "";
const fresh = () => {
  folder = mkdtempSync(join(home, "folder-"));
  return folder;
};
const at = (name = "lock") => join(folder, name);
const NOBODY = "999999999";

afterEach(() => {
  afterReading = undefined;
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

/** A process that only lives. */
async function neighbour(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"]);
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

describe("the lock of a folder", () => {
  it("is one holder's at a time, and names it; given back, nothing is left", () => {
    const release = lockFolder(fresh());
    expect(() => lockFolder(folder)).toThrow(new RegExp(`in use by process ${process.pid}; .*lock$`));
    expect(readdirSync(folder)).toEqual(["lock"]);
    release();
    expect(readdirSync(folder)).toEqual([]);
    lockFolder(folder)();
  });

  it("is not taken from a living process, nor when it does not say whose it is", async () => {
    const { pid } = await neighbour();
    for (const [text, named] of [
      [`${pid}`, `${pid}`],
      ["", "\\?"], // a process that has just made it
    ]) {
      writeFileSync(join(fresh(), "lock"), text);
      expect(() => lockFolder(folder)).toThrow(new RegExp(`in use by process ${named};`));
      expect(readdirSync(folder)).toEqual(["lock"]);
    }
  });

  it("is taken over from a process that was killed, and all of it is given back", async () => {
    const child = await neighbour();
    writeFileSync(join(fresh(), "lock"), `${child.pid} 0 0`);
    writeFileSync(at(`lock-${child.pid}-0-1`), ""); // killed while it took one
    expect(() => lockFolder(folder)).toThrow(InputError);
    child.kill("SIGKILL");
    await once(child, "exit");
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/in use/);
    expect(readdirSync(folder).sort()).toEqual(["lock", "lock.1"]);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("of a process whose number was given again is dead", async () => {
    const { pid } = await neighbour();
    writeFileSync(join(fresh(), "lock"), `${pid} 1 0`); // no process starts in the machine's first tick
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("goes to one of two that find the same dead one", () => {
    writeFileSync(join(fresh(), "lock"), NOBODY);
    let first: (() => void) | undefined;
    afterReading = () => {
      first = lockFolder(folder); // all of another's taking lies between this one's look and its own taking
    };
    expect(() => lockFolder(folder)).toThrow(/in use/);
    expect(() => lockFolder(folder)).toThrow(/in use/);
    first?.();
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not taken above one that was given back meanwhile, where another could start from below", () => {
    writeFileSync(join(fresh(), "lock"), NOBODY);
    let other: (() => void) | undefined;
    afterReading = () => {
      lockFolder(folder)(); // takes over and gives back: neither lock nor lock.1 is left
      other = lockFolder(folder);
    };
    expect(() => lockFolder(folder)).toThrow(/in use/);
    expect(readdirSync(folder)).toEqual(["lock"]);
    other?.();
  });

  it("gives back its own alone, and once", () => {
    const release = lockFolder(fresh());
    rmSync(at()); // by hand, as the message says
    const other = lockFolder(folder);
    const held = readFileSync(at(), "utf8");
    release();
    release();
    expect(readFileSync(at(), "utf8")).toBe(held);
    other();
    expect(readdirSync(folder)).toEqual([]);
  });
});
