// What the scripts share: where things are, how a step is announced, how a program is run, how a script
// stops.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
export const windows = process.platform === "win32";

export const PROFILES = ["smoke", "quick", "paper"];

/** A missing tool or a failed step: the message says what to do, and nobody needs a stack trace. */
export class Stop extends Error {}

/** What `--help` ends with: the usage, and exit code 0. */
class Help extends Error {}

/** Runs a script's main function; a `Stop` becomes its message and exit code 1, `--help` the usage and 0. */
export async function script(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (error instanceof Help) {
      console.log(error.message);
      return;
    }
    if (!(error instanceof Stop)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

export const say = (text) => console.log(text);

/** "4.2 s", "3 min 05 s" */
export function elapsed(since) {
  const seconds = (performance.now() - since) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}

/**
 * Runs a program and returns { status, output }. With `label` it is a step: the label, then "done" and the
 * time, and a sign of life every 15 seconds between them. With `show` the program writes to this terminal
 * itself.
 */
export function run(command, args, { label, show = false, env = process.env, cwd = root } = {}) {
  const since = performance.now();
  if (label) process.stdout.write(`${label} ... `);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: show ? "inherit" : ["ignore", "pipe", "pipe"] });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    const alive = label && setInterval(() => process.stdout.write(`${elapsed(since)} ... `), 15_000);
    const stop = (signal) => child.kill(signal);
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    const end = (status, text) => {
      clearInterval(alive);
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      if (label) say(status === 0 ? `done (${elapsed(since)})` : "failed");
      resolve({ status, output: text ?? Buffer.concat(chunks).toString("utf8") });
    };
    child.on("error", (error) => end(127, error.message));
    child.on("close", (code, signal) => end(code ?? (signal ? 130 : 1)));
  });
}

/** Brings lib/dist up to date. */
export async function build() {
  const { status, output } = await run(process.execPath, [join(root, "scripts/build.mjs")], {
    label: "Building the library",
  });
  if (status !== 0) throw new Stop(output);
}

/** Output of a short program, or undefined when it is missing or fails. */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Full path of a program on PATH, or undefined. */
export function which(name) {
  const endings = windows ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (folder && existsSync(path)) return path;
    }
  }
  return undefined;
}

/** Files below a folder, sorted, that `accept(path)` lets through. A missing folder has none. */
export function filesBelow(folder, accept = () => true) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => accept(path) && statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

export const digest = (...parts) =>
  parts.reduce((hash, part) => hash.update(part).update("\0"), createHash("sha256")).digest("hex");

/** Hash of the names and contents of files. */
export const contentDigest = (files) =>
  digest(...files.flatMap((path) => [relative(root, path).replaceAll("\\", "/"), readFileSync(path)]));

export const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined);

/** The values of `--name value`, `--name=value` and `--flag`, and plain words as `rest`. @throws Stop for others */
export function options(args, { values = [], flags = [], usage }) {
  const known = [
    ...values.map((name) => [name, "string"]),
    ...[...flags, "help"].map((name) => [name, "boolean"]),
  ];
  const declared = Object.fromEntries(known.map(([name, type]) => [name, { type }]));
  let parsed;
  try {
    parsed = parseArgs({ args, options: declared, allowPositionals: true });
  } catch (error) {
    throw new Stop(`${error.message.split(". ")[0]}\n${usage}`);
  }
  if (parsed.values.help) throw new Help(usage);
  return { ...parsed.values, rest: parsed.positionals };
}
