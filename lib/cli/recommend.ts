/** `recommend`: the best items for one user or for many, as a table, CSV or JSON. */

import type { Command } from "commander";
import { shortest } from "../data/scale";
import { InputError } from "../errors";
import { tableCsv } from "../report/table";
import type { ErasableSystem, Recommendation } from "../unlearning/erasableSystem";
import { keptReading } from "./keptReading";
import { readUsers } from "./lists";
import { integer, list, repeated, withJson } from "./options";
import { clip, plural, print, printJson, printLines, stopping } from "./output";
import { whenFree } from "./patience";
import { openSystem } from "./systemFolder";
import { textTable } from "./textTable";

interface RecommendOptions {
  readonly system: string;
  readonly user?: readonly string[];
  readonly users?: readonly string[];
  readonly usersFile?: string;
  readonly count: number;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly readOnly?: boolean;
}

export function addRecommend(program: Command): void {
  const command = program
    .command("recommend")
    .summary("the best items for users")
    .description("The items that score highest of those that a user has not rated, best first.")
    .requiredOption("--system <folder>", "folder of the system")
    .option("--user <id>", "a user's id, as in the ratings (repeatable)", repeated)
    .option("--users <ids>", "ids separated by commas; for ids with a comma use --users-file", list)
    .option("--users-file <file>", "one user id per line, optionally in double quotes; or .json: an array")
    .option("--count <number>", "how many", integer(1), 10)
    .option("--csv", "user,place,item,score with a header, every digit")
    .option("--read-only", "for a read-only folder: take no lock, and change nothing in it");
  withJson(command)
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable recommend --system store --user 42 --count 5
  $ npx erasable recommend --system store --users-file customers.txt --csv > recommended.csv`,
    )
    .action(recommend);
}

async function recommend(options: RecommendOptions): Promise<void> {
  const { system: folder, user = [], users = [], usersFile, readOnly, csv, json } = options;
  if (csv && json) throw new InputError("recommend: --csv and --json are two forms of output; take one");
  const listed = usersFile === undefined ? [] : readUsers(usersFile, keptReading(folder));
  const ids = [...new Set([...user, ...users, ...listed])];
  if (ids.length === 0)
    throw new InputError("recommend: say for whom: --user <id>, --users <ids> or --users-file <file>");
  const signal = stopping();
  const system = await whenFree(() => openSystem(folder, { signal, readOnly }), { signal });
  try {
    requireUsers(ids, system);
    await system.prepare({ signal });
    const found = (id: string) => ({ user: id, items: system.recommend(id, options.count) });
    if (json) {
      const all = ids.map(found);
      printJson(ids.length === 1 ? all[0] : all);
      return;
    }
    for (const [at, id] of ids.entries()) {
      signal.throwIfAborted();
      const { items } = found(id);
      if (csv) process.stdout.write(csvOf(id, items, at === 0));
      else printTable(id, items, { named: ids.length > 1, first: at === 0 });
      await new Promise((resolve) => setImmediate(resolve)); // the signal comes in here
    }
  } finally {
    await system.close();
  }
}

const SHOWN = 3;

/** All who are unknown are named before anything is written. @throws InputError */
function requireUsers(ids: readonly string[], { system: { userIds, erased } }: ErasableSystem): void {
  const known = new Set(userIds.filter((_, user) => !erased.has(user)));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  const some = unknown.slice(0, SHOWN).map((id) => JSON.stringify(clip(id)));
  const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : "";
  throw new InputError(
    `${some.join(", ")}${more}: ${unknown.length === 1 ? "this user is" : `these ${plural(unknown.length, "user")} are`} ` +
      "not in the system: not in the ratings that it learned from, or forgotten",
  );
}

/** Lines of CSV, below the header for the first. */
function csvOf(user: string, items: readonly Recommendation[], first: boolean): string {
  const text = tableCsv(
    items.map(({ item, score }, index) => ({ user, place: index + 1, item, score: shortest(score) })),
  );
  return first ? text : text.slice(text.indexOf("\n") + 1);
}

function printTable(
  user: string,
  items: readonly Recommendation[],
  { named, first }: { readonly named: boolean; readonly first: boolean },
): void {
  if (named && !first) print("");
  if (named) print(`For ${user}:`);
  printLines(
    textTable(
      items.map((one, index) => ({ place: index + 1, ...one })),
      [
        { key: "place", label: "Place" },
        { key: "item", label: "Item" },
        { key: "score", label: "Score", digits: 4 },
      ],
    ),
  );
}
