/**
 * `check`: what a file of ratings, or a data set, is taken for, what is in it, what to beware of, the most
 * important first, and which commands to give next.
 */

import type { Command } from "commander";
import { CATALOG, type CatalogEntry } from "../data/catalog";
import { core } from "../data/core";
import { type CountSummary, describe, rowLengths } from "../data/describe";
import {
  checksum,
  holdsRatings,
  type Interactions,
  itemCount,
  ratingCount,
  userCount,
} from "../data/interactions";
import { dataFolders, findDataset, isOwnFile, loadDataset, readOwnFile } from "../data/load";
import type { Readout } from "../data/reading/ratings";
import { likedShare, shortest } from "../data/scale";
import { InputError, StoppedError } from "../errors";
import { escapeLine } from "../report/text";
import { shellWord } from "../shell";
import { withJson } from "./options";
import { count, EXIT, Exit, plural, printJson, printLines, stopping } from "./output";
import { type RatingsOptions, readingKeys, readingText, spelled, withReading } from "./ratings";
import { textTable } from "./textTable";

type CheckOptions = RatingsOptions & { readonly json?: boolean };

/** Adds `check` to the program, or to `data`. */
export function addCheck(parent: Command): void {
  const command = parent.parent === null ? "check" : `${parent.name()} check`;
  withJson(withReading(parent.command("check")))
    .summary("how a file of ratings is understood, what is in it, what to do next")
    .description(
      "Reads a file of ratings and says how it was understood, what is in it, what to watch out for, " +
        "and which commands to give " +
        "next; or reads data sets by name (default: all that are here) and compares them with the catalog.",
    )
    .argument("[name]", "file of ratings, or name of a data set")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable ${command} ratings.csv
  $ npx erasable ${command} export.csv --columns user=customer,item=3,rating=stars --scale 1-10
  $ npx erasable ${command} ml-1m`,
    )
    .action(check);
}

async function check(name: string | undefined, options: CheckOptions): Promise<void> {
  const signal = stopping();
  const [reading] = readingKeys(options);
  if (name !== undefined && isOwnFile(name)) {
    const { data, readout } = await readOwnFile(name, { ...reading, signal });
    const report = reportOf(name, reading, data, readout);
    if (options.json) printJson(report);
    else printLines(reportText(report));
    return;
  }
  await checkCatalog(name, { ...reading, signal }, options.json ?? false);
}

interface Report {
  readonly name: string;
  readonly reading: Readout["accounts"][number];
  readonly ratings: number;
  readonly users: number;
  readonly items: number;
  readonly repeats: number;
  /** undefined for pairs without ratings */
  readonly scale?: { readonly least: number; readonly most: number; readonly liked: number };
  readonly why?: string;
  /** values as the file has them */
  readonly values: readonly (readonly [value: number, count: number])[];
  readonly perUser: CountSummary;
  readonly perItem: CountSummary;
  readonly core5: { readonly ratings: number; readonly users: number; readonly items: number };
  readonly checksum: string;
  /** the most important first */
  readonly warnings: readonly string[];
  /** commands to paste */
  readonly next: readonly string[];
}

function reportOf(name: string, options: RatingsOptions, data: Interactions, readout: Readout): Report {
  const { perUser, perItem } = describe(data);
  const filtered = core(data, 5);
  const { scale, why, seen, repeats, accounts } = readout;
  const core5 = { ratings: ratingCount(filtered), users: userCount(filtered), items: itemCount(filtered) };
  return {
    name,
    reading: accounts[0],
    ratings: ratingCount(data),
    users: userCount(data),
    items: itemCount(data),
    repeats,
    ...(holdsRatings(data) ? { scale } : {}),
    ...(why === undefined ? {} : { why }),
    values: seen?.values ?? [],
    perUser,
    perItem,
    core5,
    checksum: checksum(data),
    warnings: warningsOf(data, readout, core5.users),
    next: nextCommands(name, readingText(spelled(options, data)), rowLengths(data.byUser), core5.users),
  };
}

/** What to beware of, the most important first. */
function warningsOf(
  data: Interactions,
  { accounts, seen, scale, why }: Readout,
  coreUsers: number,
): string[] {
  const users = userCount(data);
  const perUser = rowLengths(data.byUser);
  const warnings: string[] = [];
  if (users === 1)
    warnings.push(
      "all of it is of one user: nothing is to be learned from one alone; join the ratings of several " +
        "people, with a column that says whose each line is, or say which column that is with --columns user=...",
    );
  if (users > 1 && perUser.every((length) => length === 1))
    warnings.push(
      "every user rates once: is the column of users one of row or order numbers? Say which it is " +
        "with --columns user=...",
    );
  const [{ columns, first }] = accounts;
  if (columns.every(({ name }) => name === undefined) && isAlone(data, first, perUser))
    warnings.push(
      `line 1 is read as data, although its user and its item stand nowhere else: if it is a header, say ` +
        `--columns ${shellWord(`user=${first.user},item=${first.item}`)}`,
    );
  warnings.push(...accounts.flatMap(({ notes }) => notes.filter((note) => !note.startsWith("not read: "))));
  if (coreUsers === 0)
    warnings.push(
      "the 5-core is empty: nobody has five ratings on items that have five; learn takes the file " +
        "as it is, run needs --set core=1",
    );
  else if (coreUsers < 50)
    warnings.push(`${plural(coreUsers, "user")} in the 5-core are few: measured quality says little`);
  if (holdsRatings(data)) {
    const share = likedShare(data);
    if (share === 0 && why === undefined)
      warnings.push(
        `no rating reaches ${scale.liked}, from which on an item is liked: say another one with --liked` +
          `${seen ? `, such as --liked ${seen.most}` : ""}`,
      );
    else if (share > 0 && share < FEW)
      warnings.push(
        `${(100 * share).toPrecision(1)} % of the ratings are ${shortest(scale.liked)} or more: almost nothing is ` +
          `liked; say from which on with --liked, or take the pairs with --implicit if these are amounts`,
      );
    else if (share > 0.95) {
      const canDiffer = seen?.values.some(([value]) => value >= scale.liked && value < scale.most);
      warnings.push(
        `${Math.round(100 * share)} % of the ratings are ${scale.liked} or more: almost all is liked; ` +
          (canDiffer
            ? `say from which on with --liked, such as --liked ${scale.most}`
            : "these ratings tell little; --implicit takes every pair for a like"),
      );
    }
    const ones = seen?.values.find(([value]) => value === 1)?.[1] ?? 0;
    if (seen && ones > 0.6 * seen.count && scale.least > 0)
      warnings.push(
        `${Math.round((100 * ones) / seen.count)} % of the values are 1: if they are counts, take ` +
          `the pairs with --implicit`,
      );
    if (why !== undefined)
      warnings.push(
        `the scale, ${scale.least} to ${scale.most}, is taken from the values (${why}); --scale says another one`,
      );
  }
  for (const [ids, { offsets }] of [
    [data.userIds, data.byUser],
    [data.itemIds, data.byItem],
  ] as const)
    for (const id of ["null", "NULL", "NaN", "nan", "None"]) {
      const k = ids.indexOf(id);
      if (k >= 0)
        warnings.push(
          `${plural(offsets[k + 1] - offsets[k], "line")} of ${JSON.stringify(id)}: if it stands for a missing ` +
            `${ids === data.userIds ? "user" : "item"}, delete these lines`,
        );
    }
  const lossy = [...data.userIds, ...data.itemIds].find((id) => id.includes("\uFFFD"));
  if (lossy !== undefined)
    warnings.push(
      `id ${JSON.stringify(lossy.slice(0, 40))} lost a letter before it came here (U+FFFD): two ` +
        `people may have become one`,
    );
  return warnings;
}

/** Whether the first row's user and item have no other one, which is rare in the file. */
function isAlone(
  data: Interactions,
  first: Readout["accounts"][number]["first"],
  perUser: Uint32Array,
): boolean {
  const once = perUser.reduce((sum, length) => sum + (length === 1 ? 1 : 0), 0);
  const item = data.itemIds.indexOf(first.item);
  return (
    once <= 1 + RARE * perUser.length &&
    perUser[data.userIds.indexOf(first.user)] === 1 &&
    data.byItem.offsets[item + 1] - data.byItem.offsets[item] === 1
  );
}

/** A share of liked ratings from which little is to be learned. */
const FEW = 0.02;
const RARE = 0.1;
/** Users in groups of the smallest profile: 2 and 4 groups. */
const GROUPED = 4;

/** Commands that work for these ratings: nothing is measured where nothing can be held out, or nobody grouped. */
function nextCommands(name: string, flags: string, perUser: Uint32Array, coreUsers: number): string[] {
  const file = shellWord(name);
  const isMeasured = perUser.some((length) => length > 1);
  const users = coreUsers > 0 ? coreUsers : perUser.length;
  const few = `${coreUsers === 0 ? " --set core=1" : ""}${users < GROUPED ? " --groups 2" : ""}`;
  return [
    `npx erasable learn ${file}${flags} --system my-system`,
    ...(isMeasured ? [`npx erasable advise ${file}${flags}`] : []),
    ...(isMeasured && users > 1 && !name.includes(",")
      ? [`npx erasable run utility --dataset ${file}${flags}${few}`]
      : []),
  ];
}

const BAR = 30;
const SHOWN = 12;

/** A bar for each value; neighbouring values share one where there are many. */
function histogram(values: Report["values"]): string[] {
  if (values.length === 0) return [];
  const size = Math.ceil(values.length / SHOWN);
  const bins = Array.from({ length: Math.ceil(values.length / size) }, (_, k) =>
    values.slice(k * size, (k + 1) * size),
  );
  const rows = bins.map((bin) => ({
    label: bin.length === 1 ? String(bin[0][0]) : `${bin[0][0]} .. ${bin[bin.length - 1][0]}`,
    times: bin.reduce((sum, [, times]) => sum + times, 0),
  }));
  const most = Math.max(...rows.map(({ times }) => times));
  const width = Math.max(...rows.map(({ label }) => label.length));
  return rows.map(
    ({ label, times }) =>
      `${label.padStart(width)}  ${"#".repeat(Math.max(1, Math.round((BAR * times) / most)))} ` +
      `${count(times)}`,
  );
}

function reportText(report: Report): string {
  const { reading, scale, why, core5 } = report;
  const line = (label: string, texts: readonly string[]) =>
    texts.map((text, k) => `  ${(k === 0 ? label : "").padEnd(12)} ${text}`);
  const what = [reading.packed, reading.encoding?.toUpperCase(), reading.form].filter(
    (part) => part !== undefined,
  );
  const columns = reading.columns.map(
    ({ role, column, name }) =>
      `${role} = ${name === undefined ? "" : `${JSON.stringify(name)}, `}column ${column}`,
  );
  const unread = reading.notes.filter((note) => note.startsWith("not read: ")).map((note) => note.slice(10));
  const first = Object.entries(reading.first).map(
    ([role, text]) => `${role} ${JSON.stringify(text.slice(0, 60))}`,
  );
  const skipped = Object.entries(reading.skipped).map(([why, lines]) => `${plural(lines, "line")} (${why})`);
  const range = ({ least, median, most }: CountSummary) =>
    `${count(least)} to ${count(most)}, median ${count(median)}`;
  return [
    report.name,
    ...line("what it is", [what.join(", ")]),
    ...line("header", [
      reading.header ? `line ${reading.header.line}: ${reading.header.names.join(" | ")}` : "none",
    ]),
    ...line("columns", columns),
    ...line("not read", unread),
    ...line("first row", [first.join(", ")]),
    ...line("skipped", skipped.length > 0 ? skipped : ["nothing"]),
    ...line("holds", [
      `${plural(report.ratings, scale ? "rating" : "pair")} of ${plural(report.users, "user")} on ` +
        `${plural(report.items, "item")}`,
      ...(report.repeats > 0 ? [`${plural(report.repeats, "repeated pair")} made one each`] : []),
    ]),
    ...line("per user", [range(report.perUser)]),
    ...line("per item", [range(report.perItem)]),
    ...line("kind", [
      scale
        ? `ratings from ${scale.least} to ${scale.most}, liked from ${shortest(scale.liked)} ` +
          `on${why ? ` (${why})` : ""}`
        : `clicks, orders or plays: pairs without ratings${why ? ` (${why})` : ""}`,
    ]),
    ...line(scale ? "ratings" : "values", histogram(report.values)),
    ...line("5-core", [
      `${count(core5.ratings)} of ${plural(core5.users, "user")} on ${plural(core5.items, "item")}`,
    ]),
    ...(report.warnings.length > 0
      ? ["Beware:", ...report.warnings.map((text, k) => `  ${k + 1}. ${text}`)]
      : []),
    "Next:",
    ...report.next.map((command) => `  ${command}`),
  ]
    .map(escapeLine)
    .join("\n");
}

interface Checked {
  readonly name: string;
  readonly ok: boolean;
  readonly users: number | null;
  readonly items: number | null;
  readonly ratings: number | null;
  /** users, items and ratings of the 5-core */
  readonly core5: string | null;
  readonly checksum: string | null;
  readonly problem: string;
}

async function checkCatalog(
  name: string | undefined,
  options: RatingsOptions & { readonly signal: AbortSignal },
  json: boolean,
): Promise<void> {
  const names =
    name === undefined ? CATALOG.filter((entry) => findDataset(entry)).map((entry) => entry.name) : [name];
  if (names.length === 0)
    throw new InputError(`check: no data set of the catalog is here (looked in ${dataFolders().join(", ")})`);
  const checked: Checked[] = [];
  for (const one of names) {
    checked.push(await checkOne(one, options));
    if (options.signal.aborted) throw new StoppedError("stopped on request");
  }
  if (json) printJson(checked);
  else
    printLines(
      textTable(
        checked.map((row) => ({ ...row, verdict: row.ok ? "as it should be" : row.problem })),
        [
          { key: "name", label: "Name" },
          { key: "ratings", label: "Ratings" },
          { key: "users", label: "Users" },
          { key: "items", label: "Items" },
          { key: "core5", label: "5-core: ratings, users, items" },
          { key: "checksum", label: "SHA-256 of the ratings" },
          { key: "verdict", label: "Check" },
        ],
      ),
    );
  if (checked.some(({ ok }) => !ok)) throw new Exit(EXIT.failed);
}

async function checkOne(
  name: string,
  options: RatingsOptions & { readonly signal: AbortSignal },
): Promise<Checked> {
  const entry: CatalogEntry | undefined = CATALOG.find((candidate) => candidate.name === name);
  try {
    const data = await loadDataset(name, options);
    const filtered = core(data, 5);
    const found = { ratings: ratingCount(filtered), users: userCount(filtered), items: itemCount(filtered) };
    const text = (counts: typeof found) =>
      [counts.ratings, counts.users, counts.items].map(count).join(" · ");
    const right = entry === undefined || text(found) === text(entry.core5);
    return {
      name,
      ok: right,
      users: userCount(data),
      items: itemCount(data),
      ratings: ratingCount(data),
      core5: text(found),
      checksum: checksum(data),
      problem: right ? "" : `its 5-core should hold ${text(entry.core5)}`,
    };
  } catch (error) {
    // a name that is unknown, or a set that is not here, is the caller's mistake; a damaged one is what is looked for
    if (!(error instanceof InputError) || (entry ? !findDataset(entry) : true)) throw error;
    const nothing = { users: null, items: null, ratings: null, core5: null, checksum: null };
    return { name, ok: false, ...nothing, problem: error.message };
  }
}
