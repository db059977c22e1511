/** Which versions move when a source is changed: in a copy of the suite, which the build reads as it reads this one. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

/** The entries whose versions move when sources get another text; the copy is as before when it returns. */
function movedBy(change: (text: string) => string, ...names: string[]): string[] {
  const own = names.map((name) => {
    const path = join(copy, "lib", name);
    const text = readFileSync(path, "utf8");
    expect(change(text), name).not.toBe(text);
    writeFileSync(path, change(text));
    return { path, text };
  });
  const after = versions();
  for (const { path, text } of own) writeFileSync(path, text);
  return Object.keys(before).filter((entry) => after[entry] !== before[entry]);
}

/** A change that puts a line behind a source's end. */
const ending = (line: string) => (text: string) => `${text}\n${line}\n`;
const STATEMENT = ending("void 0;");

describe("a change of a source moves the versions of what reaches it", () => {
  it("an engine, which is loaded by name: all that trains, and nothing else", () => {
    const moved = movedBy(STATEMENT, "engine/simd.ts");
    expect(moved).toEqual(expect.arrayContaining(["training", "methods/laser", "methods/core-fold-in"]));
    for (const still of ["methods/ease", "methods/gaussian", "models/dmf"])
      expect(moved).not.toContain(still);
  });

  it("a method or a model: that one alone; no list moves anything", () => {
    expect(movedBy(STATEMENT, "unlearning/additive/gaussian.ts")).toEqual(["methods/gaussian"]);
    expect(movedBy(STATEMENT, "model/nmf/model.ts")).toEqual(["models/nmf"]);
    expect(movedBy(STATEMENT, "model/models.ts", "unlearning/methods.ts")).toEqual([]);
  });

  it("a chart, how data are found, a comment, a type: none", () => {
    expect(movedBy(STATEMENT, "report/svg.ts", "data/download.ts")).toEqual([]);
    expect(movedBy(ending("// nothing"), "engine/simd.ts")).toEqual([]);
    expect(movedBy(ending("export type Nothing = never;"), "unlearning/laser.ts")).toEqual([]);
  });

  it("which module a name is imported from: what imports it", () => {
    const moved = movedBy(
      (text) => text.replace('from "./stopwatch"', 'from "./layout"'),
      "training/sequential.ts",
    );
    expect(moved).toEqual(expect.arrayContaining(["training", "methods/laser"]));
  });

  it("a module that moves, with its importers: none", () => {
    const [from, to] = ["corrected", "corrections"].map((name) =>
      join(copy, "lib/unlearning/foldIn", `${name}.ts`),
    );
    renameSync(from, to);
    const rename = (text: string) => text.replace('from "./corrected"', 'from "./corrections"');
    expect(movedBy(rename, "unlearning/foldIn/coreSystem.ts")).toEqual([]);
    renameSync(to, from);
  });
});
