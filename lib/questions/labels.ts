/** Names as figures and tables show them: lib/report/theme.ts has a colour and a shape for each. */

import type { AnchorName } from "../metrics/anchors";
import type { MethodName, PartitionCell } from "./cell";

const METHODS: Readonly<Record<MethodName, string>> = {
  retrain: "Retrain",
  "c-sisa": "C-SISA",
  "l-rand": "L-Rand",
  "l-bkm": "L-BKM",
  "l-cbkm": "L-CBKM",
};

const ANCHORS: Readonly<Record<AnchorName, string>> = {
  random: "random",
  popularity: "popularity",
  itemMean: "item mean",
  oracle: "oracle",
};

/** "L-CBKM" for "l-cbkm". */
export const methodLabel = (method: MethodName): string => METHODS[method];
/** "item mean" for "itemMean". */
export const anchorLabel = (anchor: string): string => ANCHORS[anchor as AnchorName] ?? anchor;

const GROUPINGS: Readonly<Record<PartitionCell["grouping"], string>> = {
  rand: "Rand",
  "kmeans-ratings": "k-means, rating rows",
  "kmeans-embedding": "k-means, embedding",
  bkm: "BKM",
  cbkm: "CBKM",
};

/** "CBKM" for "cbkm". */
export const groupingLabel = (grouping: PartitionCell["grouping"]): string => GROUPINGS[grouping];

const ORDERS: Readonly<Record<string, string>> = {
  easyToHard: "easy to hard",
  hardToEasy: "hard to easy",
  random: "random order",
};

/** "easy to hard" for "easyToHard". */
export const orderLabel = (order: string): string => ORDERS[order] ?? order;
