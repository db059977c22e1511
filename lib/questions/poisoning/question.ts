/**
 * The other motive of unlearning (Section 1): a pushed item before, during and after a shilling attack, and what it cost.
 * The pushed item is drawn anew in every seed, and items differ more than methods do: so tables and chart show the spread.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { SHILLING_ATTACKS } from "../attacks/shilling";
import { datasetTitle, fileName } from "../labels";
import { systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { byDataset } from "../shown";
import { overSeeds } from "../summary";
import { type PoisoningOutcome, poisoningJob } from "./job";
import { type Labels, type PoisoningRow, poisoningRows } from "./rows";

const SEEDS = 2;

const MEASURES = {
  rankPercent: { label: "Rank", unit: "% of the items", digits: 1 },
  hitRatio: { label: "Top ten", unit: "% of users", digits: 1 },
  ndcg: { label: "labCode NDCG@10", digits: 4 },
  loss: { label: "Test loss", digits: 4 },
  cost: { label: "Cost", unit: "% of Retrain's", digits: 1 },
} as const;

/** The rows under the names that readers see; the cost of unlearning beside that of Retrain, in gradient samples. */
function shown(rows: ColumnTable): ColumnTable {
  const all = rows.objects() as PoisoningRow[];
  const retrain = (row: PoisoningRow) =>
    all.find(
      (one) =>
        one.system === "Retrain" &&
        one.stage === "unlearned" &&
        (["dataset", "model", "attack", "seed"] as const).every((key) => one[key] === row[key]),
    )?.samples ?? Number.NaN;
  return aq.from(
    all.map((row) => ({
      ...row,
      data: datasetTitle(row.dataset),
      name: row.system,
      hitRatio: 100 * row.hitRatio,
      cost: (100 * row.samples) / retrain(row),
    })),
  );
}

const BY = ["data", "attack", "name", "stage"];

/** Mean, standard deviation, least and most over seeds of the rank, and mean and standard deviation of the rest. */
function damage(rows: ColumnTable) {
  const all = shown(rows);
  const ends = all.groupby(...BY).rollup({
    least: aq.op.min("rankPercent"),
    most: aq.op.max("rankPercent"),
    same: aq.op.min("identical"),
    seeds: aq.op.count(),
  });
  const measured = Object.keys(MEASURES).map(
    (key) => [key, overSeeds(all, BY, key).objects() as { mean: number; std: number }[]] as const,
  );
  const found = (ends.objects() as { stage: string; same: boolean }[]).map(({ same, ...row }, k) => ({
    ...row,
    ...Object.fromEntries(
      measured.flatMap(([key, own]) => [
        [key, own[k].mean],
        [`${key}Std`, own[k].std],
      ]),
    ),
    clean: row.stage === "unlearned" ? same : null,
  }));
  const [rank, ...others] = Object.entries(MEASURES).map(([key, column]) => ({
    key,
    error: `${key}Std`,
    ...column,
  }));
  return {
    name: "completeness-poisoning",
    caption:
      "Rank of the pushed item, quality of the whole system, and cost (mean ± standard deviation over seeds)",
    rows: found,
    within: ["data", "attack", "name"],
    note: "Rank: of the pushed item among a user's unrated items, in per cent of the whole catalogue, 0 % is the top; each seed pushes another item; least and most are over seeds. Cost: gradient samples of learning (clean, poisoned) or of unlearning, relative to Retrain's unlearning. Clean again: the unlearned system equals the clean one in every bit, in every seed.",
    columns: [
      ...columns({ data: "Data", attack: "Attack", name: "Method", stage: "System" }),
      rank,
      ...columns(
        { least: "least", most: "most" },
        { unit: "% of the items", digits: 1, group: "Rank, by seed" },
      ),
      ...others,
      ...columns({ clean: "Clean again", seeds: "Seeds" }),
    ],
  };
}

/** The rank of the pushed item in each seed, one picture per data set: a point is a seed. */
const ranks = (rows: ColumnTable) =>
  byDataset(shown(rows), (own, title, dataset) => ({
    name: fileName("completeness-poisoning", dataset),
    caption: `${title}: mean rank of the pushed item among a user's unrated items (0 is the top), before, during and after an attack by fake users; one point per seed`,
    alt: "Panels for methods and attacks; points of the clean, the poisoned and the unlearned system, one for each seed.",
    chart: lineChart(own.derive({ panel: (row: PoisoningRow) => `${row.attack} attack` }), {
      x: "stage",
      y: "rankPercent",
      panelColumns: "name",
      panelRows: "panel",
      xScale: "category",
      fromZero: true,
      xTitle: "",
      yTitle: "rank (% of all items)",
    }),
  }));

/** A pushed item, and its way back when the fake users are unlearned. */
export const poisoning = question({
  id: "poisoning",
  title: "Shilling attacks and their unlearning",
  paper: "Section 1 (active unlearning)",
  notebook: "08_completeness",
  jobs: [poisoningJob],
  trials: (profile) =>
    (profile.name === "paper" ? profile.datasets : profile.datasets.slice(0, 1)).flatMap((dataset) =>
      systemTrials({
        job: poisoningJob.name,
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: profile.models.slice(0, 1),
        systems: ["Retrain", "C-SISA", "L-CBKM"],
        groups: [profile.ablationGroups],
        requests: ["rand@5"],
        seeds: profile.name === "smoke" ? profile.seeds.slice(0, SEEDS) : profile.seeds,
      }).flatMap(({ trial, labels }) =>
        SHILLING_ATTACKS.map((attack) => ({
          trial: { ...trial, settings: { attack } },
          labels: { ...labels, attack },
        })),
      ),
    ),
  rows: (findings: readonly Finding<PoisoningOutcome, Labels>[]) => findings.flatMap(poisoningRows),
  tables: (rows) => ({ damage: damage(rows) }),
  charts: (rows) => ({ ranks: ranks(rows) }),
});
