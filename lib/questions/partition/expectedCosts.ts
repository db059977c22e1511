/** Equations 7, 8 and 11 on the measured groups, beside a simulated stream of requests. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { simulateRequests } from "../../cohesion/expectedCost";
import { columns } from "../../report/table";
import { overSeeds } from "../summary";
import type { GroupingSummary } from "./groupings";

/** Expected cost of one request on the first data set, counted in users as Eq. 7 to 11 do, in % of a full retraining. */
export function expectedCosts(partitions: ColumnTable, requests: number) {
  const [data] = partitions.array("data") as string[];
  const own = partitions
    .filter(aq.escape((row: GroupingSummary) => row.data === data))
    .orderby("groups")
    .reify()
    .derive({
      simulated: aq.escape(({ users, seed, groups }: GroupingSummary) => {
        const total = users.reduce((sum, size) => sum + size, 0);
        const { mean } = simulateRequests(users, { requests, batch: 1, seed: 1000 * groups + seed });
        return (100 * mean) / total;
      }),
    });
  const by = ["data", "groups", "name"];
  const column = (name: string) => overSeeds(own, by, name).rename({ mean: name, std: `${name}Std` });
  return {
    name: "grouping-expected-cost",
    caption: `Expected cost of one request on ${data}, counted in users, in % of a full retraining (means ± standard deviation over seeds)`,
    within: ["groups"],
    rows: column("eq7")
      .assign(...["eq8", "bound", "simulated"].map((name) => column(name).select(name, `${name}Std`)))
      .objects(),
    columns: [
      ...columns({ groups: "S", name: "Grouping" }),
      { key: "eq7", error: "eq7Std", label: "Eq. 7", digits: 2 },
      ...columns({ eq8: "Eq. 8", bound: "Eq. 11" }, { digits: 2 }),
      { key: "simulated", error: "simulatedStd", label: "Simulated", digits: 2 },
    ],
  };
}
