/**
 * Unlearning (Section 3.1) as a whole: make the system that never saw the erased data, certify it, put it in the place
 * of the old one, and delete every stored artefact that saw them; or the data are not erased. One function for every
 * method. Stopped or failing before the change of place, it leaves the old system as it was.
 */

import { type Cost, inSequence, stageCost } from "../metrics/cost";
import type { EntryName, Json } from "../training/store";
import { type Certificate, certify, type OperatorKey, tagger } from "./certificate";
import type { Erasure } from "./erasure";
import type { MethodContext, System, WithoutOptions } from "./method";
import { forgetSaved } from "./partition";

export interface UnlearnOptions extends WithoutOptions {
  /** The operator's secret: names of erased users and ratings are in the certificate as HMACs under it. */
  readonly key: OperatorKey;
  /**
   * For systems in a folder: makes the new system the one in force, and returns when that has reached the disk. Called
   * once, before anything is deleted, with the names that are about to be.
   */
  readonly commit?: (next: { root: Json; certificate: Certificate; doomed: readonly EntryName[] }) => void;
  /** Told of the new system when it has taken the place of the old, before anything of the old one is deleted or freed. */
  readonly onChange?: (next: System) => void;
}

/** An unlearned system and its certificate. */
export interface Unlearned {
  /** The system that never saw the erased data. The old one is disposed of. */
  readonly system: System;
  /** With the stages "erase" or "plan", "load", "train", "save", "certify" and "delete". */
  readonly cost: Cost;
  /** Names of what was deleted from the store. */
  readonly deleted: readonly EntryName[];
  readonly certificate: Certificate;
}

/**
 * Forgets. `context.store` must be the store in which `system` lives, and hold nothing else.
 * @throws InputError when the erasure names what is not there, or the key is too short.
 * @throws StoppedError when the signal fires: `system` is as before, and the same call goes on where this one stopped.
 */
export async function unlearn(
  system: System,
  erasure: Erasure,
  context: MethodContext,
  options: UnlearnOptions,
): Promise<Unlearned> {
  const { clock, store } = context;
  tagger(options.key); // a bad key is found now, not after the training
  const next = await system.without(erasure, context, { regroup: options.regroup });
  let began = clock();
  let certificate: Certificate;
  let certified: Cost;
  let doomed: EntryName[];
  try {
    certificate = certify({ before: system, after: next, erasure, key: options.key });
    certified = stageCost("certify", clock() - began);
    began = clock();
    const kept = options.commit ? next.save() : { root: null, entries: next.entries() };
    const needed = new Set(kept.entries);
    doomed = [...store.list().keys()].filter((name) => !needed.has(name)).sort();
    options.commit?.({ root: kept.root, certificate, doomed });
  } catch (error) {
    free(next);
    throw error;
  }
  options.onChange?.(next);
  store.delete(doomed);
  if (!options.commit) forgetSaved(store); // it was not saved, so a partition in the store was among the doomed
  free(system);
  const deleted = stageCost("delete", clock() - began);
  return { system: next, cost: inSequence(next.cost, certified, deleted), deleted: doomed, certificate };
}

/** Memory that could not be freed neither undoes an erasure, whose certificate is due, nor hides why one failed. */
function free(system: System): void {
  try {
    system.dispose();
  } catch {
    // see above
  }
}
