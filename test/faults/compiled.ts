/**
 * Compiles a module of lib/ and what it imports to JavaScript, for tests that start processes and worker threads: they
 * run today's sources, not whatever a build left behind.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";

const root = resolve(__dirname, "../..");

/** Compiles modules of lib/ ("runs/store") into `folder` below the repository, so that packages are found. */
export function compileTo(folder: string, modules: readonly string[]): void {
  const unread = modules.map((module) => join(root, "lib", `${module}.ts`));
  const done = new Set<string>();
  for (let file = unread.pop(); file !== undefined; file = unread.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const source = readFileSync(file, "utf8");
    const { outputText } = transpileModule(source, {
      compilerOptions: { module: ModuleKind.Node16, target: ScriptTarget.ES2022 },
      fileName: file,
    });
    const target = join(folder, relative(join(root, "lib"), file).replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
    for (const [, path] of outputText.matchAll(/require\("(\.[^"]+)"\)/g)) {
      const imported = `${resolve(dirname(file), path)}.ts`;
      if (existsSync(imported)) unread.push(imported);
    }
  }
  writeFileSync(join(folder, "package.json"), '{"type":"commonjs"}\n');
}

/** A new folder below the repository's .cache/, which git ignores. */
export function cacheFolder(name: string): string {
  const folder = join(root, ".cache", `${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
