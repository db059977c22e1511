/**
 * Membership inference on erased users (goal G1, seen from outside): ROC areas before the erasure, after deleting rows
 * alone, after unlearning, and against a model that never saw them. Two lengths of training: the profile's own, and one
 * long enough to learn single ratings by heart, so that there is something to find.
 */

import { type SystemLabels, systemTrials } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { type Finding, question } from "../question";
import type { Planned } from "../trial";
import { type MembershipCurve, type MembershipOutcome, membershipJob } from "./job";

interface Labels extends SystemLabels {
  /** how the model was trained */
  readonly training: "as published" | "by heart";
}

export interface MembershipRow extends MembershipCurve {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
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

/** Each trial learns five times, so the paper profile is content with one model. */
function trials(profile: Profile): Planned<Labels>[] {
  const [first] = profile.datasets;
  const small = profile.datasets.includes(SMALL[profile.name]) ? SMALL[profile.name] : first;
  const [model] = profile.models;
  const published = {
    training: "as published" as const,
    dataset: first,
    protocol: profileProtocol(profile, first),
    models: profile.name === "quick" ? profile.models : [model],
  };
  const byHeart = {
    training: "by heart" as const,
    dataset: small,
    protocol: profileProtocol(profile, small, "PAPER", BY_HEART),
    models: [model],
  };
  return [published, byHeart].flatMap(({ training, ...sweep }) =>
    systemTrials({
      job: membershipJob.name,
      ...sweep,
      systems: ["Retrain", "C-SISA", "L-CBKM"],
      groups: [profile.ablationGroups],
      requests: ["rand@10"],
      seeds: profile.seeds.slice(0, SEEDS[profile.name]),
    }).map(({ trial, labels }) => ({ trial, labels: { ...labels, training } })),
  );
}

/** Membership inference on erased users, before and after. */
export const membership = question({
  id: "membership",
  title: "Membership inference on erased users",
  paper: "Goal G1 (Section 2.2)",
  notebook: "08_completeness",
  jobs: [membershipJob],
  trials,
  rows: (findings: readonly Finding<MembershipOutcome, Labels>[]): MembershipRow[] =>
    findings.flatMap(({ trial, labels: { model, system, groups, training }, outcome }) =>
      outcome.curves.map((curve) => ({
        dataset: trial.dataset,
        model,
        system,
        groups,
        seed: trial.seed,
        training,
        users: outcome.users,
        ...curve,
      })),
    ),
});
