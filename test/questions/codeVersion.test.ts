/** Which versions move when a source is changed: in a copy of the suite, which the build reads as it reads this one. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(__dirname, "../..");
let copy: string;
let before: Record<string, string>;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "erasable-code-"));
  for (const part of ["scripts", "lib"])
    cpSync(join(root, part), join(copy, part), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  before = versions();
}, 60_000);

afterAll(() => rmSync(copy, { recursive: true }));

/** The versions that the build finds in the copy. */
function versions(): Record<string, string> {
  const { status, stderr } = spawnSync(process.execPath, [join(copy, "scripts/build.mjs"), "--kernels"]);
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(readFileSync(join(copy, "lib/dist/code-version.json"), "utf8"));
}

/** The entries whose versions move with a text behind each source's end; the copy is as before when it returns. */
function movedBy(changes: Record<string, string>): string[] {
  const own = Object.keys(changes).map((source) => {
    const path = join(copy, "lib", source);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, `${text}\n${changes[source]}\n`);
    return { path, text };
  });
  const after = versions();
  for (const { path, text } of own) writeFileSync(path, text);
  return Object.keys(before).filter((entry) => after[entry] !== before[entry]);
}

const STATEMENT = "void 0;";

describe("a change of a source moves the versions of what reaches it", () => {
  it("an engine, which is loaded by name: training, certificates and all that trains", () => {
    const moved = movedBy({ "engine/simd.ts": STATEMENT });
    expect(moved).toEqual(expect.arrayContaining(["training", "certificate", "system", "timing"]));
    expect(moved).toEqual(expect.arrayContaining(["beyond/laser", "beyond/core-fold-in"]));
    expect(moved).not.toContain("anchors");
  });

  it("a method: the cells of that method, and certificates", () => {
    const moved = movedBy({ "unlearning/additive/gaussian.ts": STATEMENT });
    expect(moved.filter((entry) => entry.startsWith("beyond/"))).toEqual(["beyond/gaussian"]);
    expect(moved).toContain("certificate");
    expect(moved).not.toContain("training");
  });

  it("a chart, a comment, how data are found: none", () => {
    const changes = {
      "report/svg.ts": STATEMENT,
      "data/download.ts": STATEMENT,
      "engine/simd.ts": "// nothing",
    };
    expect(movedBy(changes)).toEqual([]);
  });
});
