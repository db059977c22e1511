// How long executing notebooks will take, said before it starts: from the last executions, and from the
// records for what is to be computed.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readJson, root, run, say } from "./tools.mjs";

/** Seconds of a notebook beside the runs of its questions, where no earlier execution tells. */
const USUAL = { smoke: 20, quick: 40, paper: 90 };
/** What earlier executions took, by profile and notebook. */
const TIMES = join(root, ".cache/times.json");

/**
 * Says how long the execution will take: what each notebook took the last time, and the runs that its
 * questions lack.
 * @param due names of the notebooks that are not up to date
 */
export async function sayEstimate(due, { profile, recordsOnly, results }) {
  if (due.length === 0) return;
  const times = readJson(TIMES)?.[profile] ?? {};
  const seconds = due.reduce((sum, name) => sum + (times[name] ?? USUAL[profile]), 0);
  const { QUESTIONS } = createRequire(import.meta.url)(join(root, "lib/dist/questions/questions.js"));
  const ids = QUESTIONS.filter(({ notebook }) => due.includes(`${notebook}.ipynb`)).map(({ id }) => id);
  let runs = { missing: 0, secondsLeft: 0 };
  if (!recordsOnly && ids.length > 0) {
    const words = ["status", ...ids, "--profile", profile, "--results", results, "--json"];
    const { status, output } = await run(process.execPath, [join(root, "lib/bin/erasable.js"), ...words]);
    if (status === 0) runs = JSON.parse(output.slice(output.indexOf("{"))).total;
  }
  const known = due.filter((name) => name in times).length;
  const from = known === due.length ? "as last time" : "a rough estimate";
  say(
    `${due.length} ${due.length === 1 ? "notebook" : "notebooks"} to execute: about ${span(seconds)} (${from})` +
      (runs.missing > 0 ? `, plus ${runs.missing} runs: about ${span(runs.secondsLeft ?? 0)}` : ""),
  );
}

/** "40 s", "12 min", "3.5 h" */
function span(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Notes what an execution took without the runs that were missing before it. */
export function noteTime(profile, name, seconds) {
  const times = readJson(TIMES) ?? {};
  times[profile] = { ...times[profile], [name]: Math.round(seconds) };
  mkdirSync(join(root, ".cache"), { recursive: true });
  writeFileSync(TIMES, `${JSON.stringify(times)}\n`);
}
