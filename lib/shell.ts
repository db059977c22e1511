/** Commands to copy, as messages give them: words that a shell takes as they are meant. */

/** Control characters, and those that turn the direction of writing: a message may not show them as they are. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const octal = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

/** A word for a shell, in quotes where it needs them: those of POSIX 2024, $'', for a line break and its like. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (word.search(UNSHOWN) < 0) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${word.replace(/[\\']/g, "\\$&").replace(UNSHOWN, octal)}'`;
}

/** Longer ids, or such with control characters, are no help in a command to copy. */
const COPIED = 60;

/** The first id that can be copied from a terminal, as a shell takes it; undefined for none. */
export function exampleId(ids: readonly string[]): string | undefined {
  const one = ids.find((id) => id.length <= COPIED && !/^-|[\p{Cc}\p{Cf}]/u.test(id));
  return one === undefined ? undefined : shellWord(one);
}
