// The paper's claims with their verdicts, for README.md and RESULTS.md: from results/paper/claims.json,
// which a run of profile paper writes, and results/version1.json, which keeps the verdicts of version 1.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "./bench_tables.mjs";
import { root } from "./tools.mjs";

const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const claims = read("results/paper/claims.json");
const version1 = read("results/version1.json");

/** Whether the published claims are judged data set by data set; before, they are those of version 1. */
export const isJudged = claims.rules !== undefined;

const notebooks = "results/paper/notebooks";

/** Published notebooks that version 1 executed, as a sentence; empty when there are none. */
export function leftOfVersion1() {
  const left = readdirSync(join(root, notebooks))
    .filter((name) => {
      const text = readFileSync(join(root, notebooks, name), "utf8");
      return version1.versions.some((version) => text.includes(`version ${version}`));
    })
    .map((name) => `[${name.slice(0, 2)}](${notebooks}/${name})`);
  if (left.length === 0) return "";
  const which = left.length === 1 ? `Notebook ${left[0]}` : `Notebooks ${left.join(", ")}`;
  const are = left.length === 1 ? "shows" : "show";
  return `${which} still ${are} results of version 1 (commit ${version1.commit}), tables and figures included, because the current run has not reached ${left.length === 1 ? "it" : "them"} yet.`;
}

/** What the claims say, for somebody who has not read the paper, and the notebook that shows it. */
const PLAIN = {
  C1: ["LASER forgets people of the group it learned last about as fast as C-SISA does", "04_efficiency"],
  C2: ["With more groups, forgetting gets faster", "04_efficiency"],
  C3: ["LASER recommends better than C-SISA, with any grouping", "05_utility"],
  C4: ["Quality does not fall as the number of groups grows", "05_utility"],
  C5: ["A system that is good before forgetting is good after it", "05_utility"],
  C6: ["For DMF, groups made on the collaborative embedding give the best quality", "05_utility"],
  C7: ["For NMF with 16 groups, it does not matter how they are made", "05_utility"],
  C8: [
    "With the paper's groups, learning easy ones first is better than learning hard ones first",
    "06_seqtrain_ablation",
  ],
  C9: ["Groups of similar people are easier to learn", "07_cohesion_validation"],
  C10: ["Plain k-means makes groups of very unequal size", "03_balanced_grouping"],
  C11: [
    "Groups made on the embedding hold far more similar people than groups made on the ratings",
    "03_balanced_grouping",
  ],
  C12: [
    "Counted in users, forgetting is cheapest on average when groups are equally large",
    "03_balanced_grouping",
  ],
  C13: ["Theorem 1: preferring easy groups raises the paper's utility measure", "07_cohesion_validation"],
  C14: [
    "Forgetting is complete: the model is the one that never saw the data, on the same groups",
    "08_completeness",
  ],
};

const executed = (name) => `[${name.slice(0, 2)}](${notebooks}/${name}.ipynb)`;
/** Data sets that are judged, with their titles. */
export const titles = new Map(
  isJudged ? claims.claims.flatMap(({ data }) => data.map(({ dataset, title }) => [dataset, title])) : [],
);

/** "MovieLens 1M: reproduced; Amazon Music: partly", or one word where all data sets agree. */
function words({ data }) {
  const found = [...new Set(data.map(({ verdict }) => verdict))];
  const unbroken = (text) => text.replaceAll(" ", "&nbsp;"); // a cell has one line for each data set
  if (found.length === 1) return `**${unbroken(found[0])}**`;
  const lines = data.map(({ title, verdict }) => `${unbroken(`${title}: `)}**${unbroken(verdict)}**`);
  return lines.join("<br>") || "not tested";
}

/** Three columns: what the paper says, what we find, where to see it. */
export const verdictTable = () =>
  table(
    [
      "the paper says",
      isJudged ? "we find" : "version 1 found (the run of the current code is under way)",
      "notebook",
    ],
    claims.claims.map((claim) => {
      const [text, notebook] = PLAIN[claim.id];
      return [text, isJudged ? words(claim) : `**${claim.verdict}**`, executed(notebook)];
    }),
  );

/**
 * Every claim: the verdict of version 1 beside those of today, data set by data set, with counts of cases.
 */
export const fullTable = () =>
  table(
    ["", "the paper says", "version 1", ...(isJudged ? [...titles.values()] : ["now"])],
    claims.claims.map(({ id, place, statement, data }) => [
      id,
      `${statement} (${place})`,
      version1.claims[id]?.verdict ?? "–",
      ...(isJudged
        ? [...titles.keys()].map((name) => told(data.find(({ dataset }) => dataset === name)))
        : ["waits"]),
    ]),
  );

function told(found) {
  if (!found) return "not tested";
  const { counts, verdict } = found;
  return `**${verdict}** (${[counts.for, counts.against, counts.open, counts.cannotTell].join(" / ")})`;
}

/** What was measured, claim by claim and data set by data set, in words. */
export const sentences = () =>
  isJudged
    ? claims.claims
        .map(({ id, statement, data }) => {
          const said = data.map(({ sentence }) => `  * ${sentence}`);
          return [`* **${id}. ${statement}.**`, ...said].join("\n");
        })
        .join("\n")
    : "*Waits for the run of profile `paper` by the current code.* [What version 1 found](results/version1.md), in its own words.";

export const provenance = claims.provenance;
