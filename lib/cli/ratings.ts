/**
 * Ratings of the user's own, as every command reads them: the options that say how a file is written, the
 * library's loading, and one line about what was taken for what.
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { holdsRatings, type Interactions } from "../data/interactions";
import { isOwnFile, loadDataset, readOwnFile } from "../data/load";
import { accountText, type Readout } from "../data/reading/ratings";
import { READING, type ReadingSettings } from "../data/reading/settings";
import { likedShare, scaleText } from "../data/scale";
import { describeSetting } from "../settings";
import { shellWord } from "../shell";
import { say } from "./output";

/** How a file is written. */
export type RatingsOptions = Partial<ReadingSettings>;

const KEYS = Object.keys(READING) as (keyof ReadingSettings)[];

/** Those of a command's options that say how a file is written, and the others. */
export function readingKeys<T extends RatingsOptions>(
  options: T,
): [RatingsOptions, Omit<T, keyof RatingsOptions>] {
  const isReading = ([key]: [string, unknown]) => Object.hasOwn(READING, key);
  const entries = Object.entries(options);
  const others = Object.fromEntries(entries.filter((entry) => !isReading(entry)));
  return [Object.fromEntries(entries.filter(isReading)), others as Omit<T, keyof RatingsOptions>];
}

/**
 * Reads a file, saying what it was taken for, or loads a data set. @throws InputError: as loadDataset;
 * StoppedError.
 */
export async function loadRatings(
  name: string,
  options: RatingsOptions & { readonly signal?: AbortSignal },
): Promise<{ readonly data: Interactions; readonly readout?: Readout }> {
  if (!isOwnFile(name)) return { data: await loadDataset(name, options) };
  const read = await readOwnFile(name, options);
  say(accountText(read.readout));
  return read;
}

/** The options as text to paste: ` --scale 1-10 --implicit`. */
export const readingText = (options: RatingsOptions): string =>
  KEYS.filter((key) => options[key] !== undefined && options[key] !== READING[key].default)
    .map((key) => (options[key] === true ? ` --${key}` : ` --${key} ${shellWord(String(options[key]))}`))
    .join("");

/**
 * The options with what was found out beside them, so that a smaller file, without who was erased, is read
 * alike.
 */
export function spelled(options: RatingsOptions, data: Interactions): RatingsOptions {
  if (!holdsRatings(data)) return { ...options, implicit: true };
  const { scale } = data.provenance;
  if (scale !== undefined) return { ...options, scale: scaleText(scale) };
  if (options.scale !== undefined || likedShare(data) > 0) return options;
  const most = data.byUser.values.reduce((a, b) => Math.max(a, b), 1); // nothing would count as liked
  const least = data.byUser.values.reduce((a, b) => Math.min(a, b), 1);
  return { ...options, scale: scaleText({ least: least < 1 ? 0.5 : 1, most }) };
}

/** The options that say how a file of ratings is written. */
export function withReading(command: Command): Command {
  for (const key of KEYS) {
    const setting = READING[key];
    if (key === "implicit") {
      command.option(`--${key}`, setting.doc);
      continue;
    }
    const read = (text: string): unknown => {
      const value = setting.read(text);
      if (value === undefined || !setting.accepts(value))
        throw new InvalidArgumentError(`It is not ${setting.allowed}.`);
      return value;
    };
    const text = setting.default === null ? setting.doc : describeSetting(setting);
    command.addOption(new Option(`--${key} <value>`, text).argParser(read));
  }
  return command;
}
