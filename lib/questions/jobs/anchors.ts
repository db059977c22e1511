/** Anchor cells: scorers that learn nothing about a user, under the cell's own metrics. One for each split. */

import { evaluateAnchors } from "../../metrics/anchors";
import type { AnchorsCell } from "../cell";
import type { Report } from "./job";
import { splitData } from "./workbench";

export async function runAnchors(cell: AnchorsCell, report: Report, signal: AbortSignal): Promise<void> {
  const { train, test } = await splitData(cell);
  const { label, metrics } = cell.protocol;
  report.outcome(cell, await evaluateAnchors(train, test, cell.seed, { label, metrics, signal }), {});
}
