/**
 * How the file was read that a system learned from: kept in the system's folder as `reading.json`, so that lists of what
 * to forget and, through the evidence, the remaining ratings are read in the same way.
 */

import { join } from "node:path";
import type { Readout } from "../data/reading/ratings";
import { READING, type ReadingSettings } from "../data/reading/settings";
import { scaleText } from "../data/scale";
import { named } from "../disk/diskError";
import { nodeFiles, writeAtomically } from "../disk/files";
import { InputError } from "../errors";
import { complete } from "../settings";
import type { RatingsOptions } from "./ratings";

export interface KeptReading {
  /** settings that differ from their defaults, with the scale that was found out */
  readonly settings: Partial<ReadingSettings>;
  /** the columns of users and items, from 1 */
  readonly user: number;
  readonly item: number;
  /** names of all columns; none without a header */
  readonly header: readonly string[];
}

const NAME = "reading.json";

/** Keeps how a file was read that a system in a folder has learned from. */
export function keepReading(
  folder: string,
  options: RatingsOptions,
  { scale, accounts: [{ columns, header }] }: Readout,
): void {
  const of = (role: string) => columns.find((one) => one.role === role)?.column ?? 1;
  const kept: KeptReading = {
    settings: {
      ...options,
      ...(scale.least === scale.most ? { implicit: true } : { scale: scaleText(scale) }),
    },
    user: of("user"),
    item: of("item"),
    header: header?.names ?? [],
  };
  writeAtomically(nodeFiles, join(folder, NAME), Buffer.from(`${JSON.stringify(kept)}\n`));
}

/** What `keepReading` kept; undefined for a system of a data set, or of the library. @throws InputError when it was changed */
export function keptReading(folder: string): KeptReading | undefined {
  const path = join(folder, NAME);
  const bytes = named("--system", () => nodeFiles.read(path));
  if (bytes === undefined) return undefined;
  try {
    const { settings, user, item, header } = JSON.parse(Buffer.from(bytes).toString("utf8")) as KeptReading;
    if (![user, item].every((one) => Number.isInteger(one) && one > 0)) throw new Error("columns");
    return { settings: readingOf(settings), user, item, header: header.map(String) };
  } catch {
    throw new InputError(`${path} was changed; remove it, and say with options how files are read`);
  }
}

/** Reading settings from JSON, without those that have their default. @throws InputError for others */
export function readingOf(value: unknown): Partial<ReadingSettings> {
  const all = complete(READING, value as Partial<ReadingSettings>, "reading");
  const keys = (Object.keys(READING) as (keyof ReadingSettings)[]).filter(
    (key) => all[key] !== READING[key].default,
  );
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}
