/** Rows of systems by the order of their groups. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "../system/outcome";
import { type SystemRow, systemRows } from "../system/rows";

export const ORDERS = ["easyToHard", "hardToEasy", "random"] as const;

export interface Labels extends SystemLabels {
  readonly order: (typeof ORDERS)[number];
}

export interface SeqTrainRow extends SystemRow {
  readonly order: (typeof ORDERS)[number];
}

export const seqtrainRows = (finding: Finding<SystemOutcome, Labels>): SeqTrainRow[] =>
  systemRows(finding).map((row) => ({ ...row, order: finding.labels.order }));
