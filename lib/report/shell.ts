/** Commands to copy, as messages give them: words that a shell takes as they are meant. */

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
