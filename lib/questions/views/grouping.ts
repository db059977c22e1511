/**
 * Tables and the chart that notebook 03 computes itself, beside those of its question: names, captions,
 * columns.
 */

import { mapChart } from "../../report/pointChart";
import type { RunDescription } from "../../report/provenance";
import type { Row, Table } from "../../report/rows";
import type { NamedChart, NamedTable } from "../../report/show";
import { columns } from "../../report/table";

/** What shows Algorithm 2 as it is printed. */
const EXAMPLE: RunDescription = { data: { name: "ten users on a plane", synthetic: true }, seeds: [6] };

/** Groups that know one number of each user: what they explain is no taste. */
const BASELINES = ["mean rating", "number of ratings"];

export const grouping = {
  /** @param rows user, group, distance, nearer, before; in the order in which seats are taken */
  steps: (rows: readonly Row[]): NamedTable => ({
    name: "grouping-printed-steps",
    caption: "Algorithm 2 as printed, first pass, seat by seat",
    run: EXAMPLE,
    rows: rows.map((row, k) => ({ seat: k + 1, ...row })),
    columns: [
      ...columns({ seat: "Seat", user: "User", group: "Group" }),
      { key: "distance", label: "Distance", digits: 2 },
      ...columns({ nearer: "The nearer one?", before: "Already had a seat in" }),
    ],
  }),
  /** @param stages groups of the ten users, by stage @param values their places, x and y in turn */
  plane: (stages: Readonly<Record<string, Uint32Array>>, values: Float32Array): NamedChart => ({
    name: "grouping-printed-map",
    run: EXAMPLE,
    caption: "The same ten users before and after: as printed, and corrected (five users a group)",
    alt: "Three maps of ten points in two groups: random, as printed, corrected.",
    chart: mapChart(
      Object.entries(stages).flatMap(([stage, groups]) =>
        [0, 1].flatMap((group) =>
          Array.from(groups.keys())
            .filter((user) => groups[user] === group)
            .map((user) => ({
              stage,
              x: values[2 * user],
              y: values[2 * user + 1],
              group: `group ${group + 1}`,
            })),
        ),
      ),
      {
        x: "x",
        y: "y",
        series: "group",
        panelColumns: "stage",
        xTitle: "",
        yTitle: "",
        size: 110,
        height: 150,
      },
    ),
  }),
  /** @param rows stage, sizes, inertia */
  printed: (rows: Table): NamedTable => ({
    name: "grouping-printed-summary",
    run: EXAMPLE,
    caption: "Sizes and inertia (sum of squared distances to the group means)",
    rows,
    columns: [
      ...columns({ stage: "Groups", sizes: "Users" }),
      { key: "inertia", label: "Inertia", digits: 1 },
    ],
  }),
  /** @param rows tau, algorithm, passes, moved, inertia */
  passes: (rows: Table): NamedTable => ({
    name: "grouping-printed-passes",
    run: EXAMPLE,
    within: ["tau"],
    caption: "Passes that were run, and how many users changed their group in each",
    rows,
    columns: [
      ...columns({
        tau: "τ",
        algorithm: "Algorithm 2",
        passes: "Passes",
        moved: "Users moved, pass by pass",
      }),
      { key: "inertia", label: "Inertia", digits: 1 },
    ],
  }),
  /** @param rows space, groups, variant, most, least, passes, inertia, gain in % */
  against: (rows: Table): NamedTable => ({
    name: "grouping-printed",
    within: ["space", "groups"],
    caption: "Algorithm 2 as printed and corrected, within k-means, against random groups",
    rows,
    columns: [
      ...columns({
        space: "Space",
        groups: "S",
        variant: "Assignment",
        most: "Largest",
        least: "Smallest",
        passes: "Passes",
      }),
      { key: "inertia", label: "Inertia", digits: 0, best: "lowest" },
      { key: "gain", label: "Below random", unit: "%", digits: 1 },
    ],
  }),
  /** @param rows space, groups, greedy, transport, saved in %, same, passes1, passes2, ms1, ms2 */
  assigned: (rows: Table): NamedTable => {
    const pair = (group: string, digits: number, first: string, second: string) => [
      { key: first, label: "Greedy", digits, group },
      { key: second, label: "Transport", digits, group },
    ];
    return {
      name: "grouping-transport",
      within: ["space"],
      caption:
        "Greedy and optimal assignment: inertia, how alike the groups are (adjusted Rand index), and time",
      rows,
      columns: [
        ...columns({ space: "Space", groups: "S" }),
        ...pair("Inertia", 0, "greedy", "transport"),
        { key: "saved", label: "Lower by", unit: "%", digits: 1, group: "Inertia" },
        { key: "same", label: "Rand index", digits: 2 },
        ...pair("Passes", 0, "passes1", "passes2"),
        ...pair("ms per pass, fastest", 1, "ms1", "ms2"),
      ],
    };
  },
  /** @param rows name, explained in %, rho, purity, rand */
  taste: (rows: Table, groups: number): NamedTable => ({
    name: "grouping-taste",
    caption: `How much S = ${groups} groups know about ratings, by what they were made from`,
    rows,
    competes: (row) => !BASELINES.includes(row.name as string) && row.name !== "BKM",
    columns: [
      { key: "name", label: "Groups made from" },
      { key: "explained", label: "Spread explained", unit: "%", digits: 2, best: "highest" },
      ...columns(
        { rho: "rho", purity: "Purity against BKM", rand: "Adjusted Rand index" },
        { digits: 3, best: "highest" },
      ),
    ],
  }),
  /** @param rows space, balance, users, work, inertia */
  balance: (rows: Table, groups: number): NamedTable => ({
    name: "grouping-balance",
    caption: `What balancing users or ratings costs (S = ${groups})`,
    rows,
    within: ["space"],
    columns: [
      ...columns({ space: "Space", balance: "Balanced by" }),
      ...columns(
        { users: "Users: largest / mean", work: "Ratings: largest / mean" },
        { digits: 2, best: "lowest" },
      ),
      { key: "inertia", label: "Inertia", digits: 0 },
    ],
  }),
  /** @param rows request, groups, exact, simulated, low, high: in % of all ratings */
  batches: (rows: Table, data: string, run: RunDescription): NamedTable => ({
    name: "grouping-batches",
    run,
    within: ["request"],
    caption: `Expected cost of a request by several users, in % of all ratings (CBKM, ${data}, one seed)`,
    rows,
    columns: [
      ...columns({ request: "Request", groups: "S" }),
      ...columns(
        { exact: "Exact", simulated: "Simulated", low: "95 % low", high: "95 % high" },
        { digits: 2 },
      ),
    ],
  }),
};
