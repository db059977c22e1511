/** Half-steps of least squares against their own equations; what an erasure repeats, and when somebody leaves the core. */

import { describe, expect, it } from "vitest";
import { synthesize } from "../../../lib/data/synthetic";
import { InputError, StoppedError } from "../../../lib/errors";
import { complete } from "../../../lib/settings";
import { TRAINING } from "../../../lib/training/settings";
import { erasureOf, usersErasure } from "../../../lib/unlearning/erasure";
import { ALS, alternate } from "../../../lib/unlearning/foldIn/als";
import { coreTest } from "../../../lib/unlearning/foldIn/core";
import { coreAls } from "../../../lib/unlearning/foldIn/coreAls";
import { fileOf, world } from "../../training/world";
import { context, expectSameModel, TINY } from "../support";

const GRAPH = { offsets: Uint32Array.of(0, 2, 2, 5), items: Uint32Array.of(0, 2, 0, 1, 2) };
const START = Float32Array.of(0.5, -0.2, 0.1, 0.7, -0.3, 0.4, 0.9, 0.9); // four items, the last one without users
const WIDTH = 2;
const settings = complete(ALS, { unobserved: 0.3, alsRidge: 5 }, "als");

/** How far rows are from the least of the objective: the largest entry of its gradient by one row. */
function gradientOf(
  rows: Float32Array,
  row: number,
  partners: ArrayLike<number>,
  other: Float32Array,
): number {
  const own = rows.subarray(row * WIDTH, (row + 1) * WIDTH);
  const product = (at: number) => own[0] * other[at * WIDTH] + own[1] * other[at * WIDTH + 1];
  const square =
    other.reduce((sum, value) => sum + value * value, 0) / other.filter((value) => value !== 0).length;
  const gradient = [0, 1].map((d) => {
    let sum = settings.alsRidge * square * own[d];
    for (let k = 0; k < partners.length; k++)
      sum -= (1 - product(partners[k])) * other[partners[k] * WIDTH + d];
    for (let at = 0; at < other.length / WIDTH; at++)
      sum += settings.unobserved * product(at) * other[at * WIDTH + d];
    return Math.abs(sum);
  });
  return Math.max(...gradient);
}

describe("alternating least squares", () => {
  it("fits users to items, then items to users: each row where its gradient is zero", async () => {
    const { users, items } = await alternate(GRAPH, START, WIDTH, settings);
    for (const user of [0, 2]) {
      const own = GRAPH.items.subarray(GRAPH.offsets[user], GRAPH.offsets[user + 1]);
      expect(gradientOf(users, user, own, START)).toBeLessThan(1e-6);
    }
    const raters = [[0, 2], [2], [0, 2]];
    raters.forEach((own, item) => {
      expect(gradientOf(items, item, own, users)).toBeLessThan(1e-6);
    });
    expect([...users.subarray(2, 4), ...items.subarray(6)]).toEqual([0, 0, 0, 0]); // who has no pairs
  });

  it("a further sweep starts where the last one ended", async () => {
    const once = await alternate(GRAPH, START, WIDTH, settings);
    const twice = await alternate(GRAPH, START, WIDTH, { ...settings, sweeps: 2 });
    expect(await alternate(GRAPH, once.items, WIDTH, settings)).toEqual(twice);
    expect(twice).not.toEqual(once);
  });

  it("the scale of the start does not matter", async () => {
    const [own, large] = await Promise.all(
      [1, 16].map((scale) =>
        alternate(
          GRAPH,
          START.map((value) => scale * value),
          WIDTH,
          settings,
        ),
      ),
    );
    const score = ({ users, items }: typeof own) => users[4] * items[0] + users[5] * items[1];
    expect(score(large)).toBeCloseTo(score(own), 6);
  });

  it("nothing observed, or nothing to fit to, gives zeros and no NaN", async () => {
    const none = { offsets: new Uint32Array(3), items: new Uint32Array(0) };
    for (const [graph, start] of [
      [none, START],
      [GRAPH, new Float32Array(8)],
    ] as const) {
      const { users, items } = await alternate(graph, start, WIDTH, settings);
      expect([...users, ...items].every((value) => value === 0)).toBe(true);
    }
  });
});

const data = world();
const ratingsOf = (user: number) => data.byUser.offsets[user + 1] - data.byUser.offsets[user];
const LIGHTGCN = { ...TINY, model: "lightgcn", label: "implicit" } as const;
const method = coreAls({ ...LIGHTGCN, corePercent: 40, sweeps: 2 });
const inCore = coreTest(
  { core: "coin", corePercent: 40, coreRatings: 1 },
  complete(TRAINING, TINY, "training").seed,
);
const total = data.byUser.columns.length;

describe("what an erasure repeats", () => {
  it("outside the core: the sweeps alone", async () => {
    const user = data.userIds.findIndex((id, number) => !inCore(id, 0) && ratingsOf(number) > 0);
    const own = context();
    const learned = await method.learn(data, own);
    const next = await learned.without(usersErasure([user]), own);
    expect(next.trained).toEqual([]);
    expect(next.cost.samples).toBe(2 * 2 * (total - ratingsOf(user)));
    expect(next.guarantee).toBe("exact");
    for (const system of [learned, next]) system.dispose();
  });

  it("in the core: its training too", async () => {
    const user = data.userIds.findIndex((id, number) => inCore(id, 0) && ratingsOf(number) > 0);
    const own = context();
    const learned = await method.learn(data, own);
    const next = await learned.without(usersErasure([user]), own);
    const core = data.userIds.reduce((sum, id, one) => sum + (inCore(id, 0) ? ratingsOf(one) : 0), 0);
    expect(next.trained).toEqual([0]);
    expect(next.cost.samples).toBe(
      TINY.epochs * (core - ratingsOf(user)) + 2 * 2 * (total - ratingsOf(user)),
    );
    for (const system of [learned, next]) system.dispose();
  });

  it("a user who falls under the threshold of activity leaves the core", async () => {
    const user = data.userIds.findIndex((_, number) => ratingsOf(number) >= 8);
    const active = coreAls({ ...LIGHTGCN, core: "activity", coreRatings: ratingsOf(user) });
    const own = context();
    const learned = await active.learn(data, own);
    const item = data.byUser.columns[data.byUser.offsets[user]];
    const next = await learned.without(erasureOf([], [[user, item]]), own);
    expect(next.trained).toEqual([0]);
    const later = await next.without(usersErasure([user]), own);
    expect(later.trained).toEqual([]); // outside by now
    const fresh = await active.learn(
      fileOf(data, (one) => one !== user),
      context(),
    );
    expectSameModel(later, fresh);
    for (const system of [learned, next, later, fresh]) system.dispose();
  });

  it("stopped while it fits, the same call goes on to the same weights", async () => {
    const own = context();
    const stop = new AbortController();
    const { data: many } = synthesize({ users: 1000, items: 300, ratings: 60_000, seed: 2 }); // two looks at the signal
    const large = coreAls({ ...LIGHTGCN, epochs: 1, batchSize: 4096, corePercent: 1 });
    const onProgress = ({ stage }: { stage: string }) => stage === "fit" && stop.abort();
    await expect(large.learn(many, { ...own, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const again = await large.learn(many, own);
    expect(again.trained).toEqual([]); // the core was kept
    const fresh = await large.learn(many, context());
    expectSameModel(again, fresh);
    for (const system of [again, fresh]) system.dispose();
  });

  it("refuses models whose score is no product, and names those that it takes", () => {
    expect(() => coreAls({ model: "dmf" })).toThrow(InputError);
    expect(() => coreAls({ model: "nmf" })).toThrow(/it takes bpr, lightgcn/);
  });
});
