// The sections of this folder, and what results/bench.json has of them: for run.mjs and scripts/readme.mjs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const here = import.meta.dirname;
export const target = join(here, "../results/bench.json");

/** Modules that export `name` and `run`, by file name. */
export async function sections() {
  const modules = [];
  for (const file of readdirSync(here).sort()) {
    if (!file.endsWith(".mjs") || file === "run.mjs") continue;
    const section = await import(pathToFileURL(join(here, file)).href);
    if (section.run) modules.push(section);
  }
  return modules;
}

const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
};

/** By name of a section: its result, with `machine` and `at`. */
export const previous = () => read(target)?.sections ?? {};

/** A row of a section that has no words for it. */
const plain = (row) =>
  Object.entries(row)
    .map(
      ([key, value]) =>
        `${key} ${typeof value === "number" ? Number(value.toPrecision(4)) : JSON.stringify(value)}`,
    )
    .join("  ");

export const words = (section, row) => (section.text ?? plain)(row);
