// The sections of this folder, what results/bench.json has of them, and which aims it meets: for run.mjs and
// scripts/readme.mjs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const here = import.meta.dirname;
const results = join(here, "../results");
export const target = join(results, "bench.json");

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

/**
 * The figures of the paper whose ten seeds are to take an hour of two cores; one seed's seconds are in
 * second-run.json.
 */
const FIGURES = ["partition", "utility", "seqtrain", "cohesion"];
const SEEDS = 10;
const MINUTES = 60;

function paper() {
  const run = read(join(results, "paper/second-run.json"));
  if (!run) return [];
  const parts = run.parts.filter(({ name }) => FIGURES.includes(name));
  const minutes = (SEEDS * parts.reduce((sum, { seconds }) => sum + seconds, 0)) / 60;
  const figures = parts.map(({ name }) => name).join(", ");
  const time = `${minutes.toFixed(0)} min; to reach ${MINUTES} min`;
  const what = `${figures}: ten times one seed's second run: ${time}`;
  return [{ name: "paper", what, reached: minutes <= MINUTES }];
}

/** Every row that has an aim, in words, whether it meets it, and the version of Node it was measured on. */
export function aims(modules, names = []) {
  const measured = previous();
  const wanted = (name) => !names.length || names.includes(name);
  const rows = modules
    .filter(({ name, met }) => met && wanted(name))
    .flatMap((section) =>
      (measured[section.name]?.rows ?? []).map((row) => ({
        name: section.name,
        what: words(section, row),
        reached: section.met(row),
        node: measured[section.name].machine.node,
      })),
    );
  return [...rows.filter(({ reached }) => reached !== undefined), ...(wanted("paper") ? paper() : [])];
}
