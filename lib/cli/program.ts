/** The commands of `npx erasable`, and how their errors become messages and exit codes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { RefusedFile, type Way } from "../data/reading/refusal";
import { asDiskError, DiskError } from "../disk/diskError";
import { InputError, StoppedError } from "../errors";
import { escapeTerminal, shorten } from "../report/text";
import { DisagreementError } from "../runs/store";
import { shellWord } from "../shell";
import { DamagedError } from "../training/store";
import { addAdvise } from "./advise";
import { addCheck } from "./check";
import { addData } from "./data";
import { addLearn } from "./learn";
import { EXIT, Exit, say, stopCode, stopListening } from "./output";
import { addRecommend } from "./recommend";
import { addRepeat } from "./repeat";
import { addRun } from "./run";
import { addClaims, addFigure, addTable } from "./show";
import { addCompact, addStatus } from "./status";
import { addMerge, addPlan } from "./sweep";
import { addUnlearn } from "./unlearn";
import { addUnlock } from "./unlock";
import { addVerify } from "./verify";

function program(): Command {
  const root = new Command("erasable")
    .description(
      "Recommender systems that forget: the paper's experiments trial by trial, and learning, unlearning and verifying on " +
        "ratings of your own.",
    )
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(shorten(escapeTerminal(text))) })
    .showHelpAfterError("(see --help)")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable run --profile smoke          every question, offline, in a couple of minutes
  $ npx erasable table utility                its numbers
  $ npx erasable claims                       the paper's claims, judged
  $ npx erasable check ratings.csv            how a file of your own is understood, and what to do next
  $ npx erasable advise ratings.csv           which method for it: quality, and what forgetting costs
  $ npx erasable learn ratings.csv --system store
  $ npx erasable unlearn --system store --users 42,77 --certificate erased.json
  $ npx erasable verify erased.json --ratings remaining.csv

Exit codes: 0 done, 1 something failed, 2 not understood, 130 or 143 stopped.`,
    );
  for (const add of [
    addCheck,
    addData,
    addRun,
    addPlan,
    addMerge,
    addStatus,
    addCompact,
    addRepeat,
    addTable,
    addFigure,
    addClaims,
    addAdvise,
    addLearn,
    addRecommend,
    addUnlearn,
    addVerify,
    addUnlock,
  ])
    add(root);
  addHelp(root);
  for (const command of root.commands) refuseTwice(command);
  return root;
}

/** An option with one value that is given twice is a mistake, and the last not better than the first. Lists add up. */
function refuseTwice(command: Command): void {
  for (const sub of command.commands) refuseTwice(sub);
  for (const option of command.options) {
    let given = false;
    command.on(`option:${option.name()}`, () => {
      const isList = Array.isArray(command.getOptionValue(option.attributeName()));
      if (given && !isList && !option.isBoolean()) throw new InputError(`${option.long} is given twice`);
      given = true;
    });
  }
}

/** Of this package. */
const version = (): string =>
  String(JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version);

/** `help`, which says so when there is no such command. */
function addHelp(root: Command): void {
  root
    .helpCommand(false)
    .command("help")
    .summary("display help for a command")
    .argument("[command...]")
    .action((names: string[]) => {
      let at = root;
      for (const name of names) {
        const next = at.commands.find((one) => one.name() === name || one.aliases().includes(name));
        if (next === undefined) root.error(`error: unknown command '${names.join(" ")}'`);
        at = next;
      }
      at.outputHelp();
    });
}

/** Runs one command. @param args what stands behind the program's name. @returns the exit code */
export async function execute(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return explain(error, args);
  } finally {
    stopListening();
  }
}

function explain(error: unknown, args: readonly string[]): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.input; // it has been said already
  if (error instanceof Exit) {
    if (error.message !== "") say(error.message);
    return error.code;
  }
  if (error instanceof StoppedError) {
    say(error.message);
    return stopCode();
  }
  const known = asDiskError(error) ?? error;
  if (known instanceof InputError) {
    say(`erasable: ${known.message}`);
    if (known instanceof RefusedFile)
      for (const [k, way] of known.ways.entries())
        say(`${k === 0 ? "Try:" : " or:"} npx erasable ${again(args, way)}`);
    const failed = [DamagedError, DiskError, DisagreementError].some((kind) => known instanceof kind);
    return failed ? EXIT.failed : EXIT.input;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of trace.split("\n")) say(line);
  return EXIT.failed;
}

/** The command as it was given, with a setting more, or another one. */
function again(args: readonly string[], way: Way): string {
  const options = Object.entries(way).map(([key, value]) => [
    `--${key}`,
    ...(value === true ? [] : [`${value}`]),
  ]);
  const isOld = (word: string | undefined) => options.some(([flag]) => word === flag);
  const kept = args.filter(
    (word, k) =>
      !isOld(word) && !isOld(args[k - 1]) && !options.some(([flag]) => word.startsWith(`${flag}=`)),
  );
  return [...kept, ...options.flat()].map(shellWord).join(" ");
}
