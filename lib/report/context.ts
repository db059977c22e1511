/**
 * Where output goes: the notebook that is connected, if any, the results folder of the profile, and what the
 * current run worked on. It is the one place of the library that knows about a session; everything else is a
 * function.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { onDisk } from "../disk/diskError";
import { makeFolders } from "../disk/folders";
import { InputError, requireOneOf } from "../errors";
import { commitOf, type OutputProvenance, outputProvenance, type RunDescription } from "./provenance";

/** The part of the kernel's display that the suite uses. */
export interface Display {
  html(source: string): void;
  markdown(source: string): void;
}

/** One output in several forms, by MIME type; a front end draws the best that it can. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What a notebook passes: `import * as tslab from "tslab"; connectNotebook(tslab);` */
export interface NotebookDisplay {
  readonly display: Display;
  /** A display whose content can be replaced. */
  newDisplay(): Display;
  /** tslab has none that is public: see kernel.ts */
  bundle?(data: Bundle): void;
}

export const PROFILES = ["smoke", "quick", "paper"] as const;
export type ReportProfile = (typeof PROFILES)[number];

let connected: NotebookDisplay | undefined;
let described: RunDescription | undefined;

/** The notebook that shows things from here on; none: back to files and terminal alone. */
export function setNotebook(notebook: NotebookDisplay | undefined): void {
  connected = notebook;
  if (!notebook) described = undefined;
}

export const connectedNotebook = (): NotebookDisplay | undefined => connected;

/** Says what the tables and charts from here on are made of. */
export function describeRun(run: RunDescription): void {
  described = run;
}

/** The profile of this session: `ERASABLE_PROFILE`, else `smoke`. @throws InputError for another name */
export const currentProfile = (): ReportProfile =>
  requireOneOf(process.env.ERASABLE_PROFILE ?? "smoke", PROFILES, "ERASABLE_PROFILE");

/** The suite's folder: the nearest above the working directory with its package.json, else that directory. */
export function suiteRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "erasable-suite")
      return folder;
    if (dirname(folder) === folder) return process.cwd();
  }
}

const resultsRoot = (): string => resolve(process.env.ERASABLE_RESULTS ?? join(suiteRoot(), "results"));

/** results/<profile> of the suite, or below `ERASABLE_RESULTS`: where records are read. */
export const resultsFolder = (): string => join(resultsRoot(), currentProfile());

/** The profile whose results are committed. */
const PUBLISHED = "paper";

/**
 * The folder of results/ that a profile's outputs are written to: published results are replaced only when
 * `ERASABLE_PUBLISH` is 1; else those of profile `paper` go to `paper-local`.
 */
export const outputName = (profile: string): string =>
  profile === PUBLISHED && process.env.ERASABLE_PUBLISH !== "1" ? `${PUBLISHED}-local` : profile;

/** Where this session writes tables and figures. */
export const outputFolder = (): string => join(resultsRoot(), outputName(currentProfile()));

/**
 * Provenance of an output.
 * @throws InputError when neither `run` nor `describeRun` says what it is made of
 */
export function currentProvenance(run: RunDescription | undefined): OutputProvenance {
  const description = run ?? described;
  if (!description)
    throw new InputError(
      "say what this is made of: describeRun({ data: ..., seeds: [...] }), or the option run",
    );
  return outputProvenance(currentProfile(), description, commitOf(suiteRoot()));
}

/** Writes <folder>/<name>.<ending> below the output folder and returns its path. */
export function writeResult(
  folder: "tables" | "figures",
  name: string,
  ending: string,
  content: string,
): string {
  if (!/^[A-Za-z0-9][\w-]*(\.[\w-]+)*$/.test(name))
    throw new InputError(`name "${name}": only letters, digits, - and _ may stand in the name of a result`);
  const path = join(outputFolder(), folder, `${name}.${ending}`);
  makeFolders(dirname(path));
  onDisk("written", path, () => writeFileSync(path, content));
  return path;
}
