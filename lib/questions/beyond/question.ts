/**
 * Beyond the paper (notebook 10): what else forgets exactly, what it is worth, and what it costs, for each kind of
 * request, under full ranking first. Systems and what is searched in them: systems.ts; differences, shares and the
 * verdict: comparisons.ts. Trained systems are learned and not unlearned: an exact one is worth after a request what learning
 * without the erased is worth, and the cost of a request is expected over all who might ask (unlearning/requestCost).
 * Methods without gradients carry every request out, since their cost is a time.
 */

import type { ModelName } from "../../model/spec";
import { dataOf, evaluationOf, systemUnder } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { PresetName } from "../protocol";
import { type Finding, question } from "../question";
import type { SystemOutcome } from "../system/outcome";
import { budgeted, CANDIDATES, candidatesOf } from "../system/search";
import { LEARNING, type Planned } from "../trial";
import { adviceTable } from "./advice";
import { batches, pareto } from "./charts";
import { type BeyondRow, beyondRows, type Labels } from "./rows";
import { type BeyondSystem, OF_MODEL, REQUESTS, SMALL, SYSTEMS, type SystemContext } from "./systems";
import { aims, choices, cold, cores, systems } from "./tables";

const GRAPH_SEEDS = 3;
const QUICK_SEEDS = 1;
/** Enough to see a search work. */
const SMALL_CANDIDATES = 3;

/** The models of a system; [undefined] where it trains none. */
function modelsOf(system: BeyondSystem, context: SystemContext): readonly (ModelName | undefined)[] {
  const models = system.models(context);
  return models === "none" ? [undefined] : models;
}

function systemTrials(
  profile: Profile,
  preset: PresetName,
  dataset: string,
  system: BeyondSystem,
): Planned<Labels>[] {
  const small = profile.name === "smoke";
  const protocol = profileProtocol(profile, dataset, preset);
  const context = { preset, dataset, protocol, groups: profile.ablationGroups };
  const own = system.settings(context);
  const all = profile.name === "paper" ? profile.seeds : profile.seeds.slice(0, QUICK_SEEDS);
  return modelsOf(system, context).flatMap((model) => {
    if (small && model !== undefined && model === "nmf") return [];
    const stages = system.search(context, model);
    // overrides of the profile may leave fewer changes to try
    const most = Math.min(small ? SMALL_CANDIDATES : CANDIDATES, candidatesOf(stages));
    const search = stages.length > 0 ? budgeted(stages, most) : [];
    const seeds = model === "lightgcn" ? all.slice(0, GRAPH_SEEDS) : all;
    const settings = { ...own, ...(model && OF_MODEL[model]) };
    const requests = model === undefined ? [LEARNING, ...REQUESTS] : [LEARNING];
    return seeds.flatMap((seed) =>
      requests.map((request) => ({
        trial: {
          job: system.job.name,
          dataset,
          data: dataOf(protocol),
          evaluation: evaluationOf(protocol),
          system: systemUnder(protocol, system.method, settings, { dataset, model, search }),
          request,
          seed,
        },
        labels: { preset, model: model ?? "none", system: system.id },
      })),
    );
  });
}

function trials(profile: Profile): Planned<Labels>[] {
  const chosen = profile.name === "smoke" ? SYSTEMS.filter(({ id }) => SMALL.includes(id)) : SYSTEMS;
  const panels: [PresetName, string][] = [
    ...profile.rankingDatasets.map((dataset): [PresetName, string] => ["RANKING", dataset]),
    // the third, ML-100K, is what `quick` is for
    ...profile.datasets.slice(0, 2).map((dataset): [PresetName, string] => ["PAPER", dataset]),
  ];
  return panels.flatMap(([preset, dataset]) =>
    chosen
      .filter(({ presets }) => presets.includes(preset))
      .flatMap((system) => systemTrials(profile, preset, dataset, system)),
  );
}

/** What else forgets exactly, and what it is worth and costs. */
export const beyond = question({
  id: "beyond",
  title: "Other methods that forget exactly: utility against cost",
  paper: "beyond the paper",
  notebook: "10_beyond",
  jobs: [...new Set(SYSTEMS.map(({ job }) => job))],
  trials,
  rows: (findings: readonly Finding<SystemOutcome, Labels>[]) => beyondRows(findings),
  tables: (rows) => ({
    systems: systems(rows),
    aims: aims(rows),
    choices: choices(rows),
    cold: cold(rows),
    cores: cores(rows),
    advice: adviceTable(rows.objects() as BeyondRow[]),
  }),
  charts: (rows) => ({ pareto: pareto(rows), batches: batches(rows) }),
});
