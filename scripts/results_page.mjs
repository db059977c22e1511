// RESULTS.md: verdicts, what was measured in words, a gallery of the published figures, and what it took.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fromCSV } from "arquero";
import { table, timeTable } from "./bench_tables.mjs";
import { filesBelow, readJson, root } from "./tools.mjs";
import { fullTable, isJudged, leftOfVersion1, provenance, sentences, titles } from "./verdict_tables.mjs";

/** Which notebook shows a figure, by how its name begins; the paper's own figures stand first in each. */
const SHOWN = [
  [
    /^utility-ml-1m(-(none|rand-5|top-5))?$|^utility-amazon-music(-(none|rand-5|top-5))?$/,
    "05_utility",
    "Figures 5 and 6",
  ],
  [/^efficiency-/, "04_efficiency", "Figure 4"],
  [/^seqtrain-/, "06_seqtrain_ablation", "Figure 7"],
  [/^cohesion-/, "07_cohesion_validation", "Figures 8 and 13"],
  [/^grouping-/, "03_balanced_grouping", "Figures 9 and 12"],
  [/^(utility|fairness)-/, "05_utility", "Figures 10 and 11, and more"],
  [/^embedding-/, "02_collaborative_embedding", "Figure 3, and what the embedding knows"],
  [/^(exactness|completeness|membership|poisoning)-/, "08_completeness", "Completeness, seen by attackers"],
  [/^(sensitivity|ranking)/, "09_claims", "Other settings, full ranking"],
  [/^(beyond|approximate)/, "10_beyond", "Beyond the paper"],
];

const folder = join(root, "results/paper/figures");

/**
 * Of a picture for each data set and request the gallery has the first kind; its notebook has all of them.
 */
const FURTHER = /^beyond-pareto-.*-(active-user|rand-5|top-5|edge-5)$|^grouping-printed|^grouping-sizes-all$/;

/** What a figure shows, for those who cannot see it, from its picture. */
const altOf = (name) =>
  /<title[^>]*>([^<]*)<\/title>/.exec(readFileSync(join(folder, `${name}.svg`), "utf8"))?.[1] ?? "";

/** The caption of a figure, from its interactive page. */
function captionOf(name) {
  const page = join(folder, `${name}.html`);
  return (existsSync(page) && /<title>([^<]*)<\/title>/.exec(readFileSync(page, "utf8"))?.[1]) || name;
}

function gallery() {
  const names = filesBelow(folder, (path) => /^[^.]+\.svg$/.test(basename(path))).map((path) =>
    basename(path, ".svg"),
  );
  const taken = new Set(names.filter((name) => FURTHER.test(name)));
  return SHOWN.flatMap(([pattern, notebook, title]) => {
    const own = names.filter((name) => pattern.test(name) && !taken.has(name));
    for (const name of own) taken.add(name);
    if (own.length === 0) return [];
    const pictures = own.map((name) => {
      const caption = captionOf(name);
      return `<p><a href="results/paper/notebooks/${notebook}.ipynb"><img alt="${altOf(name)}" width="480" src="results/paper/figures/${name}.svg"></a><br><em>${caption}</em></p>`;
    });
    return [
      `### ${title}\n\n[${notebook}](results/paper/notebooks/${notebook}.ipynb), as it was executed.\n\n${pictures.join("\n\n")}`,
    ];
  }).join("\n\n");
}

const digits = (value) => value.toFixed(4).replace(/^0/, "");

/** "Retrain .4607, L-BKM .4501": systems by descending quality. */
const places = (means) =>
  Object.entries(means)
    .sort(([, a], [, b]) => b - a)
    .map(([name, mean]) => `${name} ${digits(mean)}`)
    .join(", ");

/** Means of today's run after learning, S = 8, from the published table of a data set and a model. */
function meansToday(dataset, model) {
  const path = join(root, `results/paper/tables/utility-${dataset}-${model.toLowerCase()}.csv`);
  const rows = fromCSV(readFileSync(path, "utf8")).objects();
  const own = rows.filter(({ metric, after }) => metric === "labCode NDCG@10" && after === "learning");
  if (own.length === 0) throw new Error(`${path}: no labCode NDCG@10 after learning`);
  return Object.fromEntries(own.map((row) => [row.name, row.mean_8]));
}

/** Where systems change places between the versions, and why. */
function againstVersion1() {
  const { utility, counts } = readJson(join(root, "results/version1.json"));
  const same = Object.entries(counts).map(
    ([name, { same, different }]) => `${name} ${same} of ${same + different}`,
  );
  const rows = Object.entries(utility).flatMap(([dataset, models]) =>
    Object.entries(models).map(([model, means]) => [
      `${titles.get(dataset)}, ${model}`,
      places(means),
      places(meansToday(dataset, model)),
    ]),
  );
  return `labCode NDCG@10 after learning, S = 8, mean over ten seeds, best first:

${table(["", "version 1", "today"], rows)}

Two silent choices of version 1 were corrected, as the protocol of version 2 asks (told in [notebook 09](notebooks/09_claims.ipynb)):

* **The order of the groups.** Version 1 ordered the groups of L-Rand and L-BKM by their cohesion in an embedding in which they were not made; now each grouping is ordered in its own space. L-BKM moves from last place among the LASER variants to the first on both MovieLens sets, as active users are now trained last. For the same reason forgetting the most active users costs L-BKM less than before, and forgetting one random user costs it more. The groups themselves are those of version 1.
* **Ties.** Version 1 broke ties between a user's held-out items by item number; now every order of tied items counts alike. That lifts every value on MovieLens, that of C-SISA more than that of L-CBKM.

Records that have the same test loss, testOnly NDCG@10 and gradient samples as in version 1, to the last digit, of those that both versions have (\`node scripts/against_version1.mjs\`): ${same.join(", ")}.`;
}

const STATE = isJudged
  ? `Judged on ${provenance.data}, seeds ${provenance.seeds}, by version ${provenance.commit}. In brackets: cases for, against, open, and those that cannot tell. ${leftOfVersion1()}`.trim()
  : "**Figures and notebooks shown here are those of version 1** (commit 26241e6); the run of today's code is not published yet. The column *today* waits for it.";

const PUBLISHING = [
  ["the records", "`npx erasable run --profile paper`, then `npx erasable compact --profile paper`"],
  [
    "tables, figures, executed notebooks, `claims.json`",
    "`npm run reproduce -- --profile paper --records-only --publish`",
  ],
  ["this page, and the parts of README.md and bench/README.md that hold numbers", "`npm run readme`"],
];

/** The whole page. */
export const resultsPage = () => `# Results

${STATE}

Each data set is judged by itself. A claim is *reproduced* when as many cases as the paper's words cover (all, or most) point its way with their whole 95 % interval over seeds, *partly* when more than half of those that can tell do; *cannot tell* where the measure has no room for an effect. All rules: [claims.json](results/paper/claims.json) and [notebook 09](notebooks/09_claims.ipynb). Version 1 judged all data sets together, by earlier rules; what it found, in words, is in [results/version1.md](results/version1.md).

## Verdicts

${fullTable()}

## What was measured

${sentences()}

${isJudged ? `## Against version 1\n\n${againstVersion1()}\n\n` : ""}## Figures

A picture leads to the notebook that shows it, with its numbers; more pictures are there.

${gallery()}

## What it took

A second run of seed 0 from an empty store, question by question, on two cores${isJudged ? "" : " (version 1)"}; its records were the published ones, byte for byte (\`npx erasable repeat\`).

${timeTable()}

Speed beside PyTorch, gensim and scikit-learn: [bench/README.md](bench/README.md).

## How this page is made

${table(["what", "command"], PUBLISHING)}
`;
