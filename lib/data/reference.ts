/**
 * How a file of ratings is named together with the way in which it is read:
 * "ratings.csv?scale=1-10&columns=user%3D2%2Citem%3D1". A name is all that trials, records, notebooks'
 * parameters and worker threads carry.
 */

import { existsSync } from "node:fs";
import { complete, parseSettings } from "../settings";
import { READING, type ReadingSettings } from "./reading/settings";

/** A path, and the settings behind it. */
export interface FileReference {
  readonly path: string;
  readonly settings: Partial<ReadingSettings>;
}

/**
 * From a name. A file that has the whole of it as its name is meant as it is. @throws InputError for
 * unknown settings
 */
export function parseReference(name: string): FileReference {
  const at = name.lastIndexOf("?");
  if (at < 0 || existsSync(name)) return { path: name, settings: {} };
  const pairs = name
    .slice(at + 1)
    .split("&")
    .filter((pair) => pair !== "");
  return { path: name.slice(0, at), settings: parseSettings(READING, pairs.map(decoded), name) };
}

/** A name for a file that is read with these settings; those that have their default are left out. */
export function referenceTo(path: string, settings: Partial<ReadingSettings>): string {
  const all = complete(READING, settings, "reading");
  const pairs = (Object.keys(READING) as (keyof ReadingSettings)[])
    .filter((key) => all[key] !== READING[key].default)
    .map((key) => `${key}=${encodeURIComponent(String(all[key]))}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

function decoded(pair: string): string {
  try {
    return decodeURIComponent(pair);
  } catch {
    return pair; // a percent sign of its own
  }
}
