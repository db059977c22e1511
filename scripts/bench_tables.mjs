// The tables of results/bench.json that bench/README.md and workflow/README.md show, and of
// results/paper/second-run-*.json that RESULTS.md shows.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sections, words } from "../bench/results.mjs";
import { judged } from "../bench/targets.mjs";
import { root } from "./tools.mjs";

const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const bench = read("results/bench.json").sections;
const modules = await sections();

/** A table in Markdown. */
export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const short = (value) => Number(value.toPrecision(2)).toString();

export function speedTable() {
  const rows = bench.training.rows
    .filter(({ stream }) => stream === "all")
    .map(({ model, embeddingSize, batchSize, simd, torch }) => [
      embeddingSize ? `${model.toUpperCase()}, ${embeddingSize}` : model.toUpperCase(),
      batchSize.toLocaleString("en-US"),
      `${(simd.median / 1e6).toFixed(2)} M`,
      ...[
        ["ordinary, one thread"],
        ["ordinary, default threads"],
        ["distinct, one thread", "symmetric, one thread"],
        ["distinct, default threads", "symmetric, default threads"],
      ].map((variants) => {
        const measured = variants.find((variant) => torch?.[variant]);
        return measured ? `${short(torch[measured].ratio)}x` : "–";
      }),
    ]);
  return table(
    [
      "model",
      "batch",
      "samples/s, one core",
      "PyTorch, one thread",
      "two threads",
      "its better form, one thread",
      "two threads",
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

const on = ({ machine, at }) =>
  `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${at.slice(0, 10)}`;

const percent = (share) => `${(100 * share).toFixed(0)} %`;

/** Where the time of a step goes, in version 1 and now. */
export const stepsTable = () =>
  table(
    ["step", "", "drawing", "forward", "backward", "Adam"],
    (bench.steps?.rows ?? []).flatMap(({ what, ...builds }) =>
      Object.entries(builds).map(([build, { draw, forward, backward, adam }]) => [
        what.replace(/^\w+/, (model) => model.toUpperCase()),
        build === "before" ? "version 1" : "now",
        ...[draw, forward, backward, adam].map(percent),
      ]),
    ),
  );

/** Which machines measured what. */
export const machines = () => {
  const by = new Map();
  for (const [section, result] of Object.entries(bench))
    by.set(on(result), [...(by.get(on(result)) ?? []), section]);
  return [...by].map(([machine, names]) => `* ${names.sort().join(", ")}: ${machine}`).join("\n");
};

export const aimTable = () =>
  table(
    ["", "section", "what", "to reach", "got"],
    judged(bench).map(({ verdict, section, what, reach, got }) => [
      verdict === "missed" ? "**missed**" : verdict,
      section,
      what,
      reach,
      got,
    ]),
  );

/** The rows of sections in words. */
export const rowsOf =
  (...names) =>
  () =>
    modules
      .filter(({ name }) => names.includes(name))
      .map((section) => {
        const rows = bench[section.name]?.rows;
        return rows
          ? rows.map((row) => `* ${section.name}: ${words(section, row)}`).join("\n")
          : `* ${section.name}: not measured yet`;
      })
      .join("\n");

const RATINGS = [1e8, 1e9];
const EPOCHS = 50;

const rowOf = (section, what) =>
  bench[section]?.rows.find((row) => row.what === what || row.what?.startsWith(what));
const inWords = (seconds) => {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
};
const memory = (megabytes) => `${(megabytes / 1024).toFixed(1)} GB`;
const MISSING = "not measured yet";

/** What one data set of so many ratings needs: of each part what was measured, the rule, and what follows. */
export function sizeTable() {
  const [check, shards] = ["check", "c-sisa"].map((what) => rowOf("large", what));
  const knn = (bench["item-knn"]?.rows ?? []).filter(({ arithmetic }) => !arithmetic);
  const line = (of, ratings) => {
    const [small, large] = knn;
    const slope = (of(large) - of(small)) / (large.ratings - small.ratings);
    return of(large) + slope * (ratings - large.ratings);
  };
  // samples a second, of each of two workers
  const core = shards && shards.samples / (2 * shards.stages.train);
  const million = (ratings) => `${(ratings / 1e6).toFixed(1)} M`;
  const of = (part, known, rule, each) => [
    part,
    known ?? MISSING,
    rule,
    ...RATINGS.map((ratings) => (known ? each(ratings) : "–")),
  ];
  return table(
    ["part", "measured", "rule", ...RATINGS.map((ratings) => `10^${Math.log10(ratings)} ratings`)],
    [
      of(
        "reading a file, all methods",
        check && `${million(check.ratings)}: ${inWords(check.seconds)}, ${memory(check.megabytes)}`,
        "in proportion to ratings",
        (ratings) =>
          `${inWords((check.seconds * ratings) / check.ratings)}, ` +
          memory((check.megabytes * ratings) / check.ratings),
      ),
      of(
        "Retrain, LASER, C-SISA: training DMF",
        shards && `${million(core)} samples a second and core`,
        `${EPOCHS} epochs x ratings / rate, one core; C-SISA by its shards side by side`,
        (ratings) => inWords((EPOCHS * ratings) / core),
      ),
      of(
        "Retrain, LASER, C-SISA: memory",
        shards && `${million(shards.ratings)}: ${memory(shards.megabytes)}`,
        "in proportion to ratings",
        (ratings) => memory((shards.megabytes * ratings) / shards.ratings),
      ),
      of(
        "item-knn: learning, one core",
        knn.length === 2 && knn.map((row) => `${million(row.ratings)}: ${inWords(row.learn)}`).join("; "),
        "line through both",
        (ratings) => inWords(line(({ learn }) => learn, ratings)),
      ),
      of(
        "item-knn: what it keeps",
        knn.length === 2 &&
          knn.map((row) => `${million(row.ratings)}: ${memory(row.megabytes.kept)}`).join("; "),
        "line through both",
        (ratings) => memory(line(({ megabytes }) => megabytes.kept, ratings)),
      ),
      of(
        "item-knn: forget one user, recommend",
        knn.length === 2 &&
          knn.map((row) => `${million(row.ratings)}: ${row.both.median.toFixed(0)} ms`).join("; "),
        "line through both",
        (ratings) => `${line(({ both }) => both.median, ratings).toFixed(0)} ms`,
      ),
    ].map((row) => row.map((cell) => cell || MISSING)),
  );
}

const ROUNDED = 10; // seconds below which a tenth is shown

/** The second runs of one seed (npx erasable repeat ... --json): results/paper/second-run-*.json. */
export const secondRuns = () =>
  readdirSync(join(root, "results/paper"))
    .filter((name) => /^second-run-.+\.json$/.test(name))
    .sort()
    .map((name) => read(`results/paper/${name}`));

/** What second runs took, question by question, on all cores. */
export function timeTable(runs) {
  const show = (value) => (value < ROUNDED ? value.toFixed(1) : value.toFixed(0));
  const parts = runs.flatMap(({ parts }) => parts).filter(({ records }) => records > 0);
  const all = Object.fromEntries(
    ["records", "samples", "seconds", "processorSeconds"].map((key) => [key, sum(parts, key)]),
  );
  const rows = [...parts, { name: "all together", ...all }].map(
    ({ name, records, samples, seconds, processorSeconds, stages = {} }) => {
      const largest = Object.entries(stages)
        .filter(([, own]) => own >= 1)
        .sort(([, a], [, b]) => b - a)
        .map(([stage, own]) => `${stage} ${own.toFixed(0)}`);
      return [
        name,
        records.toLocaleString("en-US"),
        (samples / 1e6).toLocaleString("en-US", { maximumFractionDigits: 0 }),
        show(seconds),
        show(processorSeconds),
        largest.join(", ") || "–",
      ];
    },
  );
  return table(
    [
      "question",
      "records",
      "M gradient samples",
      "seconds",
      "of processor time",
      "seconds of its stages, all workers",
    ],
    rows,
  );
}

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
