/** Records on the command line: computed, counted, shown, repeated, merged. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Trial } from "../../lib/questions/trial";
import { csvOf, erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-cli-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const results = join(home, "results");
const CHEAP = ["--groups", "2", "--seeds", "0", "--model", "dmf", "--set", "epochs=1"];
const TINY = [...CHEAP, "--results", results];

/** The trials that a plan of these holds. */
async function planned(...args: string[]): Promise<Trial[]> {
  const out = mkdtempSync(join(home, "plan-"));
  const fresh = ["--results", join(home, "nothing"), "--out", out];
  expect((await erasable("plan", ...args, ...CHEAP, ...fresh)).code).toBe(0);
  const ids = readFileSync(join(out, "chunks.txt"), "utf8").trim().split("\n");
  return ids.flatMap((id) =>
    JSON.parse(readFileSync(join(out, `${id}.json`), "utf8")).trials.map(
      ({ trial }: { trial: Trial }) => trial,
    ),
  );
}

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
        expect(system?.settings).toMatchObject({ epochs: 1, negatives: 4, batchSize: 1024 });
    }
  });

  it("--set leaves what a question varies itself as it varies it", async () => {
    const trials = await planned("sensitivity", "--set", "batchSize=77", "--set", "order=random");
    const settings = trials.map(({ system }) => system?.settings ?? {});
    expect(new Set(settings.map(({ epochs }) => epochs))).toEqual(new Set([1, 25, 100]));
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
    expect(table.out).toMatch(/^Easy to hard minus another order/m);
    expect(table.out).toMatch(/DMF +L-CBKM +labCode NDCG@10 +learning +random order +−?0\.\d{4}/);
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
      "seqtrain-differences-synthetic.html",
      "seqtrain-differences-synthetic.narrow.svg",
      "seqtrain-differences-synthetic.svg",
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

  it("table says when the records of a selection say nothing without others", async () => {
    const own = [
      "--profile",
      "smoke",
      "--seeds",
      "0",
      "--dataset",
      "synthetic",
      "--method",
      "ease",
      "--request",
      "rand@5",
    ];
    const asked = ["beyond", ...own, "--results", join(home, "requested")];
    expect((await erasable("run", ...asked, "--workers", "1")).code).toBe(0);
    for (const command of ["table", "figure"])
      expect(await erasable(command, ...asked)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/beyond: the \d+ records? of this selection say nothing without others/),
      });
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
        processorSeconds: expect.any(Number),
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
