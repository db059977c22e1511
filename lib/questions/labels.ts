/** Names as tables and charts show them: lib/report/theme.ts has a colour and a shape for each. */

import { basename } from "node:path";
import { CATALOG, isSyntheticName } from "../data/catalog";
import type { AnchorName } from "../metrics/anchors";

const ANCHORS: Readonly<Record<AnchorName, string>> = {
  random: "random",
  popularity: "popularity",
  itemMean: "item mean",
  oracle: "oracle",
};

/** "item mean" for "itemMean". */
export const anchorLabel = (anchor: string): string => ANCHORS[anchor as AnchorName] ?? anchor;

const ORDERS: Readonly<Record<string, string>> = {
  easyToHard: "easy to hard",
  hardToEasy: "hard to easy",
  random: "random order",
};

/** "easy to hard" for "easyToHard". */
export const orderLabel = (order: string): string => ORDERS[order] ?? order;

/**
 * "MovieLens 1M" for "ml-1m": short enough for the head of a panel, so without what the catalogue says in brackets. A file
 * of one's own goes by its name, without its folder.
 */
export function datasetTitle(name: string): string {
  if (isSyntheticName(name)) return `${name} (generated)`;
  const entry = CATALOG.find((candidate) => candidate.name === name);
  return entry ? entry.title.replace(/ \(.*\)$/, "") : basename(name);
}

/** A name for a file, from names of data sets, models, requests. */
export const fileName = (...parts: readonly string[]): string =>
  parts
    .join("-")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

/** What was done before a measurement: "learning" for "none", else the request. */
export const requestLabel = (request: string): string => (request === "none" ? "learning" : request);

/** "LightGCN" for "lightgcn", "DMF" for "dmf". */
export const modelLabel = (model: string): string =>
  model === "lightgcn" ? "LightGCN" : model.toUpperCase();
