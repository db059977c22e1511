// npm run bench [-- section ...] [--rounds n]: runs the sections of this folder one after the other, pinned
// to one core where taskset exists, prints their rows and writes results/bench.json. A section is a module
// that exports `name`, run(context) and, if its rows are worth a line of their own, text(row). Sections not
// named keep their last results. `--check` measures nothing: it says which aims the rows of
// results/bench.json meet, and ends with 1 where one is missed (a section's `met` says of a row true, false,
// or undefined where the row has no aim or its peer was not there). context: { erasable, rounds, cores,
// torch, python, onRow }; torch and python are the interpreters named by ERASABLE_TORCH_PYTHON and
// ERASABLE_PYTHON.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem, type } from "node:os";
import { dirname } from "node:path";
import { aims, previous, sections, target, words } from "./results.mjs";

if (process.argv.some((arg) => arg === "--help" || arg === "-h")) {
  console.log(
    "usage: npm run bench [-- SECTION ...] [--rounds N] [--check]\n" +
      "Sections are the modules of bench/ that export a name; all of them by default. Writes results/bench.json.\n" +
      "--check: which aims the rows of results/bench.json meet, without measuring; ends with 1 where one is missed.\n" +
      "ERASABLE_TORCH_PYTHON and ERASABLE_PYTHON name interpreters with PyTorch, and with gensim and scikit-learn.",
  );
  process.exit(0);
}

/** The cores that this process may use, or undefined where taskset does not exist. */
function allowedCores() {
  const { status, stdout } = spawnSync("taskset", ["-cp", `${process.pid}`], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const list = stdout.split(":").pop().trim();
  return list.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, k) => `${first + k}`);
  });
}

/** Starts this program again on one core; the sections learn of all of them from the environment. */
function pinned() {
  if (process.env.ERASABLE_BENCH_CORES) return process.env.ERASABLE_BENCH_CORES.split(",");
  const cores = allowedCores();
  if (!cores) return undefined;
  const env = { ...process.env, ERASABLE_BENCH_CORES: cores.join(",") };
  const args = ["-c", cores[0], process.execPath, ...process.argv.slice(1)];
  process.exit(spawnSync("taskset", args, { env, stdio: "inherit" }).status ?? 1);
}

function machine() {
  const [{ model }] = cpus();
  return {
    processor: model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.version,
    v8: process.versions.v8,
  };
}

const checks = process.argv.includes("--check");
const cores = checks ? undefined : pinned();
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const at = process.argv.indexOf("--rounds");
const rounds = at < 0 ? undefined : Number(process.argv[at + 1]);
const names = wanted.filter((word) => word !== process.argv[at + 1] || at < 0);

const modules = await sections();
const unknown = names.filter((word) => !modules.some(({ name }) => name === word));
if (unknown.length) {
  console.error(`no section ${unknown.join(", ")}; there are ${modules.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

if (checks) {
  const rows = aims(modules, names);
  for (const { name, what, reached, node } of rows)
    console.log(`${reached ? "met   " : "MISSED"} ${name}: ${what}${node ? ` (Node ${node})` : ""}`);
  process.exit(rows.every(({ reached }) => reached) ? 0 : 1);
}

const context = {
  erasable: createRequire(import.meta.url)("erasable"),
  rounds,
  cores,
  torch: process.env.ERASABLE_TORCH_PYTHON || undefined,
  python: process.env.ERASABLE_PYTHON || undefined,
};
const results = previous();
for (const section of modules) {
  if (names.length && !names.includes(section.name)) continue;
  console.log(`\n${section.name}`);
  const onRow = (row) => console.log(`  ${words(section, row)}`);
  const result = await section.run({ ...context, onRow });
  results[section.name] = { ...result, machine: machine(), at: new Date().toISOString() };
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify({ sections: results }, null, 2)}\n`);
}
console.log(`\nwritten: results/bench.json`);
process.exit(0);
