/** `run`: computes the trials that the store lacks, of questions or of a chunk of a sweep. */

import type { Command } from "commander";
import { named } from "../disk/diskError";
import { makeFolders } from "../disk/folders";
import type { EngineName } from "../engine/engine";
import { InputError } from "../errors";
import { type ErasableRecord, keyOf } from "../questions/plan";
import { requirePossible } from "../questions/possible";
import { QUESTIONS } from "../questions/questions";
import { compute, requireReal } from "../questions/suite";
import { readChunk } from "../questions/sweepFiles";
import { describeTrial, type Trial } from "../questions/trial";
import { progress } from "../report/progress";
import type { Failure } from "../runs/record";
import type { RunProgress, RunSummary } from "../runs/runner";
import type { RunStore } from "../runs/store";
import {
  integer,
  resultsOption,
  resultsStore,
  type SelectionOptions,
  selectionWords,
  withJson,
  withSelection,
} from "./options";
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
import { identities, select } from "./selection";

interface RunOptions extends SelectionOptions {
  readonly trials?: string;
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
        "finished; the same command continues. Exit code 1 when trials failed, 130 when stopped.",
    )
    .argument("[questions...]", QUESTIONS.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--trials <file>", "the trials of a chunk, instead of questions (see the command plan)")
    .option("--workers <number>", "worker threads (default: one per core)", integer(1, 1024))
    .option("--force", "compute recorded trials again")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable run --profile quick
  $ npx erasable run utility --profile quick --dataset ml-100k --model dmf --groups 8 --seeds 0-2
  $ npx erasable run utility --groups 8 --seeds 0 --set batchSize=1024 --set initialisation=literal
  $ npx erasable run seqtrain --preset RANKING --seeds 0
  $ npx erasable run --trials sweep/0123456789abcdef.json --results sweep/parts/0123456789abcdef`,
    )
    .action(run);
}

/** What is to be computed, and where it goes. */
interface Wanted {
  readonly store: RunStore<ErasableRecord>;
  readonly profile: string;
  readonly trials: readonly Trial[];
  /** "chunk 0123456789abcdef": named where something is missing */
  readonly chunk?: string;
}

async function wantedBy(questions: readonly string[], options: RunOptions): Promise<Wanted> {
  if (options.trials === undefined) {
    const { store, profile, trials } = await select(questions, options, true);
    return { store, profile: profile.name, trials: trials() };
  }
  const others = ["dataset", "model", "method", "groups", "seeds", "request", "preset", "set"] as const;
  const extra = questions[0] ?? others.find((name) => options[name] !== undefined);
  if (extra !== undefined)
    throw new InputError(
      `--trials names what is run: it does not go with ${extra === questions[0] ? extra : `--${extra}`}`,
    );
  const chunk = await readChunk(options.trials);
  requireReal(
    chunk.profile,
    chunk.trials.map(({ trial }) => trial.dataset),
  );
  return {
    store: resultsStore(options.results, { name: chunk.profile }),
    profile: chunk.profile,
    trials: chunk.trials.map(({ trial }) => trial),
    chunk: `chunk ${chunk.id}`,
  };
}

async function run(questions: string[], options: RunOptions): Promise<void> {
  const { store, profile, trials: wanted, chunk } = await wantedBy(questions, options);
  const known = await identities(wanted);
  const key = (trial: Trial): string | undefined => {
    const identity = known.get(trial.dataset);
    return identity && keyOf(trial, identity);
  };
  await sayEngines(wanted.map(({ system }) => (system?.settings.engine ?? "simd") as EngineName));
  const due = wanted.filter((trial) => options.force || !store.has(key(trial) ?? ""));
  if (chunk === undefined) await requirePossible(due); // those of a chunk were when it was planned
  const place = resultsOption(options.results);
  named(place, () => makeFolders(store.folder));
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
      profile,
      ...(chunk === undefined ? {} : { chunk }),
      store: store.folder,
      trials: wanted.length,
      found: wanted.length - due.length,
      computed: sum(summaries, ({ records }) => records),
      missing: wanted.filter((trial) => !store.has(key(trial) ?? "")).length,
      failures: summaries.flatMap(({ failures }) => failures),
      refused: sum(summaries, ({ refused }) => refused),
      stopped: summaries.some(({ stopped }) => stopped),
      storeError: firstError(summaries, place),
      samples: sum(summaries, ({ samples }) => samples),
      seconds: sum(summaries, ({ seconds }) => seconds),
    },
    `${questions.length === 1 ? questions[0] : "QUESTION"} ${selectionWords(options)}`,
    options.json ?? false,
  );
}

/** Why the store could not be written, by the option that named it. */
function firstError(summaries: readonly RunSummary[], option: string): string | undefined {
  const error = summaries.find(({ storeError }) => storeError !== undefined)?.storeError;
  return error === undefined ? undefined : `${option}: ${error}`;
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

interface Report {
  readonly profile: string;
  readonly chunk?: string;
  readonly store: string;
  readonly trials: number;
  readonly found: number;
  readonly computed: number;
  readonly missing: number;
  readonly failures: readonly Failure[];
  readonly refused: number;
  readonly stopped: boolean;
  readonly storeError?: string;
  readonly samples: number;
  readonly seconds: number;
}

function report(result: Report, asked: string, json: boolean): void {
  const { failures, refused, storeError, stopped, missing } = result;
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
    const chunk = result.chunk === undefined ? "" : `${result.chunk}: `;
    print(`${chunk}${plural(result.trials, "trial")}: ${parts.join(", ")} · ${work}`);
    if (missing === 0 && failures.length === 0 && result.chunk === undefined)
      print(`To see them: npx erasable table ${asked}`);
  }
  if (storeError !== undefined) throw new Exit(EXIT.failed, `erasable: ${storeError}`);
  if (stopped) throw new Exit(stopCode(), "stopped; the same command does what is missing");
  const whose = result.chunk === undefined ? "" : ` of ${result.chunk}`;
  if (refused > 0)
    say(
      `${plural(refused, "trial")}${whose} cannot be computed as asked: the reason above says what to change`,
    );
  if (missing > refused) throw new Exit(EXIT.failed, `the same command tries again what is missing${whose}`);
  if (refused > 0) throw new Exit(EXIT.failed);
  // with --force, of trials whose older records are still there
  if (failures.length > 0) throw new Exit(EXIT.failed, "what failed keeps its older record");
}
