/**
 * Which method to take: rules read from the records of `beyond`, for each kind and size of data and each kind of request; without
 * records there is none. The command `advise` measures on a user's own file instead (lib/advice).
 */

import type { NamedTable } from "../../report/show";
import { columns } from "../../report/table";
import { datasetTitle, modelLabel, requestLabel } from "../labels";
import { seedDifference } from "../summary";
import { grouped } from "../verdicts/verdict";
import { comparisons, panelOf } from "./comparisons";
import type { BeyondRow } from "./rows";
import { REQUESTS, systemOf } from "./systems";

/** What may be lost against the best exact system of all, in NDCG@10. */
export const NEAR = 0.005;

/** For some data and a request: the cheapest of the systems that are surely near the best one. */
export interface Rule {
  /** what is wanted: `recommendations` out of all items (RANKING), or a prediction of `ratings` (PAPER) */
  readonly wanted: "recommendations" | "ratings";
  readonly dataset: string;
  /** "MovieLens 1M" */
  readonly data: string;
  /** size of its training part */
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
  readonly request: string;
  /** the request in words */
  readonly asked: string;
  /** "EASE", "Lean fold-in active, DMF" */
  readonly take: string;
  /** a method of `learn` */
  readonly method: string;
  readonly utility: number;
  /** utility less that of the best, and half of its 95 % interval (NaN for one seed) */
  readonly difference: number;
  readonly half: number;
  /** "EASE": the best of all */
  readonly best: string;
  /** % of the cost of Retrain with the model `beside`, "BPR" */
  readonly cost: number;
  readonly beside: string;
  readonly seeds: number;
}

interface Candidate {
  readonly name: string;
  readonly system: string;
  readonly cost: number;
  readonly beside: string;
  readonly values: readonly { readonly seed: number; readonly value: number }[];
  readonly utility: number;
}

/** The systems under one request, those without a model once: at the larger of their costs beside several models. */
function candidatesOf(rows: readonly BeyondRow[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { system, name, model, cost, utility } of comparisons(rows)) {
    const own = rows.filter((row) => row.system === system && (row.model === model || row.model === "none"));
    const trains = own[0].model !== "none";
    const key = trains ? `${system} ${model}` : system;
    const values = own.map(({ seed, utility: value }) => ({ seed, value }));
    if (!(cost > (found.get(key)?.cost ?? 0))) continue; // or unknown
    found.set(key, {
      name: trains ? `${name}, ${modelLabel(model)}` : name,
      system,
      cost,
      beside: modelLabel(model),
      values,
      utility,
    });
  }
  return [...found.values()];
}

/** One rule for each data set, preset and request that the rows know. */
export function rules(rows: readonly BeyondRow[]): Rule[] {
  return [...grouped(rows, panelOf).values()].flatMap((here) => {
    const facts = here.find(({ learned }) => learned);
    return REQUESTS.flatMap((request): Rule[] => {
      const candidates = candidatesOf(here.filter((row) => row.request === request));
      const [best] = [...candidates].sort((a, b) => b.utility - a.utility);
      if (!best || !facts?.learned) return [];
      const near = candidates
        .map((one) => ({
          ...one,
          ...(one === best ? { difference: 0, half: 0 } : seedDifference(one.values, best.values)),
        }))
        .filter(({ difference, half }) => difference - half >= -NEAR); // one seed alone makes nothing sure
      const [cheapest] = near.sort((a, b) => a.cost - b.cost || b.utility - a.utility);
      const { dataset, preset, items } = facts;
      return [
        {
          wanted: preset === "RANKING" ? "recommendations" : "ratings",
          dataset,
          data: datasetTitle(dataset),
          users: facts.learned.users,
          items,
          ratings: facts.learned.ratings,
          request,
          asked: requestLabel(request),
          take: cheapest.name,
          method: systemOf(cheapest.system).method,
          utility: cheapest.utility,
          difference: cheapest.difference,
          half: cheapest.half,
          best: best.name,
          cost: cheapest.cost,
          beside: cheapest.beside,
          seeds: cheapest.values.length,
        },
      ];
    });
  });
}

/** The rules as a table; none without rules. */
export function adviceTable(rows: readonly BeyondRow[]): NamedTable[] {
  const found = rules(rows);
  if (found.length === 0) return [];
  return [
    {
      name: "beyond-advice",
      caption: `Which method to take: the cheapest of the exact systems that are surely within ${NEAR} NDCG@10 of the best one`,
      rows: found,
      within: ["wanted", "data"],
      note: "Surely: the whole 95 % interval of the difference, paired by seed; with one seed there is none, and the best is taken. Costs are expected, each as a share of Retrain's with the same model, over the seeds that both have; of methods without gradients the time until they recommend again, as the largest share that it is of any model's.",
      columns: [
        ...columns({ wanted: "Wanted", data: "Data" }),
        { key: "ratings", label: "Ratings", digits: 0 },
        ...columns({ asked: "Forget", take: "Take" }),
        { key: "difference", error: "half", label: "Behind the best", digits: 4 },
        { key: "cost", label: "Cost", unit: "%", digits: 2 },
        ...columns({ beside: "of Retrain with", best: "Best", seeds: "Seeds" }),
      ],
    },
  ];
}

/** The rules as sentences, one line per kind of data; what to do where there are none. */
export function adviceText(rows: readonly BeyondRow[]): string {
  const found = rules(rows);
  if (found.length === 0)
    return "There are no records of `beyond` to advise from: `npx erasable run beyond --profile paper` makes them.";
  return [...grouped(found, ({ wanted, data }) => JSON.stringify([wanted, data])).values()]
    .map((own) => {
      const takes = [...grouped(own, ({ take }) => take)].map(
        ([take, same]) => `${take} (to forget ${same.map(({ asked }) => asked).join(", ")})`,
      );
      return `* For ${own[0].wanted} from data like ${own[0].data}: ${takes.join("; ")}.`;
    })
    .join("\n");
}
