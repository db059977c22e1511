/** Rows of systems by the order of their groups, with Retrain and the anchors on the same splits. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "../system/outcome";
import type { AnchorsOutcome } from "../utility/anchorsJob";
import { type UtilityRow, utilityRows } from "../utility/rows";

export const ORDERS = ["easyToHard", "hardToEasy", "random"] as const;

/** Order of the groups; "" for Retrain and anchors, which have none. */
type Order = (typeof ORDERS)[number] | "";

export interface Labels extends SystemLabels {
  readonly order: Order;
}

export interface SeqTrainRow extends UtilityRow {
  readonly order: Order;
}

export const seqtrainRows = (finding: Finding<SystemOutcome | AnchorsOutcome, Labels>): SeqTrainRow[] =>
  utilityRows(finding).map((row) => ({ ...row, order: finding.labels.order }));
