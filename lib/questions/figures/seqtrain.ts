/**
 * Figure 7: easy-to-hard against hard-to-easy order of the groups (S = 8, K = 5), with a random order as a control:
 * whatever the order means, the group trained last is favoured.
 */

import { recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import { systemCells } from "./cells";
import type { Figure } from "./figure";
import { type UtilityRow, utilityRows } from "./utility";

export const ORDERS = ["easyToHard", "hardToEasy", "random"] as const;

export interface SeqTrainRow extends UtilityRow {
  readonly order: string;
}

/** Figure 7: the order of the groups. */
export const seqtrain: Figure<SeqTrainRow> = {
  id: "seqtrain",
  title: "Order of the groups in sequential training",
  paper: "Figure 7",
  notebook: "06_seqtrain_ablation",
  cells: (profile) =>
    profile.datasets.flatMap((dataset) =>
      ORDERS.flatMap((order) =>
        systemCells({
          dataset,
          protocol: profileProtocol(profile, dataset, "PAPER", { order }),
          models: profile.models,
          methods: ["l-cbkm"],
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5", "top@5"],
          seeds: profile.seeds,
        }),
      ),
    ),
  rows: (records) =>
    recordsOf(records, "system")
      .filter(({ trial: cell }) => cell.method === "l-cbkm")
      .flatMap((record) =>
        utilityRows(record).map((row) => ({ ...row, order: record.trial.protocol.order })),
      ),
};
