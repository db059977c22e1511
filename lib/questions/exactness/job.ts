/**
 * The job "exactness" (goal G1): an unlearned system against a fresh one. The fresh run starts from an empty store, from the
 * ratings without the erased users, under the plan without them, or, where the unlearning regroups, under a plan of its own;
 * then every weight that scoring reads is compared.
 */

import { withoutUsers } from "../../data/interactions";
import { loadFloats } from "../../training/checkpoint";
import type { Store } from "../../training/store";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { Job, Report } from "../job";
import { erasureFor } from "../system/job";
import type { Trial } from "../trial";
import { contextFor, methodFor, splitData } from "../workbench";

export interface ExactnessOutcome {
  readonly identical: boolean;
  /** Weights that differ between the unlearned model and the fresh run without the erased users. */
  readonly differing: number;
  readonly parameters: number;
  /** For comparison: weights that differ between the model before the erasure and the fresh run. */
  readonly differingBefore: number;
}

export const exactnessJob: Job = {
  name: "exactness",
  modules: ["questions/exactness/job"],
  work: 3,
  run: runExactness,
};

async function runExactness([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const data = await splitData(trial);
  const context = contextFor(trial, signal);
  const learned = (await methodFor(trial).learn(data.train, context)) as GroupedSystem;
  const erasure = erasureFor(trial, learned, data.train);
  const regroup = trial.settings?.regroup === true;
  // embeddings are remembered by trial, and those who stay are not the trial's training ratings
  const embed = regroup ? undefined : context.embed;
  const own = { ...context, embed, store: context.store.fork() };
  const unlearned = (await learned.without(erasure, own, { regroup })) as GroupedSystem;
  const fresh = { ...contextFor(trial, signal), embed };
  const remaining = withoutUsers(data.train, erasure.users);
  const given = regroup ? {} : { plan: unlearned.plan };
  const reference = (await methodFor(trial).learn(remaining, fresh, given)) as GroupedSystem;
  report.samples(learned.cost.samples + unlearned.cost.samples + reference.cost.samples);
  const wanted = weightsOf(reference, fresh.store);
  const got = weightsOf(unlearned, own.store);
  const before = weightsOf(learned, context.store, false);
  const outcome: ExactnessOutcome = {
    identical: differing(wanted, got) === 0 && unlearned.fingerprint === reference.fingerprint,
    differing: differing(wanted, got),
    parameters: wanted.length,
    differingBefore: differing(weightsOf(reference, fresh.store, false), before),
  };
  report.outcome(trial, outcome, {});
  for (const system of [learned, unlearned, reference]) system.dispose();
}

/**
 * Weights that scoring reads, as bits: item tables and shared layers of each model, then, unless `withRows` is false, the
 * rows of each group (which have other lengths before an erasure).
 */
function weightsOf({ checkpoints, method }: GroupedSystem, store: Store, withRows = true): Uint32Array {
  const last = checkpoints[checkpoints.length - 1];
  const isolated = method.name === "c-sisa";
  const rests = isolated ? checkpoints.map(({ rest }) => rest) : [last.rest];
  const rows = isolated ? checkpoints.map((checkpoint) => checkpoint.rows[0]) : last.rows;
  const parts = [...rests, ...(withRows ? rows : [])].map((hash) => loadFloats(store, hash));
  const bits = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bits.set(new Uint32Array(part.buffer, part.byteOffset, part.length), at);
    at += part.length;
  }
  return bits;
}

/** Places in which two lists of bits differ; the surplus of the longer one counts. */
function differing(a: Uint32Array, b: Uint32Array): number {
  let count = Math.abs(a.length - b.length);
  for (let k = 0; k < Math.min(a.length, b.length); k++) if (a[k] !== b[k]) count++;
  return count;
}
