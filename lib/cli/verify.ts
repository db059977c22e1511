/** `verify`: a certificate held against what is learned again. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { isOwnFile } from "../data/load";
import { InputError } from "../errors";
import { verify } from "../unlearning/api";
import type { Certificate } from "../unlearning/certificate";
import { parseCertificate } from "../unlearning/parseCertificate";
import type { Check, Verification } from "../unlearning/verify";
import { readEvidence } from "./evidence";
import { keptReading } from "./keptReading";
import { withJson } from "./options";
import { EXIT, Exit, plural, print, printJson, say, stopping } from "./output";
import { loadRatings, type RatingsOptions, readingKeys, readingText, withReading } from "./ratings";
import { stages } from "./stages";
import { evidencePath, readText, requireKey } from "./systemFiles";
import { openSystem } from "./systemFolder";

interface Options extends RatingsOptions {
  readonly ratings: string;
  readonly key?: string;
  readonly signer?: string;
  readonly system?: string;
  readonly evidence?: string;
  readonly json?: boolean;
}

export function addVerify(program: Command): void {
  const verifying = program
    .command("verify")
    .summary("check a certificate by learning again")
    .description(
      "Learns again without the erased data, compares every weight, and says of each statement of the certificate whether " +
        "it holds, is wrong, or was not checked. Exit code 0: everything the guarantee says was checked, and nothing is wrong; 1: " +
        "else. With the ratings before the erasure and --key, the system before is checked too.",
    )
    .argument("<certificate>", "file that unlearn --certificate wrote")
    .requiredOption("--ratings <file>", "the remaining ratings; or all of them, with --key")
    .option(
      "--key <file>",
      "the operator's secret: recognises the erased ratings in the file and leaves them out",
    )
    .option("--signer <hex>", "the operator's public key, as published: checks who signed")
    .option(
      "--system <folder>",
      "the system: checks that this is its last certificate, and its model the one in use",
    )
    .option(
      "--evidence <file>",
      "plan and catalogue (default: that of --system, else the file next to the certificate)",
    );
  withJson(withReading(verifying))
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable verify erased.json --ratings remaining.csv
  $ npx erasable verify erased.json --ratings ratings.csv --key store.key --system store`,
    )
    .action(verifyCommand);
}

async function verifyCommand(file: string, options: Options): Promise<void> {
  const certificate = certificateOf(file);
  const key = options.key === undefined ? undefined : requireKey(options.key);
  const signer = options.signer?.toLowerCase();
  if (signer !== undefined && !/^[0-9a-f]{64}$/.test(signer))
    throw new InputError(`--signer: ${options.signer} is not a public key, 64 hexadecimal digits`);
  const beside = options.evidence ?? evidencePath(file);
  const isEvidence = options.evidence !== undefined || (options.system === undefined && existsSync(beside));
  const evidence = isEvidence ? readEvidence(beside) : undefined;
  const signal = stopping();
  const system =
    options.system === undefined ? undefined : await openSystem(options.system, { signal, readOnly: true });
  try {
    const kept = evidence?.reading ?? (options.system ? keptReading(options.system)?.settings : undefined);
    const data = await readAlike(options, kept, signal);
    const verification = await verify(certificate, data, {
      ...evidence?.options,
      ...(system && { system }),
      ...(key !== undefined && { key }),
      ...(signer !== undefined && { signer }),
      signal,
      onProgress: stages(),
    });
    if (options.json) printJson({ certificate: basename(file), ...verification });
    else tell(verification, options, certificate.guarantee);
    const lost = evidence?.lost ?? system?.lostCertificates().length ?? 0;
    if (lost > 0 && key !== undefined && !verification.ok)
      say(
        `${plural(lost, "certificate")} of earlier erasures is lost, so the key cannot recognise whom it lists: give ratings without them.`,
      );
    if (!verification.ok) throw new Exit(EXIT.failed);
  } finally {
    await system?.close();
  }
}

/** @throws InputError naming the file */
function certificateOf(file: string): Certificate {
  const text = readText(file, "certificate");
  try {
    return parseCertificate(text);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

/** The ratings, read as the file was that the system learned from, where the command does not say it otherwise. */
async function readAlike(options: Options, kept: RatingsOptions = {}, signal: AbortSignal) {
  const [given] = readingKeys(options);
  const known = isOwnFile(options.ratings) ? kept : {};
  if (Object.keys(known).length > 0)
    say(`${options.ratings} is read as learn read its file:${readingText(known)}`);
  return (await loadRatings(options.ratings, { ...known, ...given, signal })).data;
}

const WORDS = { holds: "holds", wrong: "WRONG", "not checked": "not checked" } as const;

const line = ({ what, verdict, text, needs }: Check): string =>
  `${WORDS[verdict].padEnd(11)}  ${what}${text && `: ${text}`}${needs === undefined ? "" : ` (needs ${needs})`}`;

function tell({ ok, checks }: Verification, options: Options, guarantee: string): void {
  for (const check of checks) print(line(check));
  if (ok)
    print(
      `The certificate holds: the system after is the one learned without what was erased (${guarantee}).`,
    );
  else if (checks.some(({ what, verdict }) => what === "last certificate" && verdict === "wrong"))
    print("This is not the last certificate of its system: that one is to be verified.");
  else if (checks.some(({ verdict }) => verdict === "wrong"))
    print("The certificate does not hold on these ratings.");
  else print("Not verified: what the guarantee says could not all be checked.");
  const more = [
    ["--key", options.key],
    ["--signer", options.key ?? options.signer],
    ["--system", options.system],
    ["--evidence", checks.some(({ needs }) => needs === "the plan that it names") ? undefined : ""],
  ].flatMap(([name, given]) => (given === undefined ? [name] : []));
  if (more.length > 0 && checks.some(({ verdict }) => verdict === "not checked"))
    say(`More can be checked with ${more.join(", ")}.`);
  if (ok && guarantee !== "exact")
    say(
      "The groups were made with the erased users; unlearn --regroup gives a guarantee without that condition.",
    );
}
