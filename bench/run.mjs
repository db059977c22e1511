// npm run bench [-- SECTION ...] [--rounds N] [--dry]: runs the sections of this folder one after the other,
// pinned to one core where taskset exists, prints their rows and writes results/bench.json; with --dry it
// writes nothing. Sections not named keep their last results. `--check` measures nothing: it says which targets
// results/bench.json meets, misses or does not measure, and ends with 1 unless all are met.
// A section is a module that exports
// * `name`;
// * `run(context)`, an async generator of rows that returns what else there is to say of them; context:
//   { erasable, rounds, cores, torch, python }, the last two the interpreters that ERASABLE_TORCH_PYTHON and
//   ERASABLE_PYTHON name;
// * `text(row)`, where its rows are worth a line of their own;
// * `child(task, erasable)`, where it works in processes of its own (measure.mjs, inChild).
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem, type } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { previous, sections, target, words } from "./results.mjs";
import { judged } from "./targets.mjs";

const USAGE =
  "usage: npm run bench [-- SECTION ...] [--rounds N] [--dry] [--check]\n" +
  "Sections are the modules of bench/ that export a name; all of them by default.\n" +
  "Writes results/bench.json; with --dry it writes nothing.\n" +
  "--check: which targets its rows meet, without measuring; ends with 1 unless all are met.\n" +
  "ERASABLE_TORCH_PYTHON names a Python with PyTorch, ERASABLE_PYTHON one with gensim and scikit-learn.";

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

/** The result of a section, whose rows are printed as they come. */
async function measure(section, context) {
  const rows = [];
  const measuring = section.run(context);
  for (;;) {
    const { done, value } = await measuring.next();
    if (done) return { name: section.name, ...value, rows };
    console.log(`  ${words(section, value)}`);
    rows.push(value);
  }
}

const load = createRequire(import.meta.url);
const modules = await sections();

if (process.argv[2] === "--child") {
  const [, , , name, task] = process.argv;
  const { child } = modules.find((section) => section.name === name);
  const answer = await child(JSON.parse(task), load("erasable"));
  if (answer !== undefined) console.log(JSON.stringify(answer));
} else {
  const options = {
    rounds: { type: "string" },
    dry: { type: "boolean" },
    check: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  const { values: given, positionals: names } = parseArgs({ options, allowPositionals: true });
  const unknown = names.filter((word) => !modules.some(({ name }) => name === word));
  if (given.help) console.log(USAGE);
  else if (unknown.length) {
    console.error(
      `no section ${unknown.join(", ")}; there are ${modules.map(({ name }) => name).join(", ")}`,
    );
    process.exitCode = 1;
  } else if (given.check) {
    const rows = judged(previous(), names);
    for (const { section, what, got, reach, verdict, node } of rows)
      console.log(`${verdict.padEnd(12)}  ${section}: ${what}: ${got}, to reach ${reach} (Node ${node})`);
    process.exitCode = rows.every(({ verdict }) => verdict === "met") ? 0 : 1;
  } else {
    const context = {
      cores: pinned(),
      erasable: load("erasable"),
      rounds: given.rounds && Number(given.rounds),
      torch: process.env.ERASABLE_TORCH_PYTHON || undefined,
      python: process.env.ERASABLE_PYTHON || undefined,
    };
    const results = previous();
    for (const section of modules) {
      if (names.length && !names.includes(section.name)) continue;
      console.log(`\n${section.name}`);
      const result = await measure(section, context);
      results[section.name] = { ...result, machine: machine(), at: new Date().toISOString() };
      if (given.dry) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, `${JSON.stringify({ sections: results }, null, 2)}\n`);
    }
    if (!given.dry) console.log("\nwritten: results/bench.json");
    process.exit(0); // engines keep worker threads
  }
}
