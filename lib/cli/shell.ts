/** Commands to copy, as messages give them: words that a shell takes as they are meant. */

import type { SelectionOptions } from "./options";

/** A word for a POSIX shell, in quotes where it needs them. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Longer ids, or such with control characters, are no help in a command to copy. */
const COPIED = 60;

/** The first id that can be copied from a terminal, as a shell takes it; else a word that stands for one. */
export function exampleId(ids: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const one = ids.find((id) => id.length <= COPIED && !/^-|[\u0000-\u001f\u007f-\u009f]/.test(id));
  return one === undefined ? "ID" : shellWord(one);
}

/** The options that chose the trials, as they are written: "--profile smoke --groups 2,4 --set epochs=1". */
export function selectionWords(options: SelectionOptions): string {
  const { profile, results, dataset, model, method, groups, seeds, request = [], preset, set = [] } = options;
  const joined = (flag: string, values?: readonly (string | number)[]) =>
    values === undefined ? [] : [flag, values.join(",")];
  return [
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
}
