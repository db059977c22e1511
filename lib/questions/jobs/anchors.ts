/** Anchor cells: scorers that learn nothing about a user, under the cell's own metrics. One for each split. */

import { evaluateAnchors, oracleScorer, popularityScorer, randomScorer } from "../../metrics/anchors";
import { evaluateImplicit, type Scorer } from "../../metrics/evaluate";
import type { AnchorsCell } from "../cell";
import type { AnchorsOutcome } from "../outcome";
import type { Report } from "./job";
import { holdsRatings, splitData } from "./workbench";

export async function runAnchors(cell: AnchorsCell, report: Report, signal: AbortSignal): Promise<void> {
  const { train, test } = await splitData(cell);
  const { label, metrics } = cell.protocol;
  if (holdsRatings(test)) {
    report.outcome(cell, await evaluateAnchors(train, test, cell.seed, { label, metrics, signal }), {});
    return;
  }
  const implicit = (scorer: Scorer) => evaluateImplicit(scorer, train, test, { signal });
  const outcome: AnchorsOutcome = {
    random: await implicit(randomScorer(train, cell.seed)),
    popularity: await implicit(popularityScorer(train)),
    oracle: await implicit(oracleScorer(test, cell.seed)), // without ratings there is no item mean
  };
  report.outcome(cell, outcome, {});
}
