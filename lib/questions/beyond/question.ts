/**
 * Beyond the paper (notebook 10): what else forgets exactly, what it is worth, and what it costs, for each kind of
 * request. Systems and what is searched in them: systems.ts; differences, shares and the verdict: comparisons.ts.
 */

import { dataOf, evaluationOf, systemUnder } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { PresetName } from "../protocol";
import { type Finding, question } from "../question";
import { system as systemJob } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { LEARNING, type Planned } from "../trial";
import { beyondRow, type Labels } from "./rows";
import { type BeyondSystem, RANKED, REQUESTS, SMALL, SYSTEMS } from "./systems";

const SMALL_SEEDS = 2;
const RANKING_SEEDS = 3;
/** Two alternatives per stage are enough to see a search work. */
const SMALL_STAGE = 2;

interface Sweep {
  readonly dataset: string;
  readonly preset: PresetName;
  readonly systems: readonly BeyondSystem[];
  readonly requests: readonly string[];
  readonly seeds: readonly number[];
}

function sweepTrials(
  profile: Profile,
  { dataset, preset, systems, requests, seeds }: Sweep,
): Planned<Labels>[] {
  const protocol = profileProtocol(profile, dataset, preset);
  const small = profile.name === "smoke";
  return seeds.flatMap((seed) =>
    systems.flatMap((system) => {
      const own = system.settings({ dataset, protocol, groups: profile.ablationGroups });
      const whole = system.search(protocol);
      const search = small ? whole.map((stage) => stage.slice(0, SMALL_STAGE)) : whole;
      const models = system.trains ? profile.models : [undefined];
      return models.flatMap((model) =>
        requests.map((request) => ({
          trial: {
            job: systemJob.name,
            dataset,
            data: dataOf(protocol),
            evaluation: evaluationOf(protocol),
            system: systemUnder(protocol, system.method, own, { dataset, model, search }),
            request,
            seed,
          },
          labels: { preset, model: model ?? "none", system: system.id },
        })),
      );
    }),
  );
}

function trials(profile: Profile): Planned<Labels>[] {
  const small = profile.name === "smoke";
  const systems = small ? SYSTEMS.filter(({ id }) => SMALL.includes(id)) : SYSTEMS;
  // the third, ML-100K, is what `quick` is for
  const own = profile.datasets.slice(0, 2).flatMap((dataset) =>
    sweepTrials(profile, {
      dataset,
      preset: "PAPER",
      systems,
      requests: [LEARNING, ...REQUESTS],
      seeds: small ? profile.seeds.slice(0, SMALL_SEEDS) : profile.seeds,
    }),
  );
  if (small) return own;
  const ranked = profile.rankingDatasets.flatMap((dataset) =>
    sweepTrials(profile, {
      dataset,
      preset: "RANKING",
      systems: SYSTEMS.filter(({ id }) => RANKED.includes(id)),
      requests: [LEARNING],
      seeds: profile.seeds.slice(0, RANKING_SEEDS),
    }),
  );
  return [...own, ...ranked];
}

/** What else forgets exactly, and what it is worth and costs. */
export const beyond = question({
  id: "beyond",
  title: "Other methods that forget exactly: utility against cost",
  paper: "beyond the paper",
  notebook: "10_beyond",
  jobs: [systemJob],
  trials,
  rows: (findings: readonly Finding<SystemOutcome, Labels>[]) => findings.map(beyondRow),
});
