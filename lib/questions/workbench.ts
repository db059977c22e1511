/**
 * What the jobs of one worker share: a data set is loaded, filtered and split once, users are embedded once
 * for each embedding, and methods run in a context of their own. Everything is a function of its arguments,
 * so keeping it changes no result.
 */

import { performance } from "node:perf_hooks";
import { filledCore } from "../data/core";
import { holdsRatings, type Interactions } from "../data/interactions";
import { loadDataset } from "../data/load";
import { parseReference, referenceTo } from "../data/reference";
import { type Split, split } from "../data/split";
import { createEngine } from "../engine/create";
import { InputError } from "../errors";
import { embedUsers, type UserEmbedding } from "../hypergraph/embedding";
import type { EmbeddingSettings } from "../hypergraph/settings";
import { type Evaluation, evaluate, type Scorer } from "../metrics/evaluate";
import { MemoryStore } from "../training/store";
import type { Method, MethodContext } from "../unlearning/method";
import { methodOf, specOf } from "../unlearning/methods";
import type { EvaluationSettings, Settings, SystemSettings, Trial } from "./trial";

/** Keeps the values that were asked for last. */
class Recent<T> {
  private readonly kept = new Map<string, Promise<T>>();

  constructor(private readonly capacity: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key) ?? make();
    this.kept.delete(key);
    this.kept.set(key, known);
    known.catch(() => this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.capacity) break;
      this.kept.delete(oldest);
    }
    return known;
  }
}

const raw = new Recent<Interactions>(3);
const filtered = new Recent<Interactions>(3);
const splits = new Recent<Split>(3);
const embeddings = new Recent<UserEmbedding>(6);

/** The ratings as the catalog or file holds them. */
export const rawData = (dataset: string): Promise<Interactions> =>
  raw.get(dataset, () => loadDataset(dataset));

/** The k-core of a trial's data set. */
const filteredData = ({ dataset, data }: Trial): Promise<Interactions> =>
  filtered.get(`${dataset} ${data.core}`, async () => filledCore(await rawData(dataset), data.core));

const placeOf = ({ dataset, data, seed }: Trial): string =>
  JSON.stringify([dataset, data.core, data.trainShare, seed]);

/** Training and test ratings of a trial. */
export async function splitData(trial: Trial): Promise<Split> {
  const data = await splits.get(placeOf(trial), async () =>
    split(await filteredData(trial), { trainShare: trial.data.trainShare, seed: trial.seed }),
  );
  if (trial.system?.settings.label === "rating" && !holdsRatings(data.train))
    throw new InputError(
      `${trial.dataset} has pairs without ratings (clicks, orders, plays): label "rating" would ` +
        `train on a constant; name it ` +
        `${referenceTo(parseReference(trial.dataset).path, { implicit: true })}, or take label ` +
        `"implicit" with negatives`,
    );
  return data;
}

/**
 * `embedUsers` with a memory, for plans. The training ratings are told apart by the trial that they belong
 * to.
 */
export const embedder =
  (trial: Trial) =>
  (train: Interactions, settings: Partial<EmbeddingSettings>): Promise<UserEmbedding> =>
    embeddings.get(`${placeOf(trial)} ${JSON.stringify(settings)}`, () => embedUsers(train, settings));

/** The system of a trial. @throws Error for a trial without one */
export function systemOf({ job, system }: Trial): SystemSettings {
  if (system === undefined) throw new Error(`a trial of job ${job} has no system`);
  return system;
}

/**
 * The method of a trial, with some changes to its settings. Methods without a draw have no seed.
 * @throws InputError for a setting that the method does not have
 */
export function methodFor(trial: Trial, change: Settings = {}): Method {
  const { method, model, settings } = systemOf(trial);
  const seed = Object.hasOwn(specOf(method), "seed") ? { seed: trial.seed } : {};
  return methodOf(method, { ...settings, ...change, ...(model ? { model } : {}), ...seed } as Settings);
}

/** A fresh context with a store in memory. */
export const contextFor = (trial: Trial, signal: AbortSignal): MethodContext => ({
  store: new MemoryStore(),
  createEngine,
  clock: () => performance.now() / 1000,
  embed: embedder(trial),
  signal,
});

/** What a trial measures. @throws Error for a trial that measures nothing */
export function evaluationOf({ job, evaluation }: Pick<Trial, "job" | "evaluation">): EvaluationSettings {
  if (evaluation === undefined) throw new Error(`a trial of job ${job} says nothing of evaluation`);
  return evaluation;
}

/** The metrics of a trial over those who are not erased. */
export function quality(
  trial: Pick<Trial, "job" | "evaluation">,
  system: Scorer,
  { train, test }: Pick<Split, "train" | "test">,
  erased: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  return evaluate(system, train, test, { ...evaluationOf(trial), erased, signal });
}
