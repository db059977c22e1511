/**
 * Beyond the paper (notebook 10): what else forgets exactly, what it is worth, and what it costs, for each kind of
 * request. Systems and their grids: beyondSystems.ts; differences, shares and the verdict: beyondTable.ts.
 */

import { namedMetrics } from "../../metrics/quality";
import { decidingMetric } from "../beyond/metric";
import { LEARNING_REQUEST, REQUESTS } from "../beyond/requests";
import type { BeyondCell } from "../cell";
import { type BeyondRecord, recordsOf } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import type { PresetName, Protocol } from "../protocol";
import { type BeyondSystem, RANKED, SMALL, SYSTEMS } from "./beyondSystems";
import type { Figure } from "./figure";

/** One cell: a system after learning or after one request, in one seed; what it is worth, cost and keeps. */
export interface BeyondRow {
  readonly dataset: string;
  readonly preset: PresetName;
  /** "none": the system trains no model and stands beside those that do */
  readonly model: string;
  /** id of beyondSystems.ts */
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
}

const SMALL_SEEDS = 2;
const RANKING_SEEDS = 3;
/** Two alternatives a stage are enough to see a search work. */
const SMALL_STAGE = 2;

interface Sweep {
  readonly dataset: string;
  readonly preset: PresetName;
  readonly systems: readonly BeyondSystem[];
  readonly requests: readonly string[];
  readonly seeds: readonly number[];
}

function sweepCells(profile: Profile, { dataset, preset, systems, requests, seeds }: Sweep): BeyondCell[] {
  const protocol = profileProtocol(profile, dataset, preset);
  const small = profile.name === "smoke";
  return seeds.flatMap((seed) =>
    systems.flatMap((system) => {
      const settings = system.settings({ dataset, protocol, groups: profile.ablationGroups });
      const whole = system.grid(protocol);
      const grid = small ? whole.map((stage) => stage.slice(0, SMALL_STAGE)) : whole;
      return (system.trains ? profile.models : (["none"] as const)).flatMap((model) =>
        requests.map(
          (request): BeyondCell => ({
            kind: "beyond",
            dataset,
            protocol,
            model,
            method: system.method,
            variant: system.id,
            settings,
            grid,
            request,
            seed,
          }),
        ),
      );
    }),
  );
}

function cells(profile: Profile): BeyondCell[] {
  const small = profile.name === "smoke";
  const systems = small ? SYSTEMS.filter(({ id }) => SMALL.includes(id)) : SYSTEMS;
  // the third, ML-100K, is what `quick` is for
  const own = profile.datasets.slice(0, 2).flatMap((dataset) =>
    sweepCells(profile, {
      dataset,
      preset: "PAPER",
      systems,
      requests: [LEARNING_REQUEST, ...REQUESTS],
      seeds: small ? profile.seeds.slice(0, SMALL_SEEDS) : profile.seeds,
    }),
  );
  if (small) return own;
  const ranked = profile.rankingDatasets.flatMap((dataset) =>
    sweepCells(profile, {
      dataset,
      preset: "RANKING",
      systems: SYSTEMS.filter(({ id }) => RANKED.includes(id)),
      requests: [LEARNING_REQUEST],
      seeds: profile.seeds.slice(0, RANKING_SEEDS),
    }),
  );
  return [...own, ...ranked];
}

/** Records tell milliseconds: what they round to nothing took about this long. */
const LEAST_SECONDS = 0.0005;

const sumOf = (timings: Readonly<Record<string, number>>): number =>
  Object.values(timings).reduce((sum, seconds) => sum + seconds, 0);

export const presetOf = ({ negatives }: Protocol): PresetName => (negatives > 0 ? "RANKING" : "PAPER");

function rowOf({ trial: cell, outcome, timings }: BeyondRecord): BeyondRow {
  const metric = decidingMetric(cell.protocol);
  const metrics = namedMetrics(outcome.metrics);
  const { request } = cell;
  const [cold, fair, wellKnown] = outcome.strata;
  return {
    dataset: cell.dataset,
    preset: presetOf(cell.protocol),
    model: cell.model,
    system: cell.variant,
    request,
    seed: cell.seed,
    metric,
    utility: metrics[metric],
    hr: metrics[metric.replace("NDCG", "HR")],
    loss: metrics["test loss"],
    expected: request === LEARNING_REQUEST ? outcome.samples : (outcome.expected?.[request] ?? null),
    samples: outcome.samples,
    seconds: Math.max(LEAST_SECONDS, sumOf(timings)),
    derive: timings.derive ?? 0,
    bytes: outcome.bytes,
    lossCold: cold.loss,
    lossFair: fair.loss,
    lossKnown: wellKnown.loss,
  };
}

export const beyond: Figure<BeyondRow> = {
  id: "beyond",
  title: "Other methods that forget exactly: utility against cost",
  paper: "beyond the paper",
  notebook: "10_beyond",
  cells,
  rows: (records) => recordsOf(records, "beyond").map(rowOf),
};
