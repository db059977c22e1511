/** C8: the order of the groups. */

import { seedDifferences } from "../summary";
import { type Claim, grouped } from "../verdicts/verdict";
import type { SeqTrainRow } from "./rows";

const METRICS = ["labCode NDCG@10", "labCode HR@10"];

export const C8: Claim<SeqTrainRow> = {
  id: "C8",
  place: "Figure 7",
  statement: "Easy-to-hard order beats hard-to-easy in all cases (S = 8, K = 5)",
  rule: "reproduced if the difference is above 0 with its whole interval in every case",
  effect: "labCode metric of easy-to-hard minus hard-to-easy",
  needs: 1,
  compare: (rows) => {
    const judged = rows.filter(({ metric }) => METRICS.includes(metric));
    const panels = grouped(judged, (row) => `${row.dataset}|${row.model}, ${row.request}, ${row.metric}`);
    return [...panels].map(([name, inPanel]) => ({
      dataset: inPanel[0].dataset,
      name: name.slice(name.indexOf("|") + 1),
      effects: seedDifferences(
        inPanel.filter(({ order }) => order === "easyToHard"),
        inPanel.filter(({ order }) => order === "hardToEasy"),
      ),
    }));
  },
};
