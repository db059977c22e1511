/** Records go by the code that made them: their job's, their method's and their model's. */

import { describe, expect, it } from "vitest";
import type { Trial } from "../../lib/questions/trial";
import { trialVersion } from "../../lib/questions/trialVersion";
import { METHOD_NAMES } from "../../lib/unlearning/methods";
import { codeVersion } from "../../lib/version";

const trial = (job: string, method?: string, model?: string) =>
  ({ job, ...(method ? { system: { method, model, settings: {} } } : {}) }) as Trial;

describe("the version of a trial", () => {
  it("is its method's and its model's too, where it has them", () => {
    const versions = METHOD_NAMES.map((method) => trialVersion(trial("system", method, "dmf")));
    expect(new Set(versions).size).toBe(METHOD_NAMES.length - 1); // LASER and Retrain are one module
    for (const version of versions) expect(version).toMatch(/^[0-9a-f]{16}$/);
    expect(trialVersion(trial("timing", "laser", "nmf"))).toBe(
      codeVersion("jobs/timing", "methods/laser", "models/nmf"),
    );
  });

  it("is its job's where it has none", () => {
    for (const job of ["anchors", "partition"])
      expect(trialVersion(trial(job))).toBe(codeVersion(`jobs/${job}`));
  });

  it("is refused for a method or a job that there is not", () => {
    expect(() => trialVersion(trial("system", "none"))).toThrow(/methods\/none/);
    expect(() => trialVersion(trial("sytem"))).toThrow(/jobs\/sytem/);
  });
});
