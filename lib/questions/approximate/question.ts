/**
 * What approximate forgetting leaves behind (notebook 10): methods that change the learned weights beside an exact system,
 * under both presets: how far they are from it, what an attacker still finds of the erased, quality and cost.
 */

import type { ModelName } from "../../model/spec";
import { dataOf, evaluationOf, systemUnder } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { PresetName } from "../protocol";
import { type Finding, question } from "../question";
import type { Planned } from "../trial";
import { approximateJob } from "./job";
import type { ApproximateOutcome } from "./outcome";
import { approximateRows, type Labels } from "./rows";

const REQUESTS = ["random-user", "rand@5"] as const;
const SEEDS = 3;

const MODELS: Readonly<Record<PresetName, readonly ModelName[]>> = {
  PAPER: ["dmf", "nmf"],
  RANKING: ["bpr", "lightgcn"],
};

function trials(profile: Profile): Planned<Labels>[] {
  const panels: [PresetName, string][] = [
    ["RANKING", profile.rankingDatasets[0]],
    ["PAPER", profile.datasets[0]],
  ];
  return panels.flatMap(([preset, dataset]) => {
    const protocol = profileProtocol(profile, dataset, preset);
    return profile.seeds.slice(0, SEEDS).flatMap((seed) =>
      MODELS[preset].flatMap((model) =>
        REQUESTS.map((request) => ({
          trial: {
            job: approximateJob.name,
            dataset,
            data: dataOf(protocol),
            evaluation: evaluationOf(protocol),
            system: systemUnder(protocol, "retrain", {}, { model }),
            request,
            seed,
          },
          labels: { preset, model },
        })),
      ),
    );
  });
}

/** What approximate forgetting leaves behind. */
export const approximate = question({
  id: "approximate",
  title: "What approximate forgetting leaves behind",
  paper: "beyond the paper",
  notebook: "10_beyond",
  jobs: [approximateJob],
  trials,
  rows: (findings: readonly Finding<ApproximateOutcome, Labels>[]) => findings.flatMap(approximateRows),
});
