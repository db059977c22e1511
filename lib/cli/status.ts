/** `status`: what is done, missing and failed, and how long the rest will take. `compact`: one file for all records. */

import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { withOption } from "../disk/diskError";
import { canonicalJson } from "../json";
import { Durations } from "../questions/duration";
import { type DataIdentity, type ErasableRecord, keyOf } from "../questions/plan";
import { profileNamed } from "../questions/profile";
import { jobOf } from "../questions/questions";
import { isCurrent } from "../questions/suite";
import { describeTrial, type Trial } from "../questions/trial";
import {
  resultsOption,
  resultsStore,
  type SelectionOptions,
  withJson,
  withProfile,
  withSelection,
} from "./options";
import { duration, plural, print, printJson, printLines, say, stopping } from "./output";
import { identities, select } from "./selection";
import { textTable } from "./textTable";

interface StatusRow {
  readonly question: string;
  readonly dataset: string;
  /** whether the data set is on this machine */
  readonly here: boolean;
  readonly trials: number;
  readonly done: number;
  /** recorded on other data or by other code */
  readonly stale: number;
  readonly missing: number;
  readonly failed: number;
  /** estimated (questions/duration.ts); null when nothing can be run */
  readonly secondsLeft: number | null;
}

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .summary("what is done, missing or failed, and the time left")
    .description(
      "Counts the trials of the questions named (default: all) by question and data set. Stale trials, recorded on other data " +
        "or by other code, count as missing. Computes nothing.",
    )
    .argument("[questions...]", "names of questions");
  withJson(withSelection(command))
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable status --profile paper
  $ npx erasable status utility seqtrain --profile quick --json`,
    )
    .action(status);
}

export function addCompact(program: Command): void {
  const command = program
    .command("compact")
    .summary("pack the run store into records.jsonl.gz")
    .description(
      "Packs all records of a profile into one file, sorted by key: the same records give the same bytes. Where two " +
        "records of one trial have different outcomes, it changes nothing and ends with 1.",
    );
  withJson(withProfile(command))
    .addHelpText("after", "\nExample:\n  $ npx erasable compact --profile paper")
    .action(async (options: SelectionOptions & { json?: boolean }) => {
      const store = resultsStore(options.results, profileNamed(options.profile));
      try {
        await store.hold({ signal: stopping(), onWait: (message) => say(`waiting: ${message}`) });
        store.compact();
      } catch (error) {
        throw withOption(resultsOption(options.results), error);
      } finally {
        store.close();
      }
      const records = store.records().length;
      if (options.json) printJson({ store: store.folder, records });
      else print(`${plural(records, "record")} in ${store.folder}`);
    });
}

async function status(ids: string[], options: SelectionOptions & { json?: boolean }): Promise<void> {
  const { questions, profile, store, trials } = await select(ids, options, false);
  const known = await identities(trials());
  const ratings = new Map([...known].map(([name, identity]) => [name, identity.ratings]));
  const durations = new Durations(store.records(), ratings);
  const look = lookup(store.records(), new Set(store.failures().map(({ key }) => key)), known);
  const rows = questions.flatMap((question) => {
    const own = trials([question]);
    return [...new Set(own.map(({ dataset }) => dataset))].map((dataset) =>
      rowOf(
        question.id,
        dataset,
        own.filter((trial) => trial.dataset === dataset),
        { look, known, durations },
      ),
    );
  });
  const total = rowOf("all together", "", trials(), { look, known, durations });
  const failures = store.failures().filter(({ trial }) => look.wanted(trials(), trial as Trial));
  const problems = [
    ...store.problems.map(({ file, what }) => `${file}: ${what}`),
    ...store.audit().map(({ key, what }) => `record ${key} was edited or mixed up: ${what}`),
  ];
  if (options.json) {
    const { question: _, dataset: __, here: ___, ...sums } = total;
    printJson({
      profile: profile.name,
      store: store.folder,
      rows,
      total: sums,
      failures: failures.map(({ key, trial, error }) => ({ key, trial, error })),
      findings: problems,
    });
    return;
  }
  const left = ({ secondsLeft, missing, here, dataset }: StatusRow) => {
    if (dataset !== "" && !here) return "data not here";
    if (missing === 0) return "–";
    return secondsLeft === null ? "unknown" : `about ${duration(secondsLeft)}`;
  };
  print(`Profile ${profile.name}, ${store.folder}`);
  printLines(
    textTable(
      [...rows, ...(rows.length > 1 ? [total] : [])].map((row) => ({ ...row, left: left(row) })),
      [
        { key: "question", label: "Question" },
        { key: "dataset", label: "Data" },
        { key: "trials", label: "Trials" },
        { key: "done", label: "Done" },
        { key: "stale", label: "Stale" },
        { key: "missing", label: "Missing" },
        { key: "failed", label: "Failed" },
        { key: "left", label: `Time left (${plural(availableParallelism(), "worker")})` },
      ],
    ),
  );
  if (total.stale > 0)
    print(
      `${plural(total.stale, "trial")} recorded on other data or by other code: shown with a notice, and run anew.`,
    );
  for (const { trial, error } of failures.slice(0, 10))
    print(`failed: ${describeTrial(trial as Trial)}: ${error}`);
  if (failures.length > 10) print(`failed: ${failures.length - 10} more (--json lists all)`);
  for (const problem of problems) print(`store: ${problem}`);
}

type State = "done" | "stale" | "missing";

interface Lookup {
  state(trial: Trial): State;
  failed(trial: Trial): boolean;
  wanted(trials: readonly Trial[], trial: Trial): boolean;
}

function lookup(
  records: readonly ErasableRecord[],
  failed: ReadonlySet<string>,
  known: ReadonlyMap<string, DataIdentity>,
): Lookup {
  const keys = new Set(records.map(({ key }) => key));
  // without the data there is no checksum to compare: a record of this code then counts as done
  const current = new Set(records.filter(isCurrent).map(({ trial }) => canonicalJson(trial)));
  const recorded = new Set(records.map(({ trial }) => canonicalJson(trial)));
  const key = (trial: Trial) => {
    const identity = known.get(trial.dataset);
    return identity && keyOf(trial, identity);
  };
  return {
    state(trial) {
      const own = key(trial);
      const text = canonicalJson(trial);
      if (own === undefined ? current.has(text) : keys.has(own)) return "done";
      return recorded.has(text) ? "stale" : "missing";
    },
    failed: (trial) => failed.has(key(trial) ?? ""),
    wanted(trials, trial) {
      const text = canonicalJson(trial);
      return trials.some((one) => canonicalJson(one) === text);
    },
  };
}

interface Context {
  readonly look: Lookup;
  readonly known: ReadonlyMap<string, DataIdentity>;
  readonly durations: Durations;
}

function rowOf(
  question: string,
  dataset: string,
  trials: readonly Trial[],
  { look, known, durations }: Context,
): StatusRow {
  const state = (wanted: State) => trials.filter((trial) => look.state(trial) === wanted);
  const missing = [...state("missing"), ...state("stale")];
  const runnable = missing.filter((trial) => known.has(trial.dataset));
  return {
    question,
    dataset,
    here: known.has(dataset),
    trials: trials.length,
    done: state("done").length,
    stale: state("stale").length,
    missing: missing.length,
    failed: missing.filter(look.failed).length,
    secondsLeft: missing.length === 0 ? 0 : secondsFor(runnable, durations),
  };
}

/** On all workers; those that run alone one after the other. Null where none of them is on this machine. */
function secondsFor(trials: readonly Trial[], durations: Durations): number | null {
  if (trials.length === 0) return null;
  const workers = availableParallelism();
  return trials.reduce(
    (sum, trial) => sum + durations.of(trial).seconds / (jobOf(trial.job).alone ? 1 : workers),
    0,
  );
}
