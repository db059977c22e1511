/**
 * A metric and a question of your own, added where CONTRIBUTING.md says, from plan and run to rows, table and figure: the
 * metric in two files of lib/metrics, the question in a folder (here toyQuestion.ts) and a line of the list.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Evaluation } from "../../lib/metrics/evaluate";
import { answerOf } from "../../lib/questions/answer";
import { runJob } from "../../lib/questions/handler";
import { type ErasableRecord, identifyAll, planJobs } from "../../lib/questions/plan";
import { profileNamed } from "../../lib/questions/profile";
import { trialsOf } from "../../lib/questions/question";
import { QUESTIONS } from "../../lib/questions/questions";
import { findingsOf, findRecords, openStore } from "../../lib/questions/suite";
import type { SystemOutcome } from "../../lib/questions/system/outcome";
import { erasable } from "../cli/support";
import { PRECISION, toy } from "./toyQuestion";

/** Step 1: what it is of one user, in fullRank.ts. */
vi.mock("../../lib/metrics/fullRank", async (original) => {
  const real = await original<typeof import("../../lib/metrics/fullRank")>();
  const fullRankOf: typeof real.fullRankOf = (ranks, relevant, cut) => ({
    ...real.fullRankOf(ranks, relevant, cut),
    precision: ranks.filter((rank) => rank <= cut).length / cut,
  });
  return { ...real, fullRankOf };
});

/** Step 2: its name in tables, in quality.ts. */
vi.mock("../../lib/metrics/quality", async (original) => {
  const real = await original<typeof import("../../lib/metrics/quality")>();
  const namedMetrics: typeof real.namedMetrics = (quality) => ({
    ...real.namedMetrics(quality),
    ...(quality.fullRank && { [PRECISION]: precisionOf(quality) }),
  });
  return { ...real, namedMetrics };
});

/** The question's line in questions.ts. */
vi.mock("../../lib/questions/questions", async (original) => {
  const real = await original<typeof import("../../lib/questions/questions")>();
  const { toy } = await import("./toyQuestion.js");
  const questionNamed = (id: string) => (id === toy.id ? toy : real.questionNamed(id));
  return { ...real, QUESTIONS: [...real.QUESTIONS, toy], questionNamed };
});

const precisionOf = ({ fullRank }: Pick<Evaluation, "fullRank">): number =>
  (fullRank as unknown as { precision: number }).precision;

const profile = profileNamed("smoke");
const planned = toy.trials(profile);
const trials = trialsOf(planned);
let results: string;

/** Runs the question's jobs in this process: worker threads run what was built. */
beforeAll(async () => {
  results = mkdtempSync(join(tmpdir(), "erasable-toy-"));
  const store = openStore(results, profile);
  await store.hold();
  const emit = { record: (record: ErasableRecord) => void store.append(record), samples: () => {} };
  for (const job of planJobs(trials, await identifyAll(trials)).shared)
    await runJob(job, emit, new AbortController().signal);
  store.close();
}, 120_000);
afterAll(() => rmSync(results, { recursive: true, force: true }));

it("the metric is in every record, of all users and of the most active, and is a row of the question", () => {
  expect(QUESTIONS.map(({ id }) => id)).toContain("toy");
  const { records, missing } = findRecords(trials, openStore(results, profile));
  expect({ records: records.length, missing }).toEqual({ records: 8, missing: 0 });
  for (const { outcome } of records) {
    const { metrics } = outcome as SystemOutcome;
    for (const quality of [metrics, metrics.active]) {
      expect(precisionOf(quality)).toBeGreaterThan(0);
      expect(precisionOf(quality)).toBeLessThanOrEqual(1);
    }
    // as many right recommendations as recall says, of users with ten relevant items at most
    expect(precisionOf(metrics)).toBeLessThanOrEqual(metrics.fullRank?.recall ?? 0);
  }
  const { rows } = answerOf(toy, findingsOf(planned, records), profile);
  expect(rows).toHaveLength(12); // C-SISA by both its scorings
  expect(new Set(rows.map(({ metric }) => metric))).toEqual(new Set([PRECISION]));
});

it("table, figure and status of the command line know the question", async () => {
  const where = ["--profile", "smoke", "--results", results];
  const table = await erasable("table", "toy", ...where);
  expect(table).toMatchObject({ code: 0 });
  expect(table.out).toMatch(
    /^Right recommendations among the first ten \(of nobody\)\n\nRight among ten\nMethod /,
  );
  expect(table.out).toMatch(/\nRetrain +0\.\d{3} ± 0\.\d{3} +4\nC-SISA +0\.\d{3} ± 0\.\d{3} +8\n/);
  const figure = await erasable("figure", "toy", ...where, "--out", join(results, "drawn"));
  expect(figure).toMatchObject({ code: 0 });
  expect(readFileSync(join(results, "drawn/toy-precision.svg"), "utf8")).toContain(">Retrain<");
  expect(existsSync(join(results, "drawn/toy-precision.html"))).toBe(true);
  const { out } = await erasable("status", "toy", ...where);
  expect(out).toMatch(/\ntoy +synthetic +8 +8 +0 +0 +0 +–/);
});
