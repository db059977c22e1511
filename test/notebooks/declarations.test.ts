/** The kernel of the notebooks has a TypeScript of its own, older than the suite's: it must understand what we declare. */

import { join } from "node:path";
import * as ts from "@tslab/typescript-for-tslab";
import { expect, it } from "vitest";

const root = join(__dirname, "../..");

it("the kernel's TypeScript reads the declarations of erasable without an error", () => {
  const program = ts.createProgram([join(root, "lib/dist/index.d.ts")], {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    target: ts.ScriptTarget.ES2020,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  });
  const ours = program.getSemanticDiagnostics().filter(({ file }) => file?.fileName.includes("/lib/dist/"));
  expect(ours.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
}, 30_000);
