/**
 * Unlearning (Section 3.1) as a whole: make the system that never saw the erased data, certify it, and say
 * what of the old one has to go; or the data are not erased. One function for every method. Whoever calls it
 * puts the new system in the place of the old, and then discards the old one. Stopped or failing, it leaves
 * the old system as it was.
 */

import { type Cost, inSequence, stageCost } from "../metrics/cost";
import type { EntryName, Json } from "../training/store";
import { type Certificate, certify } from "./certificate";
import type { Erasure } from "./erasure";
import type { MethodContext, System, WithoutOptions } from "./method";
import { forgetSaved } from "./partition";
import { type OperatorKey, tagger } from "./tags";

export interface UnlearnOptions extends WithoutOptions {
  /** The operator's secret: names of erased users and ratings are in the certificate as HMACs under it. */
  readonly key: OperatorKey;
  /** Writes all of the new system into the store, for a caller that keeps systems there. Default false. */
  readonly save?: boolean;
}

/** A new system, and what to do with the old one. */
export interface Unlearned {
  /** The system that never saw the erased data. */
  readonly next: System;
  /** what names `next` in the store; null unless it was saved */
  readonly root: Json;
  /** names of all that the store must hold for it */
  readonly entries: readonly EntryName[];
  /** null for a method that is not exact: there is nothing to certify */
  readonly certificate: Certificate | null;
  /** Names of what the store holds and `next` does not need: it saw the erased data, or is left over. */
  readonly obsolete: readonly EntryName[];
  /** With the stages "erase" or "plan", "load", "train", "save" and "certify". */
  readonly cost: Cost;
}

/**
 * Forgets. `context.store` must be the store in which `system` lives, and hold nothing else.
 * @throws InputError when the erasure names what is not there, or the key is too short.
 * @throws StoppedError when the signal fires: `system` is as before, and the same call goes on where this one
 *   stopped.
 */
export async function unlearn(
  system: System,
  erasure: Erasure,
  context: MethodContext,
  { key, regroup, save = false }: UnlearnOptions,
): Promise<Unlearned> {
  const { clock, store } = context;
  tagger(key); // a bad key is found now, not after the training
  const next = await system.without(erasure, context, { regroup });
  try {
    const began = clock();
    const exact = next.guarantee !== "approximate";
    const certificate = exact ? certify({ before: system, after: next, erasure, key }) : null;
    const cost = inSequence(next.cost, stageCost("certify", clock() - began));
    const { root, entries } = save ? next.save() : { root: null, entries: next.entries() };
    const needed = new Set(entries);
    const obsolete = [...store.list().keys()].filter((name) => !needed.has(name)).sort();
    return { next, root, entries, certificate, obsolete, cost };
  } catch (error) {
    free(next);
    throw error;
  }
}

/**
 * Deletes what a new system has made obsolete, and frees the old one: to be called when the new one is in its
 * place, for a system that lives in memory (unlearning/folder.ts does it for those on disk).
 * @returns the cost of unlearning with the stage "delete"
 */
export function discard(system: System, { next, obsolete, cost }: Unlearned, context: MethodContext): Cost {
  const began = context.clock();
  context.store.delete(obsolete);
  forgetSaved(context.store); // `next` was not saved, so a partition in the store was obsolete
  if (system !== next) free(system);
  return inSequence(cost, stageCost("delete", context.clock() - began));
}

/** Memory that could not be freed neither undoes an erasure nor hides why one failed. */
export function free(system: System): void {
  try {
    system.dispose();
  } catch {
    // see above
  }
}
