/** What a notebook shows and what the command line writes is one definition: the same files, byte for byte. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { profileNamed } from "../../lib/questions/profile";
import { listOf } from "../../lib/questions/question";
import { QUESTIONS, questionNamed } from "../../lib/questions/questions";
import { ask } from "../../lib/questions/session";
import { show } from "../../lib/report/show";
import { erasable } from "../cli/support";

let results: string;
beforeAll(() => {
  results = mkdtempSync(join(tmpdir(), "erasable-definition-"));
  vi.stubEnv("ERASABLE_RESULTS", results);
  vi.stubEnv("ERASABLE_PROFILE", "smoke");
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(results, { recursive: true, force: true });
});

const overrides = { ...profileNamed("smoke").overrides, epochs: 1 };
const change = { seeds: [0], groups: [2], ablationGroups: 2, overrides };
const TINY = ["--seeds", "0", "--groups", "2", "--set", "epochs=1"];

it.each(QUESTIONS.map(({ id }) => id))(
  "%s: show writes the files of npx erasable figure",
  async (id) => {
    const shown = join(results, "smoke/figures");
    rmSync(shown, { recursive: true, force: true }); // of the question before, whose records serve this one too
    const answer = await ask(questionNamed(id), { change, workers: 1 });
    await show(answer.charts);
    await show(answer.tables);
    if (listOf(answer.charts).length > 0) {
      const drawn = join(results, "drawn", id);
      expect(await erasable("figure", id, ...TINY, "--out", drawn)).toMatchObject({ code: 0 });
      expect(readdirSync(drawn).sort()).toEqual(readdirSync(shown).sort());
      expect(readdirSync(drawn).length).toBeGreaterThan(2);
      for (const name of readdirSync(drawn))
        expect(readFileSync(join(drawn, name), "utf8"), name).toBe(readFileSync(join(shown, name), "utf8"));
    }
    const { out } = await erasable("table", id, ...TINY);
    for (const { caption } of listOf(answer.tables)) expect(out).toContain(`\n${caption}\n`);
  },
  300_000,
);

it("questions have names of their own, and jobs that they list", () => {
  expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length);
  for (const { jobs } of QUESTIONS) expect(jobs.length).toBeGreaterThan(0);
});
