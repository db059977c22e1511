/** What a system is worth, costs and keeps, one row per trial. */

import { namedMetrics } from "../../metrics/quality";
import type { PresetName } from "../protocol";
import type { Finding } from "../question";
import type { Choice, Learned, SystemOutcome } from "../system/outcome";
import { decidingMetric } from "../system/search";
import { LEARNING } from "../trial";
import { evaluationOf } from "../workbench";

export interface Labels {
  readonly preset: PresetName;
  /** "none": the system trains no model */
  readonly model: string;
  /** id in systems.ts */
  readonly system: string;
}

/** One trial: a system after learning or after one request, in one seed; what it is worth, cost and keeps. */
export interface BeyondRow {
  readonly dataset: string;
  readonly preset: PresetName;
  /** "none": the system trains no model and stands beside those that do */
  readonly model: string;
  /** id in systems.ts */
  readonly system: string;
  readonly request: string;
  readonly seed: number;
  /** what `utility` is: NDCG@10 of the family that decided in validation */
  readonly metric: string;
  readonly utility: number;
  readonly hr: number;
  readonly loss: number;
  /** expected gradient samples of this request, over all who might ask; of learning, for "none"; null: no cost model */
  readonly expected: number | null;
  /** gradient samples and seconds of the one request that was run */
  readonly samples: number;
  readonly seconds: number;
  /** seconds until the model of a method without gradients stands again: part of `seconds` */
  readonly derive: number;
  readonly bytes: number;
  /** test loss over items with at most 20 training ratings, at most 100, and more; null without held-out ratings */
  readonly lossCold: number | null;
  readonly lossFair: number | null;
  readonly lossKnown: number | null;
  /** items of the catalogue */
  readonly items: number;
  /** null where nothing is searched */
  readonly choice: Choice | null;
  /** null after a request */
  readonly learned: Learned | null;
}

/** Records tell milliseconds: what they round to nothing took about this long. */
const LEAST_SECONDS = 0.0005;

const sumOf = (timings: Readonly<Record<string, number>>): number =>
  Object.values(timings).reduce((sum, seconds) => sum + seconds, 0);

export function beyondRow({ trial, labels, outcome, timings }: Finding<SystemOutcome, Labels>): BeyondRow {
  const metric = decidingMetric(evaluationOf(trial));
  const metrics = namedMetrics(outcome.metrics);
  const { request = LEARNING } = trial;
  const [cold, fair, wellKnown] = outcome.strata;
  return {
    dataset: trial.dataset,
    ...labels,
    request,
    seed: trial.seed,
    metric,
    utility: metrics[metric],
    hr: metrics[metric.replace("NDCG", "HR")],
    loss: metrics["test loss"],
    expected: request === LEARNING ? outcome.samples : outcome.expected,
    samples: outcome.samples,
    seconds: Math.max(LEAST_SECONDS, sumOf(timings)),
    derive: timings.derive ?? 0,
    bytes: outcome.bytes,
    lossCold: cold.loss,
    lossFair: fair.loss,
    lossKnown: wellKnown.loss,
    items: outcome.strata.reduce((sum, stratum) => sum + stratum.items, 0),
    choice: outcome.choice ?? null,
    learned: outcome.learned ?? null,
  };
}
