// npm run readme [-- --check]: writes what states results: RESULTS.md, and the parts of other pages between
// `<!-- NAME -->` and `<!-- /NAME -->`, from results/ alone. With --check it changes nothing and fails when a
// page does not say what results/ says.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  aimTable,
  forgetTable,
  machines,
  rowsOf,
  scaleTable,
  sizeTable,
  speedTable,
  stepsTable,
  table,
} from "./bench_tables.mjs";
import { resultsPage } from "./results_page.mjs";
import { root, script } from "./tools.mjs";
import { isJudged, leftOfVersion1, verdictTable } from "./verdict_tables.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");

/**
 * Title and what of the paper, from a notebook's first heading; linked to the notebook as it was executed.
 */
const OF_THE_PAPER = {
  "00": "the idea: learn, recommend, forget, prove it",
  "01": "Table 1",
  "02": "Figure 3, Algorithms 1 and 3",
  "03": "Figures 9 and 12, Algorithms 2 and 4, Equations 7-11",
  "04": "Figure 4",
  "05": "Figures 5, 6, 10, 11",
  "06": "Figure 7",
  "07": "Figures 8 and 13, Theorem 1",
  "08": "goal G1: exactness, attacks",
  "09": "every claim; settings; full ranking",
  10: "beyond the paper: other methods, cost against quality",
};

function notebookTable() {
  const names = readdirSync(join(root, "notebooks"))
    .filter((name) => name.endsWith(".ipynb"))
    .sort();
  return table(
    ["notebook, executed", "question", "in the paper", "source"],
    names.map((name) => {
      const [first] = JSON.parse(read(`notebooks/${name}`)).cells;
      const [, title] = /^# \d+ · (.+)$/m.exec(first.source.join(""));
      const number = name.slice(0, 2);
      return [
        `[${number}](results/paper/notebooks/${name})`,
        title,
        OF_THE_PAPER[number],
        `[edit](notebooks/${name})`,
      ];
    }),
  );
}

const PARTS = {
  "README.md": {
    waiting: () =>
      isJudged
        ? leftOfVersion1() && `*${leftOfVersion1()}*`
        : "*Until profile `paper` has been run again with today's code, what is published is version 1's.*",
    notebooks: notebookTable,
    verdicts: verdictTable,
  },
  "bench/README.md": {
    machines,
    aims: aimTable,
    beyond: rowsOf("item-knn", "forgetting", "loop", "large", "derive"),
    speed: speedTable,
    steps: stepsTable,
    scale: scaleTable,
    forget: forgetTable,
  },
  "workflow/README.md": { sizes: sizeTable },
};

/** A page with its parts made anew. @throws Error naming a part that it lacks */
function withParts(path) {
  let text = read(path);
  for (const [name, make] of Object.entries(PARTS[path])) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`${path}: ${open} ... ${close} is missing`);
    text = `${text.slice(0, from + open.length)}\n${make()}\n${text.slice(to)}`;
  }
  return text;
}

await script((args) => {
  const pages = {
    "RESULTS.md": resultsPage(),
    ...Object.fromEntries(Object.keys(PARTS).map((path) => [path, withParts(path)])),
  };
  const stale = Object.keys(pages).filter(
    (path) => !existsSync(join(root, path)) || read(path) !== pages[path],
  );
  if (!args.includes("--check")) {
    for (const path of stale) writeFileSync(join(root, path), pages[path]);
    return 0;
  }
  for (const path of stale) console.error(`${path} does not say what results/ says: npm run readme`);
  return stale.length > 0 ? 1 : 0;
});
