/** The command line as a process: exit codes, Ctrl-C and what a second run does, a results folder that cannot be written. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify } from "../../lib/questions/plan";
import { profileNamed } from "../../lib/questions/profile";
import { openStore } from "../../lib/questions/suite";
import { writeSweep } from "../../lib/questions/sweepFiles";
import type { Trial } from "../../lib/questions/trial";
import { trialVersion } from "../../lib/questions/trialVersion";
import { newRecord } from "../../lib/runs/record";
import { start } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-process-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(() => {
  if (!existsSync(join(__dirname, "../../lib/dist/cli.js")))
    throw new Error('these tests start the compiled command line: run "npm run build" first');
});

/** Whole lines of the store's segments. */
function records(results: string): number {
  const folder = join(results, "smoke/runs");
  if (!existsSync(folder)) return 0;
  const segments = readdirSync(folder).filter((name) => /^(run-.*|records)\.jsonl$/.test(name));
  return segments.reduce(
    (sum, name) => sum + readFileSync(join(folder, name), "utf8").split("\n").length - 1,
    0,
  );
}

describe("npx erasable as a process", () => {
  it("Ctrl-C keeps what is finished and ends with 130; a second run goes on from there", async () => {
    const results = join(home, "results");
    const sweep = ["--method", "retrain", "--model", "dmf", "--groups", "2", "--set", "epochs=8"];
    const args = ["run", "utility", ...sweep, "--results", results, "--workers", "1", "--seeds"];
    const { child, ended } = start([...args, "0-199"]); // far more than can be done before the signal
    while (records(results) === 0 && child.exitCode === null) await pause(5);
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped.err).toMatch(/stopping: what is finished is kept/);
    expect(stopped.code).toBe(130);
    const kept = records(results);
    expect(kept).toBeGreaterThan(0);

    // learning, two requests and the anchors of three of those seeds, in the order of which jobs begin
    const { code, out } = await start([...args, "0-2", "--json"]).ended;
    const { trials, found, computed, missing } = JSON.parse(out);
    expect({ code, trials, missing }).toEqual({ code: 0, trials: 12, missing: 0 });
    expect(found).toBeGreaterThan(0);
    expect(computed).toBe(12 - found);
    expect(records(results)).toBe(kept + computed);
  });

  it("a results folder that cannot be written is named, before anything is computed", async () => {
    const file = join(home, "a file");
    writeFileSync(file, "");
    const args = ["run", "partition", "--groups", "2", "--seeds", "0", "--results", file];
    const { code, out, err } = await start(args).ended;
    expect(err).toContain(file);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });

  it("trials that cannot be computed are named before any is, and not stored as failures", async () => {
    const own = join(home, "few.csv");
    // five users, who cannot be parted into eight groups, and one who is not in the core
    const five = Array.from({ length: 25 }, (_, k) => `u${Math.floor(k / 5)},i${k % 5},${1 + (k % 4)}\n`);
    writeFileSync(own, `${five.join("")}thin,i0,3\n`);
    const results = ["--seeds", "0", "--results", join(home, "failing"), "--workers", "1"];
    const args = ["run", "partition", "--groups", "8", ...results];
    const { code, out, err } = await start([...args, "--dataset", `${own},synthetic`]).ended;
    expect(err).toMatch(
      /5 of 10 trials cannot be computed, and none was: partition .*few\.csv .*: groups: 8/,
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(existsSync(join(home, "failing"))).toBe(false);
    const asked = ["--model", "dmf", "--method", "retrain", "--request", "users:thin", "--dataset", own];
    const late = await start(["run", "utility", ...asked, ...results, "--set", "epochs=1"]).ended;
    expect(late.err).toMatch(/failed: system .*few\.csv .*: the request names somebody/);
    expect(late.code).toBe(1);
    expect(readdirSync(join(home, "failing/smoke/runs"))).toEqual(["records.jsonl"]); // the anchors
  });

  it("--force: a trial that fails gives the code 1 although its older record is still there", async () => {
    const profile = profileNamed("smoke");
    const trial: Trial = {
      job: "membership",
      dataset: "synthetic",
      data: { core: 5, trainShare: 0.9 },
      system: { method: "retrain", model: "dmf", settings: {} },
      request: "top@5", // of whom there is no such attack: the job fails
      seed: 0,
    };
    const results = join(home, "forced");
    const data = await identify(trial.dataset);
    const store = openStore(results, profile);
    const [code, checksum] = [trialVersion(trial), data.checksum];
    const empty = { outcome: {}, timings: {}, machine: {}, versions: {} };
    store.append(newRecord({ trial, data: checksum, code, ...empty }));
    store.close();
    const record = newRecord({ trial, data: checksum, code, ...empty });
    const chunk = {
      id: "0",
      dataset: trial.dataset,
      data: checksum,
      seconds: 1,
      megabytes: 1,
      exclusive: false,
    };
    const trials = [{ key: record.key, trial }];
    writeSweep(join(home, "sweep"), { program: "", profile: "smoke", chunks: [{ ...chunk, trials }] });
    const file = join(home, "sweep", "0.json");
    const args = ["run", "--trials", file, "--force", "--results", results, "--workers", "1"];
    const { code: exit, out, err } = await start(args).ended;
    expect(err).toMatch(/failed: membership synthetic/);
    expect(out).toMatch(/^chunk 0: 1 trial: 0 computed, 0 found, 1 failed/);
    expect(out).not.toContain("To see them");
    expect(exit).toBe(1);
  });

  it("a reader that has seen enough is no error", async () => {
    const { child, ended } = start(["data", "list"]);
    child.stdout?.destroy();
    expect((await ended).code).toBe(0);
  });
});
