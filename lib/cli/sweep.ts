/** `plan` and `merge`: a sweep on many machines. What its jobs run is `run --trials`. */

import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { named, naming } from "../disk/diskError";
import { isFolder } from "../disk/folders";
import { InputError } from "../errors";
import { Durations } from "../questions/duration";
import { planJobs } from "../questions/plan";
import { requirePossible } from "../questions/possible";
import { PROFILE_NAMES } from "../questions/profile";
import { chunksOf } from "../questions/sweep";
import { isSweep, partStores, plannedKeys, readSweep, type Sweep, writeSweep } from "../questions/sweepFiles";
import type { Trial } from "../questions/trial";
import { mergeStores } from "../runs/merge";
import { RunStore } from "../runs/store";
import { resultsOption, resultsRoot, type SelectionOptions, withJson, withSelection } from "./options";
import { duration, plural, print, printJson, printLines, say, stopping } from "./output";
import { identities, select } from "./selection";
import { textTable } from "./textTable";

/** What starts this command line, wherever it was called from. */
const PROGRAM = join(__dirname, __filename.endsWith(".ts") ? ".." : "../..", "bin/erasable.js");

const MINUTES = 15;
const SHOWN = 20;

interface PlanOptions extends SelectionOptions {
  readonly minutes: number;
  readonly out: string;
  readonly json?: boolean;
}

export function addPlan(program: Command): void {
  const command = program
    .command("plan")
    .summary("split missing trials into jobs for a cluster")
    .description(
      "Splits the trials that the run store lacks into chunks of about --minutes on one core, each of one data set and each a " +
        "file for `run --trials`, and says what the sweep will cost. See workflow/README.md for SLURM and Snakemake.",
    )
    .argument("[questions...]", "names of questions (default: all)");
  withJson(withSelection(command))
    .option("--minutes <number>", "aimed at for a chunk, 0.05 to 1440", minutes, MINUTES)
    .requiredOption("--out <folder>", "where the plan goes: a folder that all machines see")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable plan --profile paper --minutes 15 --out sweep
  $ npx erasable run --trials sweep/0123456789abcdef.json --results sweep/parts/0123456789abcdef
  $ npx erasable merge sweep`,
    )
    .action(plan);
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0.05 && value <= 1440) return value;
  throw new InputError(`--minutes: "${text}" is not a number from 0.05 to 1440`);
}

async function plan(ids: string[], options: PlanOptions): Promise<void> {
  const { store, profile, trials } = await select(ids, options, true);
  const wanted = trials();
  const data = await identities(wanted);
  const jobs = planJobs(
    wanted.filter(({ dataset }) => data.has(dataset)),
    data,
  );
  const missing = (list: typeof jobs.shared) =>
    list
      .map((job) => ({ ...job, wanted: job.wanted.filter(({ key }) => !store.has(key)) }))
      .filter((job) => job.wanted.length > 0);
  const ratings = new Map([...data].map(([name, identity]) => [name, identity.ratings]));
  const durations = new Durations(store.records(), ratings);
  const due = { shared: missing(jobs.shared), alone: missing(jobs.alone) };
  await requirePossible(
    [...due.shared, ...due.alone].flatMap((job) => job.wanted.map(({ trial }) => trial as Trial)),
  );
  const chunks = chunksOf(due, data, durations, 60 * options.minutes);
  if (chunks.length === 0) {
    if (options.json) printJson({ profile: profile.name, trials: 0, chunks: [] });
    else print(`Nothing is missing: ${plural(wanted.length, "trial")} recorded in ${store.folder}`);
    return;
  }
  const out = resolve(options.out);
  const sweep = named("--out", () => writeSweep(out, { program: PROGRAM, profile: profile.name, chunks }));
  const guessed = chunks
    .flatMap((chunk) => chunk.trials)
    .filter(({ trial }) => durations.of(trial).source === "rate");
  if (options.json) printJson({ out, guessed: guessed.length, ...sweep });
  else printPlan(out, sweep, guessed.length);
}

function printPlan(out: string, { chunks, seconds }: Sweep, guessed: number): void {
  const trials = chunks.reduce((sum, chunk) => sum + chunk.trials, 0);
  print(
    `${plural(trials, "trial")} in ${plural(chunks.length, "chunk")}, ${duration(seconds)} of one core, in ${out}`,
  );
  printLines(
    textTable(
      chunks.slice(0, SHOWN).map((chunk) => ({
        ...chunk,
        time: duration(chunk.seconds),
        alone: chunk.exclusive ? "yes" : "",
      })),
      [
        { key: "id", label: "Chunk" },
        { key: "dataset", label: "Data" },
        { key: "trials", label: "Trials" },
        { key: "time", label: "Time" },
        { key: "megabytes", label: "MB" },
        { key: "alone", label: "Node alone" },
      ],
    ),
  );
  if (chunks.length > SHOWN) print(`... and ${chunks.length - SHOWN} more (plan.json has all)`);
  if (guessed > 0)
    print(
      `The time of ${plural(guessed, "trial")} is a guess: no record tells it. One seed of them first makes it better.`,
    );
  const alone = chunks.findIndex(({ exclusive }) => exclusive);
  if (alone >= 0)
    print(
      `Chunks ${alone + 1} to ${chunks.length} measure seconds: give each a node alone (sbatch --exclusive; the Snakefile does).`,
    );
}

interface MergeOptions {
  readonly into?: string;
  readonly results?: string;
  readonly json?: boolean;
}

export function addMerge(program: Command): void {
  const command = program
    .command("merge")
    .summary("merge the records of several stores")
    .description(
      "Merges the records of a sweep's parts, or of other results folders, into one store. Repeating it changes nothing. Where " +
        "two outcomes of one trial differ, nothing is changed, both stay, and the exit code is 1; a part that is still " +
        "being written is not merged.",
    )
    .argument("<parts...>", "a folder of `plan`, results/PROFILE, or what --results named");
  withJson(command)
    .option(
      "--into <folder>",
      "results folder of the profile (default: results/PROFILE of the suite, as the parts say)",
    )
    .option("--results <folder>", "results folder in which PROFILE's is taken when --into is not given")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable merge sweep
  $ npx erasable merge laptop/results/quick cluster/results/quick --into results/quick`,
    )
    .action(merge);
}

async function merge(parts: string[], options: MergeOptions): Promise<void> {
  const sources = parts.map(sourceOf);
  const into = join(resolve(options.into ?? join(resultsRoot(options.results), profileOf(sources))), "runs");
  const stores = sources.flatMap((source) => source.stores);
  const { nodes, ...merged } = await mergeStores(into, stores, {
    signal: stopping(),
    onWait: (who) => say(`waiting: ${who}`),
  }).catch(naming(options.into === undefined ? resultsOption(options.results) : "--into"));
  const store = new RunStore(into);
  const missing = new Set(sources.flatMap(({ planned }) => planned).filter((key) => !store.has(key))).size;
  const result = {
    into,
    parts: stores.length,
    ...merged,
    different: 0,
    missing,
    nodes,
  };
  if (options.json) return printJson(result);
  print(
    `${plural(stores.length, "store")}: ${plural(merged.added, "record")} added, ${result.same} there already; ` +
      `${plural(merged.records, "record")} in ${into}`,
  );
  if (missing > 0)
    print(`${plural(missing, "trial")} of the plan ${missing === 1 ? "is" : "are"} still missing`);
  if (merged.failures > 0) print(`${plural(merged.failures, "trial")} failed: see npx erasable status`);
  if (nodes.length > 1)
    print(`Made by different versions of Node: ${nodes.join(", ")}. They gave no two outcomes of one trial.`);
}

/** @throws InputError when sources do not say of which profile they are, or are of several */
function profileOf(sources: readonly Source[]): string {
  const unnamed = sources.find(({ profile }) => profile === undefined);
  if (unnamed)
    throw new InputError(
      `merge: ${unnamed.stores[0]} does not say of which profile it is: it lies neither below a plan nor in a folder called ` +
        `${PROFILE_NAMES.join(", ")}. Name the results folder with --into, as results/quick`,
    );
  const profiles = new Set(sources.map(({ profile }) => profile as string));
  if (profiles.size > 1)
    throw new InputError(
      `merge: these are of several profiles (${[...profiles].join(", ")}): merge each by itself`,
    );
  return sources[0].profile as string;
}

interface Source {
  /** absent where the folder does not tell */
  readonly profile?: string;
  /** folders of run stores */
  readonly stores: readonly string[];
  /** keys of the trials of a plan */
  readonly planned: readonly string[];
}

/** What a folder that is to be merged holds. @throws InputError when it holds no records */
function sourceOf(part: string): Source {
  const folder = resolve(part);
  if (!isFolder(folder)) throw new InputError(`merge: ${part} is no folder`);
  if (isSweep(folder)) {
    const sweep = readSweep(folder);
    const stores = partStores(folder, sweep);
    if (stores.size === 0)
      throw new InputError(
        `merge: no chunk of ${part} has any record yet; run its chunks first (workflow/README.md)`,
      );
    return { profile: sweep.profile, stores: [...stores.values()], planned: plannedKeys(folder, sweep) };
  }
  const here = [folder, join(folder, "runs")].find(
    (at) => existsSync(join(at, "records.jsonl")) || existsSync(join(at, "records.jsonl.gz")),
  );
  if (here !== undefined) {
    const name = basename(basename(here) === "runs" ? dirname(here) : here);
    return { profile: PROFILE_NAMES.find((profile) => profile === name), stores: [here], planned: [] };
  }
  const profiles = PROFILE_NAMES.filter((name) => isFolder(join(folder, name, "runs")));
  if (profiles.length === 0)
    throw new InputError(
      `merge: ${part} holds no records: a folder of "npx erasable plan", or a results folder, is needed`,
    );
  if (profiles.length > 1)
    throw new InputError(
      `merge: ${part} holds several profiles (${profiles.join(", ")}): name one, as ${join(part, profiles[0])}`,
    );
  return { profile: profiles[0], stores: [join(folder, profiles[0], "runs")], planned: [] };
}
