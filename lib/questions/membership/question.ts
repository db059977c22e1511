/**
 * Membership inference on erased users (goal G1, seen from outside): ROC areas before the erasure, after deleting rows
 * alone, after unlearning, and against a model that never saw them. Two lengths of training: the profile's own, and one
 * long enough to overfit single ratings, so that there is something to find.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { mean, meanOfEstimates } from "../../statistics/statistics";
import { FALSE_POSITIVES } from "../attacks/roc";
import { type SystemLabels, systemTrials } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { Protocol } from "../protocol";
import { type Finding, question } from "../question";
import { distinct, runOf, titled } from "../shown";
import { seedInterval } from "../summary";
import type { Planned } from "../trial";
import {
  type MembershipCurve,
  type MembershipOutcome,
  type MembershipStage,
  membershipJob,
  STAGES,
} from "./job";

interface Labels extends SystemLabels {
  /** how the model was trained */
  readonly training: "as published" | "overfitted";
}

export interface MembershipRow extends MembershipCurve {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  readonly groups: number;
  readonly seed: number;
  /** how the model was trained */
  readonly training: "as published" | "overfitted";
  /** users on each side */
  readonly users: number;
}

/** Many more steps than the protocol takes. */
const BY_HEART: Partial<Protocol> = { batchSize: 512, epochs: 100 };
/** A small data set for them: a large one would take hours to overfit. */
const SMALL = "ml-100k";

/** Each trial learns five times: only profile paper attacks every data set, in every seed. */
function trials(profile: Profile): Planned<Labels>[] {
  const whole = profile.name === "paper";
  const [first] = profile.datasets;
  const small = profile.datasets.includes(SMALL) ? SMALL : first;
  const sweeps = [
    ...(whole ? profile.datasets : [first]).map((dataset) => ({
      training: "as published" as const,
      dataset,
      protocol: profileProtocol(profile, dataset),
    })),
    {
      training: "overfitted" as const,
      dataset: small,
      protocol: profileProtocol(profile, small, "PAPER", BY_HEART),
    },
  ];
  return sweeps.flatMap(({ training, ...sweep }) =>
    systemTrials({
      job: membershipJob.name,
      ...sweep,
      models: profile.models.slice(0, 1),
      systems: ["Retrain", "C-SISA", "L-CBKM"],
      groups: [profile.ablationGroups],
      requests: ["rand@10"],
      seeds: whole ? profile.seeds : profile.seeds.slice(0, 1),
    }).map(({ trial, labels }) => ({ trial, labels: { ...labels, training } })),
  );
}

const KEYS = ["training", "data", "panel", "system", "attack"] as const;

/**
 * Half the width of the 95 % interval of a mean over seeds. Each of them draws a tenth of the same users, which is as much
 * in common as re-splits have that test a tenth, so the correction is theirs. For a single seed: over users.
 */
const reach = (values: readonly number[], errors: readonly number[]) =>
  (seedInterval(values) ?? meanOfEstimates(values, errors)).high - mean(values);

/** An area and its distance from that of `fresh`, each with half of its interval. */
const MEASURED = ["area", "reach", "above", "aboveReach"];

interface Collected extends Record<"auc" | "error" | "less" | "lessError", readonly number[]> {
  readonly stage: MembershipStage;
}

/** Areas of the four systems, and how far they lie above that of `fresh` on the same people. */
function areas(rows: ColumnTable) {
  const models = distinct(titled(rows), "panel");
  const beside = titled(rows)
    .groupby(...KEYS, "stage")
    .rollup({
      auc: aq.op.array_agg("auc"),
      error: aq.op.array_agg("error"),
      less: aq.op.array_agg("lessFresh"),
      lessError: aq.op.array_agg("lessFreshError"),
    })
    .derive({
      area: aq.escape(({ auc }: Collected) => mean(auc)),
      reach: aq.escape(({ auc, error }: Collected) => reach(auc, error)),
      above: aq.escape(({ less }: Collected) => mean(less)),
      aboveReach: aq.escape(({ less, lessError }: Collected) => reach(less, lessError)),
    })
    .groupby(...KEYS)
    .pivot("stage", Object.fromEntries(MEASURED.map((name) => [name, aq.op.any(name)])), { sort: false })
    .derive({ found: aq.escape((row: Record<string, number>) => row.above_before > row.aboveReach_before) });
  const column = (stage: string, value: string, half: string, look: { group: string; digits: number }) => ({
    key: `${value}_${stage}`,
    error: `${half}_${stage}`,
    label: stage,
    ...look,
  });
  return {
    name: "membership-areas",
    caption: `Membership inference on erased users, ${models.join(" and ")}: area under the ROC curve (AUC), and how far it exceeds that on a fresh system (mean over seeds ± half of its 95 % interval, corrected for seeds that share users; with a single seed, over users)`,
    rows: beside.objects(),
    within: ["training", "data", "panel", "system"],
    columns: [
      ...columns({ training: "Training", data: "Data", system: "Method", attack: "Attack" }),
      ...STAGES.map((stage) => column(stage, "area", "reach", { group: "AUC", digits: 2 })),
      ...["before", "unlearned"].map((stage) =>
        column(stage, "above", "aboveReach", { group: "AUC minus fresh", digits: 3 }),
      ),
      { key: "found", label: "Members found before" },
    ],
    note: "Where an attack finds no members before the erasure, it shows neither that the system forgets nor that it does not.",
  };
}

/** The curves of systems overfitted on purpose: true against false positives, in per cent. */
function curves(rows: ColumnTable) {
  const shown = rows.filter(
    (row: MembershipRow) => row.training === "overfitted" && row.attack !== "fold-in",
  );
  const points = (shown.objects() as MembershipRow[]).flatMap(
    ({ system: name, attack, stage, truePositives }) =>
      truePositives.map((rate, k) => ({
        name,
        panel: `${attack}: true positives (%)`,
        stage: stage as string,
        x: 100 * FALSE_POSITIVES[k],
        rate: 100 * rate,
      })),
  );
  if (points.length === 0) return [];
  const lines = aq
    .from(points)
    .groupby("name", "panel", "stage", "x")
    .rollup({ mean: aq.op.mean("rate") });
  const guessing = (
    lines.groupby("name", "panel").count().objects() as { name: string; panel: string }[]
  ).flatMap(({ name, panel }) => [0, 100].map((x) => ({ name, panel, stage: "guessing", x, mean: x })));
  return [
    {
      name: "membership-roc",
      caption: `${distinct(titled(shown), "data").join(" and ")}: ROC curves of two attacks on systems overfitted on purpose (mean over seeds; guessing gives the diagonal)`,
      alt: "True against false positives, one panel per method and attack, one line per system.",
      run: runOf(shown),
      chart: lineChart([...lines.objects(), ...guessing] as Record<string, string | number>[], {
        x: "x",
        y: "mean",
        series: "stage",
        panelColumns: "name",
        panelRows: "panel",
        fromZero: true,
        xScale: "linear",
        xTitle: "false positives (%)",
      }),
    },
  ];
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
  tables: (rows) => ({ areas: areas(rows) }),
  charts: (rows) => ({ curves: curves(rows) }),
});
