/**
 * What approximate forgetting leaves behind (notebook 10): methods that change the learned weights beside an exact system,
 * under both presets: how far they are from it, what an attacker still finds of the erased, quality and cost.
 */

import type { ModelName } from "../../model/spec";
import { OF_MODEL } from "../beyond/systems";
import { dataOf, evaluationOf, systemUnder } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import type { PresetName } from "../protocol";
import { type Finding, question } from "../question";
import type { Planned } from "../trial";
import { approximateJob } from "./job";
import type { ApproximateOutcome } from "./outcome";
import { exposure, left } from "./outputs";
import { approximateRows, type Labels } from "./rows";

const REQUESTS = ["random-user", "rand@5"] as const;
const SEEDS = 3;

interface Panel {
  readonly preset: PresetName;
  readonly dataset: string;
  readonly models: readonly ModelName[];
}

/** LightGCN stands on the smallest set of its preset: each request trains it twice. */
const panelsOf = ({ datasets, rankingDatasets }: Profile): Panel[] => {
  const panels: Panel[] = [
    { preset: "RANKING", dataset: rankingDatasets[0], models: ["bpr"] },
    { preset: "RANKING", dataset: rankingDatasets[rankingDatasets.length - 1], models: ["lightgcn"] },
    { preset: "PAPER", dataset: datasets[0], models: ["dmf", "nmf"] },
  ];
  return panels.filter(({ dataset }) => dataset !== undefined); // where no set of a preset is on this machine
};

function trials(profile: Profile): Planned<Labels>[] {
  const seeds = profile.seeds.slice(0, profile.name === "paper" ? SEEDS : 1);
  return panelsOf(profile).flatMap(({ preset, dataset, models }) => {
    const protocol = profileProtocol(profile, dataset, preset);
    return seeds.flatMap((seed) =>
      models.flatMap((model) =>
        REQUESTS.map((request) => ({
          trial: {
            job: approximateJob.name,
            dataset,
            data: dataOf(protocol),
            evaluation: evaluationOf(protocol),
            system: systemUnder(protocol, "retrain", OF_MODEL[model], { dataset, model }),
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
  tables: (rows) => ({ left: left(rows) }),
  charts: (rows) => ({ exposure: exposure(rows) }),
});
