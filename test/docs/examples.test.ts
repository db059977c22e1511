/**
 * Every TypeScript example of the documentation, in Markdown files and in doc comments, compiles against
 * the library.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "../..");

interface Example {
  /** file and line of its first line */
  readonly where: string;
  readonly code: string;
}

/** The blocks fenced as `ts` in a text; in a doc comment without its stars. */
function examplesIn(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^([ \t]*\*? ?)```ts\n([\s\S]*?)^[ \t]*\*? ?```$/gm)].map((found) => ({
    where: `${relative(root, path)}:${text.slice(0, found.index).split("\n").length + 1}`,
    code: found[2].replace(/^[ \t]*\* ?/gm, found[1].includes("*") ? "" : "$&"),
  }));
}

const markdown = [
  "README.md",
  "lib/README.md",
  "CONTRIBUTING.md",
  "environment.md",
  "results/README.md",
  "data/README.md",
];
const sources = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !/^(dist|node_modules)\b|assembly/.test(name),
);
const examples = [...markdown, ...sources.map((name) => join("lib", name))].flatMap((name) =>
  examplesIn(join(root, name)),
);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  baseUrl: root,
  paths: { erasable: ["lib/index.ts"] },
};

/** What the compiler says of each example, as "where: message". */
function complaints(all: readonly Example[]): string[] {
  const places = new Map(
    all.map((example, i) => [join(root, "test/docs", `example-${i}.mts`).replaceAll("\\", "/"), example]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (path) => places.has(path) || fileExists(path);
  host.readFile = (path) => places.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const example = places.get(path);
    if (!example) return getSourceFile.call(host, path, version, ...rest);
    const settings = typeof version === "object" ? version : { languageVersion: version };
    return ts.createSourceFile(path, example.code, { ...settings, impliedNodeFormat: ts.ModuleKind.ESNext });
  };
  const program = ts.createProgram([...places.keys()], OPTIONS, host);
  return [...places].flatMap(([path, { where }]) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${where}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

describe("examples", () => {
  it("are in the README and in the doc comments of the door", () => {
    const files = new Set(examples.map(({ where }) => where.split(":")[0].replaceAll("\\", "/")));
    expect([...files]).toEqual(expect.arrayContaining(["README.md", "lib/unlearning/api.ts"]));
  });

  it("compile", () => {
    expect(complaints(examples)).toEqual([]);
  });

  it("would not compile with a name that the library does not have", () => {
    const wrong = {
      where: "here:1",
      code: 'import { forgetEverything } from "erasable";\nforgetEverything();\n',
    };
    expect(complaints([wrong])[0]).toContain("forgetEverything");
  });
});
