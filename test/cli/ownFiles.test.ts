/** Files and folders of the user's own: what is odd in them is said by name, and nothing is left where a command failed. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-own-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);

/** 12 users with 4 ratings each of 8 items, from `least` up. */
const ratings = (least = 1, user = (u: number) => `u${u}`): string =>
  Array.from({ length: 48 }, (_, k) => {
    const u = Math.floor(k / 4);
    return `${user(u)},i${(u + 2 * (k % 4)) % 8},${least + ((u + k) % 3)}\n`;
  }).join("");

const CHEAP = ["--groups", "2", "--epochs", "1", "--grouping", "rand", "--set", "order=random"];
const learn = (file: string, folder: string, ...more: string[]) =>
  erasable("learn", at(file), "--system", at(folder), ...more);

beforeAll(() => writeFileSync(at("a.csv"), ratings()));

describe("learn", () => {
  it("refuses ids that are not UTF-8, which would fall together", async () => {
    writeFileSync(
      at("latin.csv"),
      Buffer.from(
        ratings(1, (u) => (u === 3 ? "Jörg" : `u${u}`)),
        "latin1",
      ),
    );
    const { code, err } = await learn("latin.csv", "latin");
    expect(err).toMatch(
      /latin\.csv: line 13 is not UTF-8: "Jörg,i3,\d"; save the file as UTF-8, or read it with --encoding latin1/,
    );
    expect({ code, there: existsSync(at("latin")) }).toEqual({ code: 2, there: false });
    expect(await learn("latin.csv", "named", ...CHEAP, "--encoding", "latin1")).toMatchObject({ code: 0 });
    const check = await erasable("data", "check", at("latin.csv"));
    expect(check).toMatchObject({ code: 2, err: expect.stringMatching(/is not UTF-8/) });
    const run = await erasable("run", "partition", "--profile", "smoke", "--dataset", at("latin.csv"));
    expect(run).toMatchObject({ code: 2, err: expect.stringMatching(/is not UTF-8/) });
  });

  it("takes no first line with a mistyped rating for a header", async () => {
    const mistyped = `u99,i1,4.5.\n${ratings()}`;
    writeFileSync(at("header.csv"), mistyped);
    writeFileSync(at("header.csv.gz"), gzipSync(mistyped));
    writeFileSync(at("good.csv"), `user,item,rating\n${ratings()}`);
    for (const file of ["header.csv", "header.csv.gz"])
      expect(await learn(file, "mistyped", ...CHEAP)).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          /line 1: "4\.5\." in column 3 is not a number, as below it, and the line is no header/,
        ),
      });
    expect(await learn("good.csv", "of-good", ...CHEAP)).toMatchObject({ code: 0 });
  });

  it("asks what a rating of 0 stands for, and each answer goes through with every method", async () => {
    writeFileSync(at("zero.csv"), ratings(0));
    const asked = await learn("zero.csv", "zero", "--groups", "2");
    expect(asked.err).toMatch(
      /zero\.csv: line \d+: rating 0: .*--unrated 0; if it is the lowest rating, say --scale 0-5/,
    );
    expect({ code: asked.code, there: existsSync(at("zero")) }).toEqual({ code: 2, there: false });
    const own = ["--scale", "0-5", "--groups", "2", "--epochs", "1"];
    for (const [name, ...way] of [
      ["laser"],
      ["bkm", "--grouping", "bkm"],
      ["c-sisa", "--method", "c-sisa"],
      ["receraser", "--method", "receraser"],
    ])
      expect(await learn("zero.csv", `zero-${name}`, ...own, ...way)).toMatchObject({ code: 0 });
    for (const method of ["ease", "gaussian"])
      expect(await learn("zero.csv", method, "--scale", "0-5", "--method", method)).toMatchObject({
        code: 0,
      });
    const left = await learn("zero.csv", "unrated", ...CHEAP, "--unrated", "0");
    expect(left).toMatchObject({ code: 0, err: expect.stringMatching(/16 lines left out \(not rated\)/) });
  });

  it("leaves no folder behind when it fails, and none of the user's is touched", async () => {
    expect((await learn("a.csv", "new/deep", "--groups", "13")).code).toBe(2);
    expect((await learn("none.csv", "new/deep")).code).toBe(2);
    expect((await learn("a.csv", "new/deep", "--set", "adam=3")).err).toMatch(
      /laser: --set: unknown key "adam"/,
    );
    expect(existsSync(at("new"))).toBe(false);
    mkdirSync(at("mine"));
    expect((await learn("a.csv", "mine", "--grouping", "bkm", "--set", "restarts=x")).code).toBe(2);
    expect(readdirSync(at("mine"))).toEqual([]);
    const file = await erasable("learn", at("a.csv"), "--system", join(at("a.csv"), "x"), ...CHEAP);
    expect(file).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^erasable: --system: .*a\.csv cannot be made: .*EEXIST/m),
    });
  });

  it("gives a hint that a shell understands", async () => {
    const long = "x".repeat(1000);
    writeFileSync(
      at("odd.csv"),
      ratings(1, (u) => (u === 0 ? `"${long}"` : `"Doe, ${u}"`)),
    );
    const { out } = await learn("odd.csv", "a system", ...CHEAP);
    expect(out).toContain(`recommend --system '${at("a system")}' --user 'Doe, 1'\n`);
    expect(out).not.toContain(long);
  });
});

describe("unlearn and verify", () => {
  it("erases the pair that a quoted line names, and nobody else's", async () => {
    writeFileSync(at("commas.csv"), `"u1,i2",i3,4\n"u1,i2",i4,3\nu1,i2,2\n${ratings(1, (u) => `v${u}`)}`);
    expect((await learn("commas.csv", "commas", ...CHEAP)).code).toBe(0);
    writeFileSync(at("pairs"), '"u1,i2",i3\n');
    const asked = [
      "unlearn",
      "--system",
      at("commas"),
      "--ratings-file",
      at("pairs"),
      "--certificate",
      at("c.json"),
    ];
    expect((await erasable(...asked)).code).toBe(0);
    writeFileSync(at("commas-rest.csv"), readFileSync(at("commas.csv"), "utf8").replace(/^.*\n/, ""));
    const rest = await erasable("verify", at("c.json"), "--ratings", at("commas-rest.csv"));
    expect(rest).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
  });

  it("a wrong key is said to be one, without an erased id", async () => {
    for (const [name, ...method] of [
      ["laser", ...CHEAP],
      ["ease", "--method", "ease"],
    ]) {
      expect((await learn("a.csv", `k-${name}`, ...method)).code).toBe(0);
      const file = at(`k-${name}.json`);
      const asked = ["--users", "u3,u5", "--certificate", file];
      expect((await erasable("unlearn", "--system", at(`k-${name}`), ...asked)).code).toBe(0);
      writeFileSync(at("wrong.key"), `${"0f".repeat(32)}\n`);
      const check = ["verify", file, "--ratings", at("a.csv"), "--key"];
      const wrong = await erasable(...check, at("wrong.key"));
      expect(wrong.out).toMatch(/^WRONG +signer: signed with [0-9a-f]{64}, and not with the key given/m);
      expect(wrong.err + wrong.out).not.toMatch(/u3|u5/);
      expect(wrong.code).not.toBe(0);
      expect(await erasable(...check, at(`k-${name}.key`))).toMatchObject({
        code: 0,
        err: expect.any(String),
      });
    }
  });

  it("a second erasure is verified on all ratings: with the key, what the first took is left out too", async () => {
    for (const [name, ...method] of [
      ["laser", ...CHEAP],
      ["ease", "--method", "ease"],
      ["gaussian", "--method", "gaussian", "--set", "rank=2"],
      ["core", "--method", "core-fold-in", "--epochs", "1", "--set", "corePercent=50"],
    ]) {
      const folder = `twice-${name}`;
      expect((await learn("a.csv", folder, ...method)).code).toBe(0);
      writeFileSync(at("pair"), "u2,i4\n");
      const file = at(`${folder}.json`);
      const unlearn = (...more: string[]) =>
        erasable("unlearn", "--system", at(folder), "--certificate", file, ...more);
      // u2's single rating goes before u2: the second certificate does not count it any more
      expect((await unlearn("--users", "u1", "--ratings-file", at("pair"))).code).toBe(0);
      expect((await unlearn("--users", "u2,u3")).code).toBe(0);
      const check = ["verify", file, "--ratings", at("a.csv"), "--key"];
      const all = await erasable(...check, at(`${folder}.key`));
      expect(all).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
      const evidence = at(`${folder}.evidence.json`);
      const { earlier, ...more } = JSON.parse(readFileSync(evidence, "utf8"));
      expect(earlier).toMatchObject([{ userTags: [expect.any(String)], ratingTags: [expect.any(String)] }]);
      const rest = at(`${folder}.csv`);
      writeFileSync(rest, ratings().replace(/^u[123],.*\n/gm, ""));
      expect((await erasable("verify", file, "--ratings", rest)).code).toBe(0);
      writeFileSync(evidence, JSON.stringify({ ...more, earlier: [{ userTags: "x" }] }));
      const told = async () => (await erasable("verify", file, "--ratings", rest)).err;
      expect(await told()).toMatch(
        /^erasable: --evidence: .*evidence\.json: this is not the file that unlearn/,
      );
      for (const wrong of [
        { lost: -1 },
        { reading: { scale: 1 } },
        { plan: '{"format":' },
        { itemIds: ["i1"] },
      ]) {
        writeFileSync(evidence, JSON.stringify({ ...more, earlier, ...wrong }));
        expect(await told()).toMatch(
          /^erasable: (--evidence: .*--resume --certificate|item "\w+" of these ratings)/m,
        );
      }
      writeFileSync(evidence, JSON.stringify({ ...more, earlier }).slice(0, -30));
      expect(await told()).toMatch(/^erasable: --evidence: .*evidence\.json: .*--resume --certificate/);
      writeFileSync(file, readFileSync(file, "utf8").slice(0, 200));
      expect(await told()).toContain(`erasable: ${file}: certificate: `);
    }
  });

  it("says when an earlier erasure was under another key", async () => {
    for (const [name, ...method] of [
      ["laser", ...CHEAP],
      ["ease", "--method", "ease"],
    ]) {
      const folder = `keys-${name}`;
      expect((await learn("a.csv", folder, ...method)).code).toBe(0);
      const file = at(`${folder}.json`);
      for (const user of ["u5", "u6"]) {
        const under = ["--key", at(`${folder}-${user}.key`), "--certificate", file];
        expect((await erasable("unlearn", "--system", at(folder), "--users", user, ...under)).code).toBe(0);
      }
      const check = ["verify", file, "--ratings", at("a.csv"), "--key", at(`${folder}-u6.key`)];
      const { code, out, err } = await erasable(...check);
      expect(out).toMatch(
        /^WRONG +remaining data: .*the key recognises nobody of 1 earlier erasures, under other keys/m,
      );
      expect(out + err).not.toMatch(/u[56]\b(?!\.key)/);
      expect(code).not.toBe(0);
    }
  });

  it("the default key is beside the system's folder, not in it", async () => {
    mkdirSync(at("here"));
    const before = process.cwd();
    process.chdir(at("here"));
    try {
      expect((await erasable("learn", at("a.csv"), "--system", ".", ...CHEAP)).code).toBe(0);
      expect((await erasable("unlearn", "--system", "./", "--users", "u1")).code).toBe(0);
    } finally {
      process.chdir(before);
    }
    expect(existsSync(at("here.key"))).toBe(true);
    expect(readdirSync(at("here")).filter((name) => name.endsWith(".key"))).toEqual([]);
  });

  it("a certificate has no place in the system's folder, nor on something else", async () => {
    expect((await learn("a.csv", "placed", ...CHEAP)).code).toBe(0);
    const unlearn = (...more: string[]) =>
      erasable("unlearn", "--system", at("placed"), "--users", "u1", "--certificate", ...more);
    writeFileSync(at("letter.json"), '{"dear":"reader"}');
    writeFileSync(at("photo"), "x");
    writeFileSync(at("other.evidence.json"), "notes");
    for (const [path, reason, ...more] of [
      [at("placed/certificates/c.json"), /is in the system's folder/],
      [at("placed/c.json"), /is in the system's folder/],
      [at("letter.json"), /letter\.json is there already and is no certificate; it would be overwritten/],
      [at("photo"), /photo is there already and is no certificate/],
      [at("mine"), /is no certificate/],
      [at("other.json"), /other\.evidence\.json is there already and is no evidence/],
      [at("placed.key"), /is the place of the key/],
      [at("k"), /is the place of the key/, "--key", at("k")],
      [at("nowhere/c.json"), /the folder of .* is not there/],
    ] as const) {
      const { code, err } = await unlearn(path, ...more);
      expect(err).toMatch(reason);
      expect(code).toBe(2);
    }
    expect(readFileSync(at("letter.json"), "utf8")).toBe('{"dear":"reader"}');
    expect((await unlearn(at("fine.json"))).code).toBe(0); // u1 was not forgotten by any of them
    const next = ["--users", "u2", "--certificate", at("fine.json")];
    expect((await erasable("unlearn", "--system", at("placed"), ...next)).code).toBe(0);
  });

  it("--withdraw takes a damaged request back", async () => {
    expect((await learn("a.csv", "withdrawn", ...CHEAP)).code).toBe(0);
    const system = ["unlearn", "--system", at("withdrawn")];
    writeFileSync(at("withdrawn/request.json"), "nonsense");
    const asked = await erasable(...system, "--users", "u1");
    expect(asked).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^erasable: .*request\.json: its bytes/),
    });
    expect(asked.err).not.toMatch(/\n\s+at /);
    const taken = await erasable(...system, "--withdraw");
    expect(taken).toMatchObject({ code: 0, out: "the request was taken back\n" });
    expect((await erasable(...system, "--withdraw")).out).toBe("there was no unfinished request\n");
    expect((await erasable(...system, "--users", "u1")).code).toBe(0);
  });
});

describe("a certificate of the only user whose id is no number", () => {
  it.each(["retrain", "laser", "ease"])("holds on the ratings that are left, by %s", async (method) => {
    // alone, ids 1 to 12 are read in the order of numbers; beside "admin", as text: 1, 10, 11, 12, 2 ...
    const others = ratings(1, (u) => String(u + 1));
    writeFileSync(at("mixed.csv"), `${others}admin,i1,5\nadmin,i3,2\n`);
    writeFileSync(at("numbers.csv"), others);
    const folder = `mixed-${method}`;
    const cheap = method === "ease" ? [] : method === "retrain" ? ["--epochs", "1"] : CHEAP;
    const learned = await learn("mixed.csv", folder, "--method", method, ...cheap);
    expect(learned.code).toBe(0);
    const certificate = at(`${folder}.json`);
    const system = ["--system", at(folder)];
    await erasable("unlearn", ...system, "--users", "admin", "--certificate", certificate);
    const left = await erasable("verify", certificate, "--ratings", at("numbers.csv"));
    expect(left).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
    const all = ["--ratings", at("mixed.csv"), "--key", at(`${folder}.key`)];
    expect((await erasable("verify", certificate, ...all)).code).toBe(0);
  });
});

describe("table", () => {
  it("says when a file has changed since its records were made", async () => {
    const lines = Array.from({ length: 360 }, (_, k) => {
      const u = Math.floor(k / 12);
      return `u${u},i${(u + k) % 20},${1 + ((u * k) % 5)}\n`;
    });
    writeFileSync(at("seen.csv"), lines.join(""));
    const results = ["--results", at("results"), "--profile", "smoke", "--dataset", at("seen.csv")];
    const run = [
      "--seeds",
      "0",
      "--groups",
      "2",
      "--method",
      "l-rand",
      "--model",
      "dmf",
      "--request",
      "none",
    ];
    const made = await erasable("run", "utility", ...results, ...run);
    expect(made.code).toBe(0);
    const before = await erasable("table", "utility", ...results, ...run);
    expect(before).toMatchObject({ code: 0, err: expect.not.stringContaining("other ratings") });
    writeFileSync(at("seen.csv"), [...lines, "u0,i19,3\n"].join(""));
    const after = await erasable("table", "utility", ...results, ...run);
    expect(after).toMatchObject({ code: 0, err: expect.stringMatching(/other ratings than .*seen\.csv/) });
  });
});

describe("the operator's key", () => {
  it("is made once: a missing one is asked for, and none is put into the system's folder", async () => {
    await learn("a.csv", "once", "--method", "retrain", "--epochs", "1");
    const unlearn = (...more: string[]) => erasable("unlearn", "--system", at("once"), ...more);
    const inside = await unlearn("--users", "u1", "--key", join(at("once"), "key"));
    expect(inside).toMatchObject({ code: 2, err: expect.stringMatching(/is in the system's folder/) });
    const nowhere = await unlearn("--users", "u1", "--key", at("nowhere/key"));
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringMatching(/the folder of .* is not there/) });
    expect(await unlearn("--users", "u1", "--certificate", at("once-1.json"))).toMatchObject({ code: 0 });
    expect(statSync(at("once-1.evidence.json")).mode & 0o077).toBe(0);
    rmSync(at("once.key"));
    const missing = await unlearn("--users", "u2");
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/once\.key is missing.*--key/s) });
    const named = await unlearn(
      "--users",
      "u2",
      "--key",
      at("second.key"),
      "--certificate",
      at("once-2.json"),
    );
    expect(named).toMatchObject({ code: 0, out: expect.stringMatching(/written before name people/) });
  });
});
