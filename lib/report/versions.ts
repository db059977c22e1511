/** Versions of what computes and draws, for the settings of a notebook. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectedNotebook, currentProfile, suiteRoot } from "./context";
import { commitOf } from "./provenance";
import { escapeHtml } from "./table";

const PACKAGES = [
  "tslab",
  "@tensorflow/tfjs",
  "danfojs-node",
  "arquero",
  "vega-lite",
  "plotly.js-cartesian-dist-min",
] as const;

/** Version in a package's manifest, wherever Node finds the package from here. */
function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return String(JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version);
    } catch {
      // not in this folder
    }
  }
  return "not installed";
}

/** Versions by name of what computes and draws. */
export function versions(): Record<string, string> {
  return {
    erasable: `${JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version} (${commitOf(suiteRoot())})`,
    "Node.js": process.versions.node,
    ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** Shows the versions in the cell, on one line. */
export function showVersions(): void {
  const list = Object.entries(versions()).map(([what, version]) => `${what} ${version}`);
  const text = [`Profile ${currentProfile()}`, ...list].join(" · ");
  connectedNotebook()?.display.html(`<p style="font-size:0.9em">${escapeHtml(text)}</p>`);
}
