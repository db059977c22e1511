/** C14: unlearning is complete. */

import { formatNumber } from "../../report/table";
import { type Claim, grouped } from "../verdicts/verdict";
import type { ExactnessRow } from "./rows";

const keyOf = ({ dataset, system, model, request, regroup }: ExactnessRow) =>
  `${dataset}|${system}, ${model}, ${request}${regroup ? ", groups made anew" : ""}`;

export const C14: Claim<ExactnessRow> = {
  id: "C14",
  place: "Goal G1, Section 2.2",
  statement: "Unlearning is complete: the unlearned model is the one that never saw the erased users",
  rule: "a case is a method, model and request; it holds if in every seed every weight is bit-identical to that of a fresh run without the erased users, same seeds and, unless the groups are made anew, the same partition",
  covers: "all",
  cases: (rows) =>
    [...grouped(rows, keyOf)].map(([name, same]) => ({
      dataset: same[0].dataset,
      name: name.slice(name.indexOf("|") + 1),
      unit: "% of the unlearnings",
      effects: same.map(({ seed, identical }) => ({ seed, value: identical ? 100 : 0 })),
      says: "always", // a promise about every system: one that differs decides, whatever the others do
    })),
  sentence: ({ effects: [share] }) =>
    `${formatNumber(share.mean, 0)} % of the unlearned systems are to the bit what a fresh run without the erased users gives`,
};
