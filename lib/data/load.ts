/**
 * From a name to interactions. A name of the catalog is looked for under ERASABLE_DATA, then in the
 * project's data/ folder, then, only when asked, fetched; `synthetic...` is generated; anything that looks
 * like a path is the user's own file. Real and generated data never stand in for each other silently.
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, StoppedError } from "../errors";
import { complete } from "../settings";
import { CATALOG, type CatalogEntry, catalogEntry, DATASET_NAMES, isSyntheticName } from "./catalog";
import { type DownloadProgress, fetchEntry } from "./download";
import { type Interactions, interactionsFrom, itemCount, ratingCount, userCount } from "./interactions";
import { accountText, type Readout, readRatings } from "./reading/ratings";
import { READING, type ReadingSettings } from "./reading/settings";
import { parseReference } from "./reference";
import { isPapers, type Scale } from "./scale";
import { synthesize } from "./synthetic";
import { SYNTHETIC_PRESETS } from "./syntheticOptions";

/** Where a data set is looked for, and how a file of one's own is read (reading/settings.ts). */
export interface LoadOptions extends Partial<ReadingSettings> {
  /** folder with one folder for each data set; default: ERASABLE_DATA, then the project's data/ */
  readonly dataFolder?: string;
  /** fetch a set of the catalog that is not there yet; default false */
  readonly download?: boolean;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Loads a data set by its name in the catalog, by a `synthetic...` name, or from a file of the user's own
 * by its path, with the way in which it is read behind it or as options: "ratings.csv?scale=1-10". What a
 * file was taken for is in `provenance.reading`.
 * @throws InputError when it cannot be found (the message tells the ways to get it), cannot be read, or
 * does not hold what the catalog says. @throws StoppedError when `signal` is aborted.
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Interactions> {
  const { dataFolder, download, onProgress, signal, ...reading } = options;
  const settings = complete(READING, reading, "loadDataset");
  if (signal?.aborted) throw new StoppedError(`loading ${name} was stopped`);
  if (isSyntheticName(name)) return synthesize(SYNTHETIC_PRESETS[name]).data;
  if (isOwnFile(name)) return (await readOwnFile(name, options)).data;
  const given = (Object.keys(READING) as (keyof ReadingSettings)[]).find(
    (key) => settings[key] !== READING[key].default,
  );
  if (given)
    throw new InputError(`${given}: ${name} is read as the catalog says; this is for files of your own`);
  const entry = catalogEntry(name);
  let folder = findDataset(entry, dataFolder);
  if (!folder && download) folder = await fetchDataset(name, { dataFolder, onProgress, signal });
  if (!folder) throw new InputError(missingMessage(entry, dataFolder));
  return parseEntry(entry, folder, signal);
}

/**
 * Fetches a set of the catalog, anew if it is there, and returns its folder. The files are parsed and
 * counted before they replace older ones.
 * @throws InputError when the name is unknown, or what arrives is not what the catalog says. @throws
 * StoppedError when `signal` is aborted; the next call goes on from there.
 */
export function fetchDataset(
  name: string,
  options: Pick<LoadOptions, "dataFolder" | "onProgress" | "signal"> = {},
): Promise<string> {
  const { dataFolder = projectDataFolder(), onProgress, signal } = options;
  const entry = catalogEntry(name);
  const verify = async (folder: string) => {
    await parseEntry(entry, folder);
  };
  return fetchEntry(entry, dataFolder, { onProgress, signal, verify });
}

/** The folder that holds all rating files of `entry`, or undefined. */
export function findDataset(entry: CatalogEntry, dataFolder?: string): string | undefined {
  const folders = dataFolder === undefined ? dataFolders() : [dataFolder];
  return folders
    .map((folder) => join(folder, entry.name))
    .find((folder) => entry.ratings.every((file) => existsSync(join(folder, file))));
}

/** Whether a data set can be loaded here. Files of one's own are only looked at when they are read. */
export function isHere(name: string): boolean {
  const entry = CATALOG.find((candidate) => candidate.name === name);
  return entry === undefined || findDataset(entry) !== undefined;
}

/** Where data sets are looked for, in order: ERASABLE_DATA when set, then the project's data/. */
export function dataFolders(): string[] {
  const shared = process.env.ERASABLE_DATA;
  return [...(shared ? [shared] : []), projectDataFolder()];
}

/** The data/ folder of the project that this package is a workspace of, else of the working directory. */
export function projectDataFolder(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, "data", "README.md"))) return join(folder, "data");
  }
  return join(process.cwd(), "data");
}

async function parseEntry(entry: CatalogEntry, folder: string, signal?: AbortSignal): Promise<Interactions> {
  const paths = entry.ratings.map((file) => join(folder, file));
  const readout = await readRatings(paths, complete(READING, entry.reading, entry.name), { signal });
  const data = interactionsOf(readout, entry.name);
  requireCounts(entry, data, folder);
  return data;
}

const provenanceScale = (scale: Scale): { scale?: Scale } => (isPapers(scale) ? {} : { scale });

function interactionsOf({ ratings, scale }: Readout, name: string, reading?: string): Interactions {
  const source = { name, synthetic: false, steps: [], ...provenanceScale(scale) };
  return interactionsFrom(
    ratings,
    ratings.userIds,
    ratings.itemIds,
    reading === undefined ? source : { ...source, reading },
  );
}

function requireCounts({ name, counts }: CatalogEntry, data: Interactions, folder: string): void {
  const found = { ratings: ratingCount(data), users: userCount(data), items: itemCount(data) };
  const wrong = (["ratings", "users", "items"] as const).filter((key) => found[key] !== counts[key]);
  if (wrong.length === 0) return;
  const list = wrong.map((key) => `${found[key]} ${key} where ${counts[key]} are expected`).join(", ");
  throw new InputError(
    `${folder}: not the published ${name}: ${list}. Get it anew, or load this file by its path as your own`,
  );
}

function missingMessage(entry: CatalogEntry, dataFolder?: string): string {
  const folders = dataFolder === undefined ? dataFolders() : [dataFolder];
  const places = folders.map((folder) => join(folder, entry.name)).join(" or ");
  return [
    `${entry.title} (${entry.name}) is not in ${places}. Three ways to go on:`,
    `  1. fetch it: npx erasable data fetch ${entry.name}   (${entry.licence})`,
    `  2. set ERASABLE_DATA to a folder that holds ` +
      `${entry.ratings.map((file) => `${entry.name}/${file}`).join(" and ")}`,
    `  3. give the path of a file of ratings of your own in place of "${entry.name}"`,
  ].join("\n");
}

const EXTENSION =
  /\.(csv|dat|tsv|data|rating|ratings|txt|jsonl?|ndjson|inter|parquet|zip|xlsx?|ods)(\.gz)?$/i;

const looksLikePath = (path: string): boolean =>
  EXTENSION.test(path) || /[\\/]/.test(path) || existsSync(path);

/** Whether a name is that of a file of the user's own: neither in the catalog nor of generated ratings. */
export function isOwnFile(name: string): boolean {
  if (isSyntheticName(name) || CATALOG.some((entry) => entry.name === name)) return false;
  return looksLikePath(parseReference(name).path);
}

/**
 * Whether a name says that its data set has pairs without ratings: a file read with `implicit`, or such a
 * set of the catalog.
 */
export function namesPairs(name: string): boolean {
  const entry = CATALOG.find((candidate) => candidate.name === name);
  return entry
    ? entry.reading.scale === "1-1"
    : isOwnFile(name) && (readAsPairs.has(name) || parseReference(name).settings.implicit === true);
}

/** Names of files that this process has found to hold pairs alone. */
const readAsPairs = new Set<string>();

/**
 * Reads a file of the user's own, and tells what was taken for what.
 * @param name its path, perhaps with settings behind it (reference.ts); `options` come before them
 * @throws InputError naming file, line, what was seen and the way on; StoppedError on the signal
 */
export async function readOwnFile(
  name: string,
  { dataFolder: _folder, download: _download, onProgress, signal, ...given }: LoadOptions = {},
): Promise<{ readonly data: Interactions; readonly readout: Readout }> {
  const { path, settings } = parseReference(name);
  if (!existsSync(path))
    throw new InputError(
      `${path}: cannot be read (no such file); data sets known by name: ${DATASET_NAMES.join(", ")}`,
    );
  const asked = complete(READING, { ...settings, ...defined(given) }, name);
  const readout = await readRatings([path], asked, { signal, onProgress });
  if (readout.scale.least === readout.scale.most) readAsPairs.add(name);
  else readAsPairs.delete(name);
  return { data: interactionsOf(readout, name, accountText(readout)), readout };
}

const defined = (given: Partial<ReadingSettings>): Partial<ReadingSettings> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
