/**
 * The kernel of the notebooks has a TypeScript of its own, older than the suite's: it must understand what
 * we declare.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import * as ts from "@tslab/typescript-for-tslab";
import { expect, it } from "vitest";

const root = join(__dirname, "../..");

const PACKAGES = ["erasable", "erasable/report", "erasable/questions"];

it("the kernel's TypeScript finds erasable and its parts, and reads their declarations without an error", () => {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    target: ts.ScriptTarget.ES2020,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  };
  const cell = join(root, "notebooks/cell.ts");
  const files = PACKAGES.map((name) => {
    const { resolvedModule } = ts.resolveModuleName(name, cell, options, ts.sys);
    return resolvedModule?.resolvedFileName ?? `${name} is not found`;
  });
  expect(files.every((file) => file.endsWith("index.d.ts"))).toBe(true);
  const program = ts.createProgram(files, options);
  // declarations of TensorFlow.js are twice as many as all others, and would make the first cell wait for seconds
  const foreign = program.getSourceFiles().filter(({ fileName }) => fileName.includes("/@tensorflow/"));
  expect(foreign.map(({ fileName }) => fileName)).toEqual([]);
  const ours = program.getSemanticDiagnostics().filter(({ file }) => file?.fileName.includes("/lib/dist/"));
  expect(ours.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
}, 60_000);

it.each(PACKAGES)("%s is loaded from a notebook's folder", (name) => {
  const load = createRequire(join(root, "notebooks/cell.ts"));
  expect(Object.keys(load(name)).length).toBeGreaterThan(10);
});
