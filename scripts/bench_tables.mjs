// The tables of results/bench.json that bench/README.md shows, and of results/paper/second-run.json that
// RESULTS.md shows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tools.mjs";

const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const bench = read("results/bench.json").sections;

/** A table in Markdown. */
export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const short = (value) => Number(value.toPrecision(2)).toString();

export function speedTable() {
  const rows = bench.training.rows
    .filter(({ stream }) => stream === "all")
    .map(({ model, batchSize, simd, torch }) => [
      model.toUpperCase(),
      batchSize.toLocaleString("en-US"),
      `${(simd.median / 1e6).toFixed(2)} M`,
      ...["ordinary, one thread", "ordinary, default threads", "distinct, default threads"].map((variant) =>
        torch?.[variant] ? `${short(torch[variant].ratio)}x` : "–",
      ),
    ]);
  return table(
    [
      "model",
      "batch",
      "samples/s, one core",
      "PyTorch, one thread",
      "PyTorch, two threads",
      "de-duplicated PyTorch, two threads",
    ],
    rows,
  );
}

export function scaleTable() {
  const rows = bench.scale.rows
    .filter(({ seconds }) => seconds !== undefined)
    .map(({ what, seconds, megabytes, stages }) => [
      what,
      seconds.toFixed(1),
      `${megabytes}`,
      Object.entries(stages ?? {})
        .map(([stage, own]) => `${stage} ${own.toFixed(1)}`)
        .join(", ") || "–",
    ]);
  return table(["", "seconds", "peak memory, MB", "of it"], rows);
}

/** Forgetting one user of a system in a folder, in ms of wall time. */
export function forgetTable() {
  const ms = ({ median, most }) => `${median.toFixed(0)} (${most.toFixed(0)})`;
  const { rows, data, machine } = bench["fold-in"];
  if (data !== "ml-1m" || machine.cores !== 2)
    throw new Error("bench/README.md: its fold-in is of ml-1m on two cores");
  return table(
    ["model", "item step", "two cores", "one core"],
    rows.map(({ model, itemStep, wall, waited }) => [
      model.toUpperCase(),
      `\`${itemStep}\``,
      ms(waited),
      ms(wall),
    ]),
  );
}

const ROUNDED = 10; // seconds below which a tenth is shown

/** Seconds of a second run of one seed, figure by figure (npx erasable repeat), on all cores. */
export function timeTable() {
  const { parts, seconds } = read("results/paper/second-run.json");
  const show = (value) => (value < ROUNDED ? value.toFixed(1) : value.toFixed(0));
  const rows = [
    ...parts,
    { name: "all together", records: sum(parts, "records"), samples: sum(parts, "samples"), seconds },
  ].map(({ name, records, samples, seconds, stages = {} }) => {
    const largest = Object.entries(stages)
      .filter(([, own]) => own >= 1)
      .sort(([, a], [, b]) => b - a)
      .map(([stage, own]) => `${stage} ${own.toFixed(0)}`);
    return [
      name,
      records.toLocaleString("en-US"),
      (samples / 1e6).toLocaleString("en-US", { maximumFractionDigits: 0 }),
      show(seconds),
      largest.join(", ") || "–",
    ];
  });
  return table(
    [
      "figure",
      "records",
      "M gradient samples",
      "seconds",
      "of it, both workers together, by the records' own clocks",
    ],
    rows,
  );
}

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
