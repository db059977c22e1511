// npm run readme [-- --check]: writes the parts of README.md that state results, each between `<!-- NAME -->`
// and `<!-- /NAME -->`, from results/paper (claims.json, second-run.json) and results/bench.json. With
// --check it changes nothing and fails when a part is not what these files say.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (path) => readFileSync(join(root, path), "utf8");

const claims = JSON.parse(read("results/paper/claims.json"));
const bench = JSON.parse(read("results/bench.json")).sections;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The data sets side by side; in brackets the cases for, against, open, and those that cannot tell. */
function claimTable() {
  const titles = new Map(
    claims.claims.flatMap(({ data }) => data.map(({ dataset, title }) => [dataset, title])),
  );
  const told = (found) => {
    if (!found) return "not tested";
    const { counts, verdict } = found;
    return `**${verdict}** (${[counts.for, counts.against, counts.open, counts.cannotTell].join(" / ")})`;
  };
  return table(
    ["", "the paper says", ...titles.values()],
    claims.claims.map(({ id, place, statement, data }) => [
      id,
      `${statement} (${place})`,
      ...[...titles.keys()].map((dataset) => told(data.find((found) => found.dataset === dataset))),
    ]),
  );
}

const short = (value) => Number(value.toPrecision(2)).toString();

function speedTable() {
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

function scaleTable() {
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
function forgetTable() {
  const ms = ({ median, most }) => `${median.toFixed(0)} (${most.toFixed(0)})`;
  const { rows, data, machine } = bench["fold-in"];
  if (data !== "ml-1m" || machine.cores !== 2)
    throw new Error("README.md: its fold-in is of ml-1m on two cores");
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
function timeTable() {
  const { parts, seconds } = JSON.parse(read("results/paper/second-run.json"));
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

const parts = {
  // what was judged before the rules had a name stays as it was written then, until the next published run
  ...(claims.rules ? { claims: claimTable } : {}),
  time: timeTable,
  speed: speedTable,
  scale: scaleTable,
  forget: forgetTable,
};

let text = read("README.md");
for (const [name, make] of Object.entries(parts)) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`README.md: ${open} ... ${close} is missing`);
  text = `${text.slice(0, from + open.length)}\n${make()}\n${text.slice(to)}`;
}
if (!process.argv.includes("--check")) writeFileSync(join(root, "README.md"), text);
else if (text !== read("README.md")) {
  console.error("README.md does not say what results/ says: npm run readme");
  process.exit(1);
}
