/** What the tests of unlearning share: methods to try, contexts, and "the same model" bit for bit. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Interactions } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { MemoryStore } from "../../lib/training/store";
import { cSisa } from "../../lib/unlearning/cSisa";
import type { Forgotten } from "../../lib/unlearning/erasableSystem";
import type { Erasure } from "../../lib/unlearning/erasure";
import type { MethodFrame } from "../../lib/unlearning/frame";
import type { GroupedSystem } from "../../lib/unlearning/grouped";
import { laser, retrain } from "../../lib/unlearning/laser";
import type { MethodContext, System } from "../../lib/unlearning/method";
import { recEraser } from "../../lib/unlearning/rivals/recEraser";
import type { ShardedSystem } from "../../lib/unlearning/rivals/sharded";
import { ultraRe } from "../../lib/unlearning/rivals/ultraRe";
import { discard, unlearn as prepare, type UnlearnOptions } from "../../lib/unlearning/unlearn";

export const KEY = "00112233445566778899aabbccddeeff";

export const context = (more: Partial<MethodContext> = {}): MethodContext => ({
  store: new MemoryStore(),
  createEngine,
  clock: () => 0,
  ...more,
});

export const TINY = { epochs: 2, batchSize: 32 } as const;
const GROUPED = { ...TINY, groups: 4, grouping: "rand" } as const;
export const RAND = { groups: 4, grouping: "rand", order: "random" } as const;
type Options<Make extends (options?: never) => unknown> = Parameters<Make>[0];

export const tinyLaser = (settings: Options<typeof laser> = {}) =>
  laser({ ...GROUPED, order: "random", ...settings });
export const tinyRetrain = (settings: Options<typeof retrain> = {}) => retrain({ ...TINY, ...settings });
export const tinyCSisa = (settings: Options<typeof cSisa> = {}) => cSisa({ ...GROUPED, ...settings });
export const tinyRecEraser = (settings: Options<typeof recEraser> = {}) =>
  recEraser({ ...TINY, groups: 4, aggregationEpochs: 2, ...settings });
export const tinyUltraRe = (settings: Options<typeof ultraRe> = {}) =>
  ultraRe({ ...TINY, groups: 4, ...settings });

/** What an exact method leaves: with a certificate. */
export async function certified(forgetting: Promise<Forgotten>) {
  const { certificate, ...more } = await forgetting;
  if (!certificate) throw new Error("no certificate");
  return { certificate, ...more };
}

/** Unlearns in memory to the end: the old system is gone. */
export async function unlearn(system: System, erasure: Erasure, own: MethodContext, options: UnlearnOptions) {
  const unlearned = await prepare(system, erasure, own, options);
  const cost = discard(system, unlearned, own);
  const { next, certificate, obsolete } = unlearned;
  if (!certificate) throw new Error("no certificate");
  return { system: next, certificate, cost, deleted: obsolete };
}

/** Learns and unlearns in one store. */
export async function learnAndUnlearn<S extends GroupedSystem | ShardedSystem>(
  method: MethodFrame<S>,
  data: Interactions,
  erasure: (system: S) => Erasure,
  options: Partial<UnlearnOptions> = {},
) {
  const own = context();
  const learned = await method.learn(data, own);
  const planned = erasure(learned);
  const before = { plan: learned.plan, fingerprint: learned.fingerprint, checkpoints: learned.checkpoints };
  const result = await unlearn(learned, planned, own, { key: KEY, ...options });
  return { ...result, system: result.system as S, before, store: own.store, erasure: planned };
}

/** Every score that the system gives for users who are not erased, and the fingerprint of all of its weights. */
export function expectSameModel(one: System, other: System): void {
  expect(one.fingerprint).toBe(other.fingerprint);
  const ids = one.userIds.filter((_, user) => !one.erased.has(user) && one.ratingsOf(user).items.length > 0);
  const numbers = (system: System) => Uint32Array.from(ids, (id) => system.userIds.indexOf(id));
  const bits = (scores: Float32Array) =>
    Array.from(new Uint32Array(scores.buffer, scores.byteOffset, scores.length));
  expect(bits(one.scoreItems(numbers(one)))).toEqual(bits(other.scoreItems(numbers(other))));
}

/** Every file below a folder and its content, a character a byte. */
export function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, "latin1")];
    }),
  );
}
