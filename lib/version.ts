/**
 * Versions of the code that decides results. The build hashes, for each entry, the sources that its modules
 * reach by imports and the kernels that these name, without comments, types, layout and paths
 * (scripts/codeVersions.mjs). Records and certificates name it: a change of prose, of a chart or of a method
 * that an entry does not use leaves its version as it is, a change of a single operator in what it does use
 * moves it.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

let known: Readonly<Record<string, string>> | undefined;

/** What callers have added to lists in this process: the build cannot know its version. */
const own = new Set<string>();

/** Makes an entry known that the build does not know: "models/mine". Its version is "own". */
export function addOwnCode(entry: string): void {
  own.add(entry);
}

/**
 * The version of an entry, or of several together.
 * @param entries "training"; "methods/ease", "models/dmf" and "jobs/timing" by the names that they have in
 * their lists
 * @returns 16 hexadecimal digits
 * @throws Error for an unknown entry, or one that says how to build when the build has not written the
 * versions
 */
export function codeVersion(...entries: readonly string[]): string {
  const versions = entries.map(versionOf);
  if (versions.length === 1) return versions[0];
  return createHash("sha256").update(versions.join("\n")).digest("hex").slice(0, 16);
}

function versionOf(entry: string): string {
  if (known === undefined) {
    const folder = basename(__dirname) === "dist" ? __dirname : join(__dirname, "dist");
    try {
      known = JSON.parse(readFileSync(join(folder, "code-version.json"), "utf8")) as Record<string, string>;
    } catch {
      throw new Error(`code version: ${join(folder, "code-version.json")} is missing; run "npm run build"`);
    }
  }
  const version = known[entry] ?? (own.has(entry) ? "own" : undefined);
  if (version === undefined) throw new Error(`code version: the build knows no entry "${entry}"`);
  return version;
}
