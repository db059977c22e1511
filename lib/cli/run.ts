/** `run`: computes the trials that the store lacks. `trials`: what is missing, for a cluster's own scheduler. */

import { type Command, Option } from "commander";
import type { EngineName } from "../engine/engine";
import { InputError } from "../errors";
import { keyOf, planJobs } from "../questions/plan";
import { QUESTIONS } from "../questions/questions";
import { compute } from "../questions/suite";
import { describeTrial, type Trial } from "../questions/trial";
import { progress } from "../report/progress";
import type { Failure } from "../runs/record";
import type { RunProgress, RunSummary } from "../runs/runner";
import { makeFolders } from "./folders";
import { integer, list, type SelectionOptions, withJson, withSelection } from "./options";
import {
  count,
  duration,
  EXIT,
  Exit,
  plural,
  print,
  printJson,
  say,
  sayEngines,
  stopCode,
  stopping,
} from "./output";
import { identities, type Selection, select } from "./selection";
import { parseTrial } from "./trialText";

interface RunOptions extends SelectionOptions {
  readonly key?: readonly string[];
  readonly trial?: string;
  readonly workers?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

const SHOWN = 10;

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("compute the trials of questions")
    .description(
      "Computes the trials of the questions named (default: all) that the run store does not have. Ctrl-C keeps what is " +
        "finished; the same command goes on. Exit code 1 when trials failed, 130 when stopped.",
    )
    .argument("[questions...]", QUESTIONS.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--key <keys>", "only the trials with these keys (see the command trials)", list)
    .option("--trial <json>", "one trial as JSON, whether a question asks for it or not")
    .option("--workers <number>", "worker threads (default: one a core)", integer(1, 1024))
    .option("--force", "compute again what is there")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable run --profile quick
  $ npx erasable run utility --profile quick --dataset ml-100k --model dmf --groups 8 --seeds 0-2
  $ npx erasable run utility --groups 8 --seeds 0 --set batchSize=1024 --set initialisation=literal
  $ npx erasable run seqtrain --preset RANKING --seeds 0
  $ npx erasable trials --profile paper | xargs -n 1 npx erasable run --profile paper --workers 1 --key`,
    )
    .action(run);
}

export function addTrials(program: Command): void {
  const command = program
    .command("trials")
    .summary("list the trials that are missing")
    .description(
      "Prints the missing trials of the questions named (default: all), one per line: their keys for `run --key`, or " +
        "their JSON for `run --trial`. Each is a command of its own that needs nothing but the shared results folder.",
    )
    .argument("[questions...]", "names of questions");
  withSelection(command)
    .addOption(new Option("--format <format>", "what a line holds").choices(["key", "json"]).default("key"))
    .option("--by-job", "keys of trials that share a learning run on one line, parted by commas")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable trials utility --profile paper --by-job
  $ npx erasable trials --profile quick --format json | head -1`,
    )
    .action(trials);
}

async function run(questions: string[], options: RunOptions): Promise<void> {
  const selection = await select(questions, options, true);
  const { store, profile } = selection;
  const wanted = await chosenTrials(selection, options);
  const known = await identities(wanted);
  const key = (trial: Trial): string | undefined => {
    const identity = known.get(trial.dataset);
    return identity && keyOf(trial, identity);
  };
  await sayEngines(wanted.map(({ system }) => (system?.settings.engine ?? "simd") as EngineName));
  const found = options.force ? 0 : wanted.filter((trial) => store.has(key(trial) ?? "")).length;
  makeFolders(store.folder);
  const signal = stopping();
  const shown = progress("Runs", { unit: "M gradient samples" });
  let last = "";
  let summaries: readonly RunSummary[];
  try {
    summaries = await compute(wanted, store, {
      workers: options.workers,
      force: options.force,
      signal,
      onProgress(now) {
        last = progressNote(now);
        if (now.waiting !== undefined)
          say(`waiting: ${now.waiting}; to work beside it, take another --results and merge`);
        shown.update(now.samples / 1e6, last);
      },
    });
  } finally {
    if (last !== "") shown.done(last);
    store.close();
  }
  store.refresh();
  report(
    {
      profile: profile.name,
      store: store.folder,
      trials: wanted.length,
      found,
      computed: sum(summaries, ({ records }) => records),
      missing: wanted.filter((cell) => !store.has(key(cell) ?? "")).length,
      failures: summaries.flatMap(({ failures }) => failures),
      stopped: summaries.some(({ stopped }) => stopped),
      storeError: summaries.find(({ storeError }) => storeError !== undefined)?.storeError,
      samples: sum(summaries, ({ samples }) => samples),
      seconds: sum(summaries, ({ seconds }) => seconds),
    },
    selection.questions.length === 1 ? selection.questions[0].id : "QUESTION",
    options.json ?? false,
  );
}

const sum = (summaries: readonly RunSummary[], of: (summary: RunSummary) => number): number =>
  summaries.reduce((total, summary) => total + of(summary), 0);

/** "12 of 40 runs · 3 min left · 1 failed" */
export function progressNote({ done, total, secondsLeft, failed }: RunProgress): string {
  return [
    `${done} of ${total} runs`,
    ...(secondsLeft !== undefined && done < total ? [`about ${duration(secondsLeft)} left`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(" · ");
}

async function chosenTrials(selection: Selection, { key, trial }: RunOptions): Promise<Trial[]> {
  if (trial !== undefined && key !== undefined) throw new InputError("--trial and --key exclude each other");
  if (trial !== undefined) return [parseTrial(trial)];
  const trials = selection.trials();
  if (key === undefined) return trials;
  const known = await identities(trials);
  const byKey = new Map(
    trials.flatMap((one) => {
      const identity = known.get(one.dataset);
      return identity ? [[keyOf(one, identity), one] as const] : [];
    }),
  );
  return key.map((name) => {
    const found = byKey.get(name);
    if (found) return found;
    throw new InputError(
      `--key: no trial of profile ${selection.profile.name} has the key ${name}; give the profile and options with which ` +
        `"npx erasable trials" printed it, on the same data and code`,
    );
  });
}

interface Report {
  readonly profile: string;
  readonly store: string;
  readonly trials: number;
  readonly found: number;
  readonly computed: number;
  readonly missing: number;
  readonly failures: readonly Failure[];
  readonly stopped: boolean;
  readonly storeError?: string;
  readonly samples: number;
  readonly seconds: number;
}

function report(result: Report, question: string, json: boolean): void {
  const { failures, storeError, stopped, missing } = result;
  if (json)
    printJson({ ...result, failures: failures.map(({ key, trial, error }) => ({ key, trial, error })) });
  for (const { trial, error } of failures.slice(0, SHOWN))
    say(`failed: ${describeTrial(trial as Trial)}: ${error}`);
  if (failures.length > SHOWN) say(`failed: ${failures.length - SHOWN} more; see npx erasable status`);
  if (!json) {
    const parts = [
      `${count(result.computed)} computed`,
      `${count(result.found)} found`,
      `${count(failures.length)} failed`,
      ...(missing > failures.length ? [`${count(missing - failures.length)} not done`] : []),
    ];
    const work = `${count(result.samples)} gradient samples · ${duration(result.seconds)}`;
    print(`${plural(result.trials, "trial")}: ${parts.join(", ")} · ${work}`);
    if (missing === 0 && failures.length === 0)
      print(`To see them: npx erasable table ${question} --profile ${result.profile}`);
  }
  if (storeError !== undefined) throw new Exit(EXIT.failed, `erasable: ${storeError}`);
  if (stopped) throw new Exit(stopCode(), "stopped; the same command does what is missing");
  if (missing > 0) throw new Exit(EXIT.failed, "the same command tries again what is missing");
  // with --force, of trials whose older records are still there
  if (failures.length > 0) throw new Exit(EXIT.failed, "what failed keeps its older record");
}

async function trials(
  questions: string[],
  options: SelectionOptions & { readonly format: "key" | "json"; readonly byJob?: boolean },
): Promise<void> {
  const { store, trials: wanted } = await select(questions, options, true);
  if (options.byJob && options.format === "json")
    throw new InputError("--by-job prints keys; it does not go with --format json");
  const all = wanted();
  const known = await identities(all);
  const { shared, alone } = planJobs(
    all.filter(({ dataset }) => known.has(dataset)),
    known,
  );
  for (const { wanted: members } of [...shared, ...alone]) {
    const missing = members.filter(({ key }) => !store.has(key));
    if (options.byJob && missing.length > 0) print(missing.map(({ key }) => key).join(","));
    else for (const { key, trial } of missing) print(options.format === "key" ? key : JSON.stringify(trial));
  }
}
