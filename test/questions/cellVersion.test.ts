/** Records go by the code that made them: each method of the cells beyond the paper by its own. */

import { describe, expect, it } from "vitest";
import type { BeyondCell, Cell } from "../../lib/questions/cell";
import { cellVersion } from "../../lib/questions/cellVersion";
import { METHOD_NAMES } from "../../lib/unlearning/methods";
import { codeVersion } from "../../lib/version";

describe("the version of a cell", () => {
  it("is of its method where it runs any method", () => {
    const versions = METHOD_NAMES.map((method) =>
      cellVersion({ kind: "beyond", method, model: "dmf" } as BeyondCell),
    );
    expect(new Set(versions).size).toBe(METHOD_NAMES.length - 1); // LASER and Retrain are one module
    for (const version of versions) expect(version).toMatch(/^[0-9a-f]{16}$/);
  });

  it("is its job's where it is of another kind", () => {
    for (const kind of ["anchors", "partition"] as const)
      expect(cellVersion({ kind } as Cell)).toBe(codeVersion(`jobs/${kind}`));
    const timing = { kind: "timing", model: "nmf" } as Cell;
    expect(cellVersion(timing)).toBe(codeVersion("jobs/timing", "models/nmf"));
  });

  it("is refused for a method that there is not", () => {
    expect(() =>
      cellVersion({ kind: "beyond", method: "none", model: "none" } as unknown as BeyondCell),
    ).toThrow(/methods\/none/);
  });
});
