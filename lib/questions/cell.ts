/**
 * A cell is one number-producing question, as plain data: which data set, protocol, model, method, S, request and seed.
 * Its canonical JSON, the data's checksum and the code version make the key of its record.
 */

import type { ModelName } from "../model/spec";
import type { Json } from "../training/store";
import type { Protocol } from "./protocol";

/** Section 4.2's methods. The L- methods are LASER with random, BKM and CBKM grouping. */
export const METHOD_NAMES = ["retrain", "c-sisa", "l-rand", "l-bkm", "l-cbkm"] as const;
/** Name of a system of the paper. */
export type MethodName = (typeof METHOD_NAMES)[number];

interface Base {
  readonly dataset: string;
  readonly protocol: Protocol;
  readonly seed: number;
}

/** Utility and cost of a system after learning (`request: "none"`) or after one unlearning request. */
export interface SystemCell extends Base {
  readonly kind: "system";
  readonly model: ModelName;
  readonly method: MethodName;
  /** S; 1 for Retrain */
  readonly groups: number;
  /** "none", "rand@5", "top@2.5", "last-group@5" ... */
  readonly request: string;
}

/** Seconds of one unlearning, measured alone on the machine, everything included (Figure 4). */
export interface TimingCell extends Omit<SystemCell, "kind"> {
  readonly kind: "timing";
}

/** Groups of one grouping: sizes, ratings, cohesion in both spaces (Figures 9 and 12, Eq. 7-11). */
export interface PartitionCell extends Base {
  readonly kind: "partition";
  readonly grouping: "rand" | "kmeans-ratings" | "kmeans-embedding" | "bkm" | "cbkm";
  readonly groups: number;
}

/** Test loss of a model trained on each group alone, beside the group's cohesion (Figures 8 and 13, Theorem 1). */
export interface GroupLossCell extends Base {
  readonly kind: "groupLoss";
  readonly model: ModelName;
  readonly groups: number;
}

/** Bit-exactness of one unlearning against a fresh run without the erased users (goal G1). */
export interface ExactnessCell extends Omit<SystemCell, "kind"> {
  readonly kind: "exactness";
}

/** Random, popularity, item mean and oracle under the same metrics. */
export interface AnchorsCell extends Base {
  readonly kind: "anchors";
}

/** Membership inference on erased users before and after; `request` "rand@10" says how many are attacked. */
export interface MembershipCell extends Omit<SystemCell, "kind"> {
  readonly kind: "membership";
}

/** How the ratings of fake users are made: around the mean of all ratings, or of each item. */
export const SHILLING_ATTACKS = ["random", "average"] as const;

/** A shilling attack and its unlearning; `request` "rand@5" says how many fake users there are for 100 real ones. */
export interface PoisoningCell extends Omit<SystemCell, "kind"> {
  readonly kind: "poisoning";
  readonly attack: (typeof SHILLING_ATTACKS)[number];
}

/** Settings of a method by name, side by side: `nestedSettings` of unlearning/methods.ts puts each into its section. */
export interface FlatSettings {
  readonly [setting: string]: Json;
}

/**
 * What is searched on the validation split: stage by stage the best of some changes to the settings, under the best of
 * the stages before.
 */
export type SettingsGrid = readonly (readonly FlatSettings[])[];

/**
 * Utility and cost of any method of unlearning/methods.ts, with settings chosen on a validation split: after learning
 * (`request: "none"`) or after a request, which may also be one user ("random-user", "active-user").
 */
export interface BeyondCell extends Base {
  readonly kind: "beyond";
  /** "none" for methods that train no model */
  readonly model: ModelName | "none";
  /** name in unlearning/methods.ts */
  readonly method: string;
  /** which system of figures/beyondSystems.ts this is, for tables and charts */
  readonly variant: string;
  /** what stands beside the protocol's own settings */
  readonly settings: FlatSettings;
  readonly grid: SettingsGrid;
  readonly request: string;
}

/** One question to the suite; `kind` says which. */
export type Cell =
  | SystemCell
  | TimingCell
  | PartitionCell
  | GroupLossCell
  | ExactnessCell
  | AnchorsCell
  | MembershipCell
  | PoisoningCell
  | BeyondCell;
