/** What the commands on systems write beside them: whole or not at all, and what was cut off before is no obstacle. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeFiles } from "../../lib/disk/files";
import { thisProcess } from "../../lib/disk/process";
import { learn } from "../../lib/unlearning/api";
import { world } from "../training/world";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-writing-"));
const at = (name: string) => join(home, name);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(async () => {
  await (await learn(world(), { method: "ease", folder: at("s") })).close();
});
const unlearn = (...args: string[]) => erasable("unlearn", "--system", at("s"), ...args);

describe("key and certificate", () => {
  it("an empty key file gets a key; the rest of one, a folder or a link to nothing is named, with what to do", async () => {
    writeFileSync(at("rest.key"), "abcd\n");
    mkdirSync(at("folder"));
    symlinkSync("nowhere/x", at("link"));
    for (const [name, said] of [
      ["rest.key", /^erasable: --key: .*rest\.key does not hold a key: .*: remove it/],
      ["folder", /^erasable: --key: .*folder cannot be read: it is a folder \(EISDIR\); name a file/],
      ["link", /^erasable: --key: .*link is a link to nothing/],
    ] as const) {
      const { code, err } = await unlearn("--users", "u001", "--key", at(name));
      expect(err).toMatch(said);
      expect(code).toBe(2);
    }
    writeFileSync(at("empty.key"), "");
    expect((await unlearn("--users", "u001", "--key", at("empty.key"))).code).toBe(0);
    expect(readFileSync(at("empty.key"), "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it("on a full disk no half key stays, and nothing is forgotten", async () => {
    const { write } = nodeFiles;
    nodeFiles.write = (path, bytes, mode) => {
      if (path.includes("full.key")) {
        writeFileSync(path, bytes.subarray(0, 9));
        throw Object.assign(new Error("ENOSPC: full"), { code: "ENOSPC" });
      }
      write(path, bytes, mode);
    };
    const failed = await unlearn("--users", "u002", "--key", at("full.key")).finally(() => {
      nodeFiles.write = write;
    });
    expect(failed.code).not.toBe(0);
    expect(readdirSync(home).filter((name) => name.startsWith("full"))).toEqual([]);
    expect((await unlearn("--users", "u002", "--key", at("full.key"))).code).toBe(0);
  });

  it("a certificate or evidence that was cut off is written again by --resume; another's file is not", async () => {
    const given = ["--key", at("full.key"), "--certificate", at("c.json")];
    expect((await unlearn("--users", "u003", ...given)).code).toBe(0);
    for (const name of ["c.json", "c.evidence.json"]) {
      const whole = readFileSync(at(name), "utf8");
      for (const size of [0, 60]) {
        truncateSync(at(name), size);
        const { code, err } = await unlearn("--resume", ...given);
        expect({ code, err }).toEqual({ code: 0, err: "" });
        expect(readFileSync(at(name), "utf8")).toBe(whole);
      }
      writeFileSync(at(name), "{ mine");
      expect((await unlearn("--resume", ...given)).err).toMatch(/is there already and is no/);
      writeFileSync(at(name), whole);
    }
    expect(readdirSync(home).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
  });
});

describe("unlock", () => {
  const lock = (namespace: string) => {
    const parts = thisProcess().split(" ");
    writeFileSync(join(at("s"), "lock"), [...parts.slice(0, 2), namespace, ...parts.slice(3), "0"].join(" "));
  };

  it("frees a folder whose holder cannot be seen, and no other", async () => {
    lock("1"); // another container's
    const refused = await unlearn("--users", "u004");
    expect(refused.err).toContain(`npx erasable unlock ${at("s")}`);
    const freed = await erasable("unlock", at("s"));
    expect(freed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/s is free; it was locked by process \d+ of/),
    });
    expect(existsSync(join(at("s"), "lock"))).toBe(false);
    expect((await erasable("unlock", at("s"))).out).toMatch(/was not locked/);
    lock(thisProcess().split(" ")[2]); // this very process
    expect(await erasable("unlock", at("s"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/in use by process \d+ since/),
    });
    expect((await erasable("unlock", at("none"))).err).toMatch(/unlock: .*none is no folder/);
  });
});
