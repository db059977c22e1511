/** Versions of the packages that a notebook has imported, itself or by what it has shown. */

import { readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { connectedNotebook, currentProfile, suiteRoot } from "./context";
import { commitOf } from "./provenance";
import { escapeHtml } from "./text";

const PACKAGES = [
  "tslab",
  "@tensorflow/tfjs",
  "danfojs-node",
  "arquero",
  "vega-lite",
  "plotly.js-dist-min",
] as const;
type Package = (typeof PACKAGES)[number];

/** Packages that leave no trace among the loaded modules: ES modules, and files that go to a browser. */
const noted = new Set<Package>();

/** Notes that a package is used. */
export function noteUse(name: Package): void {
  noted.add(name);
}

const isUsed = (name: Package, loaded: readonly string[]): boolean =>
  noted.has(name) || loaded.some((path) => path.includes(join(`${sep}node_modules`, name, sep)));

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

/** Versions by name of what has been used so far. */
export function versions(): Record<string, string> {
  const loaded = Object.keys(require.cache);
  const used = PACKAGES.filter((name) => isUsed(name, loaded));
  const own = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version;
  return {
    erasable: `${own} (${commitOf(suiteRoot())})`,
    "Node.js": process.versions.node,
    ...Object.fromEntries(used.map((name) => [name, versionOf(name)])),
  };
}

let line: { show(text: string): void; text: string } | undefined;

const versionLine = (): string =>
  [
    `Profile ${currentProfile()}`,
    ...Object.entries(versions()).map(([what, version]) => `${what} ${version}`),
  ].join(" · ");

/** Shows the versions in the cell, on one line, which names further packages when they come into use. */
export function showVersions(): void {
  const display = connectedNotebook()?.newDisplay();
  line = display && {
    show: (text) => display.html(`<p style="font-size:0.9em">${escapeHtml(text)}</p>`),
    text: "",
  };
  refreshVersions();
}

/** Brings the line up to date. */
export function refreshVersions(): void {
  const text = line && versionLine();
  if (!line || text === undefined || text === line.text) return;
  line.text = text;
  line.show(text);
}
