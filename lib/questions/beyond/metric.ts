/** What decides under a protocol: the metric that chooses settings, and that the tables of the figure lead with. */

import type { Protocol } from "../protocol";

export const decidingMetric = ({ metrics }: Protocol): "labCode NDCG@10" | "fullRank NDCG@10" =>
  metrics === "all" ? "fullRank NDCG@10" : "labCode NDCG@10";
