/**
 * Settings are chosen inside a cell, on a tenth of each user's training ratings that a stream of its own draws; the test
 * part is not an argument of anything here. The search goes stage by stage (`SettingsGrid`), so that its cost is a sum and
 * not a product; what candidates share, such as a core's training, the validation store holds and is done once.
 */

import { holdsRatings, type Interactions } from "../../data/interactions";
import { validationSplit } from "../../data/split";
import type { EmbeddingSettings } from "../../hypergraph/embedding";
import { embedUsers, type UserEmbedding } from "../../hypergraph/embedding";
import { canonicalJson } from "../../json";
import { evaluate, type Scorer } from "../../metrics/evaluate";
import { namedMetrics } from "../../metrics/quality";
import type { MethodContext } from "../../unlearning/method";
import type { BeyondCell, FlatSettings, SettingsGrid } from "../cell";
import type { Choice } from "../outcome";
import type { Protocol } from "../protocol";
import { decidingMetric } from "./metric";
import { methodWith, withChange } from "./settings";

/** Share of the training ratings on which candidates are trained. */
const TRAIN_SHARE = 0.9;

/**
 * The best settings of a grid: of each stage the change that scores highest, under the best of the stages before. Among
 * equals the first counts.
 * @param score of some settings, higher is better; asked once for each
 */
export async function search(
  grid: SettingsGrid,
  score: (settings: FlatSettings) => Promise<number>,
): Promise<Pick<Choice, "candidates" | "chosen">> {
  const known = new Map<string, { settings: FlatSettings; score: number }>();
  let chosen: FlatSettings = {};
  for (const stage of grid) {
    let best: { settings: FlatSettings; score: number } | undefined;
    for (const change of stage) {
      const settings = withChange(chosen, change);
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
 * Chooses the settings of a cell.
 * @param train all training ratings of the cell
 * @param context its store is used for the validation systems alone
 * @param onSamples called with the gradient samples of each candidate
 */
export async function chooseSettings(
  cell: BeyondCell,
  train: Interactions,
  context: MethodContext,
  onSamples: (samples: number) => void,
): Promise<Choice> {
  const metric = decidingMetric(cell.protocol);
  if (cell.grid.length === 0) return { metric, candidates: [], chosen: {} };
  const parts = validationSplit(train, { trainShare: TRAIN_SHARE, seed: cell.seed });
  const own = { ...context, embed: embeddingsOf() };
  const score = async (settings: FlatSettings) => {
    const system = await methodWith(cell, settings).learn(parts.train, own);
    onSamples(system.cost.samples);
    try {
      return await validate(system, parts.train, parts.validation, cell.protocol, context.signal);
    } finally {
      system.dispose();
    }
  };
  return { metric, ...(await search(cell.grid, score)) };
}

async function validate(
  system: Scorer,
  train: Interactions,
  validation: Interactions,
  protocol: Protocol,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { label, metrics } = protocol;
  const quality = await evaluate(system, train, validation, { label, metrics, signal });
  const decides = holdsRatings(train) ? decidingMetric(protocol) : "fullRank NDCG@10";
  return namedMetrics(quality)[decides];
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
