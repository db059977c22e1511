/**
 * Membership inference on erased users (goal G1, seen from outside): ROC areas before the erasure, after deleting rows
 * alone, after unlearning, and against a model that never saw them. Two lengths of training: the profile's own, and one
 * long enough to learn single ratings by heart, so that there is something to find.
 */

import type { MembershipCell, MethodName } from "../cell";
import { type MembershipCurve, recordsOf } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { systemCells } from "./cells";
import type { Figure } from "./figure";

export interface MembershipRow extends MembershipCurve {
  readonly dataset: string;
  readonly model: string;
  readonly method: MethodName;
  readonly groups: number;
  readonly seed: number;
  /** how the model was trained */
  readonly training: "as published" | "by heart";
  /** users on each side */
  readonly users: number;
}

/** Many more steps than the protocol takes. */
const BY_HEART: Partial<Protocol> = { batchSize: 512, epochs: 100 };
/** A small data set for them: a large one would take hours to learn by heart. */
const SMALL: Readonly<Record<Profile["name"], string>> = {
  smoke: "synthetic",
  quick: "ml-100k",
  paper: "ml-100k",
};
const SEEDS: Readonly<Record<Profile["name"], number>> = { smoke: 1, quick: 3, paper: 3 };

/** Each cell learns five times, so the paper profile is content with one model. */
function membershipCells(profile: Profile): MembershipCell[] {
  const [first] = profile.datasets;
  const small = profile.datasets.includes(SMALL[profile.name]) ? SMALL[profile.name] : first;
  const [model] = profile.models;
  const published = {
    dataset: first,
    protocol: profileProtocol(profile, first),
    models: profile.name === "quick" ? profile.models : [model],
  };
  const byHeart = {
    dataset: small,
    protocol: profileProtocol(profile, small, "PAPER", BY_HEART),
    models: [model],
  };
  return [published, byHeart].flatMap((sweep) =>
    systemCells({
      ...sweep,
      methods: ["retrain", "c-sisa", "l-cbkm"],
      groups: [profile.ablationGroups],
      requests: ["rand@10"],
      seeds: profile.seeds.slice(0, SEEDS[profile.name]),
    }).map((cell) => ({ ...cell, kind: "membership" as const })),
  );
}

/** Membership inference on erased users, before and after. */
export const membership: Figure<MembershipRow> = {
  id: "membership",
  title: "Membership inference on erased users",
  paper: "Goal G1 (Section 2.2)",
  notebook: "08_completeness",
  cells: membershipCells,
  rows: (records) =>
    recordsOf(records, "membership").flatMap(({ trial: cell, outcome }) =>
      outcome.curves.map((curve) => ({
        dataset: cell.dataset,
        model: cell.model,
        method: cell.method,
        groups: cell.groups,
        seed: cell.seed,
        training: isByHeart(cell.protocol) ? ("by heart" as const) : ("as published" as const),
        users: outcome.users,
        ...curve,
      })),
    ),
};

const isByHeart = ({ batchSize, epochs }: Protocol) =>
  batchSize === BY_HEART.batchSize && epochs === BY_HEART.epochs;
