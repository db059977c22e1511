/** `run`: computes the cells that the store lacks. `cells`: what is missing, for a cluster's own scheduler. */

import { type Command, Option } from "commander";
import { InputError } from "../errors";
import type { Cell } from "../questions/cell";
import { keyOf, planJobs } from "../questions/plan";
import { compute, FIGURES } from "../questions/suite";
import { progress } from "../report/progress";
import type { Failure } from "../runs/record";
import type { RunProgress, RunSummary } from "../runs/runner";
import { parseCell } from "./cellText";
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

interface RunOptions extends SelectionOptions {
  readonly key?: readonly string[];
  readonly cell?: string;
  readonly workers?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

const SHOWN = 10;

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("compute the cells of figures")
    .description(
      "Computes the cells of the figures named (default: all) that the run store does not have. Ctrl-C keeps what is " +
        "finished; the same command goes on. Exit code 1 when cells failed, 130 when stopped.",
    )
    .argument("[figures...]", FIGURES.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--key <keys>", "only the cells with these keys (see the command cells)", list)
    .option("--cell <json>", "one cell as JSON, whether a figure wants it or not")
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
  $ npx erasable cells --profile paper | xargs -n 1 npx erasable run --profile paper --workers 1 --key`,
    )
    .action(run);
}

export function addCells(program: Command): void {
  const command = program
    .command("cells")
    .summary("list the cells that are missing")
    .description(
      "Prints the missing cells of the figures named (default: all), one a line: their keys for `run --key`, or their " +
        "JSON for `run --cell`. Each is a command of its own that needs nothing but the shared results folder.",
    )
    .argument("[figures...]", "names of figures");
  withSelection(command)
    .addOption(new Option("--format <format>", "what a line holds").choices(["key", "json"]).default("key"))
    .option("--by-job", "keys of cells that share a learning run on one line, parted by commas")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable cells utility --profile paper --by-job
  $ npx erasable cells --profile quick --format json | head -1`,
    )
    .action(cells);
}

async function run(figures: string[], options: RunOptions): Promise<void> {
  const selection = select(figures, options, true);
  const { store, profile } = selection;
  const wanted = await chosenCells(selection, options);
  const known = await identities(wanted);
  const key = (cell: Cell): string | undefined => {
    const identity = known.get(cell.dataset);
    return identity && keyOf(cell, identity);
  };
  await sayEngines(wanted.map(({ protocol }) => protocol.engine));
  const found = options.force ? 0 : wanted.filter((cell) => store.has(key(cell) ?? "")).length;
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
      cells: wanted.length,
      found,
      computed: sum(summaries, ({ records }) => records),
      missing: wanted.filter((cell) => !store.has(key(cell) ?? "")).length,
      failures: summaries.flatMap(({ failures }) => failures),
      stopped: summaries.some(({ stopped }) => stopped),
      storeError: summaries.find(({ storeError }) => storeError !== undefined)?.storeError,
      samples: sum(summaries, ({ samples }) => samples),
      seconds: sum(summaries, ({ seconds }) => seconds),
    },
    selection.figures.length === 1 ? selection.figures[0].id : "FIGURE",
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

async function chosenCells(selection: Selection, { key, cell }: RunOptions): Promise<Cell[]> {
  if (cell !== undefined && key !== undefined) throw new InputError("--cell and --key exclude each other");
  if (cell !== undefined) return [parseCell(cell)];
  const cells = selection.cells();
  if (key === undefined) return cells;
  const known = await identities(cells);
  const byKey = new Map(
    cells.flatMap((one) => {
      const identity = known.get(one.dataset);
      return identity ? [[keyOf(one, identity), one] as const] : [];
    }),
  );
  return key.map((name) => {
    const found = byKey.get(name);
    if (found) return found;
    throw new InputError(
      `--key: no cell of profile ${selection.profile.name} has the key ${name}; give the profile and options with which ` +
        `"npx erasable cells" printed it, on the same data and code`,
    );
  });
}

interface Report {
  readonly profile: string;
  readonly store: string;
  readonly cells: number;
  readonly found: number;
  readonly computed: number;
  readonly missing: number;
  readonly failures: readonly Failure[];
  readonly stopped: boolean;
  readonly storeError?: string;
  readonly samples: number;
  readonly seconds: number;
}

function report(result: Report, figure: string, json: boolean): void {
  const { failures, storeError, stopped, missing } = result;
  if (json)
    printJson({ ...result, failures: failures.map(({ key, trial: cell, error }) => ({ key, cell, error })) });
  for (const { trial: cell, error } of failures.slice(0, SHOWN))
    say(`failed: ${describeCell(cell as Cell)}: ${error}`);
  if (failures.length > SHOWN) say(`failed: ${failures.length - SHOWN} more; see npx erasable status`);
  if (!json) {
    const parts = [
      `${count(result.computed)} computed`,
      `${count(result.found)} found`,
      `${count(failures.length)} failed`,
      ...(missing > failures.length ? [`${count(missing - failures.length)} not done`] : []),
    ];
    const work = `${count(result.samples)} gradient samples · ${duration(result.seconds)}`;
    print(`${plural(result.cells, "cell")}: ${parts.join(", ")} · ${work}`);
    if (missing === 0 && failures.length === 0)
      print(`To see them: npx erasable table ${figure} --profile ${result.profile}`);
  }
  if (storeError !== undefined) throw new Exit(EXIT.failed, `erasable: ${storeError}`);
  if (stopped) throw new Exit(stopCode(), "stopped; the same command does what is missing");
  if (missing > 0) throw new Exit(EXIT.failed, "the same command tries again what is missing");
  // with --force, of cells whose older records are still there
  if (failures.length > 0) throw new Exit(EXIT.failed, "what failed keeps its older record");
}

/** "system ml-1m dmf l-cbkm S=8 rand@5 seed 0" */
export function describeCell(cell: Cell): string {
  const { kind, dataset, seed, ...rest } = cell;
  const named = rest as {
    model?: string;
    method?: string;
    variant?: string;
    grouping?: string;
    groups?: number;
    request?: string;
  };
  const groups = named.groups === undefined ? undefined : `S=${named.groups}`;
  return [
    kind,
    dataset,
    named.model,
    named.variant ?? named.method ?? named.grouping,
    groups,
    named.request,
    `seed ${seed}`,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}

async function cells(
  figures: string[],
  options: SelectionOptions & { readonly format: "key" | "json"; readonly byJob?: boolean },
): Promise<void> {
  const { store, cells: wanted } = select(figures, options, true);
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
    else
      for (const { key, trial: cell } of missing)
        print(options.format === "key" ? key : JSON.stringify(cell));
  }
}
