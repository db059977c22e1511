/** What a verifier needs beside a certificate and ratings: a file that `unlearn --certificate` writes beside it. */

import type { ReadingSettings } from "../data/reading/settings";
import { InputError } from "../errors";
import { parseShallow } from "../nesting";
import { hasUsersByText } from "../unlearning/catalogue";
import type { ErasableSystem } from "../unlearning/erasableSystem";
import { parsePlan } from "../unlearning/plan";
import type { ErasedTags } from "../unlearning/recognised";
import type { VerifyOptions } from "../unlearning/verify";
import { keptReading, readingOf } from "./keptReading";
import { readText } from "./systemFiles";

interface Evidence {
  /** text of the plan that the certificate names; null for a method without one */
  readonly plan: string | null;
  /** the catalogue, in its order */
  readonly itemIds: readonly string[];
  /** the users' order: see `hasUsersByText` */
  readonly usersByText: boolean;
  /** whom earlier erasures list, oldest first, and the public keys with which their tags go */
  readonly earlier: readonly (ErasedTags & { readonly signer: string })[];
  /** how many certificates of earlier erasures are lost, and with them whom they list */
  readonly lost: number;
  /** how the file was read that the system learned from: settings that differ from their defaults */
  readonly reading: Partial<ReadingSettings>;
}

/** The evidence for the last certificate of a system in a folder. */
export function evidenceText(system: ErasableSystem, folder: string): string {
  const earlier = system.certificates().flatMap(({ superseded, erased: { userTags, ratingTags } }) => {
    return superseded === undefined ? [] : [{ userTags, ratingTags, signer: superseded }];
  });
  const evidence: Evidence = {
    plan: system.planText,
    itemIds: system.system.itemIds,
    usersByText: hasUsersByText(system.system),
    earlier,
    lost: system.lostCertificates().length,
    reading: keptReading(folder)?.settings ?? {},
  };
  return `${JSON.stringify(evidence)}\n`;
}

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

interface ReadEvidence {
  readonly options: Pick<VerifyOptions, "plan" | "itemIds" | "usersByText" | "earlier">;
  readonly reading: Partial<ReadingSettings>;
  readonly lost: number;
}

/** What `evidenceText` made, for `verify`. @throws InputError naming the file, and how to have it written again */
export function readEvidence(path: string): ReadEvidence {
  const text = readText(path, "--evidence");
  try {
    return parseEvidence(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `--evidence: ${path}: ${error.message}; npx erasable unlearn --system <folder> --resume --certificate <file> ` +
        "writes it again",
    );
  }
}

function parseEvidence(text: string): ReadEvidence {
  const value = parseShallow(text, "evidence") as Partial<Evidence> | null;
  const { plan, itemIds, usersByText, earlier, lost, reading } = value ?? {};
  const areTags = (one: Partial<Evidence["earlier"][number]> | null) =>
    areTexts(one?.userTags) && areTexts(one.ratingTags) && typeof one.signer === "string";
  if (
    (plan === null || typeof plan === "string") &&
    areTexts(itemIds) &&
    typeof usersByText === "boolean" &&
    Array.isArray(earlier) &&
    earlier.every(areTags) &&
    Number.isInteger(lost) &&
    Number(lost) >= 0
  )
    return {
      options: {
        plan: plan === null ? null : parsePlan(plan),
        itemIds,
        usersByText,
        earlier: earlier.map(({ signer, ...erased }) => ({ erased, signer })),
      },
      reading: readingOf(reading),
      lost: Number(lost),
    };
  throw new InputError("this is not the file that unlearn --certificate writes beside a certificate");
}
