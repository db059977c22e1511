/** What a system is worth, costs and keeps: a row for learning, and one for each kind of request. */

import { namedMetrics } from "../../metrics/quality";
import type { PresetName } from "../protocol";
import type { Finding } from "../question";
import type { Choice, Learned, SystemOutcome } from "../system/outcome";
import { decidingMetric } from "../system/search";
import { LEARNING } from "../trial";
import { evaluationOf } from "../workbench";
import { OWN_SCORING } from "./systems";

export interface Labels {
  readonly preset: PresetName;
  /** "none": the system trains no model */
  readonly model: string;
  /** id in systems.ts */
  readonly system: string;
}

/** A system after learning or under one request, in one seed; what it is worth, cost and keeps. */
export interface BeyondRow {
  readonly dataset: string;
  readonly preset: PresetName;
  /** "none": the system trains no model and stands beside those that do */
  readonly model: string;
  /** id in systems.ts */
  readonly system: string;
  readonly request: string;
  readonly seed: number;
  /** what `utility` is: NDCG@10 of the family that decides in validation */
  readonly metric: string;
  /**
   * After learning, whatever the request: the erased are not scored after theirs, so what the others then get says who
   * left, and could not be set beside systems that were not unlearned.
   */
  readonly utility: number;
  /** gradient samples: of learning, or expected of the request, over all who might ask; null: no gradients */
  readonly expected: number | null;
  /** of learning, or until a method without gradients recommends again; null where no request was carried out */
  readonly seconds: number | null;
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

/** The rows of all findings whose system was learned: of what was done, and of the requests whose cost is expected. */
export function beyondRows(findings: readonly Finding<SystemOutcome, Labels>[]): BeyondRow[] {
  const rows = findings.flatMap(withOwnScoring);
  const key = ({ dataset, preset, model, system, seed }: BeyondRow) =>
    JSON.stringify([dataset, preset, model, system, seed]);
  const learned = new Map(
    rows.filter(({ request }) => request === LEARNING).map((row) => [key(row), row.utility]),
  );
  return rows.flatMap((row) => {
    const utility = learned.get(key(row));
    return utility === undefined ? [] : [{ ...row, utility }];
  });
}

/** C-SISA's by both of its scorings; losses by item are recorded of one. */
function withOwnScoring(finding: Finding<SystemOutcome, Labels>): BeyondRow[] {
  const { labels, outcome } = finding;
  const rows = rowsOf(finding);
  if (outcome.own === undefined) return rows;
  const own = rowsOf({
    ...finding,
    labels: { ...labels, system: OWN_SCORING.id },
    outcome: { ...outcome, metrics: outcome.own },
  });
  return [...rows, ...own.map((row) => ({ ...row, lossCold: null, lossFair: null, lossKnown: null }))];
}

function rowsOf({ trial, labels, outcome, timings }: Finding<SystemOutcome, Labels>): BeyondRow[] {
  const metrics = namedMetrics(outcome.metrics);
  const decides = decidingMetric(evaluationOf(trial));
  const metric = decides in metrics ? decides : "fullRank NDCG@10"; // clicks have no ratings of their own
  const { request = LEARNING } = trial;
  const [cold, fair, wellKnown] = outcome.strata;
  const gradients = labels.model !== "none";
  const done: BeyondRow = {
    dataset: trial.dataset,
    ...labels,
    request,
    seed: trial.seed,
    metric,
    utility: metrics[metric],
    expected: gradients ? (request === LEARNING ? outcome.samples : outcome.expected) : null,
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
  if (!gradients || request !== LEARNING) return [done];
  const expected = Object.entries(outcome.learned?.expected ?? {});
  return [
    done,
    ...expected.map(([text, samples]) => ({
      ...done,
      request: text,
      expected: samples,
      // Retrain learns once more, whoever asks
      seconds: labels.system === "retrain" ? done.seconds : null,
      choice: null,
      learned: null,
    })),
  ];
}
