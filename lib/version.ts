/**
 * Versions of the code that decides results. The build hashes, for each entry point, the compiled sources that it
 * reaches by imports and the kernels, without comments and layout (scripts/build.mjs). Records and certificates name
 * it: a change of prose, of a chart or of a method that an entry does not use leaves its version as it is, a change of
 * a single operator in what it does use moves it.
 */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

let known: Readonly<Record<string, string>> | undefined;

/**
 * @param entry "training", "certificate" or another of scripts/build.mjs, the name of a job in questions/jobs, or
 *   for the job that runs any method, its name and the method's: "beyond/ease"
 * @returns 16 hexadecimal digits
 * @throws Error for an unknown entry, or one that says how to build when the build has not written the versions
 */
export function codeVersion(entry: string): string {
  if (known === undefined) {
    const folder = basename(__dirname) === "dist" ? __dirname : join(__dirname, "dist");
    try {
      known = JSON.parse(readFileSync(join(folder, "code-version.json"), "utf8")) as Record<string, string>;
    } catch {
      throw new Error(`code version: ${join(folder, "code-version.json")} is missing; run "npm run build"`);
    }
  }
  const version = known[entry];
  if (version === undefined) throw new Error(`code version: the build knows no entry "${entry}"`);
  return version;
}
