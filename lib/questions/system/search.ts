/**
 * Settings are chosen inside a trial, on a tenth of each user's training ratings that a stream of its own draws; the test
 * part is not an argument of anything here. The search goes stage by stage (`Search`), so that its cost is a sum and not a
 * product; what candidates share, such as a core's training, the validation store holds and is done once. Every method
 * that searches tries the same number of candidates (`CANDIDATES`); a record holds them with their scores.
 */

import { holdsRatings, type Interactions } from "../../data/interactions";
import { type Split, validationSplit } from "../../data/split";
import { embedUsers, type UserEmbedding } from "../../hypergraph/embedding";
import type { EmbeddingSettings } from "../../hypergraph/settings";
import { canonicalJson } from "../../json";
import { namedMetrics } from "../../metrics/quality";
import type { MethodContext } from "../../unlearning/method";
import type { EvaluationSettings, Search, Settings, Trial } from "../trial";
import { evaluationOf, methodFor, quality, systemOf } from "../workbench";
import type { Choice } from "./outcome";

/** What decides: the full ranking where a trial asks for it, or where there are no ratings; else the authors' own metric. */
export const decidingMetric = (
  { metrics }: EvaluationSettings,
  rated = true,
): "labCode NDCG@10" | "fullRank NDCG@10" =>
  metrics === "all" || !rated ? "fullRank NDCG@10" : "labCode NDCG@10";

/** Share of the training ratings on which candidates are trained. */
const TRAIN_SHARE = 0.9;

/** What candidates are trained on, and what they are judged by: both parts of the training ratings of this seed. */
export function validationOf(train: Interactions, seed: number): Split {
  const parts = validationSplit(train, { trainShare: TRAIN_SHARE, seed });
  return { train: parts.train, test: parts.validation };
}

/**
 * How many settings every method tries that searches at all: one that may choose among more looks better by that alone
 * (Ferrari Dacrema et al., "A troubling analysis of reproducibility and progress in recommender systems research", 2021).
 */
export const CANDIDATES = 8;

/** Settings that a search tries: the trial's own, and one for each change. */
export const candidatesOf = (stages: Search): number => 1 + stages.flat().length;

/**
 * A search of exactly so many candidates: what was listed last goes first, from the longest stage.
 * @param stages changes alone, each another setting than the trial's own, and each setting in one stage
 * @throws Error when there are fewer changes than that
 */
export function budgeted(stages: Search, candidates = CANDIDATES): Search {
  const left = stages.map((stage) => [...stage]);
  if (candidatesOf(left) < candidates)
    throw new Error(`search: ${candidatesOf(left)} candidates where ${candidates} are due`);
  while (candidatesOf(left) > candidates) {
    const longest = Math.max(...left.map(({ length }) => length));
    left.findLast(({ length }) => length === longest)?.pop();
  }
  return left.filter(({ length }) => length > 0);
}

/**
 * The best of the settings as they are and of each stage's changes, under the best so far. Among equals the first counts.
 * @param score of some changes, higher is better; asked once for each
 */
export async function search(
  stages: Search,
  score: (settings: Settings) => Promise<number>,
): Promise<Pick<Choice, "candidates" | "chosen">> {
  let best = { settings: {} as Settings, score: await score({}) };
  const candidates = [best];
  for (const stage of stages) {
    const { settings } = best;
    for (const change of stage) {
      const changed = { ...settings, ...change };
      const candidate = { settings: changed, score: await score(changed) };
      candidates.push(candidate);
      if (candidate.score > best.score) best = candidate;
    }
  }
  return { candidates, chosen: best.settings };
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
  const data = validationOf(train, trial.seed);
  const metric = decidingMetric(evaluationOf(trial), holdsRatings(train));
  const own = { ...context, embed: embeddingsOf() };
  const score = async (settings: Settings) => {
    const system = await methodFor(trial, settings).learn(data.train, own);
    onSamples(system.cost.samples);
    try {
      const found = await quality(trial, system, data, new Set(), context.signal);
      return namedMetrics(found)[metric];
    } finally {
      system.dispose();
    }
  };
  return { metric, ...(await search(stages, score)) };
}

/** `embedUsers` of one data set with a memory: candidates are grouped by the same embedding. */
function embeddingsOf(): (
  train: Interactions,
  settings: Partial<EmbeddingSettings>,
) => Promise<UserEmbedding> {
  const known = new Map<string, Promise<UserEmbedding>>();
  return (train, settings) => {
    const name = canonicalJson(settings as unknown as Record<string, never>);
    const found = known.get(name) ?? embedUsers(train, settings);
    known.set(name, found);
    return found;
  };
}
