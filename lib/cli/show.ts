/** `table`, `figure` and `claims`: what the records say. Nothing is trained. */

import { writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { isSyntheticName } from "../data/catalog";
import { InputError } from "../errors";
import { CHARTED, chartsOf } from "../questions/figures/charts";
import type { Figure } from "../questions/figures/figure";
import { identifyHere, isOwnFile } from "../questions/plan";
import { FIGURES, type Found, figureNamed, findRecords } from "../questions/suite";
import { CLAIMS, judgeAll } from "../questions/verdicts";
import { claimColumns, claimRows } from "../questions/verdicts/table";
import type { JudgedClaim } from "../questions/verdicts/verdict";
import { outputName, suiteRoot } from "../report/context";
import { commitOf, outputProvenance, provenanceLine } from "../report/provenance";
import type { Row } from "../report/rows";
import { toSvg } from "../report/svg";
import { tableCsv } from "../report/table";
import { tableOf } from "./figureTables";
import { makeFolders } from "./folders";
import { resultsRoot, type SelectionOptions, withJson, withProfile, withSelection } from "./options";
import { plural, print, printJson, say } from "./output";
import { type Selection, select } from "./selection";
import { selectionWords } from "./shell";
import { textTable } from "./textTable";

export function addTable(program: Command): void {
  const command = program
    .command("table")
    .summary("a figure's numbers from the records")
    .description("Prints the numbers of a figure (mean and standard deviation over seeds) from the records.")
    .argument("<figure>", FIGURES.map(({ id }) => id).join(", "));
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
    .summary("draw a figure from the records")
    .description("Draws a figure from the records, as SVG files.")
    .argument("<figure>", CHARTED.join(", "));
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
      "Judges the paper's claims by rules that were written before the runs, and writes results/<profile>/claims.json.",
    );
  withJson(withProfile(command))
    .addHelpText("after", "\nExample:\n  $ npx erasable claims --profile paper")
    .action(claims);
}

/**
 * The records of the selection; says what is missing, or made by other code or of other ratings. Files of one's own are
 * compared; a data set of the catalogue has checksums, and is not read for this.
 */
async function recorded(selection: Selection, figures: readonly Figure[], advice: string): Promise<Found> {
  const cells = selection.cells(figures);
  const data = await identifyHere(cells.filter(({ dataset }) => isOwnFile(dataset)));
  const found = findRecords(cells, selection.store, data);
  for (const { file, what } of selection.store.problems) say(`store: ${file}: ${what}`);
  if (found.records.length === 0)
    throw new InputError(
      `${selection.store.folder} has none of the ${plural(cells.length, "cell")} asked for; compute them: npx erasable run ${advice}`,
    );
  if (found.missing > 0)
    say(`${found.missing} of ${plural(cells.length, "cell")} are missing: npx erasable run ${advice}`);
  if (found.otherData.length > 0)
    say(`Made of other ratings than ${found.otherData.join(", ")} holds now: npx erasable run ${advice}`);
  if (found.otherCode)
    say(`Made by code version ${found.versions.join(", ")}; this code would compute some of it anew.`);
  return found;
}

function provenanceOf(selection: Selection, { records }: Found) {
  const names = [...new Set(records.map(({ trial: cell }) => cell.dataset))];
  const seeds = [...new Set(records.map(({ trial: cell }) => cell.seed))].sort((a, b) => a - b);
  const data = names.map((name) => ({ name, synthetic: isSyntheticName(name) }));
  return outputProvenance(selection.profile.name, { data, seeds }, commitOf(suiteRoot()));
}

/** A path as seen from here, where that is shorter. */
function shortPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen.startsWith("..") ? path : seen;
}

async function table(
  id: string,
  options: SelectionOptions & { json?: boolean; csv?: boolean },
): Promise<void> {
  const wanted = figureNamed(id);
  const selection = select([id], options, false);
  const found = await recorded(selection, [wanted], `${id} ${selectionWords(options)}`);
  const rows = wanted.rows(found.records);
  const provenance = provenanceOf(selection, found);
  if (options.json) {
    printJson({ figure: id, title: wanted.title, paper: wanted.paper, provenance, rows });
    return;
  }
  if (options.csv) {
    print(tableCsv(rows as readonly Row[]).trimEnd());
    return;
  }
  const shown = tableOf({ figure: id, rows, records: found.records, profile: selection.profile });
  print(`${wanted.title} (${wanted.paper})`);
  print(textTable(shown.rows, shown.columns));
  print(provenanceLine(provenance));
}

async function figure(
  id: string,
  options: SelectionOptions & { json?: boolean; out?: string },
): Promise<void> {
  const wanted = figureNamed(id);
  if (!CHARTED.includes(id))
    throw new InputError(
      `figure: "${id}" is a table (npx erasable table ${id}); figures with charts: ${CHARTED.join(", ")}`,
    );
  const selection = select([id], options, false);
  const found = await recorded(selection, [wanted], `${id} ${selectionWords(options)}`);
  const provenance = provenanceLine(provenanceOf(selection, found));
  const folder = resolve(
    options.out ?? join(resultsRoot(options.results), outputName(selection.profile.name), "figures"),
  );
  makeFolders(folder);
  const files = [];
  for (const { name, caption, alt, dataset, chart } of chartsOf(id, wanted.rows(found.records))) {
    const path = join(folder, `${name}.svg`);
    writeFileSync(path, await toSvg(chart, { name, alt, provenance }));
    files.push({ path: shortPath(path), caption, dataset });
  }
  if (options.json) {
    printJson({ figure: id, provenance, files });
    return;
  }
  for (const { path, caption } of files) print(`${path}  ${caption}`);
}

async function claims(options: SelectionOptions & { json?: boolean }): Promise<void> {
  const selection = select([], options, false);
  const found = await recorded(selection, FIGURES, selectionWords(options));
  const judged = judgeAll(found.records, selection.profile);
  const document = {
    provenance: provenanceOf(selection, found),
    preset: { name: "PAPER", overrides: selection.profile.overrides },
    code: found.versions,
    cells: { recorded: found.records.length, missing: found.missing },
    claims: judged.map(claimEntry),
  };
  const path = join(resultsRoot(options.results), outputName(selection.profile.name), "claims.json");
  makeFolders(dirname(path));
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  if (options.json) {
    printJson(document);
    return;
  }
  print(
    textTable(claimRows(judged), [
      ...claimColumns.filter(({ key }) => key !== "statement"),
      { key: "seeds", label: "Seeds" },
    ]),
  );
  const reproduced = judged.filter(({ verdict }) => verdict === "reproduced").length;
  print(
    `${reproduced} of ${plural(CLAIMS.length, "claim")} reproduced; all numbers and rules: ${shortPath(path)}`,
  );
  print(provenanceLine(document.provenance));
}

const DIGITS = 6;

/** Six significant digits: more than the intervals bear. */
const rounded = (value: number | null): number | null => value && Number(value.toPrecision(DIGITS));

function claimEntry(claim: JudgedClaim) {
  const { id, place, statement, rule, verdict, datasets, seeds, cases, casesFor, casesAgainst } = claim;
  return {
    id,
    place,
    statement,
    rule,
    measured: { effect: claim.effectMeaning, datasets, seeds },
    effect: rounded(claim.effect),
    interval: claim.low === null || claim.high === null ? null : [rounded(claim.low), rounded(claim.high)],
    verdict,
    cases: { all: cases, for: casesFor, against: casesAgainst, open: cases - casesFor - casesAgainst },
    detail: claim.detail.map((one) => ({
      ...one,
      effect: rounded(one.effect),
      low: rounded(one.low),
      high: rounded(one.high),
    })),
  };
}
