/**
 * A further method is a file and a line in the list: here an approximate one, which scores by the mean rating of an item and
 * lets what it has summed of the erased stand. It learns, forgets, is kept in a folder, and is not certified.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Interactions } from "../../lib/data/interactions";
import { complete, real, type SettingsOf } from "../../lib/settings";
import type { Json, Store } from "../../lib/training/store";
import { learn, open, verify } from "../../lib/unlearning/api";
import { type Built, MethodFrame, SystemFrame, type Task } from "../../lib/unlearning/frame";
import { type MethodContext, methodVersion } from "../../lib/unlearning/method";
import { METHOD_NAMES, METHODS, methodOf, registerMethod } from "../../lib/unlearning/methods";
import { ratedUsers } from "../../lib/unlearning/plan";
import { world } from "../training/world";

const data = world();
const home = mkdtempSync(join(tmpdir(), "erasable-toy-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const SPEC = { prior: real(0, 1, 0.5, "score of an item that nobody rated") };

class ItemMean extends MethodFrame<ItemMeanSystem> {
  override readonly name = "item-mean";
  override readonly exact = false;
  override readonly plans = false;
  constructor(override readonly settings: SettingsOf<typeof SPEC>) {
    super();
  }
  protected override async makePlan(from: Interactions) {
    return { settings: null, groups: [Array.from(ratedUsers(from), (user) => from.userIds[user])] };
  }
  protected override async build({ former, ...task }: Task<ItemMeanSystem>, { store }: MethodContext) {
    const { items, ratings } = task.partition.groups[0];
    const sums = new Float64Array(2 * task.partition.itemIds.length);
    items.forEach((item, k) => {
      sums[2 * item] += ratings[k] / 5;
      sums[2 * item + 1]++;
    });
    const kept = former?.system.sums ?? sums; // what the erased had added stays
    return new ItemMeanSystem(this, { ...task, trained: [] }, store, store.putBlob(kept), kept);
  }
  protected override async load(root: Json, built: Built, { store }: MethodContext) {
    const bytes = store.getBlob(root as string);
    return new ItemMeanSystem(this, built, store, root as string, new Float64Array(bytes.slice().buffer));
  }
}

class ItemMeanSystem extends SystemFrame {
  constructor(
    override readonly method: ItemMean,
    built: Built,
    store: Store,
    readonly fingerprint: string,
    readonly sums: Float64Array,
  ) {
    super(method, built, store);
  }
  predict(_users: Uint32Array, items: Uint32Array): Float32Array {
    const { sums, method } = this;
    return Float32Array.from(items, (item) =>
      sums[2 * item + 1] > 0 ? sums[2 * item] / sums[2 * item + 1] : method.settings.prior,
    );
  }
  scoreItems(users: Uint32Array): Float32Array {
    const all = Uint32Array.from(this.itemIds.keys());
    return Float32Array.from([...users].flatMap(() => [...this.predict(users, all)]));
  }
  bytesKept() {
    return { perGroup: [this.sums.byteLength], total: this.sums.byteLength };
  }
  entries() {
    return [`blob/${this.fingerprint}`];
  }
  protected rootOf(): Json {
    return this.fingerprint;
  }
  dispose(): void {}
}

const name = registerMethod("item-mean", {
  spec: SPEC,
  make: (settings) => new ItemMean(complete(SPEC, settings, "item-mean")),
  exact: false,
  modules: [],
});

it("an approximate method learns and forgets, in memory and in a folder, and nothing is certified", async () => {
  for (const place of [{}, { folder: join(home, "system") }]) {
    const system = await learn(data, { method: name, ...place });
    expect(system.guarantee).toBe("approximate");
    const before = system.score("u003", "i001");
    const { certificate, deleted } = await system.forget(["u007"]);
    expect(certificate).toBeNull();
    expect(() => system.recommend("u007")).toThrow(/erased/);
    expect(system.score("u003", "i001")).toBe(before);
    expect(system.certificates()).toEqual([]);
    if ("folder" in place) expect(deleted.length).toBeGreaterThan(0);
    await system.close();
    await expect(verify(certificate, data)).rejects.toThrow(/certificate: there is none/);
  }
  const again = await open(join(home, "system"));
  expect(again.guarantee).toBe("approximate");
  expect(again.system.userIds).not.toContain("u007");
  await again.forget(["u003"]);
  await again.close();
});

it("has settings that are checked as those of all others, and code of its own", () => {
  expect(METHOD_NAMES).toContain("item-mean");
  expect(() => methodOf("item-mean", { prior: 2 })).toThrow(
    "item-mean: prior: 2 is not a number from 0 to 1",
  );
  expect(methodVersion({ name, settings: {} })).toBe("own");
  expect(() => registerMethod("ease", METHODS.ease)).toThrow(/known already/);
});

it("and methods that call themselves exact are: nothing else is certified", () => {
  for (const [method, { exact }] of Object.entries(METHODS))
    expect((methodOf(method) as MethodFrame<SystemFrame>).exact, method).toBe(exact);
});
