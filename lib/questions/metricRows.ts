/** What the evaluation of a system says, one number per row. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import type { Evaluation } from "../metrics/evaluate";
import { namedMetrics } from "../metrics/quality";
import type { View } from "./question";
import { titled } from "./shown";

/** A metric of something. */
export interface MetricValue {
  /** "labCode NDCG@10", "testOnly HR@10", "test loss" ... */
  readonly metric: string;
  readonly value: number;
}

/** One row per metric. */
export const metricValues = (evaluation: Evaluation): MetricValue[] =>
  Object.entries(namedMetrics(evaluation)).map(([metric, value]) => ({ metric, value }));

/** The metrics of a family, in the order in which it is shown: "labCode NDCG@10", "labCode HR@10". */
export const familyMetrics = (family: string): readonly string[] => [`${family} NDCG@10`, `${family} HR@10`];

/** The family of data without ratings, which have no own lists. */
const WITHOUT_RATINGS = "fullRank";

/** What a question lets choose: the family of metrics that is shown, labCode, testOnly or fullRank. */
export interface FamilyOptions {
  readonly metricFamily: string;
}

/** The family of the paper, and what else may be asked for. */
export const LAB_CODE: FamilyOptions = { metricFamily: "labCode" };
export const FAMILIES = { metricFamily: ["labCode", "testOnly", "fullRank"] } as const;

/** The rows of the family that is shown, with their titles: of full ranking where there are none of the family. */
export function inFamily(rows: ColumnTable, { options }: View<FamilyOptions>): ColumnTable {
  const own = familyMetrics(options.metricFamily);
  const known = new Set(rows.array("metric"));
  const shown = own.some((metric) => known.has(metric)) ? own : familyMetrics(WITHOUT_RATINGS);
  return titled(rows.filter(aq.escape(({ metric }: MetricValue) => shown.includes(metric))));
}
