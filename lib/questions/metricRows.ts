/** What the evaluation of a system says, one number per row. */

import type { ColumnTable } from "arquero";
import type { Evaluation } from "../metrics/evaluate";
import { namedMetrics } from "../metrics/quality";

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

/** The metrics of a family that rows show: those of full ranking where the rows have none of the family's. */
export function shownMetrics(rows: ColumnTable, family: string): readonly string[] {
  const own = familyMetrics(family);
  const known = new Set(rows.array("metric"));
  return own.some((metric) => known.has(metric)) ? own : familyMetrics(WITHOUT_RATINGS);
}
