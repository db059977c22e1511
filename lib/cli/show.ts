/** `table`, `figure` and `claims`: what the records say. Nothing is trained. */

import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { isSyntheticName } from "../data/catalog";
import { isOwnFile } from "../data/load";
import { named } from "../disk/diskError";
import { makeFolders } from "../disk/folders";
import { InputError } from "../errors";
import { type Answer, answerOf } from "../questions/answer";
import { identifyHere } from "../questions/plan";
import { listOf, type Question } from "../questions/question";
import { QUESTIONS, questionNamed } from "../questions/questions";
import { type Found, findingsOf, findRecords } from "../questions/suite";
import { judgeAll } from "../questions/verdicts";
import { claimSummary } from "../questions/verdicts/table";
import { RULES_FIXED } from "../questions/verdicts/verdict";
import { outputName, suiteRoot } from "../report/context";
import {
  changesSince,
  commitOf,
  outputProvenance,
  provenanceLine,
  type RunDescription,
} from "../report/provenance";
import { type Row, rowsOf } from "../report/rows";
import { chartFiles } from "../report/show";
import { tableCsv } from "../report/table";
import {
  resultsOption,
  resultsRoot,
  type SelectionOptions,
  selectionWords,
  withJson,
  withProfile,
  withSelection,
} from "./options";
import { plural, print, printJson, printLines, say } from "./output";
import { type Selection, select } from "./selection";
import { writeText } from "./systemFiles";
import { textTable } from "./textTable";

export function addTable(program: Command): void {
  const command = program
    .command("table")
    .summary("a question's numbers from the records")
    .description("Prints the tables of a question from the records.")
    .argument("<question>", QUESTIONS.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--csv", "every row with every digit, as CSV")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable table utility --profile quick --model dmf --request none
  $ npx erasable table efficiency --profile paper --csv > efficiency.csv`,
    )
    .action(table);
}

export function addFigure(program: Command): void {
  const command = program
    .command("figure")
    .summary("draw a question's figures from the records")
    .description(
      "Draws the figures of a question from the records, each as an SVG file and an interactive page.",
    )
    .argument("<question>", QUESTIONS.map(({ id }) => id).join(", "));
  withJson(withSelection(command))
    .option("--out <folder>", "where the files go (default: figures/ of the profile's results)")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable figure utility --profile quick
  $ npx erasable figure partition --profile paper --dataset ml-1m --out figures`,
    )
    .action(figure);
}

export function addClaims(program: Command): void {
  const command = program
    .command("claims")
    .summary("the paper's claims, judged on the records")
    .description(
      "Judges the paper's claims by rules that were fixed before the runs, and writes results/<profile>/claims.json.",
    );
  withJson(withProfile(command))
    .addHelpText("after", "\nExample:\n  $ npx erasable claims --profile paper")
    .action(claims);
}

/**
 * The records of the selection; says what is missing, or made by other code or of other ratings. Files of one's own are
 * compared; a data set of the catalogue has checksums, and is not read for this.
 */
async function recorded(
  selection: Selection,
  questions: readonly Question[],
  advice: string,
): Promise<Found> {
  const trials = selection.trials(questions);
  const data = await identifyHere(trials.filter(({ dataset }) => isOwnFile(dataset)));
  const found = findRecords(trials, selection.store, data);
  for (const { file, what } of selection.store.problems) say(`store: ${file}: ${what}`);
  if (found.records.length === 0)
    throw new InputError(
      `${selection.store.folder} has none of the ${plural(trials.length, "trial")} asked for; compute them: npx erasable run ${advice}`,
    );
  if (found.missing > 0)
    say(`${found.missing} of ${plural(trials.length, "trial")} are missing: npx erasable run ${advice}`);
  if (found.otherData.length > 0)
    say(`Made of other ratings than ${found.otherData.join(", ")} holds now: npx erasable run ${advice}`);
  if (found.otherCode)
    say(`Made by code version ${found.versions.join(", ")}; this code would compute some of it anew.`);
  return found;
}

/** The answer to one question, of the records that there are. */
async function answered(
  id: string,
  options: SelectionOptions,
): Promise<{ question: Question; answer: Answer; profile: string }> {
  const question = questionNamed(id);
  const selection = await select([id], options, false);
  const found = await recorded(selection, [question], `${id} ${selectionWords(options)}`);
  const { profile } = selection;
  const findings = findingsOf(selection.planned(question), found.records);
  const answer = answerOf(question, findings, profile);
  if (answer.rows.length === 0)
    throw new InputError(
      `${id}: the ${plural(found.records.length, "record")} of this selection say nothing without others, such as what a ` +
        `system learned before a request; leave an option out: npx erasable table ${id} --profile ${profile.name}`,
    );
  return { question, answer, profile: profile.name };
}

const provenanceOf = (profile: string, run: RunDescription) =>
  outputProvenance(profile, run, commitOf(suiteRoot()));

/** A path as seen from here, where that is shorter. */
function shortPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen.startsWith("..") ? path : seen;
}

async function table(
  id: string,
  options: SelectionOptions & { json?: boolean; csv?: boolean },
): Promise<void> {
  const { question, answer, profile } = await answered(id, options);
  const { title, paper } = question;
  const { rows } = answer;
  const provenance = provenanceOf(profile, answer.run);
  if (options.json) {
    printJson({ question: id, title, paper, provenance, rows });
    return;
  }
  if (options.csv) {
    printLines(tableCsv(rows as readonly Row[]).trimEnd());
    return;
  }
  print(`${title} (${paper})`);
  const tables = listOf(answer.tables);
  if (tables.length === 0) printLines(textTable(rows));
  for (const { caption, rows: given, columns } of tables) {
    print("");
    print(caption);
    printLines(textTable(rowsOf(given), columns));
  }
  print(provenanceLine(provenance));
}

async function figure(
  id: string,
  options: SelectionOptions & { json?: boolean; out?: string },
): Promise<void> {
  const { answer, profile } = await answered(id, options);
  const charts = listOf(answer.charts);
  if (charts.length === 0)
    throw new InputError(
      `figure: "${id}" has none, but tables: npx erasable table ${id} ${selectionWords(options)}`,
    );
  const folder = resolve(options.out ?? join(resultsRoot(options.results), outputName(profile), "figures"));
  const option = options.out === undefined ? resultsOption(options.results) : "--out";
  named(option, () => makeFolders(folder));
  const figures = [];
  for (const { chart, run = answer.run, ...named } of charts) {
    const files = await chartFiles(chart, named, provenanceLine(provenanceOf(profile, run)));
    for (const [name, ending, content] of files)
      writeText(join(folder, `${name}.${ending}`), option, content);
    figures.push({ path: shortPath(join(folder, `${named.name}.svg`)), caption: named.caption });
  }
  if (options.json) {
    printJson({ question: id, provenance: provenanceOf(profile, answer.run), files: figures });
    return;
  }
  for (const { path, caption } of figures) print(`${path}  ${caption}`);
}

async function claims(options: SelectionOptions & { json?: boolean }): Promise<void> {
  const selection = await select([], options, false);
  const found = await recorded(selection, QUESTIONS, selectionWords(options));
  const { profile } = selection;
  const rowsOf = (question: Question) =>
    question.rows(findingsOf(selection.planned(question), found.records));
  const judged = judgeAll(rowsOf, profile);
  const document = {
    provenance: provenanceOf(profile.name, runOfRecords(found)),
    preset: { name: "PAPER", overrides: { ...profile.paperOverrides, ...profile.overrides } },
    code: found.versions,
    trials: { recorded: found.records.length, missing: found.missing },
    rules: { ...RULES_FIXED, later: changesSince(suiteRoot(), RULES_FIXED.commit, RULES) },
    claims: judged,
  };
  const path = join(resultsRoot(options.results), outputName(profile.name), "claims.json");
  const option = resultsOption(options.results);
  named(option, () => makeFolders(dirname(path)));
  writeText(path, option, `${JSON.stringify(document, rounded, 2)}\n`);
  if (options.json) {
    printJson(document);
    return;
  }
  const summary = claimSummary(judged);
  printLines(
    textTable(
      summary.rows,
      summary.columns.filter(({ key }) => key !== "statement" && key !== "place"),
    ),
  );
  for (const { id, data } of judged) for (const { sentence } of data) print(`${id}: ${sentence}`);
  print(`All numbers and rules: ${shortPath(path)}`);
  const { date, commit, later } = document.rules;
  print(`Rules of ${date}, commit ${commit}`);
  for (const change of later ?? []) print(`Their files changed since: ${change}`);
  print(provenanceLine(document.provenance));
}

/** Where the rules of the verdicts stand. */
const RULES = ["lib/questions/verdicts", ":(glob)lib/questions/*/claims.ts"];

function runOfRecords({ records }: Found): RunDescription {
  const names = [...new Set(records.map(({ trial }) => trial.dataset))];
  const seeds = [...new Set(records.map(({ trial }) => trial.seed))].sort((a, b) => a - b);
  return { data: names.map((name) => ({ name, synthetic: isSyntheticName(name) })), seeds };
}

const DIGITS = 6;

/** Six significant digits: more than the intervals bear. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : value;
