/** Commands to copy, as messages give them: words that a shell takes as they are meant. */

/** A word for a POSIX shell, in quotes where it needs them. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Longer ids, or such with control characters, are no help in a command to copy. */
const COPIED = 60;

/** The first id that can be copied from a terminal, as a shell takes it; undefined for none. */
export function exampleId(ids: readonly string[]): string | undefined {
  const one = ids.find((id) => id.length <= COPIED && !/^-|[\p{Cc}\p{Cf}]/u.test(id));
  return one === undefined ? undefined : shellWord(one);
}
