/** `repeat`: a second, independent run of recorded trials, held against their records byte for byte. */

import { relative, sep } from "node:path";
import type { Command } from "commander";
import { InputError } from "../errors";
import { QUESTIONS } from "../questions/questions";
import { type Repetition, repeat } from "../questions/repeat";
import { describeTrial, type Trial } from "../questions/trial";
import { progress } from "../report/progress";
import type { Edited } from "../runs/store";
import { integer, type SelectionOptions, selectionWords, withJson, withSelection } from "./options";
import { count, duration, EXIT, Exit, plural, print, printJson, say, stopCode, stopping } from "./output";
import { progressNote } from "./run";
import { type Selection, select } from "./selection";

interface RepeatOptions extends SelectionOptions {
  readonly workers?: number;
  readonly json?: boolean;
}

const SHOWN = 10;

export function addRepeat(program: Command): void {
  const command = program
    .command("repeat")
    .summary("compute recorded trials again and compare byte by byte")
    .description(
      "Computes the recorded trials of the questions named (default: all) a second time, question by question, in an empty " +
        "temporary store, and " +
        "compares each record with the stored one: every byte but timings, machine and versions. The results folder is " +
        "only read. Exit code 1 when a record differs, was edited, or could not be computed; 2 when there is nothing to " +
        "compare; 130 when stopped.",
    )
    .argument("[questions...]", QUESTIONS.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--workers <number>", "worker threads (default: one per core)", integer(1, 1024))
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable repeat --profile paper --seeds 1
  $ npx erasable repeat utility seqtrain --profile paper --seeds 1 --dataset ml-100k`,
    )
    .action(repeatTrials);
}

async function repeatTrials(questions: string[], options: RepeatOptions): Promise<void> {
  const selection = await select(questions, options, true);
  const { store } = selection;
  const trials = selection.trials();
  const parts = selection.questions.map((one) => ({ name: one.id, trials: selection.trials([one]) }));
  const signal = stopping();
  const shown = progress("Second run", { unit: "M gradient samples" });
  let last = "";
  const result = await repeat(parts, store, {
    workers: options.workers,
    signal,
    onProgress(now) {
      last = progressNote(now);
      shown.update(now.samples / 1e6, last);
    },
  }).finally(() => {
    if (last !== "") shown.done(last);
  });
  const edited = store.audit();
  if (options.json) printJson(document(selection, trials, result, edited));
  else tell(selection, result, edited);
  if (result.storeError !== undefined) throw new Exit(EXIT.failed, `erasable: ${result.storeError}`);
  if (result.stopped) throw new Exit(stopCode(), "stopped; what is compared is compared");
  const compared = result.identical + result.different.length;
  if (compared + result.failures.length === 0)
    throw new InputError(
      `${store.folder} has none of the ${plural(trials.length, "trial")} asked for on this data and by this code: nothing ` +
        `to compare; compute them: npx erasable run ${[...questions, selectionWords(options)].join(" ")}`,
    );
  if (result.different.length + result.failures.length + edited.length > 0) throw new Exit(EXIT.failed);
}

function document(
  { profile, store }: Selection,
  trials: readonly Trial[],
  result: Repetition,
  edited: readonly Edited[],
) {
  const { unrecorded, failures, different, identical } = result;
  return {
    profile: profile.name,
    store: relative(process.cwd(), store.folder).replaceAll(sep, "/"), // the document may be published
    trials: trials.length,
    compared: identical + different.length,
    node: process.versions.node,
    ...result,
    unrecorded: unrecorded.length,
    failures: failures.map(({ key, trial, error }) => ({ key, trial, error })),
    edited,
  };
}

function tell({ store }: Selection, result: Repetition, edited: readonly Edited[]): void {
  const { identical, different, unrecorded, failures, unfinished, digests, samples, seconds } = result;
  for (const { key, trial, differences } of different.slice(0, SHOWN)) {
    say(`different: ${key} ${describeTrial(trial)}`);
    for (const { member, stored, repeated } of differences.slice(0, SHOWN))
      say(`  ${member}: stored ${short(stored)}, repeated ${short(repeated)}`);
    if (differences.length > SHOWN) say(`  ${differences.length - SHOWN} more members`);
  }
  if (different.length > SHOWN) say(`different: ${different.length - SHOWN} more (--json lists all)`);
  for (const { key, what } of edited) say(`edited: ${key}: ${what}`);
  for (const { trial, error } of failures.slice(0, SHOWN))
    say(`failed: ${describeTrial(trial as Trial)}: ${error}`);
  if (failures.length > SHOWN) say(`failed: ${failures.length - SHOWN} more (--json lists all)`);
  const compared = identical + different.length;
  if (compared === 0) return;
  const parts = [
    `${count(identical)} identical to the byte`,
    `${count(different.length)} different`,
    ...(failures.length > 0 ? [`${count(failures.length)} failed`] : []),
    ...(unfinished > 0 ? [`${count(unfinished)} not done`] : []),
  ];
  const work = `${count(samples)} gradient samples · ${duration(seconds)}`;
  print(`${plural(compared, "record")} computed again: ${parts.join(", ")} · ${work}`);
  if (unrecorded.length > 0)
    print(`${plural(unrecorded.length, "trial")} not compared: no record on this data and by this code`);
  for (const { name, records, seconds, processorSeconds } of result.parts) {
    const took = `${duration(seconds)}, ${duration(processorSeconds)} of processor time`;
    if (records > 0) print(`  ${name}: ${plural(records, "record")} in ${took}`);
  }
  print(`SHA-256 of those in ${store.folder}: ${digests.stored}`);
  print(`SHA-256 of the second run, from an empty store: ${digests.repeated}`);
}

const short = (json: string): string => (json.length > 80 ? `${json.slice(0, 77)}...` : json);
