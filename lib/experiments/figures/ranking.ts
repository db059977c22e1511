/**
 * Does the paper's picture survive outside its own protocol? The same methods under RANKING: sampled negatives in
 * training, ranking of all items at test. One S, learning and one request.
 */

import { METHOD_NAMES } from "../cell";
import { recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import { systemCells } from "./cells";
import type { Figure } from "./figure";
import { anchorCells, type UtilityRow, utilityRows } from "./utility";

const RANKING_SEEDS = 3;

/** The same systems under full ranking (preset RANKING). */
export const ranking: Figure<UtilityRow> = {
  id: "ranking",
  title: "The same methods under full ranking with sampled negatives",
  paper: "beyond Section 4.4: the evaluation that the field uses today",
  notebook: "05_utility",
  cells: (profile) =>
    profile.rankingDatasets.flatMap((dataset) => {
      const protocol = profileProtocol(profile, dataset, "RANKING");
      const seeds = profile.seeds.slice(0, RANKING_SEEDS);
      return [
        ...anchorCells({ ...profile, seeds }, dataset, protocol),
        ...systemCells({
          dataset,
          protocol,
          models: profile.models,
          methods: METHOD_NAMES,
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5"],
          seeds,
        }),
      ];
    }),
  rows: (records) =>
    recordsOf(records, "system")
      .filter(({ cell }) => cell.protocol.negatives > 0)
      .flatMap(utilityRows),
};
