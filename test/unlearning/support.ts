/** What the tests of unlearning share: methods to try, contexts, and "the same model" bit for bit. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Interactions } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { MemoryStore } from "../../lib/training/store";
import { cSisa } from "../../lib/unlearning/cSisa";
import type { Erasure } from "../../lib/unlearning/erasure";
import type { GroupedMethod, GroupedSystem } from "../../lib/unlearning/grouped";
import { laser, retrain } from "../../lib/unlearning/laser";
import type { MethodContext, System } from "../../lib/unlearning/method";
import { recEraser } from "../../lib/unlearning/rivals/recEraser";
import { ultraRe } from "../../lib/unlearning/rivals/ultraRe";
import { type UnlearnOptions, unlearn } from "../../lib/unlearning/unlearn";

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

/** Learns and unlearns in one store. */
export async function learnAndUnlearn(
  method: GroupedMethod,
  data: Interactions,
  erasure: (system: GroupedSystem) => Erasure,
  options: Partial<UnlearnOptions> = {},
) {
  const own = context();
  const learned = await method.learn(data, own);
  const planned = erasure(learned);
  const before = { plan: learned.plan, fingerprint: learned.fingerprint, checkpoints: learned.checkpoints };
  const result = await unlearn(learned, planned, own, { key: KEY, ...options });
  return { ...result, before, store: own.store, erasure: planned };
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
