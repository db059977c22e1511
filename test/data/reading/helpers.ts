/** Reads texts as files, for the tests of the reader. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Readout, readRatings } from "../../../lib/data/reading/ratings";
import { READING, type ReadingSettings } from "../../../lib/data/reading/settings";
import { complete } from "../../../lib/settings";

const home = mkdtempSync(join(tmpdir(), "erasable-reading-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A file of this content; its path ends in `name`. */
export function fileOf(content: string | Uint8Array, name = "file.csv"): string {
  const path = join(mkdtempSync(join(home, "x")), name);
  writeFileSync(path, content);
  return path;
}

/** Reads content as a file. Messages name it by its last part alone. */
export async function read(
  content: string | Uint8Array,
  settings: Partial<ReadingSettings> = {},
  name = "file.csv",
): Promise<Readout> {
  return readRatings([fileOf(content, name)], complete(READING, settings, "reading"));
}

/** "user item rating" of each row, in the order of the file; ratings stand on 1 to 5. */
export const rows = ({ ratings: { users, items, ratings, userIds, itemIds } }: Readout): string[] =>
  Array.from(users, (user, k) => `${userIds[user]} ${itemIds[items[k]]} ${ratings[k]}`);

/** The same, read. */
export const rowsOf = async (...args: Parameters<typeof read>): Promise<string[]> =>
  rows(await read(...args));
