// node scripts/against_version1.mjs: compares the published records of systems with those of version 1, which
// stand in the history: which have the same test loss, testOnly NDCG@10 and gradient samples, to the last digit.
// Writes the counts into results/version1.json, from which RESULTS.md tells them.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root, Stop, say, script } from "./tools.mjs";

/** What both versions name alike, and what the paper's own runs have. */
const COMMON = "batchSize engine epochs initialisation l2 label learningRate negatives".split(" ");
const DEFAULTS = {
  assignment: "greedy",
  balance: "users",
  cohesionSpace: "own",
  cSisaStart: "independent", // of version 1; today's name is `start`
  embedding: "collaborative",
  epochsPerGroup: "all",
  metrics: "ownItems",
  optimizer: "new",
  start: "independent",
  weights: "shared",
  word2vec: "cbow",
};
const isDefault = (settings) =>
  Object.entries(DEFAULTS).every(([key, value]) => (settings[key] ?? value) === value);
const pick = (settings) => COMMON.map((key) => settings[key]);

/** Whether a record is of one system trained as the paper does, and which; undefined for another kind. */
function ofVersion1({ cell }) {
  if (cell.kind !== "system" || !isDefault(cell.protocol)) return undefined;
  const { dataset, model, seed, request, groups, method, protocol } = cell;
  const order = method.startsWith("l-") ? protocol.order : "easyToHard";
  const split = [protocol.core, protocol.trainShare];
  const parts = method === "retrain" ? undefined : groups;
  const rest = [model, seed, request ?? "none", parts, split, pick(protocol)];
  return { dataset, system: method, order, rest };
}

function ofToday({ trial }) {
  if (trial.job !== "system" || trial.evaluation.metrics !== DEFAULTS.metrics) return undefined;
  const { dataset, seed, request, data, system } = trial;
  const { method, model, settings, search } = system;
  if (search || !isDefault(settings)) return undefined;
  const name = method === "laser" ? `l-${settings.grouping}` : method;
  const split = [data.core, data.trainShare];
  const rest = [model, seed, request, settings.groups, split, pick(settings)];
  return { dataset, system: name, order: settings.order ?? "easyToHard", rest };
}

/** Outcomes by what they are of. */
function outcomesOf(lines, identityOf) {
  const outcomes = new Map();
  for (const line of lines.split("\n").filter(Boolean)) {
    const record = JSON.parse(line);
    const of = identityOf(record);
    if (of) outcomes.set(JSON.stringify(of), { ...of, outcome: record.outcome });
  }
  return outcomes;
}

const seen = ({ metrics, samples }) => JSON.stringify([metrics.loss, metrics.testOnly.ndcg, samples]);

await script(() => {
  const path = join(root, "results/version1.json");
  const version1 = JSON.parse(readFileSync(path, "utf8"));
  const show = ["show", `${version1.commit}:results/paper/runs/records.jsonl`];
  let text;
  try {
    text = execFileSync("git", show, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  } catch {
    throw new Stop(
      `commit ${version1.commit} is not in this clone: git fetch --unshallow, or clone it whole`,
    );
  }
  const before = outcomesOf(text, ofVersion1);
  const packed = readFileSync(join(root, "results/paper/runs/records.jsonl.gz"));
  const counts = {};
  for (const [key, { system, order, outcome }] of outcomesOf(gunzipSync(packed).toString(), ofToday)) {
    const old = before.get(key);
    if (!old) continue;
    const name = order === "easyToHard" ? system : `${system}, ${order}`;
    counts[name] ??= { same: 0, different: 0 };
    counts[name][seen(old.outcome) === seen(outcome) ? "same" : "different"]++;
  }
  for (const [name, { same, different }] of Object.entries(counts).sort())
    say(`${name}: ${same} the same, ${different} different`);
  writeFileSync(path, `${JSON.stringify({ ...version1, counts }, undefined, 2)}\n`);
  return 0;
});
