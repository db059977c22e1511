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

const ASKED: Readonly<Record<string, string>> = {
  none: "learning",
  "random-user": "one random user",
  "active-user": "one user, by activity",
};
const WHO: Readonly<Record<string, string>> = {
  rand: "at random",
  top: "most active",
  edge: "least active",
  "last-group": "of the last group",
};

/** "5 % most active" for "top@5", "learning" for "none". */
export function requestLabel(request: string): string {
  const [, who, percent] = /^([a-z-]+)@([\d.]+)$/.exec(request) ?? [];
  return ASKED[request] ?? (WHO[who] ? `${percent} % ${WHO[who]}` : request);
}

/** The same within a sentence: "the 5 % most active users", "5 % of the users at random". */
export const requestPhrase = (request: string): string =>
  requestLabel(request)
    .replace(/^([\d.]+ %) at random$/, "$1 of the users at random")
    .replace(/^([\d.]+ % (most|least) active)$/, "the $1 users");

/** "after learning", "after forgetting 5 % most active" */
export const afterLabel = (request: string): string =>
  `after ${request === "none" ? "" : "forgetting "}${requestLabel(request)}`;

/** A figure's number, where its data are the paper's (its MovieLens 1M): "Figure 9: ", "Like Figure 9, on other data: ". */
export const paperFigure = (number: string, data: readonly string[]): string =>
  data.some((one) => one === "ml-1m" || one === datasetTitle("ml-1m"))
    ? `${number}: `
    : `Like ${number}, on other data: `;

/** A name for a file, from names of data sets, models, requests. */
export const fileName = (...parts: readonly string[]): string =>
  parts
    .join("-")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

/** "LightGCN" for "lightgcn", "DMF" for "dmf". */
export const modelLabel = (model: string): string =>
  model === "lightgcn" ? "LightGCN" : model.toUpperCase();
