/**
 * Where a saved table or figure comes from: profile, data (and whether it is made up), seeds, version of the
 * code. Every output carries it, in its caption and in the file.
 */

import { execFileSync } from "node:child_process";

/** What a run worked on. `data` fits the provenance of `Interactions`. */
export interface RunDescription {
  readonly data:
    | { readonly name: string; readonly synthetic: boolean }
    | readonly { readonly name: string; readonly synthetic: boolean }[];
  readonly seeds: readonly number[];
}

export interface OutputProvenance {
  readonly profile: string;
  /** names of the data sets, joined by commas */
  readonly data: string;
  readonly synthetic: boolean;
  /** "0, 1, 2", or "0-9" for a long run */
  readonly seeds: string;
  /** short hash of the commit, "... with uncommitted changes", or "uncommitted" outside a clone */
  readonly commit: string;
}

/**
 * What decides results and how they look. Notebooks are no part of it: whoever runs one in JupyterLab saves
 * it.
 */
const SOURCES = ["lib", "scripts", "package.json", "package-lock.json"];

function git(root: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", args, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined; // no git, or no clone
  }
}

const commits = new Map<string, string>();

/** The version of the sources at `root`, asked once a process. */
export function commitOf(root: string): string {
  let commit = commits.get(root);
  if (commit === undefined) {
    const hash = git(root, "rev-parse", "--short=10", "HEAD");
    const changed = hash && git(root, "status", "--porcelain", "--", ...SOURCES);
    commit = !hash ? "uncommitted" : changed ? `${hash} with uncommitted changes` : hash;
    commits.set(root, commit);
  }
  return commit;
}

/**
 * Later commits that changed some files: hash and subject, oldest first; last, when there are any, the changes that are not
 * committed. @param paths as git takes them @returns undefined where the history does not reach back to that commit
 */
export function changesSince(root: string, commit: string, paths: readonly string[]): string[] | undefined {
  const log = git(
    root,
    "log",
    "--reverse",
    "--format=%h %s",
    "--abbrev=10",
    `${commit}..HEAD`,
    "--",
    ...paths,
  );
  if (log === undefined) return undefined;
  const changed = git(root, "status", "--porcelain", "--", ...paths);
  return [...log.split("\n").filter(Boolean), ...(changed ? ["changes that are not committed"] : [])];
}

/** Seeds as a reader wants them: a run of consecutive ones as "0-9". */
export function seedText(seeds: readonly number[]): string {
  const consecutive = seeds.every((seed, i) => i === 0 || seed === seeds[i - 1] + 1);
  return consecutive && seeds.length > 3 ? `${seeds[0]}-${seeds[seeds.length - 1]}` : seeds.join(", ");
}

export function outputProvenance(profile: string, run: RunDescription, commit: string): OutputProvenance {
  const sets = Array.isArray(run.data) ? run.data : [run.data];
  return {
    profile,
    data: [...new Set(sets.map((set) => set.name))].join(", "),
    synthetic: sets.some((set) => set.synthetic),
    seeds: seedText(run.seeds),
    commit,
  };
}

/** One line for a caption. */
export function provenanceLine({ profile, data, synthetic, seeds, commit }: OutputProvenance): string {
  const made = synthetic ? " (synthetic: made up, no real ratings)" : "";
  const seeded = seeds === "" ? "" : ` · seed${/[,-]/.test(seeds) ? "s" : ""} ${seeds}`;
  return `Profile ${profile} · data ${data}${made}${seeded} · version ${commit}`;
}
