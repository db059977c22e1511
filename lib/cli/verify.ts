/** `verify`: a certificate held against what is learned again. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { isOwnFile } from "../data/load";
import { InputError } from "../errors";
import { verify } from "../unlearning/api";
import { parseCertificate } from "../unlearning/certificate";
import { withJson } from "./options";
import { EXIT, Exit, print, printJson, say, stopping } from "./output";
import { loadRatings, type RatingsOptions, readingKeys, readingText, withReading } from "./ratings";
import { unrecognised } from "./recognised";
import { stages } from "./stages";
import { evidencePath, readEvidence, readKey, readText } from "./systemFiles";

export function addVerify(program: Command): void {
  const verifying = program
    .command("verify")
    .summary("check a certificate by learning again")
    .description(
      "Learns again without the erased data and compares every weight. Exit code 1 when the certificate does not hold.",
    )
    .argument("<certificate>", "file that unlearn --certificate wrote")
    .requiredOption("--ratings <file>", "the remaining ratings; or all of them, with --key")
    .option("--key <file>", "the operator's secret: tells the erased ratings in the file and leaves them out")
    .option("--evidence <file>", "plan and catalogue (default: beside the certificate)");
  withJson(withReading(verifying))
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable verify erased.json --ratings remaining.csv
  $ npx erasable verify erased.json --ratings ratings.csv --key store.key`,
    )
    .action(verifyCommand);
}

async function verifyCommand(
  file: string,
  options: RatingsOptions & { ratings: string; key?: string; evidence?: string; json?: boolean },
): Promise<void> {
  const certificate = parseCertificate(readText(file, "certificate"));
  const beside = options.evidence ?? evidencePath(file);
  const evidence = options.evidence !== undefined || existsSync(beside) ? readEvidence(beside) : undefined;
  const key = options.key === undefined ? undefined : readKey(options.key);
  if (options.key !== undefined && key === undefined)
    throw new InputError(`--key: ${options.key} is not there`);
  const signal = stopping();
  const [given] = readingKeys(options);
  const kept = isOwnFile(options.ratings) ? (evidence?.reading ?? {}) : {};
  if (Object.keys(kept).length > 0)
    say(`${options.ratings} is read as learn read its file:${readingText(kept)}`);
  const { data } = await loadRatings(options.ratings, { ...kept, ...given, signal });
  const earlier = evidence?.earlier ?? [];
  const unknown =
    key === undefined
      ? undefined
      : unrecognised(certificate.erased, earlier, data, { key, file: options.ratings });
  const work = verify(certificate, data, {
    ...(evidence?.plan ? { plan: evidence.plan } : {}),
    ...(key === undefined ? {} : { key, earlier: earlier.map((erased) => ({ erased })) }),
    ...(evidence === undefined ? {} : { itemIds: evidence.itemIds, usersByText: evidence.usersByText }),
    signal,
    onProgress: stages(),
  });
  const verification = await work.catch((error: unknown) => {
    // the likeliest reasons why plan or catalogue and ratings do not fit
    if (!(error instanceof InputError)) throw error;
    // the plan's own message names a user that is in the file and not in the plan: likely one who was erased
    if (unknown !== undefined && /^plan: (user|item) /.test(error.message)) throw new InputError(unknown);
    if (unknown !== undefined) throw new InputError(`${error.message}; ${unknown}`);
    if (key !== undefined) throw error;
    throw new InputError(`${error.message}; if the file still holds what was erased, give --key`);
  });
  if (options.json) printJson({ certificate: basename(file), ...verification });
  else {
    for (const { what, ok, text } of verification.checks)
      print(`${ok ? "ok   " : "WRONG"}  ${what}: ${text}`);
    print(
      verification.ok
        ? `The certificate holds: the system after is the one learned without what was erased (${certificate.guarantee}).`
        : "The certificate does not hold on these ratings.",
    );
  }
  if (!verification.ok) throw new Exit(EXIT.failed, unknown);
  if (certificate.guarantee !== "exact" && !options.json)
    say(
      "The groups were made with the erased users; unlearn --regroup gives a guarantee without that condition.",
    );
}
