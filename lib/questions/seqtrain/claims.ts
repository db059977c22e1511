/** C8: the order of the groups. Figure 7 is about the paper's own grouping; the other two are shown beside it. */

import { modelLabel, requestLabel } from "../labels";
import { seedDifferences } from "../summary";
import { type Claim, grouped } from "../verdicts/verdict";
import { difference, effectOf } from "../verdicts/words";
import { better, yardstick } from "../verdicts/yardstick";
import type { SeqTrainRow } from "./rows";

const NDCG = "labCode NDCG@10";
const METRICS = [NDCG, "labCode HR@10"];

/** The grouping of Figure 7. */
const PAPERS = "L-CBKM";

const unitOf = (metric: string, system: string) => `${metric}: ${system}`;

export const C8: Claim<SeqTrainRow> = {
  id: "C8",
  place: "Figure 7",
  statement: "Easy-to-hard order beats hard-to-easy in all cases (S = 8, K = 5)",
  rule: "a case is a model, request and metric, with the paper's grouping; it holds if easy to hard is above hard to easy with the whole interval; the other groupings are shown beside it",
  covers: "all",
  cases: (rows) => {
    const judged = rows.filter(({ metric }) => METRICS.includes(metric));
    const ordered = judged.filter(({ order }) => order !== "");
    const key = (row: SeqTrainRow) =>
      [`${row.dataset}|${row.system}`, modelLabel(row.model), requestLabel(row.request), row.metric].join(
        ", ",
      );
    return [...grouped(ordered, key)].map(([name, own]) => ({
      dataset: own[0].dataset,
      model: modelLabel(own[0].model),
      name: name.slice(name.indexOf("|") + 1),
      unit: unitOf(own[0].metric, own[0].system),
      effects: seedDifferences(
        own.filter(({ order }) => order === "easyToHard"),
        own.filter(({ order }) => order === "hardToEasy"),
      ),
      ...(own[0].system === PAPERS ? better(yardstick(judged, own[0])) : { says: "beside" as const }),
    }));
  },
  sentence: (found) => {
    const standing = (system: string) => difference(effectOf(found, unitOf(NDCG, system)));
    const beside = found.effects
      .flatMap(({ unit }) => (unit.startsWith(NDCG) ? unit.slice(NDCG.length + 2) : []))
      .filter((system) => system !== PAPERS)
      .map((system) => `${system} ${standing(system)}`);
    const others = beside.length > 0 ? ` (beside it, not judged: ${beside.join(", ")})` : "";
    return `by ${NDCG}, on average over models and requests, with ${PAPERS} easy to hard is ${standing(PAPERS)} than hard to easy${others}`;
  },
};
