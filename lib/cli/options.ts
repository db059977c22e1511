/** Options that several commands share, and how their texts are read; what is wrong names the flag. */

import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { named } from "../disk/diskError";
import { MODEL_NAMES, type ModelName } from "../model/spec";
import { SYSTEM_NAMES } from "../questions/presets";
import { PROFILE_NAMES, type ProfileName } from "../questions/profile";
import { PRESETS, type PresetName } from "../questions/protocol";
import { openStore } from "../questions/suite";
import { currentProfile, suiteRoot } from "../report/context";
import { shellWord } from "../shell";
import { METHOD_NAMES as UNLEARNING_METHODS } from "../unlearning/methods";
import { parseRequest, requestText } from "../unlearning/request";
import { type RatingsOptions, readingText, withReading } from "./ratings";

/** The paper's systems in small letters, and the methods of the library. */
const METHOD_NAMES = [...new Set([...SYSTEM_NAMES.map((name) => name.toLowerCase()), ...UNLEARNING_METHODS])];

/** Which trials: the options of `run`, `trials`, `status`, `table`, `figure` and `claims`. */
export interface SelectionOptions extends RatingsOptions {
  readonly profile: ProfileName;
  readonly results?: string;
  readonly dataset?: readonly string[];
  readonly model?: readonly ModelName[];
  readonly method?: readonly string[];
  readonly groups?: readonly number[];
  readonly seeds?: readonly number[];
  readonly request?: readonly string[];
  readonly preset?: PresetName;
  readonly set?: readonly string[];
}

/** Without the spaces around it; what else is white, such as a no-break space, belongs to an id, as in files of ratings. */
export const trimmed = (text: string): string => text.replace(/^ +| +$/g, "");

const parts = (text: string): string[] => {
  const found = text
    .split(",")
    .map(trimmed)
    .filter((part) => part !== "");
  if (found.length === 0) throw new InvalidArgumentError("It is empty.");
  return found;
};

export const list = (text: string, before: readonly string[] = []): string[] => [...before, ...parts(text)];

/** An option that may be given again, whose text may hold commas. */
export const repeated = (text: string, before: readonly string[] = []): string[] => [...before, text];

export const listOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string, before: readonly T[] = []): T[] => {
    const unknown = parts(text).find((part) => !choices.includes(part as T));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`"${unknown}" is not one of ${choices.join(", ")}.`);
    return [...before, ...(parts(text) as T[])];
  };

export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(
        `It is not a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}.`,
      );
    return value;
  };

/** Numbers in a range of the command line; nobody waits for more. */
const MOST = 10_000;

/** "2,4,8" and "0-9". */
export const integers =
  (least: number, greatest: number) =>
  (text: string, before: readonly number[] = []): number[] => [
    ...before,
    ...parts(text).flatMap((part) => {
      const one = integer(least, greatest);
      const range = /^(\d+)-(\d+)$/.exec(part);
      if (!range) return [one(part)];
      const [from, to] = [one(range[1]), one(range[2])];
      if (to < from) throw new InvalidArgumentError(`The range ${part} is empty.`);
      if (to - from >= MOST)
        throw new InvalidArgumentError(`The range ${part} has more than ${MOST} numbers.`);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    }),
  ];

/** "none", "rand@5,top@2.5", or one list of ids, which has commas of its own: "users:42,77". */
function requests(text: string, before: readonly string[] = []): string[] {
  const own = /^(users|ratings):/.test(text) ? [text] : parts(text);
  const read = own.map((request) => {
    try {
      return request === "none" ? request : requestText(parseRequest(request)); // one request has one text
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}, or none.`);
    }
  });
  return [...before, ...read];
}

/** Adds the profile and the results folder. */
export const withProfile = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--profile <name>",
        "which data sets and seeds: smoke (generated ratings), quick (MovieLens 100K, three seeds), paper (four data sets, ten seeds; three where trials are long)",
      )
        .choices(PROFILE_NAMES)
        .default(currentProfile()),
    )
    .option("--results <folder>", "results folder (default: ERASABLE_RESULTS, else results/ of the suite)");

/** Adds the options that choose trials. */
export const withSelection = (command: Command): Command =>
  withReading(withProfile(command))
    .option("--dataset <names>", "data sets by name, or rating files, separated by commas", list)
    .option("--model <names>", `models: ${MODEL_NAMES.join(", ")}`, listOf(MODEL_NAMES))
    .option("--method <names>", `methods: ${METHOD_NAMES.join(", ")}`, listOf(METHOD_NAMES))
    .option("--groups <numbers>", "S, numbers of groups: 4,8", integers(1, 65_535))
    .option("--seeds <numbers>", "seeds: 0,1 or 0-9", integers(0, 2 ** 32 - 1))
    .option(
      "--request <names>",
      "none, rand@5, top@2.5, edge@5, last-group@5, users:ID,ID, random-user, active-user (repeatable)",
      requests,
    )
    .addOption(
      new Option("--preset <name>", "every trial under this preset").choices(
        Object.keys(PRESETS) as PresetName[],
      ),
    )
    .option("--set <key=value>", "a field of the protocol, for every trial (repeatable)", repeated);

export const withJson = (command: Command): Command =>
  command.option("--json", "one JSON document on standard output");

/** The folder that holds one folder for each profile. */
export const resultsRoot = (given: string | undefined): string =>
  resolve(given ?? process.env.ERASABLE_RESULTS ?? `${suiteRoot()}/results`);

/** What named that folder, for messages. */
export const resultsOption = (given: string | undefined): string =>
  given === undefined && process.env.ERASABLE_RESULTS !== undefined ? "ERASABLE_RESULTS" : "--results";

/** The run store of a profile below that folder. @throws DiskError naming the option */
export const resultsStore = (given: string | undefined, profile: { readonly name: ProfileName }) =>
  named(resultsOption(given), () => openStore(resultsRoot(given), profile));

/** The options that chose the trials, as they are written: "--profile smoke --groups 2,4 --set epochs=1". */
export function selectionWords(options: SelectionOptions): string {
  const { profile, results, dataset, model, method, groups, seeds, request = [], preset, set = [] } = options;
  const joined = (flag: string, values?: readonly (string | number)[]) =>
    values === undefined ? [] : [flag, values.join(",")];
  const words = [
    ["--profile", profile],
    results === undefined ? [] : ["--results", results],
    joined("--dataset", dataset),
    joined("--model", model),
    joined("--method", method),
    joined("--groups", groups),
    joined("--seeds", seeds),
    ...request.map((one) => ["--request", one]), // a list of ids has commas of its own
    preset === undefined ? [] : ["--preset", preset],
    ...set.map((one) => ["--set", one]),
  ]
    .flat()
    .map(shellWord)
    .join(" ");
  return words + readingText(options);
}
