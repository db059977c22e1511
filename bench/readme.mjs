// node bench/readme.mjs [--check]: writes the parts of bench/README.md and workflow/README.md that state
// numbers, each between `<!-- NAME -->` and `<!-- /NAME -->`, from results/bench.json and
// results/paper/second-run.json. With --check it changes nothing and ends with 1 where a page does not say
// what these files say.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { aims, previous, sections, words } from "./results.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const measured = previous();
const modules = await sections();
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const on = ({ machine, at }) =>
  `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${at.slice(0, 10)}`;

/** Which machines measured what. */
const machines = () => {
  const by = new Map();
  for (const [section, result] of Object.entries(measured))
    by.set(on(result), [...(by.get(on(result)) ?? []), section]);
  return [...by].map(([machine, names]) => `* ${names.sort().join(", ")}: ${machine}`).join("\n");
};

const aimTable = () =>
  table(
    ["", "section", "got, beside what is to be reached"],
    aims(modules).map(({ reached, name, what }) => [reached ? "met" : "**missed**", name, what]),
  );

/** The rows of sections in words. */
const rowsOf =
  (...names) =>
  () =>
    modules
      .filter(({ name }) => names.includes(name))
      .map((section) => {
        const rows = measured[section.name]?.rows;
        return rows
          ? rows.map((row) => `* ${section.name}: ${words(section, row)}`).join("\n")
          : `* ${section.name}: not measured yet`;
      })
      .join("\n");

const RATINGS = [1e8, 1e9];
const EPOCHS = 50;

const rowOf = (section, what) =>
  measured[section]?.rows.find((row) => row.what === what || row.what?.startsWith(what));
const time = (seconds) => {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
};
const memory = (megabytes) => `${(megabytes / 1024).toFixed(1)} GB`;
const MISSING = "not measured yet";

/** What one data set of so many ratings needs: of each part what was measured, the rule, and what follows. */
function sizeTable() {
  const [check, shards] = ["check", "c-sisa"].map((what) => rowOf("large", what));
  const knn = (measured["item-knn"]?.rows ?? []).filter(({ arithmetic }) => !arithmetic);
  const line = (of, ratings) => {
    const [small, large] = knn;
    const slope = (of(large) - of(small)) / (large.ratings - small.ratings);
    return of(large) + slope * (ratings - large.ratings);
  };
  const core = shards && shards.samples / (2 * shards.stages.train); // samples a second, of each of two workers
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
        check && `${million(check.ratings)}: ${time(check.seconds)}, ${memory(check.megabytes)}`,
        "in proportion to ratings",
        (ratings) =>
          `${time((check.seconds * ratings) / check.ratings)}, ${memory((check.megabytes * ratings) / check.ratings)}`,
      ),
      of(
        "Retrain, LASER, C-SISA: training DMF",
        shards && `${million(core)} samples a second and core`,
        `${EPOCHS} epochs x ratings / rate, one core; C-SISA by its shards side by side`,
        (ratings) => time((EPOCHS * ratings) / core),
      ),
      of(
        "Retrain, LASER, C-SISA: memory",
        shards && `${million(shards.ratings)}: ${memory(shards.megabytes)}`,
        "in proportion to ratings",
        (ratings) => memory((shards.megabytes * ratings) / shards.ratings),
      ),
      of(
        "item-knn: learning, one core",
        knn.length === 2 && knn.map((row) => `${million(row.ratings)}: ${time(row.learn)}`).join("; "),
        "line through both",
        (ratings) => time(line(({ learn }) => learn, ratings)),
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

const pages = {
  "bench/README.md": {
    machines,
    aims: aimTable,
    beyond: rowsOf("item-knn", "forgetting", "loop", "large", "inverse"),
  },
  "workflow/README.md": { sizes: sizeTable },
};

let stale = false;
for (const [page, parts] of Object.entries(pages)) {
  const before = readFileSync(join(root, page), "utf8");
  let text = before;
  for (const [name, make] of Object.entries(parts)) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`${page}: ${open} ... ${close} is missing`);
    text = `${text.slice(0, from + open.length)}\n${make()}\n${text.slice(to)}`;
  }
  if (text === before) continue;
  stale = true;
  if (process.argv.includes("--check"))
    console.error(`${page} does not say what results/ says: node bench/readme.mjs`);
  else writeFileSync(join(root, page), text);
}
process.exit(stale && process.argv.includes("--check") ? 1 : 0);
