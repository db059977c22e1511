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
import { DiskError } from "../../lib/disk/diskError";
import { nodeFiles } from "../../lib/disk/files";
import { thisProcess } from "../../lib/disk/process";
import { learn } from "../../lib/unlearning/api";
import { world } from "../training/world";
import { csvOf, erasable } from "./support";

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
    symlinkSync("loop", at("loop"));
    for (const [name, said] of [
      ["rest.key", /^erasable: --key: .*rest\.key does not hold a key: .*: remove it/],
      ["folder", /^erasable: --key: .*folder cannot be read: it is a folder \(EISDIR\); name a file/],
      ["link", /^erasable: --key: .*link is a link to nothing/],
      ["loop", /^erasable: --key: .*loop cannot be read: its links lead in a circle \(ELOOP\)/],
      ["rest.key/x", /^erasable: --key: .*x cannot be read: a part of the path is a file \(ENOTDIR\)/],
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
      const sizes = [...Array(45).keys(), 60, whole.length / 2, whole.length - 2].map(Math.floor);
      for (const size of sizes.reverse()) {
        truncateSync(at(name), size);
        const { code, err } = await unlearn("--resume", ...given);
        expect({ code, err }).toEqual({ code: 0, err: "" });
        expect(readFileSync(at(name), "utf8")).toBe(whole);
      }
      for (const mine of [
        "{ mine",
        '{"plan":"of mine',
        '{"format":"erasable system',
        `${" ".repeat(999)}x`,
      ]) {
        writeFileSync(at(name), mine);
        expect((await unlearn("--resume", ...given)).err).toMatch(/is there already and is no/);
        expect(readFileSync(at(name), "utf8")).toBe(mine);
      }
      writeFileSync(at(name), whole);
    }
    expect(readdirSync(home).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
  });
});

describe("the place of a certificate", () => {
  const seen = () =>
    [at("s/system.json"), ...readdirSync(at("s/blobs")), ...readdirSync(home)].map((name) =>
      name.endsWith("system.json") ? readFileSync(name, "utf8") : name,
    );
  const refused = async (place: string, said: RegExp) => {
    const before = seen();
    const { code, err } = await unlearn("--users", "u005", "--key", at("full.key"), "--certificate", place);
    expect(err).toMatch(said);
    expect([code === 0, seen(), existsSync(at("s/request.json"))]).toEqual([false, before, false]);
  };

  it("is tried before anything is forgotten, and the option, the path and the way on are said", async () => {
    symlinkSync("nowhere/x", at("nothing.json"));
    symlinkSync("loop.json", at("loop.json"));
    symlinkSync("s/system.json", at("inside.json"));
    await refused(
      at("full.key/c.json"),
      /^erasable: --certificate: .*a part of the path is a file \(ENOTDIR\)/,
    );
    await refused(at("none/c.json"), /^erasable: --certificate: the folder of .*none\/c\.json is not there/);
    await refused(
      at("nothing.json"),
      /^erasable: --certificate: .*nothing\.json cannot be written: it is a link to/,
    );
    await refused(
      at("loop.json"),
      /^erasable: --certificate: .*loop\.json cannot be written: its links lead in/,
    );
    await refused(at("inside.json"), /^erasable: --certificate: .*in the system's folder/);
    await refused(
      "/proc/c.json",
      /^erasable: --certificate: \/proc\/c\.(evidence\.)?json cannot be written: /,
    );
    await refused(home, /^erasable: --certificate: .*is there already and is no certificate/);
  });

  it("on a full disk too, without a rest of the trial", async () => {
    const { write } = nodeFiles;
    nodeFiles.write = (path, bytes, mode) => {
      if (!path.includes("tried.json")) return write(path, bytes, mode);
      writeFileSync(path, bytes.subarray(0, 9));
      throw new DiskError(`${path} cannot be written: the disk is full (ENOSPC)`, "ENOSPC");
    };
    try {
      await refused(at("tried.json"), /^erasable: --certificate: .*the disk is full \(ENOSPC\)/);
    } finally {
      nodeFiles.write = write;
    }
  });
});

describe("what commands are given as a place to write", () => {
  it.each<[option: string, command: (place: string) => string[]]>([
    ["--system", (place) => ["learn", at("r.csv"), "--system", place, "--method", "ease", "--no-quality"]],
    ["--out", (place) => ["plan", "partition", "--profile", "smoke", "--seeds", "0", "--out", place]],
    ["--into", (place) => ["merge", at("part"), "--into", place]],
    ["--results", (place) => ["merge", at("smoke"), "--results", place]],
    ["--results", (place) => ["compact", "--profile", "smoke", "--results", place]],
    ["--results", (place) => ["run", "partition", "--profile", "smoke", "--seeds", "0", "--results", place]],
    ["--folder", (place) => ["data", "fetch", "ml-100k", "--folder", place]],
    ["--out", (place) => ["advise", at("r.csv"), "--out", place]],
  ])("%s: names option, path and reason where nothing can be written", async (option, command) => {
    writeFileSync(
      at("r.csv"),
      csvOf(() => true),
    );
    for (const part of ["part", "smoke"]) {
      mkdirSync(at(part), { recursive: true });
      writeFileSync(join(at(part), "records.jsonl"), "");
    }
    for (const [place, why] of [
      ["/proc/erasable", "the file system there takes no folders \\(ENOENT\\)"],
      [join(at("r.csv"), "x"), "(something else has that name|a part of the path is a file)"],
      [at("loop"), "its links lead in a circle \\(ELOOP\\)"],
    ]) {
      const { code, err } = await erasable(...command(place));
      expect(err).toMatch(new RegExp(`^erasable: ${option}: .*(${place}|r\\.csv).*: ${why}.*; `, "m"));
      expect([code, err.includes("    at ")]).toEqual([1, false]);
    }
  });
});

it("ids that a terminal would obey are shown, in tables and messages, and are data in CSV", async () => {
  const ids = { u001: "u\u001b]0;owned\u0007", u002: "u2\u202e" } as Record<string, string>;
  const items = (line: string) => line.replace(/,i/, ",\u001b[2Ji");
  const lines = csvOf(() => true).replace(/^u00[12]/gm, (id) => ids[id]);
  writeFileSync(at("odd.csv"), lines.split("\n").map(items).join("\n"));
  const learned = await erasable(
    "learn",
    at("odd.csv"),
    "--system",
    at("odd"),
    "--method",
    "ease",
    "--no-quality",
  );
  const asked = ["recommend", "--system", at("odd"), "--user", ids.u001, "--user", ids.u002];
  const shown = await erasable(...asked);
  const unknown = await erasable("recommend", "--system", at("odd"), "--user", "x\u001b[1m");
  for (const { out, err } of [learned, shown, unknown])
    for (const obeyed of ["\u001b", "\u0007", "\u202e"]) expect(out + err).not.toContain(obeyed);
  expect(shown.out).toContain("For u\\u001b]0;owned\\u0007:");
  expect(shown.out).toContain("  \\u001b[2Ji");
  expect((await erasable(...asked, "--csv")).out).toContain(ids.u001);
});

describe("unlock", () => {
  const lock = (namespace: string) => {
    const parts = thisProcess().split(" ");
    writeFileSync(join(at("s"), "lock"), [...parts.slice(0, 2), namespace, ...parts.slice(3), "0"].join(" "));
  };

  it("says what is wrong with a path", async () => {
    expect((await erasable("unlock", at("loop"))).err).toMatch(
      /^erasable: .*loop cannot be read: its links lead in a circle \(ELOOP\); check the path\n$/,
    );
    expect((await erasable("unlock", at("r.csv/x"))).err).toMatch(/unlock: .*x is no folder/);
  });

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
