/**
 * Settings are chosen inside a trial, on a tenth of each user's training ratings that a stream of its own draws; the test
 * part is not an argument of anything here. The search goes stage by stage (`Search`), so that its cost is a sum and not a
 * product; what candidates share, such as a core's training, the validation store holds and is done once.
 */

import { holdsRatings, type Interactions } from "../../data/interactions";
import { validationSplit } from "../../data/split";
import type { EmbeddingSettings } from "../../hypergraph/embedding";
import { embedUsers, type UserEmbedding } from "../../hypergraph/embedding";
import { canonicalJson } from "../../json";
import { namedMetrics } from "../../metrics/quality";
import type { MethodContext } from "../../unlearning/method";
import type { EvaluationSettings, Search, Settings, Trial } from "../trial";
import { evaluationOf, methodFor, quality, systemOf } from "../workbench";
import type { Choice } from "./outcome";

/** What decides: the metric that chooses settings. */
export const decidingMetric = ({ metrics }: EvaluationSettings): "labCode NDCG@10" | "fullRank NDCG@10" =>
  metrics === "all" ? "fullRank NDCG@10" : "labCode NDCG@10";

/** Share of the training ratings on which candidates are trained. */
const TRAIN_SHARE = 0.9;

/**
 * The best settings of a grid: of each stage the change that scores highest, under the best of the stages before. Among
 * equals the first counts.
 * @param score of some settings, higher is better; asked once for each
 */
export async function search(
  grid: Search,
  score: (settings: Settings) => Promise<number>,
): Promise<Pick<Choice, "candidates" | "chosen">> {
  const known = new Map<string, { settings: Settings; score: number }>();
  let chosen: Settings = {};
  for (const stage of grid) {
    let best: { settings: Settings; score: number } | undefined;
    for (const change of stage) {
      const settings = { ...chosen, ...change };
      const name = canonicalJson(settings);
      const candidate = known.get(name) ?? { settings, score: await score(settings) };
      known.set(name, candidate);
      if (!best || candidate.score > best.score) best = candidate;
    }
    chosen = best?.settings ?? chosen;
  }
  return { candidates: [...known.values()], chosen };
}

/**
 * Chooses the settings of a trial's system; undefined where nothing is searched.
 * @param train all training ratings of the trial
 * @param context its store is used for the validation systems alone
 * @param onSamples called with the gradient samples of each candidate
 */
export async function chooseSettings(
  trial: Trial,
  train: Interactions,
  context: MethodContext,
  onSamples: (samples: number) => void,
): Promise<Choice | undefined> {
  const { search: stages } = systemOf(trial);
  if (stages === undefined) return undefined;
  const { trainShare, seed } = { trainShare: TRAIN_SHARE, seed: trial.seed };
  const parts = validationSplit(train, { trainShare, seed });
  const decides = decidingMetric(evaluationOf(trial));
  const metric = holdsRatings(train) ? decides : "fullRank NDCG@10";
  const own = { ...context, embed: embeddingsOf() };
  const score = async (settings: Settings) => {
    const system = await methodFor(trial, settings).learn(parts.train, own);
    onSamples(system.cost.samples);
    try {
      const held = { train: parts.train, test: parts.validation };
      const found = await quality(trial, system, held, new Set(), context.signal);
      return namedMetrics(found)[metric];
    } finally {
      system.dispose();
    }
  };
  return { metric, ...(await search(stages, score)) };
}

/** `embedUsers` of one data set with a memory: candidates are grouped by the same embedding. */
function embeddingsOf(): (train: Interactions, settings: EmbeddingSettings) => Promise<UserEmbedding> {
  const known = new Map<string, Promise<UserEmbedding>>();
  return (train, settings) => {
    const name = canonicalJson(settings as unknown as Record<string, never>);
    const found = known.get(name) ?? embedUsers(train, settings);
    known.set(name, found);
    return found;
  };
}
