/** `unlearn`: a system in a folder forgets users or ratings, and its certificate is written. */

import type { Command } from "commander";
import { codeOf, DiskError, naming } from "../disk/diskError";
import { InputError } from "../errors";
import { shellWord } from "../shell";
import { DamagedError } from "../training/store";
import type { Certificate } from "../unlearning/certificate";
import type { ErasableSystem } from "../unlearning/erasableSystem";
import type { NamedErasure } from "../unlearning/folder";
import { METHODS, type MethodName } from "../unlearning/methods";
import { evidenceText } from "./evidence";
import { keptReading } from "./keptReading";
import { readPairs, readUsers } from "./lists";
import { list, withJson } from "./options";
import { count, duration, plural, print, printJson, say, stopping } from "./output";
import { stages } from "./stages";
import {
  defaultKey,
  evidencePath,
  readKey,
  requirePlace,
  tryPlaces,
  writeSecret,
  writeText,
} from "./systemFiles";
import { openSystem } from "./systemFolder";

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

export function addUnlearn(program: Command): void {
  const unlearning = program
    .command("unlearn")
    .summary("forget users or ratings, for good")
    .description(
      "Forgets users or single ratings: afterwards the system is, bit for bit, one that never saw them, and what saw " +
        "them is deleted (fine-tune, gradient-ascent and scif only approximate that, without a certificate). Ctrl-C before the end leaves the old system; the same command, or --resume, continues. Once it is " +
        "done, --resume --certificate writes the certificate again.",
    )
    .requiredOption("--system <folder>", "folder of the system")
    .option("--users <ids>", "ids separated by commas; for ids with a comma use --users-file", list)
    .option(
      "--users-file <file>",
      "one user id per line, optionally in double quotes; or .json: an array of ids",
    )
    .option(
      "--ratings-file <file>",
      'single ratings: a user and an item a line, between tabs, ::, or as CSV: "Doe, John",i7; or .json: [["u1", "i7"]]',
    )
    .option(
      "--regroup",
      "also form the groups again: costs a full training, and the guarantee needs no condition",
    )
    .option("--certificate <file>", "write the certificate, and next to it the evidence for a verifier")
    .option("--key <file>", "the operator's secret; created if missing (default: <system>.key)")
    .option(
      "--resume",
      "finish a request that was begun; if there is none, write the last --certificate again",
    )
    .option("--withdraw", "withdraw a request that was begun");
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
  const kept = keptReading(options.system);
  const asked = {
    users: [...(options.users ?? []), ...(options.usersFile ? readUsers(options.usersFile, kept) : [])],
    ratings: options.ratingsFile ? readPairs(options.ratingsFile, kept) : [],
  };
  const signal = stopping();
  const system = await openSystem(options.system, { signal, onProgress: stages() });
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
  const { name } = system.system.method;
  const { exact } = METHODS[name as MethodName];
  if (!exact && options.certificate !== undefined)
    throw new InputError(
      `--certificate: ${name} only approximates a system that never saw them, so there is nothing to certify; leave it ` +
        "out, or learn with an exact method (npx erasable learn --help). Nothing was forgotten",
    );
  const keyFile = options.key ?? defaultKey(options.system);
  if (options.certificate !== undefined)
    tryPlaces(options.certificate, Buffer.byteLength(evidenceText(system, options.system)));
  const key = exact ? (readKey(keyFile) ?? newKey(keyFile, options, system)) : undefined;
  const since = performance.now();
  const { certificate, cost, deleted } = await system
    .forget(request, {
      regroup,
      key,
      signal,
      onProgress: stages(),
    })
    .catch(naming("--system"));
  const seconds = (performance.now() - since) / 1000;
  if (options.certificate !== undefined && certificate)
    writeCertificate(system, certificate, options.certificate, options.system);
  if (options.json) {
    const kept = exact ? { key: keyFile } : {};
    printJson({ certificate, ...kept, cost, deleted: deleted.length, seconds });
    return;
  }
  const work =
    `${count(cost.samples)} gradient samples, ${duration(seconds)}; ` +
    `${plural(deleted.length, "file")} that saw them deleted`;
  if (!certificate) {
    const { users, ratings } = request;
    const what = [
      ...(users.length > 0 ? [plural(users.length, "user")] : []),
      ...(ratings.length > 0 ? [plural(ratings.length, "single rating")] : []),
    ];
    print(`Approximately forgotten: ${what.join(", ")}; ${work}`);
    print(
      `Guarantee: ${system.guarantee}: the weights may still carry what was erased, and nothing is certified`,
    );
    return;
  }
  const { users, ratings } = certificate.erased;
  print(`Forgotten: ${plural(users, "user")}, ${plural(ratings, "rating")} in all; ${work}`);
  print(`Guarantee: ${system.guarantee}`);
  for (const lost of system.lostCertificates())
    say(
      `An earlier certificate is lost: ${lost}. The erasure stands; with the key, all ratings cannot be verified any more`,
    );
  if (options.certificate !== undefined)
    print(`Certificate: ${options.certificate}; for a verifier: ${evidencePath(options.certificate)}`);
  if (system.certificates().length > 1)
    print(
      "Certificates and evidence written before name people who are forgotten now: delete those files, this certificate covers all.",
    );
  print(
    `The key that recognises the erased ids: ${keyFile}. Keep it secret, and apart from the certificate. ` +
      `Its public key, for --signer of verify: ${certificate.signer}`,
  );
  if (options.certificate === undefined) return;
  print("To check it, by the ratings before or by those that remain:");
  print(
    `  npx erasable verify ${shellWord(options.certificate)} --ratings <file> --key ${shellWord(keyFile)} --system ${shellWord(options.system)}`,
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
    writeText(evidencePath(path), "--certificate", evidenceText(system, folder), 0o600);
    writeText(path, "--certificate", `${JSON.stringify(certificate, null, 2)}\n`);
  } catch (error) {
    throw new DiskError(
      `the erasure is done, but its certificate could not be written: ${(error as Error).message}; ` +
        `npx erasable unlearn --system ${shellWord(folder)} --resume --certificate <file> writes it`,
      codeOf(error) ?? "",
      error,
    );
  }
}
