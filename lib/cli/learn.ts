/** `learn`: a system on ratings of one's own, kept in a folder, and what it has learned measured beside it. */

import { type Command, Option } from "commander";
import { type Anchors, hasLearned, holdOut, type Measured, measure, measureAnchors } from "../advice/quality";
import { holdsRatings, type Interactions } from "../data/interactions";
import { withOption } from "../disk/diskError";
import type { EngineName } from "../engine/engine";
import { InputError } from "../errors";
import { type ModelName, modelOf } from "../model/models";
import { exampleId, shellWord } from "../shell";
import { type LearnSettings, learn } from "../unlearning/api";
import { chooseMethod, isUpOrDown } from "../unlearning/choice";
import type { ErasableSystem } from "../unlearning/erasableSystem";
import { METHOD_NAMES, METHODS, type MethodName, specOf } from "../unlearning/methods";
import { keepReading } from "./keptReading";
import { integer, withJson } from "./options";
import { count, duration, plural, print, printJson, say, sayEngines, stopping } from "./output";
import { loadRatings, type RatingsOptions, readingKeys, readingText, spelled, withReading } from "./ratings";
import { settingNames, settingsOf, withSettings } from "./settings";
import { stages } from "./stages";
import { makeSystemFolder } from "./systemFolder";

interface LearnOptions extends RatingsOptions {
  readonly system: string;
  readonly quality: boolean;
  readonly json?: boolean;
  readonly method?: MethodName;
  readonly workers?: number;
  readonly set?: readonly string[];
  readonly [setting: string]: unknown;
}

export function addLearn(program: Command): void {
  const learning = program
    .command("learn")
    .summary("learn a system that can forget")
    .description(
      "Learns from a file of ratings, clicks or orders (see check), or a data set by name, and keeps the system in a " +
        "folder. Ctrl-C keeps what is trained; the same command continues. At the end it says how well such a system " +
        "recommends: one that is learned from nine tenths of the ratings, measured on the rest and thrown away.",
    )
    .argument("<ratings>", "file of ratings, or name of a data set")
    .requiredOption("--system <folder>", "where the system is kept");
  withSettings(withJson(withReading(learning)))
    .addOption(
      new Option("--method <name>", "default: chosen by the kind of ratings (see advise)").choices(
        METHOD_NAMES,
      ),
    )
    .option("--workers <number>", "worker threads for shards (C-SISA, RecEraser, UltraRE)", integer(0, 1024))
    .option("--no-quality", "do not measure quality, which takes about as long as learning")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable learn ratings.csv --system store --groups 8
  $ npx erasable learn clicks.csv --implicit --system store
  $ npx erasable learn ml-100k --system store --method c-sisa --model nmf --set scoring=own
  $ npx erasable learn ml-100k --system store --method receraser --set partition=ibp
  $ npx erasable learn ml-1m --system store --method core-fold-in --set corePercent=10 --set foldRidge=50
  $ npx erasable learn ml-1m --system store --method ease --set lambda=500`,
    )
    .action(learnCommand);
}

/** What a plan lists: RecEraser's partition of items is the one that does not list users. */
const listed = (settings: unknown): string =>
  (settings as { partition?: string }).partition === "ibp" ? "Items" : "Users";

async function learnCommand(ratings: string, options: LearnOptions): Promise<void> {
  const { system: folder, quality, method: named, workers, set = [], json, ...others } = options;
  const [reading, own] = readingKeys(others);
  const signal = stopping();
  if (named !== undefined) settingsOf(named, own, set); // what is wrong is said before a large file is read
  const { data, readout } = await loadRatings(ratings, { ...reading, signal });
  const chosen = named ? undefined : chooseMethod(data, settingNames(own, set));
  if (chosen) say(`method ${chosen.method}: ${chosen.why}; --method names another`);
  const method = named ?? (chosen?.method as MethodName);
  const settings = { ...chosen?.settings, ...settingsOf(method, own, set) };
  const asked: LearnSettings = { ...settings, method, workers };
  const model = (settings.model ?? specOf(method).model?.default) as ModelName | undefined;
  if (model && modelOf(model).samples === "pairs" && holdsRatings(data)) {
    const thumbs = isUpOrDown(data) ? ", and a thumb down counts like a thumb up" : "";
    say(`model ${model} learns who rated what: how it was rated is not used${thumbs}`);
  }
  if (settings.engine) await sayEngines([settings.engine as EngineName]);
  const since = performance.now();
  const takeBack = makeSystemFolder(folder);
  const system = await learn(data, { ...asked, folder, signal, onProgress: stages() }).catch(
    (error: unknown) => {
      takeBack();
      throw withOption("--system", error);
    },
  );
  const seconds = (performance.now() - since) / 1000;
  try {
    if (readout) keepReading(folder, reading, readout);
    const result = resultOf(folder, system, seconds, chosen?.why);
    if (!json) printLearned(result, data);
    const found = quality ? await qualityOf(data, asked, signal) : undefined;
    if (json) printJson({ ...result, quality: found ?? null });
    else {
      if (found)
        printQuality(found, `${shellWord(ratings)}${readingText(readout ? spelled(reading, data) : {})}`);
      print(`Kept in ${folder}. Next:`);
      for (const command of nextCommands(folder, data, METHODS[method].exact)) print(`  ${command}`);
    }
  } finally {
    await system.close();
  }
}

function nextCommands(folder: string, { userIds }: Interactions, exact: boolean): string[] {
  const system = `--system ${shellWord(folder)}`;
  const id = exampleId(userIds);
  return id === undefined
    ? ["npx erasable recommend --help", "npx erasable unlearn --help"]
    : [
        `npx erasable recommend ${system} --user ${id}`,
        `npx erasable unlearn ${system} --users ${id}${exact ? " --certificate erased.json" : ""}`,
      ];
}

type Result = ReturnType<typeof resultOf>;

function resultOf(
  folder: string,
  { system, plan, fingerprint }: ErasableSystem,
  seconds: number,
  why?: string,
) {
  return {
    system: folder,
    method: system.method.name,
    ...(why === undefined ? {} : { why }),
    settings: system.method.settings,
    users: system.userIds.length,
    items: system.itemIds.length,
    groups: plan?.groups.map((group) => group.length) ?? null,
    samples: system.cost.samples,
    seconds,
    bytesKept: system.bytesKept(),
    fingerprint,
  };
}

function printLearned(result: Result, data: Interactions): void {
  const { method, settings, users, groups, samples, seconds } = result;
  const what = plural(data.byUser.columns.length, holdsRatings(data) ? "rating" : "pair");
  const touched =
    groups || samples > data.byUser.columns.length ? `${count(samples)} gradient samples, ` : "";
  print(`${method} learned from ${what} of ${plural(users, "user")}: ${touched}${duration(seconds)}`);
  if (groups) print(`${listed(settings)} in its groups, in training order: ${groups.join(", ")}`);
}

/** Of more ratings, some users are drawn to measure with. */
const MEASURED = 1_000_000;

interface Quality extends Anchors {
  readonly system: Measured;
  readonly users: number;
  readonly ratings: number;
  /** whether it is one of all users */
  readonly whole: boolean;
  readonly learned: boolean;
  readonly seconds: number;
}

/** How well a system of these settings recommends; undefined where nothing can be held out. */
async function qualityOf(
  data: Interactions,
  settings: LearnSettings,
  signal: AbortSignal,
): Promise<Quality | undefined> {
  const since = performance.now();
  let twin: ErasableSystem | undefined;
  try {
    const held = holdOut(data, MEASURED);
    twin = await learn(held.train, { ...settings, signal, onProgress: stages("quality: ") });
    await twin.prepare({ signal });
    const system = await measure(twin.system, held, signal);
    const anchors = await measureAnchors(held, signal);
    return {
      ...anchors,
      system,
      users: held.users,
      ratings: held.ratings,
      whole: data.byUser.columns.length <= MEASURED,
      learned: hasLearned(system, anchors),
      seconds: (performance.now() - since) / 1000,
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(`quality: not measured: ${error.message}`);
    return undefined;
  } finally {
    await twin?.close();
  }
}

/** Fewer users tell little. */
const FEW = 50;

function printQuality(quality: Quality, file: string): void {
  const { system, popularity, itemMean, users, ratings, whole, learned, seconds } = quality;
  const three = (value: number | null | undefined) => (value ?? 0).toFixed(3);
  print(
    `Quality, on ${plural(ratings, "held-out rating")} of ${plural(users, "user")}${whole ? "" : ", drawn at random"}, ` +
      `by a twin that learned from the others and is gone (${duration(seconds)}):`,
  );
  if (system.ranking !== null)
    print(
      `  all items ranked, NDCG@10: ${three(system.ranking)} (by popularity ${three(popularity.ranking)}` +
        `${itemMean ? `, by mean rating ${three(itemMean.ranking)}` : ""})`,
    );
  if (system.own !== null)
    print(
      `  a user's own held-out items ranked, NDCG@10: ${three(system.own)} (by popularity ` +
        `${three(popularity.own)}, by mean rating ${three(itemMean?.own)})`,
    );
  if (!learned)
    print(
      "Beware: it ranks no better than a list that is the same for everybody: nothing of anybody's taste was learned. " +
        `To compare methods: npx erasable advise ${file}`,
    );
  else if (users < FEW)
    print(
      `${users === 1 ? "One user is" : `${plural(users, "user")} are`} few: the next ratings may say otherwise.`,
    );
}
