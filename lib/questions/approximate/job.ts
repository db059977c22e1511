/**
 * The job "approximate": what approximate forgetting leaves behind. A tenth of the users, at most a hundred, is kept out from
 * the start; a system is learned on the others and each request is carried out by each approximate method, by deleting
 * the rows alone, and exactly. Each result stands beside the exact one: distance, membership attack, quality, cost.
 * An exact system under another seed says how far two systems are apart that both know nothing of the erased.
 */

import { type Interactions, withoutUsers } from "../../data/interactions";
import type { Split } from "../../data/split";
import { namedMetrics } from "../../metrics/quality";
import { Random } from "../../random";
import { groupRatings } from "../../training/groupRatings";
import type { TrainingSettings } from "../../training/settings";
import type { Json } from "../../training/store";
import type { Erasure } from "../../unlearning/erasure";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { MethodContext } from "../../unlearning/method";
import { methodOf } from "../../unlearning/methods";
import { ratedUsers } from "../../unlearning/plan";
import { area, areaDifference, type Scores } from "../attacks/roc";
import type { Job, Report } from "../job";
import { erasureFor } from "../system/job";
import type { Trial } from "../trial";
import { contextFor, quality, splitData, systemOf } from "../workbench";
import { fits } from "./attack";
import { distances, type Kept } from "./distances";
import type { ApproximateName, ApproximateOutcome, Exposure, Left } from "./outcome";

export const approximateJob: Job = {
  name: "approximate",
  modules: [
    "questions/approximate/job",
    "unlearning/approximate/fineTune",
    "unlearning/approximate/gradientAscent",
    "unlearning/approximate/scif",
  ],
  work: 3,
  joins: true,
  run: runApproximate,
};

const MOST_USERS = 100; // attacked
const LEAST_USERS = 10; // for an attack
const OTHER_SEED = 1_000_000; // added to the seed

interface Way {
  readonly method: string;
  readonly change?: Readonly<Record<string, Json>>;
}

/** How each system comes about. Tuning for no epoch is deleting rows. */
const WAYS: Readonly<Record<ApproximateName, Way>> = {
  "rows deleted": { method: "fine-tune", change: { tuneEpochs: 0 } },
  "fine-tune": { method: "fine-tune" },
  "gradient-ascent": { method: "gradient-ascent" },
  scif: { method: "scif" },
  "exact, another seed": { method: "retrain" },
  exact: { method: "retrain" },
};

/** Methods that take a model; a graph model has no loss of the erased alone. */
const waysFor = (trial: Trial): ApproximateName[] =>
  (Object.keys(WAYS) as ApproximateName[]).filter(
    (name) => systemOf(trial).model !== "lightgcn" || (name !== "gradient-ascent" && name !== "scif"),
  );

function methodBy(trial: Trial, { method, change = {} }: Way, seed: number) {
  const { model, settings } = systemOf(trial);
  return methodOf(method, { ...settings, ...change, ...(model ? { model } : {}), seed } as Json);
}

interface Bench {
  readonly data: Split;
  /** who was never there */
  readonly others: Uint32Array;
  readonly context: MethodContext;
  readonly report: Report;
}

async function runApproximate(trials: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const [first] = trials;
  const data = await splitData(first);
  const rated = ratedUsers(data.train);
  const count = Math.min(MOST_USERS, Math.floor(rated.length / 10));
  const drawn = Random.stream(first.seed, "approximate", "others")
    .shuffle([...rated])
    .slice(0, count);
  const others = Uint32Array.from(drawn).sort();
  const context = { ...contextFor(first, signal), embed: undefined };
  const train = withoutUsers(data.train, others);
  for (const trial of trials) await runRequest(trial, train, { data, others, context, report });
}

/** One request by all methods. What they learn is the same, and in the store after the first. */
async function runRequest(trial: Trial, train: Interactions, bench: Bench): Promise<void> {
  const { context, report } = bench;
  const found = new Map<ApproximateName, Kept>();
  const seconds: Record<string, number> = {};
  let erasure: Erasure | undefined;
  for (const name of waysFor(trial)) {
    const another = name === "exact, another seed";
    const method = methodBy(trial, WAYS[name], trial.seed + (another ? OTHER_SEED : 0));
    const learned = another ? undefined : ((await method.learn(train, context)) as GroupedSystem);
    report.samples(learned?.cost.samples ?? 0);
    if (learned) erasure ??= erasureFor(trial, learned, train);
    const store = context.store.fork();
    const own = { ...context, store };
    const gone = (erasure as Erasure).users;
    const system = learned
      ? await learned.without(erasure as Erasure, own)
      : await method.learn(withoutUsers(train, gone), own);
    report.samples(system.cost.samples);
    seconds[name] = system.cost.parallelSeconds;
    found.set(name, { system: system as GroupedSystem, store });
    learned?.dispose();
  }
  const outcome = await compared(trial, train, found, (erasure as Erasure).users, bench);
  report.outcome(trial, outcome, seconds);
  for (const { system } of found.values()) system.dispose();
}

async function compared(
  trial: Trial,
  train: Interactions,
  found: ReadonlyMap<ApproximateName, Kept>,
  erased: ReadonlySet<number>,
  { data, others, context }: Bench,
): Promise<ApproximateOutcome> {
  const exact = found.get("exact") as Kept;
  const members = [...erased].sort((a, b) => a - b).slice(0, MOST_USERS);
  const attacked = members.length >= LEAST_USERS;
  const scores = new Map<ApproximateName, Scores>();
  if (attacked)
    for (const [name, kept] of found)
      scores.set(name, await scoresIn(kept, data.train, members, [...others], context));
  const unseen = new Set([...erased, ...others]);
  const systems: Left[] = [];
  for (const [name, kept] of found) {
    const found = await quality(trial, kept.system, { train, test: data.test }, unseen, context.signal);
    systems.push({
      system: name,
      ...distances(kept, exact),
      attack: exposure(scores.get(name), scores.get("exact")),
      metrics: namedMetrics(found),
      samples: kept.system.cost.samples,
    });
  }
  return {
    erasedUsers: erased.size,
    attacked: { members: attacked ? members.length : 0, others: attacked ? others.length : 0 },
    systems,
  };
}

async function scoresIn(
  kept: Kept,
  train: Interactions,
  members: readonly number[],
  others: readonly number[],
  context: MethodContext,
): Promise<Scores> {
  const { training } = kept.system.method as unknown as { readonly training: TrainingSettings };
  const users = Uint32Array.from([...members, ...others]).sort();
  const fit = await fits(kept, groupRatings(train, users), training, context);
  const of = new Map(Array.from(users, (user, k) => [user, fit[k]]));
  const pick = (list: readonly number[]) => list.map((user) => of.get(user) as number);
  return { members: pick(members), others: pick(others) };
}

function exposure(scores?: Scores, exact?: Scores): Exposure | null {
  if (!scores || !exact) return null;
  const { value: auc, error } = area(scores);
  const { value: lessExact, error: lessExactError } = areaDifference(scores, exact);
  return { auc, error, lessExact, lessExactError };
}
