/**
 * From a name to interactions. A name of the catalog is looked for under ERASABLE_DATA, then in the project's data/
 * folder, then, only when asked, fetched; `synthetic...` is generated; anything that looks like a path is the user's
 * own file. Real and generated data never stand in for each other silently.
 */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError, requireKnownKeys, requireOneOf, StoppedError } from "../errors";
import { CATALOG, type CatalogEntry, catalogEntry, DATASET_NAMES, isSyntheticName } from "./catalog";
import { type DownloadProgress, fetchEntry } from "./download";
import { type Interactions, interactionsFrom, itemCount, ratingCount, userCount } from "./interactions";
import { parseRatings, RATING_FORMATS, type RatingFormat, type RatingScale } from "./parse";
import { synthesize } from "./synthetic";
import { SYNTHETIC_PRESETS } from "./syntheticOptions";

/** Where a data set is looked for, and how a file of one's own is read. */
export interface LoadOptions {
  /** folder with one folder for each data set; default: ERASABLE_DATA, then the project's data/ */
  readonly dataFolder?: string;
  /** fetch a set of the catalog that is not there yet; default false */
  readonly download?: boolean;
  /** how the user's own file is written; default: by its name (.dat "::", .csv commas, .json reviews, else tabs) */
  readonly format?: RatingFormat;
  /** ratings that the user's own file may hold; default 0.5 to 5 */
  readonly scale?: RatingScale;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

const OPTIONS = ["dataFolder", "download", "format", "scale", "onProgress", "signal"] as const;
const OWN_SCALE: RatingScale = { least: 0.5, most: 5 };

/**
 * Loads a data set by its name in the catalog, by a `synthetic...` name, or from a file of the user's own: a path that
 * ends in .csv, .dat, .tsv, .data, .rating, .txt, .json or .jsonl, with or without .gz.
 * @throws InputError when it cannot be found (the message tells the ways to get it), cannot be parsed, has ids that are not
 * UTF-8, or does not hold what the catalog says. @throws StoppedError when `signal` is aborted.
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Interactions> {
  requireKnownKeys(options, OPTIONS, "loadDataset");
  if (options.signal?.aborted) throw new StoppedError(`loading ${name} was stopped`);
  if (isSyntheticName(name)) return synthesize(SYNTHETIC_PRESETS[name]).data;
  const known = CATALOG.some((entry) => entry.name === name);
  if (!known && looksLikePath(name)) return ownFile(name, options);
  const entry = catalogEntry(name);
  let folder = findDataset(entry, options.dataFolder);
  if (!folder && options.download) folder = await fetchDataset(name, options);
  if (!folder) throw new InputError(missingMessage(entry, options.dataFolder));
  return parseEntry(entry, folder);
}

export interface FetchOptions {
  /** where the folder of the set is made; default: the project's data/ */
  readonly dataFolder?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a set of the catalog, anew if it is there, and returns its folder. The files are parsed and counted before
 * they replace older ones.
 * @throws InputError when the name is unknown, or what arrives is not what the catalog says. @throws StoppedError when
 * `signal` is aborted; the next call goes on from there.
 */
export function fetchDataset(name: string, options: FetchOptions = {}): Promise<string> {
  const { dataFolder = projectDataFolder(), onProgress, signal } = options;
  const entry = catalogEntry(name);
  const verify = async (folder: string) => {
    await parseEntry(entry, folder);
  };
  return fetchEntry(entry, dataFolder, { onProgress, signal, verify });
}

/** Real data where it is there, else the generated set of its shape and a notice to print beside every output. */
export interface LoadedOrSynthetic {
  readonly data: Interactions;
  /** set when `data` is generated because the real set is not there */
  readonly notice?: string;
}

/**
 * Loads `name`, or, when it is not on this machine and may not be downloaded, the generated set `fallback`, with a
 * notice. A file that is there but damaged is an error, never a reason for the fallback.
 */
export async function loadOrSynthetic(
  name: string,
  options: LoadOptions & { readonly fallback?: keyof typeof SYNTHETIC_PRESETS } = {},
): Promise<LoadedOrSynthetic> {
  const { fallback = "synthetic", ...loadOptions } = options;
  requireOneOf(fallback, Object.keys(SYNTHETIC_PRESETS), "fallback");
  const entry = CATALOG.find((candidate) => candidate.name === name);
  if (!entry || loadOptions.download || findDataset(entry, loadOptions.dataFolder))
    return { data: await loadDataset(name, loadOptions) };
  const notice =
    `${entry.title} is not on this machine. These are SYNTHETIC ratings ("${fallback}", planted communities of taste), ` +
    `not ${name}: nothing here is evidence about real users. To use the real data: npx erasable data fetch ${name}`;
  return { data: await loadDataset(fallback, loadOptions), notice };
}

/** The folder that holds all rating files of `entry`, or undefined. */
export function findDataset(entry: CatalogEntry, dataFolder?: string): string | undefined {
  const folders = dataFolder === undefined ? dataFolders() : [dataFolder];
  return folders
    .map((folder) => join(folder, entry.name))
    .find((folder) => entry.ratings.every((file) => existsSync(join(folder, file))));
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

async function parseEntry(entry: CatalogEntry, folder: string): Promise<Interactions> {
  const sources = await Promise.all(
    entry.ratings.map(async (file) => {
      const path = join(folder, file);
      return { name: path, bytes: await readFile(path) };
    }),
  );
  const parsed = parseRatings(sources, entry.format, entry.scale);
  const data = interactionsFrom(parsed, parsed.userIds, parsed.itemIds, {
    name: entry.name,
    synthetic: false,
    steps: [],
  });
  requireCounts(entry, data, folder);
  return data;
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
    `  2. set ERASABLE_DATA to a folder that holds ${entry.ratings.map((file) => `${entry.name}/${file}`).join(" and ")}`,
    `  3. give the path of a rating file of your own (.csv, .dat, .tsv, also .gz) in place of "${entry.name}"`,
  ].join("\n");
}

const EXTENSION = /\.(csv|dat|tsv|data|rating|txt|json|jsonl)(\.gz)?$/i;

const looksLikePath = (name: string): boolean => EXTENSION.test(name) || /[\\/]/.test(name);

async function ownFile(path: string, { format, scale = OWN_SCALE }: LoadOptions): Promise<Interactions> {
  const chosen = format === undefined ? formatOf(path) : requireOneOf(format, RATING_FORMATS, "format");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `${path}: cannot be read (${reason}); data sets known by name: ${DATASET_NAMES.join(", ")}`,
    );
  }
  const parsed = parseRatings([{ name: path, bytes }], chosen, scale);
  return interactionsFrom(parsed, parsed.userIds, parsed.itemIds, {
    name: path,
    synthetic: false,
    steps: [],
  });
}

function formatOf(path: string): RatingFormat {
  const extension = EXTENSION.exec(path)?.[1]?.toLowerCase();
  if (extension === "csv") return "csv";
  if (extension === "dat") return "double-colon";
  if (extension === "json" || extension === "jsonl") return "amazon-json";
  return "tab";
}
