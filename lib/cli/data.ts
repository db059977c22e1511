/** `data list | fetch | check`: the data sets that the suite knows. */

import type { Command } from "commander";
import { CATALOG, type CatalogEntry, catalogEntry, isSyntheticName } from "../data/catalog";
import { core } from "../data/core";
import { checksum, itemCount, ratingCount, userCount } from "../data/interactions";
import { dataFolders, fetchDataset, findDataset } from "../data/load";
import { SYNTHETIC_PRESETS } from "../data/syntheticOptions";
import { InputError, StoppedError } from "../errors";
import { type Progress, progress } from "../report/progress";
import { makeFolders, removeEmpty } from "./folders";
import { withJson } from "./options";
import { count, EXIT, Exit, print, printJson, stopping } from "./output";
import { loadRatings } from "./ratings";
import { textTable } from "./textTable";

interface DataOptions {
  readonly json?: boolean;
  readonly folder?: string;
}

export function addData(program: Command): void {
  const data = program
    .command("data")
    .summary("the data sets: list, fetch, check")
    .description(
      "The data sets that the suite knows. No ratings come with the suite; each has its own licence.",
    );
  withJson(data.command("list").description("names, sizes, licences, and what is on this machine")).action(
    list,
  );
  withJson(data.command("fetch").description("download a data set from its publisher"))
    .argument("<name>", CATALOG.map(({ name }) => name).join(", "))
    .option("--folder <folder>", "where its folder is made (default: data/ of the project)")
    .addHelpText("after", "\nExample:\n  $ npx erasable data fetch ml-100k")
    .action(fetch);
  withJson(
    data
      .command("check")
      .description("read a data set (default: all that are here) and compare with the catalog"),
  )
    .argument("[name]", "name of a data set, or a file of ratings")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx erasable data check ml-1m\n  $ npx erasable data check ratings.csv",
    )
    .action(check);
}

function list({ json }: DataOptions): void {
  const real = CATALOG.map((entry) => ({
    name: entry.name,
    title: entry.title,
    ...entry.counts,
    folder: findDataset(entry) ?? null,
    licence: entry.licence,
    note: entry.note,
  }));
  const generated = Object.values(SYNTHETIC_PRESETS).map(({ name, users, items, ratings }) => ({
    name,
    title: "generated, planted communities of taste",
    ratings,
    users,
    items,
    folder: null,
    licence: "none needed",
    note: "No evidence about real users.",
  }));
  if (json) {
    printJson({ lookedIn: dataFolders(), datasets: [...real, ...generated] });
    return;
  }
  const where = (name: string, folder: string | null) =>
    isSyntheticName(name) ? "made when needed" : (folder ?? "no");
  print(
    textTable(
      [...real, ...generated].map((row) => ({ ...row, here: where(row.name, row.folder) })),
      [
        { key: "name", label: "Name" },
        { key: "title", label: "Title" },
        { key: "ratings", label: "Ratings" },
        { key: "users", label: "Users" },
        { key: "items", label: "Items" },
        { key: "here", label: "Here" },
      ],
    ),
  );
  print(`\nLooked for in ${dataFolders().join(", ")}. Licences:`);
  for (const licence of new Set(real.map((row) => row.licence)))
    print(`  ${real.flatMap((row) => (row.licence === licence ? [row.name] : [])).join(", ")}: ${licence}`);
}

async function fetch(name: string, { json, folder }: DataOptions): Promise<void> {
  const entry = catalogEntry(name);
  const made = folder === undefined ? [] : makeFolders(folder);
  let shown: { file: string; progress: Progress } | undefined;
  const target = await fetchDataset(name, {
    dataFolder: folder,
    signal: stopping(),
    onProgress({ file, received, total }) {
      if (shown?.file !== file) {
        shown?.progress.done();
        const size = total === undefined ? {} : { total: Math.round(total / 1e5) / 10 };
        shown = { file, progress: progress(file, { unit: "MB", ...size }) };
      }
      shown.progress.update(received / 1e6);
    },
  }).catch((error: unknown) => {
    removeEmpty(made);
    throw error;
  });
  shown?.progress.done();
  if (json) {
    printJson({ name, folder: target, counts: entry.counts, licence: entry.licence });
    return;
  }
  print(`${entry.title}: ${count(entry.counts.ratings)} ratings in ${target}`);
  print(`Licence: ${entry.licence}`);
  print(`Cite: ${entry.citation}`);
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

async function check(name: string | undefined, { json }: DataOptions): Promise<void> {
  const names =
    name === undefined ? CATALOG.filter((entry) => findDataset(entry)).map((entry) => entry.name) : [name];
  if (names.length === 0)
    throw new InputError(
      `data check: no data set of the catalog is here (looked in ${dataFolders().join(", ")})`,
    );
  const signal = stopping();
  const checked: Checked[] = [];
  for (const one of names) {
    checked.push(await checkOne(one, signal));
    if (signal.aborted) throw new StoppedError("stopped on request");
  }
  if (json) printJson(checked);
  else
    print(
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

async function checkOne(name: string, signal: AbortSignal): Promise<Checked> {
  const entry: CatalogEntry | undefined = CATALOG.find((candidate) => candidate.name === name);
  try {
    const data = await loadRatings(name, { signal });
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
    return {
      name,
      ok: false,
      users: null,
      items: null,
      ratings: null,
      core5: null,
      checksum: null,
      problem: error.message,
    };
  }
}
