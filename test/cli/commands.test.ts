/** What the commands say: help, mistakes, JSON, tables and figures from records, systems on files. */

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Trial } from "../../lib/questions/trial";
import { world } from "../training/world";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-cli-"));
const results = join(home, "results");
const TINY = ["--groups", "2", "--seeds", "0", "--model", "dmf", "--set", "epochs=1", "--results", results];
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The trials that a plan of these holds. */
async function planned(...args: string[]): Promise<Trial[]> {
  const out = mkdtempSync(join(home, "plan-"));
  const fresh = ["--results", join(home, "nothing"), "--out", out];
  expect((await erasable("plan", ...args, ...TINY, ...fresh)).code).toBe(0);
  const ids = readFileSync(join(out, "chunks.txt"), "utf8").trim().split("\n");
  return ids.flatMap((id) =>
    JSON.parse(readFileSync(join(out, `${id}.json`), "utf8")).trials.map(
      ({ trial }: { trial: Trial }) => trial,
    ),
  );
}

describe("help", () => {
  it.each([
    ["run"],
    ["plan"],
    ["merge"],
    ["status"],
    ["compact"],
    ["repeat"],
    ["table"],
    ["figure"],
    ["claims"],
    ["learn"],
    ["recommend"],
    ["unlearn"],
    ["verify"],
    ["bench"],
    ["data", "fetch"],
    ["data", "check"],
  ])("%s %s has examples", async (...command) => {
    const { code, out } = await erasable(...command.filter(Boolean), "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples?:\\n  \\$ npx erasable .*${command.filter(Boolean).join(" ")}`));
  });
});

it("help knows commands by name, and --version is the package's", async () => {
  const help = await erasable("help", "data", "fetch");
  expect(help).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^Usage: erasable data fetch/) });
  expect((await erasable("help")).out).toMatch(/^Usage: erasable \[options\]/);
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../lib/package.json"), "utf8"));
  expect(await erasable("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe("mistakes: code 2, a message with the flag and the choices, no stack", () => {
  it.each([
    [["run", "--profil", "smoke"], /unknown option '--profil'\n\(Did you mean --profile\?\)/],
    [["run", "--profile", "small"], /--profile.*smoke, quick, paper/],
    [["run", "--model", "dmf,mlp"], /--model.*"mlp" is not one of dmf, nmf/],
    [["run", "--method", "lasr"], /--method.*"lasr" is not one of retrain, .*l-cbkm/],
    [["run", "--groups", "2,x"], /--groups.*not a whole number from 1/],
    [["run", "--seeds", "5-3"], /--seeds.*range 5-3 is empty/],
    [["run", "--request", "rand@0"], /--request.*rand@K.*or none/],
    [["run", "--preset", "FAST"], /--preset.*PAPER, RANKING/],
    [["run", "--workers", "0"], /--workers.*from 1 to 1024/],
    [["run", "--set", "epoch=3"], /--set.*unknown key "epoch"; known keys are core,/],
    [["run", "--set", "epochs=0"], /--set.*epochs: 0 is not a whole number/],
    [["run", "--set", "order=up"], /--set.*order: the text "up" is not one of easyToHard/],
    [["run", "fig5"], /"fig5" is not one of partition, efficiency, utility/],
    [["run", "partition", "--model", "dmf"], /no trials: nothing that partition/],
    [["run", "--dataset", "ml-2m"], /"ml-2m" is not in the catalog; known: ml-1m/],
    [["runn"], /unknown command 'runn'\n\(Did you mean run\?\)/],
    [["help", "nope"], /unknown command 'nope'/],
    [["help", "data", "nope"], /unknown command 'data nope'/],
    [["figure", "exactnes"], /"exactnes" is not one of partition, efficiency/],
    [
      ["repeat", "utility"],
      /has none of the \d+ trials asked for .*nothing to compare.*npx erasable run utility/,
    ],
    [["table", "utility"], /has none of the \d+ trials asked for.*npx erasable run utility/],
    [["data", "check", "ml-7"], /"ml-7" is not in the catalog/],
    [["unlearn", "--system", "s"], /say what to forget \(--users/],
    [["recommend", "--system", "nowhere", "--user", "1"], /nowhere holds no system/],
    [["learn", "ratings.csv"], /required option '--system <folder>'/],
    [["verify", "none.json", "--ratings", "x.csv"], /certificate: none.json cannot be read: .*ENOENT/],
  ])("%j", async (args, message) => {
    const own = /^(run|repeat|table)$/.test(args[0]) ? ["--results", join(home, "untouched")] : [];
    const { code, out, err } = await erasable(...args, ...own);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(existsSync(join(home, "untouched"))).toBe(false);
  });
});

/** Everything in the run store, byte for byte. */
function storeText(): string {
  const folder = join(results, "smoke/runs");
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.map((name) => `${name}\n${readFileSync(join(folder, name), "utf8")}`).join("");
}

describe("records", () => {
  let first: { computed: number; trials: number; samples: number };
  beforeAll(async () => {
    const { code, out } = await erasable("run", "utility", ...TINY, "--workers", "1", "--json");
    expect(code).toBe(0);
    first = JSON.parse(out);
  });

  it("are computed for the trials that fit the options, once", async () => {
    // Retrain, C-SISA and three groupings, learning and two requests, and the anchors
    expect(first).toMatchObject({
      trials: 16,
      computed: 16,
      found: 0,
      missing: 0,
      failures: [],
      stopped: false,
    });
    expect(first.samples).toBeGreaterThan(0);
    const again = await erasable("run", "utility", ...TINY);
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(again.out).toMatch(/^16 trials: 0 computed, 16 found, 0 failed/);
    expect(again.out).toContain("npx erasable table utility --profile smoke");
  });

  it("--set and --preset make other trials", async () => {
    const trials = await planned("utility", "--preset", "RANKING");
    expect(trials).toHaveLength(16);
    for (const { job, evaluation, system } of trials) {
      expect(evaluation).toEqual({ label: "implicit", metrics: "all" });
      if (job === "system")
        expect(system?.settings).toMatchObject({ epochs: 1, negatives: 4, batchSize: 256 });
    }
  });

  it("--set leaves what a question varies itself as it varies it", async () => {
    const trials = await planned("sensitivity", "--set", "batchSize=77", "--set", "order=random");
    const settings = trials.map(({ system }) => system?.settings ?? {});
    expect(new Set(settings.map(({ epochs }) => epochs))).toEqual(new Set([1]));
    const sizes = new Set(settings.map(({ batchSize }) => batchSize));
    for (const size of [77, 1024, 4096]) expect(sizes).toContain(size);
    expect(new Set(settings.map(({ order }) => order))).toContain("hardToEasy");
  });

  it("status counts them and says what failed", async () => {
    const { code, out } = await erasable("status", "utility", "seqtrain", ...TINY, "--json");
    const { rows, total } = JSON.parse(out);
    expect(code).toBe(0);
    expect(rows).toMatchObject([
      { question: "utility", trials: 16, done: 16, missing: 0, failed: 0, secondsLeft: 0 },
      // easy to hard, Retrain and anchors are among the trials of utility, as epochs, S and requests are the same
      { question: "seqtrain", trials: 29, done: 11, missing: 18 },
    ]);
    expect(rows[1].secondsLeft).toBeGreaterThan(0);
    expect(total).toMatchObject({ trials: 34, done: 16, missing: 18, stale: 0 });
    expect((await erasable("status", "utility", ...TINY)).out).toMatch(/utility +synthetic +16 +16 +0 +0 +0/);
  });

  it("table prints means, CSV every row, JSON with provenance", async () => {
    const orders = await erasable(
      "run",
      "seqtrain",
      ...TINY,
      "--request",
      "none",
      "--workers",
      "1",
      "--json",
    );
    expect(JSON.parse(orders.out)).toMatchObject({ missing: 0 });
    const table = await erasable("table", "seqtrain", ...TINY, "--request", "none");
    expect(table.out).toMatch(/^Differences between orders/m);
    expect(table.out).toMatch(/DMF +L-CBKM +labCode NDCG@10 +learning +easy to hard − random +−?0\.\d{4}/);
    expect(table.out).toMatch(/synthetic: made up, no real ratings/);
    const csv = (await erasable("table", "utility", ...TINY, "--csv")).out.trim().split("\n");
    const { rows, provenance } = JSON.parse((await erasable("table", "utility", ...TINY, "--json")).out);
    expect(csv).toHaveLength(rows.length + 1);
    expect(csv[0].split(",")).toEqual(Object.keys(rows[0]));
    expect(provenance).toMatchObject({ profile: "smoke", data: "synthetic", synthetic: true, seeds: "0" });
  });

  it("figure draws them", async () => {
    const out = join(home, "drawn");
    const { code } = await erasable("figure", "seqtrain", ...TINY, "--request", "none", "--out", out);
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      "plotly.js",
      "seqtrain-groupings-synthetic.html",
      "seqtrain-groupings-synthetic.narrow.svg",
      "seqtrain-groupings-synthetic.svg",
      "seqtrain-synthetic.html",
      "seqtrain-synthetic.narrow.svg",
      "seqtrain-synthetic.svg",
    ]);
    const svg = readFileSync(join(out, "seqtrain-synthetic.svg"), "utf8");
    for (const text of ["easy to hard", "random order", "DMF", "labCode NDCG@10", "synthetic: made up"])
      expect(svg).toContain(text);
  });

  it("claims writes every claim with its rule and the numbers behind it", async () => {
    const { code, out, err } = await erasable("claims", "--results", results);
    expect(code).toBe(0);
    expect(out).toMatch(/^C14 .*not tested/m);
    expect(err).toMatch(/trials are missing: npx erasable run --profile smoke/);
    const { claims, provenance } = JSON.parse(readFileSync(join(results, "smoke/claims.json"), "utf8"));
    expect(claims.map(({ id }: { id: string }) => id)).toEqual(
      Array.from({ length: 14 }, (_, i) => `C${i + 1}`),
    );
    expect(claims[0]).toMatchObject({ covers: "all", data: [] });
    expect(claims[0].rule).toMatch(/at most 1\.25 times as long/);
    expect(provenance.profile).toBe("smoke");
  });

  it("advice repeats the options that chose the trials", async () => {
    const asked = [...TINY.slice(0, 2), "--seeds", "0,7", ...TINY.slice(4), "--dataset", "synthetic"];
    const { code, err } = await erasable("table", "utility", ...asked);
    const words = `--results ${results} --dataset synthetic --model dmf --groups 2 --seeds 0,7 --set epochs=1`;
    expect(err).toMatch(/16 of 32 trials are missing: npx erasable run utility /);
    expect(err).toContain(`npx erasable run utility --profile smoke ${words}\n`);
    expect(code).toBe(0);
    const advice = err.split("npx erasable ")[1].trim().split(" ");
    const plan = await erasable("plan", ...advice.slice(1), "--out", join(home, "advised"), "--json");
    expect(JSON.parse(plan.out).chunks).toMatchObject([{ trials: 16 }]);
  });

  it("status tells a time where no record does", async () => {
    const { out } = await erasable("status", "partition", "--groups", "2", "--results", results);
    expect(out).toMatch(/^partition +synthetic +15 +0 +0 +15 +0 +about \d/m);
  });

  it("repeat gives the same bytes from an empty store", async () => {
    const before = storeText();
    const args = ["repeat", "utility", ...TINY, "--method", "retrain,c-sisa", "--workers", "1"];
    const { code, out } = await erasable(...args, "--json");
    const { compared, identical, different, digests, parts } = JSON.parse(out);
    expect(parts).toEqual([
      {
        name: "utility",
        records: 7,
        samples: expect.any(Number),
        seconds: expect.any(Number),
        stages: expect.objectContaining({ train: expect.any(Number) }),
      },
    ]);
    expect(parts[0].samples).toBeGreaterThan(0);
    expect({ code, compared, identical, different }).toEqual({
      code: 0,
      compared: 7,
      identical: 7,
      different: [],
    });
    expect(digests.stored).toBe(digests.repeated);
    expect(storeText()).toBe(before);
    expect((await erasable(...args, "--seeds", "0,1")).out).toMatch(
      /^7 records computed again: 7 identical to the byte, 0 different.*\n7 trials not compared/,
    );
  });

  it("repeat finds a record that was tampered with, and names what differs", async () => {
    const forged = join(home, "forged");
    cpSync(results, forged, { recursive: true });
    const narrow = ["--method", "retrain", "--request", "none", "--workers", "1"];
    const args = ["repeat", "utility", ...TINY.slice(0, -1), forged, ...narrow];
    const target = ({ trial }: { trial: { system?: { method: string }; request?: string } }) =>
      trial.system?.method === "retrain" && trial.request === "none";
    // biome-ignore lint/suspicious/noExplicitAny: a forger minds no types
    const forge = (change: (record: any) => void) => {
      const folder = join(forged, "smoke/runs");
      for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl"))) {
        const lines = readFileSync(join(folder, name), "utf8").trim().split("\n");
        const values = lines.map((line) => JSON.parse(line));
        for (const value of values) if (target(value)) change(value);
        writeFileSync(join(folder, name), values.map((value) => `${JSON.stringify(value)}\n`).join(""));
      }
    };
    forge((record) => {
      record.timings = {};
      record.machine = { cpu: "another" };
    });
    expect((await erasable(...args)).code).toBe(0);
    forge((record) => {
      record.outcome.metrics.loss *= 1 + Number.EPSILON;
      record.outcome.metrics.labCode.extra = true;
      delete record.outcome.steps;
    });
    const found = await erasable(...args);
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/^2 records computed again: 1 identical to the byte, 1 different/);
    expect(found.err).toMatch(/^different: [0-9a-f]{64} system synthetic dmf retrain none seed 0$/m);
    expect(found.err).toMatch(/ {2}outcome\.metrics\.loss: stored 0\.\d+, repeated 0\.\d+\n/);
    expect(found.err).toMatch(/ {2}outcome\.metrics\.labCode\.extra: stored true, repeated absent\n/);
    expect(found.err).toMatch(/ {2}outcome\.steps: stored absent, repeated \d+\n/);
    const { different } = JSON.parse((await erasable(...args, "--json")).out);
    expect(different).toHaveLength(1);
    // a record under another key is not taken for the trial's own, and does not pass for an honest one
    forge((record) => {
      record.key = "0".repeat(64);
    });
    const hidden = await erasable(...args);
    expect(hidden).toMatchObject({ code: 1, err: expect.stringMatching(/^edited: 0{64}: its key is not/m) });
  });

  it("compact merges them", async () => {
    const { out } = await erasable("compact", "--results", results, "--json");
    expect(JSON.parse(out).records).toBeGreaterThanOrEqual(16);
    expect(readdirSync(join(results, "smoke/runs"))).toEqual(["records.jsonl.gz"]);
  });

  it("--dataset takes a file of one's own", async () => {
    const own = join(home, "own.csv");
    writeFileSync(
      own,
      csvOf(() => true),
    );
    const args = [...TINY, "--set", "core=1", "--method", "retrain", "--request", "none", "--json"];
    const { out } = await erasable("run", "utility", "--dataset", own, ...args);
    expect(JSON.parse(out)).toMatchObject({ trials: 2, computed: 2, failures: [] });
  });
});

/** The ratings of a small world as a file. */
function csvOf(keep: (user: string) => boolean): string {
  const { userIds, itemIds, byUser } = world();
  const lines = userIds.flatMap((user, u) =>
    keep(user)
      ? Array.from(byUser.columns.subarray(byUser.offsets[u], byUser.offsets[u + 1]), (item, i) => {
          const rating = byUser.values[byUser.offsets[u] + i];
          return `${user},${itemIds[item]},${rating}`;
        })
      : [],
  );
  return `${lines.join("\n")}\n`;
}

describe("learn, recommend, unlearn, verify on files", () => {
  const at = (name: string) => join(home, name);
  const system = ["--system", join(home, "store")];
  const cheap = [
    "--groups",
    "3",
    "--epochs",
    "2",
    "--batch-size",
    "64",
    "--grouping",
    "rand",
    "--set",
    "order=random",
  ];
  beforeAll(async () => {
    writeFileSync(
      at("all.csv"),
      csvOf(() => true),
    );
    writeFileSync(
      at("rest.csv"),
      csvOf((user) => user !== "u003" && user !== "u010"),
    );
    const { code, out } = await erasable("learn", at("all.csv"), ...system, ...cheap, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ method: "laser", users: world().userIds.length });
    expect(JSON.parse(out).groups).toHaveLength(3);
  });

  it("names unknown settings, and does not learn over a system", async () => {
    const unknown = await erasable("learn", at("all.csv"), "--system", at("other"), "--set", "depth=3");
    expect(unknown).toMatchObject({
      code: 2,
      err: expect.stringMatching(/unknown key "depth"; known keys are/),
    });
    const again = await erasable("learn", at("all.csv"), ...system, ...cheap);
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/holds a system already/) });
  });

  it("says what the tfjs engine computes on, and nothing of the engine that is the same everywhere", async () => {
    const asked = async (folder: string, engine: string) =>
      (await erasable("learn", at("all.csv"), "--system", at(folder), ...cheap, "--set", `engine=${engine}`))
        .err;
    expect(await asked("on-tfjs", "tfjs")).toMatch(/^tfjs engine: TensorFlow\S* .*\d+\.\d+\.\d+/m);
    expect(await asked("on-simd", "simd")).not.toContain("engine");
    expect(await asked("on-cuda", "cuda")).toMatch(/engine: .*"cuda" is not one of simd, tfjs/);
  });

  it("recommends, forgets for good, and proves it", async () => {
    const best = await erasable("recommend", ...system, "--user", "u003", "--count", "3", "--json");
    expect(JSON.parse(best.out).items).toHaveLength(3);
    const certificate = ["--certificate", at("erased.json")];
    const forgotten = await erasable("unlearn", ...system, "--users", "u003,u010,u003", ...certificate); // one named twice
    expect(forgotten).toMatchObject({ code: 0, out: expect.stringMatching(/^Forgotten: 2 users/) });
    expect(readFileSync(at("erased.json"), "utf8")).not.toContain("u003");
    expect(readFileSync(at("erased.evidence.json"), "utf8")).not.toContain("u003");
    expect(statSync(at("store.key")).mode & 0o077).toBe(0);
    const gone = await erasable("recommend", ...system, "--user", "u003");
    expect(gone).toMatchObject({ code: 2, err: expect.stringContaining("u003") });

    const rest = await erasable("verify", at("erased.json"), "--ratings", at("rest.csv"));
    expect(rest).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
    const all = ["--ratings", at("all.csv")];
    const withKey = await erasable("verify", at("erased.json"), ...all, "--key", at("store.key"), "--json");
    expect(JSON.parse(withKey.out).ok).toBe(true);
    const withoutKey = await erasable("verify", at("erased.json"), ...all);
    expect(withoutKey).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^WRONG +remaining data: .*if these ratings hold what was erased, give the key$/m,
      ),
      err: expect.stringMatching(/More can be checked with --key, --signer, --system\.$/m),
    });
    const signer = /--signer of verify: ([0-9a-f]{64})$/m.exec(forgotten.out)?.[1] as string;
    const whole = ["--key", at("store.key"), ...system];
    const last = await erasable("verify", at("erased.json"), ...all, ...whole);
    expect(last.out).not.toMatch(/not checked|WRONG/);
    expect(last.out).toMatch(
      new RegExp(`^holds +signer: ${signer}$[^]*^holds +last certificate: erasure 1 of 1$`, "m"),
    );
    for (const [given, word] of [
      [signer, "holds"],
      ["0".repeat(64), "WRONG"],
    ] as const)
      expect(
        (await erasable("verify", at("erased.json"), ...all.with(1, at("rest.csv")), "--signer", given)).out,
      ).toMatch(new RegExp(`^${word} +signer`, "m"));
    writeFileSync(
      at("less.csv"),
      csvOf((user) => !["u003", "u010", "u011"].includes(user)),
    );
    const other = await erasable("verify", at("erased.json"), "--ratings", at("less.csv"));
    expect(other.code).not.toBe(0);
    const changed = readFileSync(at("erased.json"), "utf8").replace(/"users": 2/, '"users": 3');
    writeFileSync(at("changed.json"), changed);
    const forged = await erasable("verify", at("changed.json"), "--ratings", at("rest.csv"));
    expect(forged).toMatchObject({ code: 2, err: expect.stringMatching(/it was changed/) });
  });

  it("forgets single ratings and users of files; names the line that is wrong", async () => {
    const [first] = csvOf((user) => user === "u001").split("\n");
    writeFileSync(at("pairs.csv"), `${first}\nu001\n`);
    const wrong = await erasable("unlearn", ...system, "--ratings-file", at("pairs.csv"));
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--ratings-file: .*line 2: a user and an item/),
    });
    writeFileSync(at("pairs.csv"), `${first}\n`);
    writeFileSync(at("users.txt"), "u002\n\nu004\n");
    const lists = ["--ratings-file", at("pairs.csv"), "--users-file", at("users.txt")];
    const done = await erasable("unlearn", ...system, ...lists, "--regroup", "--json");
    expect(JSON.parse(done.out).certificate).toMatchObject({ guarantee: "exact", erased: { users: 2 } });
    const resume = await erasable("unlearn", ...system, "--resume");
    expect(resume).toMatchObject({ code: 2, err: expect.stringMatching(/no unfinished request/) });
  });

  it("writes the certificate of what is done, when it could not be written at once", async () => {
    const store = ["--system", at("again")];
    await erasable("learn", at("all.csv"), ...store, ...cheap);
    const none = await erasable("unlearn", ...store, "--resume", "--certificate", at("again.json"));
    expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/no unfinished request\n?$/) });
    const unwritable = at(`${"x".repeat(300)}.json`); // longer than a file system's names
    const failed = await erasable("unlearn", ...store, "--users", "u003,u010", "--certificate", unwritable);
    expect(failed).toMatchObject({
      code: 2,
      err: expect.stringMatching(/the erasure is done, but .*--resume/s),
    });
    const without = await erasable("unlearn", ...store, "--resume");
    expect(without).toMatchObject({ code: 2, err: expect.stringMatching(/with --certificate/) });
    const again = await erasable("unlearn", ...store, "--resume", "--certificate", at("again.json"));
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/no unfinished request.*last erasure/),
    });
    const verified = await erasable("verify", at("again.json"), "--ratings", at("rest.csv"));
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
    const withKey = ["--ratings", at("all.csv"), "--key", at("again.key")];
    expect((await erasable("verify", at("again.json"), ...withKey)).code).toBe(0);
    const regrouped = ["--users", "u004", "--regroup", "--certificate", at("regrouped.json")];
    expect((await erasable("unlearn", ...store, ...regrouped)).code).toBe(0);
    writeFileSync(
      at("fewer.csv"),
      csvOf((user) => !["u003", "u010", "u004"].includes(user)),
    );
    const exact = await erasable("verify", at("regrouped.json"), "--ratings", at("fewer.csv"));
    expect(exact).toMatchObject({ code: 0, out: expect.stringMatching(/without what was erased \(exact\)/) });
  });

  it("does all of it for the field's other frameworks", async () => {
    for (const [method, partition, told] of [
      ["receraser", "ubp", /^Users in its groups.*: 8, 8, 8$/m],
      ["receraser", "ibp", /^Items in its groups.*: 7, 7, 6$/m],
      ["receraser", "inbp", /^Users in its groups/m],
      ["ultrare", undefined, /^Users in its groups.*: 8, 8, 8$/m],
    ] as const) {
      const folder = at(`${method}-${partition}`);
      const own = ["--method", method, "--groups", "3", "--epochs", "2", "--batch-size", "64"];
      const more = partition ? ["--set", `partition=${partition}`, "--set", "aggregationEpochs=2"] : [];
      const learned = await erasable("learn", at("all.csv"), "--system", folder, ...own, ...more);
      expect(learned).toMatchObject({ code: 0, out: expect.stringMatching(told) });
      const best = await erasable(
        "recommend",
        "--system",
        folder,
        "--user",
        "u003",
        "--count",
        "3",
        "--json",
      );
      expect(JSON.parse(best.out).items).toHaveLength(3);
      const file = at(`${method}-${partition}.json`);
      const asked = ["--users", "u003,u010", "--certificate", file];
      expect((await erasable("unlearn", "--system", folder, ...asked)).code).toBe(0);
      const verified = await erasable("verify", file, "--ratings", at("rest.csv"));
      expect(verified).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
      const again = await erasable("unlearn", "--system", folder, "--users", "u004", "--regroup", "--json");
      expect(JSON.parse(again.out).certificate).toMatchObject({ guarantee: "exact" });
    }
  });

  it("does all of it for Retrain and for methods beyond the paper", async () => {
    const epochs = ["--epochs", "2", "--batch-size", "64"];
    for (const [name, ...own] of [
      ["retrain", "retrain", ...epochs],
      ["refresh", "refresh", ...epochs, "--groups", "3", "--set", "foldSteps=3"],
      ["coin", "core-fold-in", ...epochs, "--set", "corePercent=40", "--set", "foldSteps=3"],
      [
        "activity",
        "core-fold-in",
        ...epochs,
        "--set",
        "core=activity",
        "--set",
        "coreRatings=9",
        "--set",
        "itemStep=items",
      ],
      ["step", "core-fold-in", ...epochs, "--set", "corePercent=40", "--set", "userStep=ridge"],
      ["ease", "ease", "--set", "lambda=20"],
      ["gaussian", "gaussian", "--set", "rank=2"],
    ]) {
      const folder = at(`beyond-${name}`);
      const learned = await erasable("learn", at("all.csv"), "--system", folder, "--method", ...own);
      expect(learned.code).toBe(0);
      const asked = ["--system", folder, "--user", "u004", "--count", "3", "--json"];
      const before = JSON.parse((await erasable("recommend", ...asked)).out);
      expect(before.items).toHaveLength(3);
      const file = at(`beyond-${name}.json`);
      const request = ["--users", "u003,u010", "--certificate", file];
      expect((await erasable("unlearn", "--system", folder, ...request)).code).toBe(0);
      const verified = await erasable("verify", file, "--ratings", at("rest.csv"));
      expect(verified).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
      // with a plan the file does not fit and --key is asked for; without one the weights differ
      expect((await erasable("verify", file, "--ratings", at("all.csv"))).code).not.toBe(0);
      expect(JSON.parse((await erasable("recommend", ...asked)).out).items).toHaveLength(3);
      const gone = await erasable("recommend", "--system", folder, "--user", "u003");
      expect(gone.code).toBe(2);
    }
  });

  it("a damaged system is said to be damaged", async () => {
    writeFileSync(at("store/system.json"), "nonsense\n");
    const { code, err } = await erasable("recommend", ...system, "--user", "u005");
    expect(code).toBe(1);
    expect(err).toMatch(/bytes have changed/);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("data", () => {
  it("list names every set with its licence", async () => {
    const { datasets } = JSON.parse((await erasable("data", "list", "--json")).out);
    for (const name of ["ml-1m", "amazon-digital-music", "synthetic"])
      expect(datasets).toContainEqual(expect.objectContaining({ name, licence: expect.stringMatching(/./) }));
    expect((await erasable("data", "list")).out).toMatch(/ml-1m +MovieLens 1M +1,000,209/);
  });

  it("check reads, counts and hashes", async () => {
    const { code, out } = await erasable("data", "check", "synthetic", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      {
        name: "synthetic",
        ok: true,
        users: 400,
        items: 300,
        ratings: 12_000,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });
});
