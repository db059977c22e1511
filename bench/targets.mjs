// What is to be reached, in one list: a section, what, a number of its rows, and at least (or at most) so much
// of it. For `npm run bench -- --check` and the table of bench/README.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The row with these fields; undefined where it was not measured. */
const row = (rows, fields) =>
  rows.find((one) => Object.entries(fields).every(([key, value]) => one[key] === value));
/** The row whose `what` is, or begins with, this. */
const named = (rows, what) => rows.find((one) => one.what?.startsWith(what));

const ordinary = (rows, model, batchSize) =>
  row(rows, { model, stream: "all", batchSize, embeddingSize: undefined })?.torch["ordinary, one thread"]
    ?.ratio;

const training = ([model, batchSize, least]) => ({
  section: "training",
  what: `${model.toUpperCase()}, batch ${batchSize}: times one-thread ordinary PyTorch`,
  got: (rows) => ordinary(rows, model, batchSize),
  least,
});

/** Packed, and as every Node can, against version 1's kernels in the same process. */
const builds = ([what, packed, plain]) =>
  Object.entries({ packed, plain }).map(([kind, least]) => ({
    section: "builds",
    what: `${what}, ${kind}: times version 1`,
    got: (rows, { base }) => (base === "plain" ? undefined : row(rows, { what })?.ratios[kind]),
    least,
  }));

const scoring = ([model, most]) => ({
  section: "scoring",
  what: `${model.toUpperCase()}: all items for all users of MovieLens 1M, s`,
  got: (rows) => rows.find((one) => one.model === model && one.what.startsWith("scoreItems"))?.seconds.median,
  most,
});

/** Minutes of the paper's figures: ten times one seed's second run (npx erasable repeat). */
function tenSeeds() {
  const figures = ["partition", "utility", "seqtrain", "cohesion"];
  try {
    const path = join(import.meta.dirname, "../results/paper/second-run-figures.json");
    const parts = JSON.parse(readFileSync(path, "utf8")).parts.filter(({ name }) => figures.includes(name));
    if (parts.length === figures.length) return parts.reduce((sum, { seconds }) => sum + seconds, 0) / 6;
  } catch {}
  return undefined; // not run
}

const TARGETS = [
  ...[
    ["dmf", 30_000, 11],
    ["nmf", 30_000, 7.5],
    ["dmf", 1024, 2.5],
    ["nmf", 1024, 2.2],
  ].map(training),
  ...[
    ["product", 1.6, 1],
    ["towers", 1.3, 1],
    ["dmf, batch 1024", 1.3, 1],
    ["dmf, batch 30000", 1.25, 1],
    ["nmf, batch 1024", 1.25, 1],
    ["nmf, batch 30000", 1.15, 1],
    ["dmf, batch 1024, 196,000 rows", 2, 1.4],
    ["nmf, batch 1024, 196,000 rows", 3, 2],
  ].flatMap(builds),
  {
    section: "paper",
    what: "partition, utility, seqtrain, cohesion: ten times one seed's second run, min",
    got: tenSeeds,
    most: 60,
  },
  ...["ease", "gaussian"].map((what) => ({
    section: "derive",
    what: `${what}: deriving the model of 3,416 items, in times of numpy's inverse`,
    got: (rows) => row(rows, { what, items: 3416 })?.ratio,
    most: 1.3,
  })),
  ...["ease, label implicit", "ease", "gaussian", "item-knn, label implicit"].map((what) => ({
    section: "forgetting",
    what: `${what}: forget one user of MovieLens 1M and recommend again, s`,
    got: (rows) => row(rows, { what })?.both.median,
    most: 2.5,
  })),
  {
    section: "scale",
    what: "478,235 users: planning, s",
    got: (rows) => row(rows, { what: "learn" })?.stages.plan,
    most: 80,
  },
  {
    section: "scale",
    what: "478,235 users: all together, s",
    got: (rows) => row(rows, { what: "all together" })?.seconds,
    most: 600,
  },
  {
    section: "scale",
    what: "478,235 users: peak of memory, MB",
    got: (rows) => row(rows, { what: "all together" })?.megabytes,
    most: 4096,
  },
  ...[
    ["478,235 x 16, S = 16: distances of a pass", 5],
    ["25 M: reach sets", 8],
    ["25 M: walk", 20],
  ].map(([what, least]) => ({
    section: "planning",
    what: `${what}: times version 1`,
    got: (rows) => row(rows, { what })?.ratio,
    least,
  })),
  {
    section: "planning",
    what: "25 M: reach sets and walk, one core, s",
    got: (rows) => row(rows, { what: "25 M: reach sets and walk" })?.seconds,
    most: 180,
  },
  ...[
    ["check", "read from a file, s", ({ seconds }) => seconds, 19],
    ["check", "read from a file, peak of memory, MB", ({ megabytes }) => megabytes, 1700],
    ["c-sisa", "C-SISA, five epochs, two workers, s", ({ seconds }) => seconds, 60],
    ["c-sisa", "planning without an embedding, s", ({ stages }) => stages.plan, 10],
  ].map(([task, what, of, most]) => ({
    section: "large",
    what: `25 M ratings: ${what}`,
    got: (rows) => rows.filter((one) => one.what === task).map(of)[0],
    most,
  })),
  {
    section: "item-knn",
    what: "25 M clicks: forget one user and recommend again, ms",
    got: (rows) => rows.find(({ ratings, arithmetic }) => ratings > 2e7 && !arithmetic)?.both.median,
    most: 50,
  },
  ...["dmf", "nmf"].map((model) => ({
    section: "workers",
    what: `${model.toUpperCase()}: two workers, times one`,
    got: (rows) => row(rows, { model })?.gain,
    least: 1.9,
  })),
  // further aims, of version 1
  ...["gemm", "DMF tower"].map((what) => ({
    section: "kernels",
    what: `${what}: share of the multiply-add peak`,
    got: (rows) => named(rows, what)?.share,
    least: 0.8,
  })),
  ...[
    ["dmf", 0.3],
    ["nmf", 1.5],
  ].map(scoring),
  {
    section: "hypergraph",
    what: "MovieLens 1M: reach, walk and CBOW, ms",
    got: (rows) => row(rows, { what: "ml-1m: reach, walk and cbow together" })?.ms,
    most: 3000,
  },
  ...[
    ["ml-1m ratings, greedy", 50],
    ["478235 x 16 embedding, greedy", 2000],
  ].map(([what, most]) => ({
    section: "grouping",
    what: `${what}: a pass of balanced k-means, 16 groups, ms`,
    got: (rows) => row(rows, { what })?.ms,
    most,
  })),
  ...["users", "ratings"].map((balance) => ({
    section: "unlearning",
    what: `equal ${balance}, last-group@5: wall time, times its share of Retrain's samples`,
    got: (rows) => row(rows, { balance })?.ofIdeal,
    most: 1.25,
  })),
];

/**
 * Every target of these sections, in words: what was got, beside what is to be reached, whether that is
 * "met", "missed" or "not measured", and the version of Node.
 * @param measured sections of results/bench.json, by name
 */
export function judged(measured, sections = []) {
  const number = (value) => Number(value.toPrecision(3)).toLocaleString("en-US");
  return TARGETS.filter(({ section }) => !sections.length || sections.includes(section)).map(
    ({ section, what, got, least, most }) => {
      const result = measured[section] ?? { rows: [] };
      const value = got(result.rows, result);
      const reached = least === undefined ? value <= most : value >= least;
      return {
        section,
        what,
        got: value === undefined ? "–" : number(value),
        reach: `at ${least === undefined ? "most" : "least"} ${(most ?? least).toLocaleString("en-US")}`,
        verdict: value === undefined ? "not measured" : reached ? "met" : "missed",
        node: result.machine?.node ?? "–",
      };
    },
  );
}
