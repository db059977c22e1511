/** `learn`, `recommend` and `unlearn`: a system on ratings of one's own, kept in a folder. `verify` is in verify.ts. */

import { type Command, Option } from "commander";
import { holdsRatings } from "../data/interactions";
import type { EngineName } from "../engine/engine";
import { InputError } from "../errors";
import { DamagedError } from "../training/store";
import { learn, open } from "../unlearning/api";
import type { Certificate } from "../unlearning/certificate";
import type { ErasableSystem } from "../unlearning/erasableSystem";
import type { NamedErasure } from "../unlearning/folder";
import { METHOD_NAMES, type MethodName } from "../unlearning/methods";
import { makeSystemFolder } from "./folders";
import { readPairs, readUsers } from "./lists";
import { integer, list, withJson } from "./options";
import { count, duration, plural, print, printJson, say, sayEngines, stopping } from "./output";
import { whenFree } from "./patience";
import { loadRatings, type RatingsOptions, readingKeys, withReading } from "./ratings";
import { settingsOf, withSettings } from "./settings";
import { exampleId, shellWord } from "./shell";
import { stages } from "./stages";
import {
  defaultKey,
  evidenceOf,
  evidencePath,
  readKey,
  requirePlace,
  writeSecret,
  writeText,
} from "./systemFiles";
import { textTable } from "./textTable";

interface LearnOptions extends RatingsOptions {
  readonly system: string;
  readonly json?: boolean;
  readonly method?: MethodName;
  readonly workers?: number;
  readonly set?: readonly string[];
  readonly [setting: string]: unknown;
}

interface UnlearnOptions {
  readonly system: string;
  readonly users?: readonly string[];
  readonly usersFile?: string;
  readonly ratingsFile?: string;
  readonly resume?: boolean;
  readonly withdraw?: boolean;
  readonly regroup?: boolean;
  readonly certificate?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export function addSystems(program: Command): void {
  const learning = program
    .command("learn")
    .summary("learn a system that can forget")
    .description(
      "Learns from a file of ratings (user, item, rating: .csv, .dat with ::, else tabs; also .gz), or a data set by " +
        "name, and keeps the system in a folder. Ctrl-C keeps what is trained; the same command goes on.",
    )
    .argument("<ratings>", "file of ratings, or name of a data set")
    .requiredOption("--system <folder>", "where the system is kept");
  withSettings(withJson(withReading(learning)))
    .addOption(new Option("--method <name>", "default: laser").choices(METHOD_NAMES))
    .option("--workers <number>", "worker threads for shards (C-SISA, RecEraser, UltraRE)", integer(0, 1024))
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable learn ratings.csv --system store --groups 8
  $ npx erasable learn ml-100k --system store --method c-sisa --model nmf --set scoring=own
  $ npx erasable learn ml-100k --system store --method receraser --set partition=ibp
  $ npx erasable learn ml-1m --system store --method core-fold-in --set corePercent=10 --set foldRidge=50
  $ npx erasable learn ml-1m --system store --method ease --set lambda=500`,
    )
    .action(learnCommand);

  const recommending = program
    .command("recommend")
    .summary("the best items for a user")
    .description("The items that score highest of those that the user has not rated, best first.")
    .requiredOption("--system <folder>", "folder of the system")
    .requiredOption("--user <id>", "the user's id, as in the ratings")
    .option("--count <number>", "how many", integer(1), 10)
    .option("--read-only", "for a folder that may not be written: take no lock, and change nothing in it");
  withJson(recommending)
    .addHelpText("after", "\nExample:\n  $ npx erasable recommend --system store --user 42 --count 5")
    .action(recommendCommand);

  const unlearning = program
    .command("unlearn")
    .summary("forget users or ratings, for good")
    .description(
      "Forgets users or single ratings: afterwards the system is, bit for bit, one that never saw them, and what saw " +
        "them is deleted. Ctrl-C before the end leaves the old system; the same command, or --resume, goes on. Once it is " +
        "done, --resume --certificate writes the certificate again.",
    )
    .requiredOption("--system <folder>", "folder of the system")
    .option("--users <ids>", "ids parted by commas; ids with a comma go into a file", list)
    .option("--users-file <file>", "a user's id a line, perhaps in double quotes")
    .option(
      "--ratings-file <file>",
      'single ratings: a user and an item a line, between tabs, ::, or as CSV: "Doe, John",i7',
    )
    .option("--regroup", "also make the groups anew: a full training, for a guarantee without condition")
    .option("--certificate <file>", "write the certificate, and beside it what a verifier needs")
    .option("--key <file>", "the operator's secret; made when it is not there (default: <system>.key)")
    .option("--resume", "finish a request that was begun; if none was: write the last --certificate again")
    .option("--withdraw", "take back a request that was begun");
  withJson(unlearning)
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable unlearn --system store --users 42,77 --certificate erased.json
  $ npx erasable unlearn --system store --ratings-file withdrawn.csv --regroup
  $ npx erasable unlearn --system store --resume --certificate erased.json`,
    )
    .action(unlearnCommand);
}

/** What a plan lists: RecEraser's partition of items is the one that does not list users. */
const listed = (settings: unknown): string =>
  (settings as { partition?: string }).partition === "ibp" ? "Items" : "Users";

async function learnCommand(ratings: string, options: LearnOptions): Promise<void> {
  const { system: folder, method = "laser", workers, set = [], json, ...others } = options;
  const [reading, own] = readingKeys(others);
  const signal = stopping();
  const asked = settingsOf(method, own, set);
  const data = await loadRatings(ratings, { ...reading, signal });
  if (asked.engine) await sayEngines([asked.engine as EngineName]);
  const since = performance.now();
  const takeBack = makeSystemFolder(folder);
  const system = await learn(data, {
    ...asked,
    method,
    workers,
    folder,
    signal,
    onProgress: stages(),
  }).catch((error: unknown) => {
    takeBack();
    throw error;
  });
  try {
    const { cost, method: learned } = system.system;
    const kept = system.bytesKept();
    const result = {
      system: folder,
      method: learned.name,
      settings: learned.settings,
      users: data.userIds.length,
      items: data.itemIds.length,
      ratings: data.byUser.columns.length,
      groups: system.plan?.groups.map((group) => group.length) ?? null,
      samples: cost.samples,
      seconds: (performance.now() - since) / 1000,
      bytesKept: kept,
      fingerprint: system.fingerprint,
    };
    if (json) {
      printJson(result);
      return;
    }
    print(
      `${learned.name} learned from ${plural(result.ratings, holdsRatings(data) ? "rating" : "pair")} of ${plural(result.users, "user")}: ` +
        `${count(result.samples)} gradient samples, ${duration(result.seconds)}`,
    );
    if (result.groups)
      print(`${listed(learned.settings)} in its groups, in training order: ${result.groups.join(", ")}`);
    print(
      `Kept in ${folder}. Try: npx erasable recommend --system ${shellWord(folder)} --user ${exampleId(data.userIds)}`,
    );
  } finally {
    await system.close();
  }
}

async function recommendCommand(options: {
  system: string;
  user: string;
  count: number;
  readOnly?: boolean;
  json?: boolean;
}): Promise<void> {
  const signal = stopping();
  const { readOnly } = options;
  const system = await whenFree(() => open(options.system, { signal, readOnly }), { signal });
  try {
    await system.prepare({ signal });
    const items = system.recommend(options.user, options.count);
    if (options.json) {
      printJson({ user: options.user, items });
      return;
    }
    print(
      textTable(
        items.map((one, index) => ({ place: index + 1, ...one })),
        [
          { key: "place", label: "Place" },
          { key: "item", label: "Item" },
          { key: "score", label: "Score", digits: 4 },
        ],
      ),
    );
  } finally {
    await system.close();
  }
}

async function unlearnCommand(options: UnlearnOptions): Promise<void> {
  const given = [options.users, options.usersFile, options.ratingsFile].some((one) => one !== undefined);
  const ways = [given, options.resume, options.withdraw].filter(Boolean).length;
  if (ways !== 1)
    throw new InputError(
      "unlearn: say what to forget (--users, --users-file, --ratings-file), or --resume, or --withdraw, and one of them only",
    );
  // before anything is forgotten: afterwards it would be too late to say that the certificate has no place
  if (options.certificate !== undefined)
    requirePlace(options.certificate, options.system, options.key ?? defaultKey(options.system));
  const asked = {
    users: [...(options.users ?? []), ...(options.usersFile ? readUsers(options.usersFile) : [])],
    ratings: options.ratingsFile ? readPairs(options.ratingsFile) : [],
  };
  const signal = stopping();
  const system = await open(options.system, { signal, onProgress: stages() });
  try {
    if (options.withdraw) {
      withdraw(system, options.json ?? false);
      return;
    }
    const unfinished = system.unfinishedRequest();
    if (options.resume && !unfinished) {
      certifyAgain(system, options);
      return;
    }
    if (options.resume && options.regroup && !unfinished?.regroup)
      throw new InputError(
        "--regroup: the request that was begun was asked without it and goes on so; to ask anew, take it back with --withdraw",
      );
    const { users, ratings, regroup } =
      options.resume && unfinished ? unfinished : { ...asked, regroup: options.regroup ?? false };
    await forget(system, { users, ratings }, regroup, options, signal);
  } finally {
    await system.close();
  }
}

/** Takes a request back, also one that cannot be read any more. */
function withdraw(system: ErasableSystem, json: boolean): void {
  let request: NamedErasure | undefined;
  let damaged = false;
  try {
    request = system.unfinishedRequest();
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    damaged = true;
    say(error.message);
  }
  system.withdrawRequest();
  if (json) printJson({ withdrawn: request ?? null });
  else print(request || damaged ? "the request was taken back" : "there was no unfinished request");
}

async function forget(
  system: ErasableSystem,
  request: { readonly users: readonly string[]; readonly ratings: readonly (readonly [string, string])[] },
  regroup: boolean,
  options: UnlearnOptions,
  signal: AbortSignal,
): Promise<void> {
  const keyFile = options.key ?? defaultKey(options.system);
  const key = readKey(keyFile) ?? newKey(keyFile, options, system);
  const since = performance.now();
  const { certificate, cost, deleted } = await system.forget(request, {
    regroup,
    key,
    signal,
    onProgress: stages(),
  });
  const seconds = (performance.now() - since) / 1000;
  if (options.certificate !== undefined && certificate)
    writeCertificate(system, certificate, options.certificate, options.system);
  if (options.json) {
    printJson({ certificate, key: keyFile, cost, deleted: deleted.length, seconds });
    return;
  }
  const { users, ratings } = certificate?.erased ?? {
    users: request.users.length,
    ratings: request.ratings.length,
  };
  print(
    `Forgotten: ${plural(users, "user")}, ${plural(ratings, "rating")} in all; ` +
      `${count(cost.samples)} gradient samples, ${duration(seconds)}; ${plural(deleted.length, "file")} that saw them deleted`,
  );
  print(`Guarantee: ${system.guarantee}`);
  if (!certificate) return;
  if (options.certificate !== undefined)
    print(`Certificate: ${options.certificate}; for a verifier: ${evidencePath(options.certificate)}`);
  if (system.certificates().length > 1)
    print(
      "Certificates and evidence written before name people who are forgotten now: delete those files, this certificate covers all.",
    );
  print(
    `The key that recognises the erased ids: ${keyFile}. Keep it secret, and apart from the certificate.`,
  );
}

/** A key where there is none yet; one that is missing is not made anew unless its file was named. @throws InputError */
function newKey(keyFile: string, { system: folder, key }: UnlearnOptions, system: ErasableSystem): string {
  if (key === undefined && system.certificates().length > 0)
    throw new InputError(
      `${keyFile} is missing, under which ${folder} certified its earlier erasures: put it back, or name it with --key. ` +
        "A file that is not there gets a new key; ratings that still hold who was erased before can then not be verified",
    );
  return writeSecret(keyFile, folder);
}

/**
 * For a process that ended after the erasure and before its files were written: certificate and evidence of the last
 * erasure, from the folder. @throws InputError when there is none, or no file to write it to.
 */
function certifyAgain(system: ErasableSystem, options: UnlearnOptions): void {
  const certificate = system.certificates().at(-1);
  if (options.certificate === undefined || certificate === undefined) {
    const hint = certificate
      ? "; with --certificate <file> it writes the certificate of the last erasure"
      : "";
    throw new InputError(`--resume: ${options.system} has no unfinished request${hint}`);
  }
  writeCertificate(system, certificate, options.certificate, options.system);
  if (options.json) {
    printJson({ certificate, deleted: 0, done: "before" });
    return;
  }
  print(
    "There was no unfinished request: this is the certificate of the last erasure, which was done before.",
  );
  print(`Certificate: ${options.certificate}; for a verifier: ${evidencePath(options.certificate)}`);
}

/** Writes a certificate of the system in force, and beside it the evidence. @throws InputError saying how to try again. */
function writeCertificate(
  system: ErasableSystem,
  certificate: Certificate,
  path: string,
  folder: string,
): void {
  try {
    // evidence lists who is left
    writeText(evidencePath(path), "--certificate", `${JSON.stringify(evidenceOf(system))}\n`, 0o600);
    writeText(path, "--certificate", `${JSON.stringify(certificate, null, 2)}\n`);
  } catch (error) {
    throw new InputError(
      `the erasure is done, but its certificate could not be written: ${(error as Error).message}; ` +
        `npx erasable unlearn --system ${shellWord(folder)} --resume --certificate <file> writes it`,
    );
  }
}
