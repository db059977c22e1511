/** Settings and lists that cannot be meant: refused in one sentence that names them, with nothing stored. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../lib/json";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-bad-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);

const LINES = Array.from({ length: 60 }, (_, k) =>
  Array.from({ length: 10 }, (_, n) => `u${k},i${(k + 3 * n) % 31},${1 + ((k * n) % 5)}\n`).join(""),
).join("");
const SYSTEM = ["--method", "laser", "--groups", "2", "--epochs", "1"];

beforeAll(async () => {
  writeFileSync(at("r.csv"), LINES);
  mkdirSync(at("folder"));
  symlinkSync("nowhere", at("dangling"));
  const learned = await erasable("learn", at("r.csv"), "--system", at("s"), ...SYSTEM);
  expect(learned).toMatchObject({ code: 0 });
});

const run = (...more: string[]) => [
  "run",
  "utility",
  "--dataset",
  at("r.csv"),
  "--results",
  at("res"),
  ...more,
];
const learn = (...more: string[]) => [
  "learn",
  at("r.csv"),
  "--system",
  at("new"),
  "--method",
  "laser",
  ...more,
];
const unlearn = (...more: string[]) => ["unlearn", "--system", at("s"), ...more];

it("an id as long as a book is named by its ends, in messages and in those of options", async () => {
  const id = `1st${"x".repeat(1e4)}end`;
  for (const args of [
    unlearn("--users", id),
    learn("--groups", id),
    ["recommend", "--system", at("s"), "--user", id],
    ["check", at(id)],
  ]) {
    const { code, err } = await erasable(...args);
    expect([code === 0, err.length < 600]).toEqual([false, true]);
    expect(err).toMatch(/1stx|erasable-bad/);
  }
});

it("an id, or the name of a file, with a line break begins no line of its own in any message", async () => {
  const [forged, obeyed] = ["erasable: all is well", "\u001b[2J"];
  const id = `nobody\n${forged}${obeyed}`;
  writeFileSync(at("ids.json"), JSON.stringify([id]));
  writeFileSync(at("pairs.json"), JSON.stringify([["u1", id]]));
  const file = at(`r\n${forged}${obeyed}.csv`);
  writeFileSync(file, LINES);
  const narrow = ["--seeds", "0", "--model", "dmf", "--groups", "2", "--set", "epochs=1", "--workers", "1"];
  const stored = ["--dataset", file, "--results", at("broken")];
  for (const command of [
    unlearn("--users-file", at("ids.json")),
    unlearn("--ratings-file", at("pairs.json")),
    ["recommend", "--system", at("s"), "--user", id],
    ["recommend", "--system", at(`s\n${forged}`), "--user", "u1"],
    ["check", file],
    ["run", "seqtrain", ...stored, ...narrow],
    ["table", "seqtrain", ...stored, ...narrow.slice(0, -2)],
    ["figure", "seqtrain", ...stored, ...narrow.slice(0, -2), "--out", at("figures")],
    ["status", "seqtrain", ...stored],
  ]) {
    const { out, err } = await erasable(...command);
    expect(out + err).toContain(forged);
    expect(`${out}\n${err}`).not.toMatch(/^erasable: all/m);
    expect(out + err).not.toContain(obeyed);
  }
  expect((await erasable("run", "seqtrain", "--groups", obeyed)).err).not.toContain(obeyed);
});

describe("refused, by name, with nothing stored", () => {
  it.each<[what: string, command: () => string[], named: RegExp]>([
    [
      "a range of seeds that is too long",
      () => run("--seeds", "0-99999"),
      /--seeds.*more than 10000 numbers/,
    ],
    ["a range of seeds beyond all", () => run("--seeds", "0-99999999999"), /--seeds.*from 0 to 4294967295/],
    ["a seed of 33 bits", () => run("--seeds", "4294967296"), /--seeds.*from 0 to 4294967295/],
    ["groups beyond the setting", () => run("--groups", "65536"), /--groups.*from 1 to 65535/],
    ["an empty range", () => run("--seeds", "3-1"), /--seeds.*3-1 is empty/],
    ["a seed that is half", () => run("--seeds", "0.5"), /--seeds.*0\.5/],
    ["a seed that is no number", () => run("--seeds", "NaN"), /--seeds.*NaN/],
    ["a seed beyond all numbers", () => run("--seeds", "1e999"), /--seeds.*1e999/],
    ["groups in hexadecimal", () => run("--groups", "0x10"), /--groups.*0x10/],
    ["no groups", () => run("--groups", "0"), /--groups.*from 1/],
    ["a share that is no number", () => run("--request", "rand@NaN"), /--request.*rand@NaN/],
    ["a share beyond all", () => run("--request", "rand@1e999"), /--request.*rand@1e999/],
    ["__proto__", () => run("--set", "__proto__=1"), /--set: unknown key "__proto__"/],
    ["constructor", () => run("--set", "constructor=1"), /--set: unknown key "constructor"/],
    [
      "a key that is given twice",
      () => run("--set", "epochs=1", "--set", "epochs=2"),
      /--set: epochs is given twice/,
    ],
    ["an infinite setting", () => run("--set", "epochs=1e999"), /--set: epochs: Infinity/],
    ["a fraction", () => run("--set", "epochs=1.5"), /--set: epochs: 1\.5/],
    ["an empty value", () => run("--set", "epochs="), /--set: epochs/],
    ["no key", () => run("--set", "=3"), /--set: "=3"/],
    ["__proto__ for learn", () => learn("--set", "__proto__=2"), /unknown key "__proto__"/],
    ["an infinite rate", () => learn("--set", "learningRate=1e999"), /learningRate: Infinity/],
    ["an option twice", () => learn("--epochs", "1", "--epochs", "2"), /--epochs is given twice/],
    ["an option by both ways", () => learn("--epochs", "1", "--set", "epochs=2"), /epochs is given twice/],
    ["more groups than users", () => learn("--groups", "61"), /groups: 61 groups are more than the 60 users/],
    [
      "a method called __proto__",
      () => ["learn", at("r.csv"), "--system", at("new"), "--method", "__proto__"],
      /--method/,
    ],
    ["a folder as key", () => unlearn("--users", "u1", "--key", at("folder")), /--key: .*folder/],
    ["a folder as list of users", () => unlearn("--users-file", at("folder")), /--users-file: .*folder/],
    ["a system twice", () => unlearn("--users", "u1", "--system", at("t")), /--system is given twice/],
    [
      "a link to nothing as system",
      () => ["learn", at("r.csv"), "--system", at("dangling"), ...SYSTEM],
      /dangling/,
    ],
  ])("%s", async (what, command, named) => {
    const { code, out, err } = await erasable(...command());
    expect(err).toMatch(named);
    expect(err).not.toMatch(/\n\s+at |undefined/);
    expect([code === 2 || what.startsWith("a link"), out]).toEqual([true, ""]); // what a disk says is 1
    expect([existsSync(at("res/smoke/runs/records.jsonl")), existsSync(at("new"))]).toEqual([false, false]);
  });

  it.each<[what: string, asked: string[], named: RegExp]>([
    ["more groups than users", ["--groups", "61"], /groups: 61 groups are more than the 60 users/],
    ["more groups than users, of shards", ["--groups", "61", "--method", "c-sisa"], /groups: 61 groups/],
    ["a core that nobody is in", ["--set", "core=11"], /11-core is empty/],
    ["a share that leaves nothing", ["--set", "trainShare=0.01"], /trainShare: 0\.01 leaves nothing/],
    [
      "a request for everybody",
      ["--request", "rand@100"],
      /request rand@100: nobody of 60 users would be left/,
    ],
    ["the last of one group", ["--groups", "1", "--request", "last-group@100"], /nobody of 60 users/],
    [
      "ratings where there are none",
      ["--implicit", "--set", "label=rating"],
      /label: .* pairs without ratings/,
    ],
  ])("before anything is computed: %s", async (_, asked, named) => {
    for (const command of [run(...asked), ["plan", ...run(...asked).slice(1), "--out", at("sweep")]]) {
      const { code, out, err } = await erasable(...command, "--seeds", "0", "--model", "dmf");
      expect(err).toMatch(named);
      expect([code, out]).toEqual([2, ""]);
      expect([existsSync(at("res")), existsSync(at("sweep"))]).toEqual([false, false]);
    }
  });

  it("no id of a request is in any file of the results, compacted or not", async () => {
    const asked = [
      "--groups",
      "2",
      "--seeds",
      "0",
      "--model",
      "dmf",
      "--method",
      "retrain",
      "--workers",
      "1",
    ];
    const people = ["--request", "users:u33,u34", "--request", "ratings:u35/i4"];
    expect(await erasable(...run(...asked, ...people))).toMatchObject({ code: 0 });
    const folder = at("res/smoke/runs");
    const texts = () =>
      readdirSync(folder).map((name) => {
        const bytes = readFileSync(join(folder, name));
        return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
      });
    expect(texts().join("")).toMatch(/"request":"people:[0-9a-f]{32},[0-9a-f]{32}"/);
    expect(texts().join("")).not.toMatch(/u3[345]/);
    expect((await erasable("compact", "--results", at("res"))).code).toBe(0);
    expect(texts().join("")).not.toMatch(/u3[345]/);
  });

  it("a certificate without a member, with one twice, or with one too many", async () => {
    expect((await erasable(...unlearn("--users", "u7", "--certificate", at("c.json")))).code).toBe(0);
    const text = readFileSync(at("c.json"), "utf8");
    const { digest: _, ...whole } = JSON.parse(text);
    const { erased: __, ...without } = whole;
    const digested = (value: object) => JSON.stringify({ ...value, digest: sha256(canonicalJson(value)) });
    for (const [edited, named] of [
      [digested(without), /certificate: erased: undefined is not an object/],
      [digested({ ...whole, backups: "deleted" }), /certificate: unknown member "backups"/],
      [
        text.replace('"users": 1,', '"users": 100,\n    "users": 1,'),
        /certificate: a member stands twice in it/,
      ],
      ['{"format":', /certificate: .*JSON/],
      ["[]", /certificate: this is not a file of/],
    ] as const) {
      writeFileSync(at("d.json"), edited);
      const { code, err } = await erasable("verify", at("d.json"), "--ratings", at("r.csv"));
      expect(err).toMatch(named);
      expect([code, /\n\s+at /.test(err)]).toEqual([2, false]);
    }
  });
});
