/**
 * The version of the code that decides results: a hash of the compiled rooms from data to metrics and of the kernels,
 * written by the build without comments and layout. Records and certificates name it; a change of prose or of a chart
 * does not move it, a change of a single operator does.
 */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

let known: string | undefined;

/** 16 hexadecimal digits. @throws Error that says how to build when the build has not written it. */
export function codeVersion(): string {
  if (known === undefined) {
    const folder = basename(__dirname) === "dist" ? __dirname : join(__dirname, "dist");
    try {
      known = String(JSON.parse(readFileSync(join(folder, "code-version.json"), "utf8")).version);
    } catch {
      throw new Error(`code version: ${join(folder, "code-version.json")} is missing; run "npm run build"`);
    }
  }
  return known;
}
