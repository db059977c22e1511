/** `data list | fetch`: the data sets that the suite knows. `data check` is the command `check`. */

import type { Command } from "commander";
import { CATALOG, catalogEntry, isSyntheticName } from "../data/catalog";
import { dataFolders, fetchDataset, findDataset } from "../data/load";
import { SYNTHETIC_PRESETS } from "../data/syntheticOptions";
import { asDiskError, named, withOption } from "../disk/diskError";
import { makeFolders, removeEmpty } from "../disk/folders";
import { type Progress, progress } from "../report/progress";
import { addCheck } from "./check";
import { withJson } from "./options";
import { count, print, printJson, printLines, stopping } from "./output";
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
  addCheck(data);
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
  printLines(
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
  print("");
  print(`Looked for in ${dataFolders().join(", ")}. Licences:`);
  for (const licence of new Set(real.map((row) => row.licence)))
    print(`  ${real.flatMap((row) => (row.licence === licence ? [row.name] : [])).join(", ")}: ${licence}`);
}

async function fetch(name: string, { json, folder }: DataOptions): Promise<void> {
  const entry = catalogEntry(name);
  const made = folder === undefined ? [] : named("--folder", () => makeFolders(folder));
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
    throw withOption("--folder", asDiskError(error) ?? error);
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
