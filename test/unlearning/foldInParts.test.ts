/** The parts of fold-in: the kernel against the training engine, exact sums, who is in the core, and what an erasure costs. */

import { describe, expect, it } from "vitest";
import { synthesize } from "../../lib/data/synthetic";
import { createSimdEngine } from "../../lib/engine/simd";
import { InputError, StoppedError } from "../../lib/errors";
import { initialWeights } from "../../lib/model/initial";
import { MODEL_NAMES, type ModelName, modelOf, modelSpec } from "../../lib/model/spec";
import { Random } from "../../lib/random";
import { complete } from "../../lib/settings";
import { putRest, restOf, rowsOf } from "../../lib/training/layout";
import { adamOf, TRAINING } from "../../lib/training/settings";
import { erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import { CORE, type CoreSettings, corePlan, coreTest } from "../../lib/unlearning/foldIn/core";
import { coreFoldIn } from "../../lib/unlearning/foldIn/coreFoldIn";
import { ITEM_STEPS } from "../../lib/unlearning/foldIn/itemStep";
import { FoldKernel, foldInOf, type Runs } from "../../lib/unlearning/foldIn/kernel";
import { refresh } from "../../lib/unlearning/foldIn/refresh";
import {
  addRating,
  correction,
  emptyStatistics,
  fixed,
  fixedFeatures,
  solveRidge,
} from "../../lib/unlearning/foldIn/ridge";
import { itemRowsOf, meanRow, narrowRows, wideRows, withItemRows } from "../../lib/unlearning/foldIn/rows";
import { itemVectors, solveUser } from "../../lib/unlearning/foldIn/userStep";
import { laser } from "../../lib/unlearning/laser";
import { fileOf, world } from "../training/world";
import { context, expectSameModel, KEY, RAND, TINY, unlearn } from "./support";

const data = world();
const DEFAULTS = complete(TRAINING, {}, "training");
const FIT = { steps: 40, learningRate: 0.05, ridge: 0.5, adam: adamOf(DEFAULTS) };
const coreSettings = (partial: Partial<CoreSettings>) => complete(CORE, partial, "core");

/** A model with weights of size 1 and the samples of every user, both ways. */
function setting(model: ModelName) {
  const users = data.userIds.length;
  const items = data.itemIds.length;
  const spec = modelSpec(model, users, items);
  const weights = initialWeights(spec, "unit", 3, data.userIds, data.itemIds);
  const rest = restOf(spec, weights);
  const kernel = new FoldKernel(model, rest, items);
  const userRows = wideRows(model, rowsOf(spec, weights, 0, users));
  const itemRows = itemRowsOf(model, rest, items);
  const runsOf = ({ offsets, columns, values }: typeof data.byUser): Runs => ({
    offsets,
    partners: columns,
    labels: values.map((value) => value / 5),
  });
  return {
    spec,
    weights,
    kernel,
    userRows,
    itemRows,
    userRuns: runsOf(data.byUser),
    itemRuns: runsOf(data.byItem),
    userOutputs: kernel.outputs("user", userRows),
    itemOutputs: kernel.outputs("item", itemRows),
    width: foldInOf(model).row,
  };
}

const runOf = ({ offsets, partners, labels }: Runs, row: number): Runs => ({
  offsets: Uint32Array.of(0, offsets[row + 1] - offsets[row]),
  partners: partners.slice(offsets[row], offsets[row + 1]),
  labels: labels.slice(offsets[row], offsets[row + 1]),
});

const rowAt = (rows: Float32Array, row: number, width: number) => rows.slice(row * width, (row + 1) * width);

describe.each(MODEL_NAMES.filter((model) => modelOf(model).foldIn))("the kernel, %s", (model) => {
  const s = setting(model);

  it("has the gradient of the training engine in a user's and in an item's row", () => {
    const engine = createSimdEngine(s.spec);
    engine.load(s.weights);
    const sides = [
      ["user", s.userRows, s.userRuns, s.itemOutputs],
      ["item", s.itemRows, s.itemRuns, s.userOutputs],
    ] as const;
    for (const [side, rows, runs, other] of sides) {
      const lengths = new Set<number>();
      for (let row = 0; row < rows.length / s.width; row++) {
        const run = runOf(runs, row);
        if (run.partners.length === 0) continue;
        lengths.add(run.partners.length % 4);
        const own = new Uint32Array(run.partners.length).fill(row);
        const [users, items] = side === "user" ? [own, run.partners] : [run.partners, own];
        const whole = engine.gradient({ users, items, labels: run.labels, negatives: 0 });
        const tensors = s.spec.tensors.filter(({ kind }) => kind === side);
        const expected = tensors.flatMap(({ offset, shape }) =>
          Array.from(whole.subarray(offset + row * shape[1], offset + (row + 1) * shape[1])),
        );
        const found = s.kernel.gradient(side, rowAt(rows, row, s.width), run, other);
        const scale = Math.max(...expected.map(Math.abs), 1e-3);
        found.forEach((value, d) => {
          expect(Math.abs(value - expected[d]) / scale).toBeLessThan(2e-5);
        });
      }
      expect(lengths.size).toBeGreaterThan(2); // of the paddings to eight
    }
    engine.dispose();
  });

  it("has the mean of the samples' own gradients, for any number of them", () => {
    const { kernel, userRows, userRuns, itemOutputs, width } = s;
    const start = rowAt(userRows, 1, width);
    const { partners, labels } = runOf(userRuns, 1);
    const of = (samples: readonly number[]) =>
      kernel.gradient(
        "user",
        start,
        {
          offsets: Uint32Array.of(0, samples.length),
          partners: Uint32Array.from(samples, (k) => partners[k]),
          labels: Float32Array.from(samples, (k) => labels[k]),
        },
        itemOutputs,
      );
    const alone = Array.from(partners, (_, k) => of([k]));
    const scale = Math.max(...alone.flatMap((own) => Array.from(own, Math.abs)));
    // Samples are taken eight at a time, in parts of 64.
    for (const count of [2, 7, 8, 9, 63, 64, 65, 71, 72, 73, 128, 130, 201]) {
      const samples = Array.from({ length: count }, (_, k) => (k * k + k) % partners.length);
      of(samples).forEach((value, d) => {
        const mean = samples.reduce((sum, k) => sum + alone[k][d], 0) / count;
        expect(Math.abs(value - mean) / scale).toBeLessThan(1e-5);
      });
    }
  });

  it("fits a row to the same bits alone, among others, and in another order", async () => {
    const { kernel, width, userRows, userRuns, itemOutputs } = s;
    const anchor = meanRow(width, [userRows]);
    const all = await kernel.fit("user", userRows, userRuns, itemOutputs, { ...FIT, anchor });
    for (const row of [23, 0, 11]) {
      const one = await new FoldKernel(model, restOf(s.spec, s.weights), data.itemIds.length).fit(
        "user",
        rowAt(userRows, row, width),
        runOf(userRuns, row),
        itemOutputs,
        { ...FIT, anchor },
      );
      expect(one).toEqual(rowAt(all, row, width));
    }
    expect(all).not.toEqual(userRows);
  });

  it("lets fits take turns when several are asked for at once", async () => {
    const { kernel, width, userRows, userRuns, itemOutputs } = s;
    // Many short rows and two long ones: each fit needs two calls into the kernel, gives way between them, and would
    // overwrite what the other has laid out.
    const anchor = new Float32Array(width);
    const { partners, labels } = runOf(userRuns, 1);
    const start = rowAt(userRows, 1, width);
    const fitRows = (count: number, samples: number, steps: number) => {
      const runs = {
        offsets: Uint32Array.from({ length: count + 1 }, (_, k) => k * samples),
        partners: Uint32Array.from({ length: count * samples }, (_, k) => partners[k % partners.length]),
        labels: Float32Array.from({ length: count * samples }, (_, k) => labels[k % labels.length]),
      };
      const rows = Float32Array.from({ length: count * width }, (_, k) => start[k % width]);
      return kernel.fit("user", rows, runs, itemOutputs, { ...FIT, anchor, steps });
    };
    const short = () => fitRows(4200, 1, 1);
    const long = () => fitRows(2, 4000, 800);
    const inTurn = [await short(), await long()];
    expect(await Promise.all([short(), long()])).toEqual(inTurn);
  });

  it("is Adam with a falling rate on the mean loss and the ridge", async () => {
    const { kernel, width, userRows, userRuns, itemOutputs } = s;
    const row = 4;
    const run = runOf(userRuns, row);
    const anchor = new Float32Array(width).fill(0.3);
    const steps = 5;
    const fitted = await kernel.fit("user", rowAt(userRows, row, width), run, itemOutputs, {
      ...FIT,
      steps,
      anchor,
    });
    const x = Float64Array.from(rowAt(userRows, row, width));
    const m = new Float64Array(width);
    const v = new Float64Array(width);
    const { beta1, beta2, epsilon } = FIT.adam;
    for (let t = 1; t <= steps; t++) {
      const slope = kernel.gradient("user", Float32Array.from(x), run, itemOutputs);
      const rate = (FIT.learningRate * (steps - t + 1)) / steps;
      for (let d = 0; d < width; d++) {
        const g = slope[d] + (FIT.ridge / run.partners.length) * (x[d] - anchor[d]);
        m[d] = beta1 * m[d] + (1 - beta1) * g;
        v[d] = beta2 * v[d] + (1 - beta2) * g * g;
        x[d] -= (rate * (m[d] / (1 - beta1 ** t))) / (Math.sqrt(v[d] / (1 - beta2 ** t)) + epsilon);
      }
    }
    fitted.forEach((value, d) => {
      expect(value).toBeCloseTo(x[d], 4);
    });
  });

  it("lowers the loss; a heavy ridge holds each row to its own anchor; a row without samples stays", async () => {
    const { kernel, width, itemRows, itemRuns, userOutputs, spec } = s;
    const items = data.itemIds.length;
    const fitWith = (ridge: number) =>
      kernel.fit("item", itemRows, itemRuns, userOutputs, { ...FIT, ridge, anchor: itemRows });
    const lossOf = (rows: Float32Array): number => {
      const rest = withItemRows(model, restOf(spec, s.weights), rows);
      expect(itemRowsOf(model, rest, items)).toEqual(rows);
      const engine = createSimdEngine(spec);
      const weights = s.weights.slice();
      putRest(spec, weights, rest);
      engine.load(weights);
      const users = data.userIds.flatMap((_, user) => itemsOf(user).map(() => user));
      const scores = engine.predict(Uint32Array.from(users), data.byUser.columns);
      engine.dispose();
      return scores.reduce((sum, p, k) => {
        const y = s.userRuns.labels[k];
        return sum - (y * Math.log(p) + (1 - y) * Math.log(1 - p)) / scores.length;
      }, 0);
    };
    const free = await fitWith(0);
    expect(lossOf(free)).toBeLessThan(lossOf(itemRows) - 0.05);
    const away = (rows: Float32Array) => Math.max(...rows.map((value, k) => Math.abs(value - itemRows[k])));
    expect(away(free)).toBeGreaterThan(0.3);
    expect(away(await fitWith(1e7))).toBeLessThan(0.02);
    const nothing = {
      offsets: new Uint32Array(2),
      partners: new Uint32Array(0),
      labels: new Float32Array(0),
    };
    const alone = rowAt(itemRows, 0, width);
    const anchor = new Float32Array(width);
    expect(await kernel.fit("item", alone, nothing, userOutputs, { ...FIT, anchor })).toEqual(alone);
  });

  it("refuses samples and anchors that do not fit, and stops on a signal", async () => {
    const { kernel, width, userRows, userRuns, itemOutputs } = s;
    const anchor = new Float32Array(width);
    const wrong = { ...userRuns, partners: userRuns.partners.map(() => data.itemIds.length) };
    await expect(kernel.fit("user", userRows, wrong, itemOutputs, { ...FIT, anchor })).rejects.toThrow(
      InputError,
    );
    const three = { ...FIT, anchor: new Float32Array(3 * width) };
    await expect(kernel.fit("user", userRows, userRuns, itemOutputs, three)).rejects.toThrow(/anchors/);
    const signal = AbortSignal.abort();
    await expect(
      kernel.fit("user", userRows, userRuns, itemOutputs, { ...FIT, anchor, signal }),
    ).rejects.toThrow(StoppedError);
  });

  it("has rows wide and narrow", () => {
    const narrow = rowsOf(s.spec, s.weights, 0, data.userIds.length);
    expect(narrowRows(model, wideRows(model, narrow))).toEqual(narrow);
    expect(wideRows(model, narrow)).toEqual(s.userRows);
  });
});

describe("ridge statistics", () => {
  const random = Random.stream(1, "ridge");
  const width = 6;
  const ratings = Array.from({ length: 40 }, () => ({
    features: fixedFeatures(Float32Array.from({ length: width - 1 }, () => 20 * random.uniform() - 10)),
    residual: fixed(2 * random.uniform() - 1),
  }));
  const sum = (list: typeof ratings, statistics = emptyStatistics(width), sign: 1 | -1 = 1) => {
    for (const { features, residual } of list) addRating(statistics, features, residual, sign);
    return statistics;
  };

  it("are the same integers in any order of additions and subtractions", () => {
    const all = sum(ratings);
    expect(all.every(Number.isInteger)).toBe(true);
    const mixed = sum(random.shuffle([...ratings]));
    expect(mixed).toEqual(all);
    expect(sum(ratings.slice(0, 13), sum(ratings), -1)).toEqual(sum(ratings.slice(13)));
    expect(sum(ratings, all.slice(), -1)).toEqual(emptyStatistics(width));
  });

  it("are those of features within +-8, and give the ridge solution", () => {
    expect(fixed(100)).toBe(fixed(8));
    expect(fixed(-1e9)).toBe(-8 * 4096);
    const lambda = 0.7;
    const beta = solveRidge(sum(ratings), width, lambda);
    for (let i = 0; i < width; i++) {
      let slope = -lambda * beta[i];
      for (const { features, residual } of ratings) {
        let left = residual / 4096;
        for (let j = 0; j < width; j++) left -= (features[j] / 4096) * beta[j];
        slope += (features[i] / 4096) * left;
      }
      expect(Math.abs(slope)).toBeLessThan(1e-4);
    }
    expect(solveRidge(emptyStatistics(width), width, lambda)).toEqual(new Float32Array(width));
  });
});

describe("the user step", () => {
  const width = 4;
  const random = Random.stream(2, "user step");
  const items = 9;
  const draw = (count: number, scale = 1) =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  const betas = draw(items * width, 0.1);
  const vectors = itemVectors(draw(items * (width - 1)), betas, items);
  const own = Uint32Array.of(0, 2, 3, 7, 8);
  const features = fixedFeatures(draw(width - 1));
  const predicted = Float64Array.from(draw(own.length));
  const labels = draw(own.length);
  const residual = (k: number) => labels[k] - predicted[k] - correction(features, betas, own[k] * width);

  it("ends where the gradient of the penalised squares is 0", () => {
    for (const lambda of [0.1, 3]) {
      const delta = solveUser({ items: own, labels, predicted, features }, vectors, betas, lambda);
      for (let d = 0; d < width; d++) {
        let gradient = lambda * delta[d];
        own.forEach((item, k) => {
          const v = vectors.subarray(item * width, (item + 1) * width);
          const sum = delta.reduce((total, value, j) => total + value * v[j], 0);
          gradient -= v[d] * (residual(k) - sum);
        });
        expect(gradient).toBeCloseTo(0, 10);
      }
    }
  });

  it("moves along a constant 1 and the corrected vectors, and nobody without ratings", () => {
    for (let item = 0; item < items; item++) expect(vectors[item * width]).toBe(1);
    const nothing = {
      items: new Uint32Array(0),
      labels: new Float32Array(0),
      predicted: new Float64Array(0),
    };
    expect([...solveUser({ ...nothing, features }, vectors, betas, 1)]).toEqual([0, 0, 0, 0]);
  });

  it("moves scores and not the model that is kept; its settings are checked", async () => {
    const step = (settings: Parameters<typeof coreFoldIn>[0]) =>
      coreFoldIn({ ...TINY, ...fold, corePercent: 40, itemStep: "ridge", ...settings });
    const plain = await step({ userStep: "none" }).learn(data, context());
    const moved = await step({ userStep: "ridge" }).learn(data, context());
    const users = Uint32Array.of(inside, outside);
    expect(moved.fingerprint).toBe(plain.fingerprint);
    expect(moved.scoreItems(users)).not.toEqual(plain.scoreItems(users));
    const row = moved.scoreItems(Uint32Array.of(outside));
    const asked = Uint32Array.of(5, 1, 3);
    expect([...moved.predict(new Uint32Array(3).fill(outside), asked)]).toEqual(
      Array.from(asked, (item) => row[item]),
    );
    expect(() => step({ userStep: "ridge", itemStep: "items" })).toThrow(/itemStep ridge/);
    for (const userLambda of [0, 1e-7, 1e-300])
      expect(() => step({ userLambda })).toThrow(/userLambda: .* is not a number from 0.000001 to/);
    plain.dispose();
    moved.dispose();
  });
});

describe("the core", () => {
  it("by coin is a function of seed and id, near its share", () => {
    const inCore = coreTest(coreSettings({ corePercent: 20 }), 1);
    const ids = Array.from({ length: 5000 }, (_, k) => `user ${k}`);
    const share = ids.filter((id) => inCore(id, 0)).length / ids.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(0.025); // 4 standard deviations
    expect(ids.filter((id) => inCore(id, 999))).toEqual(ids.filter((id) => inCore(id, 1)));
    const other = coreTest(coreSettings({ corePercent: 20 }), 2);
    expect(ids.some((id) => inCore(id, 0) !== other(id, 0))).toBe(true);
    expect(ids.every((id) => coreTest(coreSettings({ corePercent: 100 }), 3)(id, 0))).toBe(true);
  });

  it("by activity has those with enough ratings; everybody with ratings is somewhere, once", () => {
    const counts = data.userIds.map((_, u) => data.byUser.offsets[u + 1] - data.byUser.offsets[u]);
    const { groups } = corePlan(data, coreSettings({ core: "activity", coreRatings: 9 }), 1);
    expect(groups[0]).toEqual(data.userIds.filter((_, user) => counts[user] >= 9));
    expect(groups.flat().sort()).toEqual([...data.userIds].sort());
    const fewer = fileOf(data, (user) => user % 3 !== 0);
    const left = corePlan(fewer, coreSettings({ core: "activity", coreRatings: 9 }), 1).groups;
    expect(left).toEqual(groups.map((ids) => ids.filter((id) => fewer.userIds.includes(id))));
  });

  it("refuses settings that are wrong, and a plan", async () => {
    expect(() => coreFoldIn({ corePercent: 0 })).toThrow(/core-fold-in: corePercent: 0 is not/);
    expect(() => coreFoldIn({ core: "luck" as "coin" })).toThrow(/coin, activity/);
    expect(() => coreFoldIn({ itemStep: "all" as "none" })).toThrow(/none, items, ridge/);
    expect(() => coreFoldIn({ foldSteps: 0 })).toThrow(/foldSteps/);
    expect(() => refresh({ rate: 1 } as object)).toThrow(/refresh: unknown key "rate"/);
    const plan = { settings: null, groups: [] };
    await expect(coreFoldIn().learn(data, context(), { plan })).rejects.toThrow(InputError);
  });
});

const fold = { foldSteps: 3, foldRate: 0.05, foldRidge: 1 };
const methodWith = (
  itemStep: (typeof ITEM_STEPS)[number],
  core: Partial<CoreSettings> = { corePercent: 40 },
) => coreFoldIn({ ...TINY, ...core, ...fold, itemStep, itemSteps: 4, itemRate: 0.05, itemRidge: 1 });
const ratingsOf = (user: number) => data.byUser.offsets[user + 1] - data.byUser.offsets[user];
const itemsOf = (user: number) => [
  ...data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]),
];
const inCoin = coreTest(coreSettings({ corePercent: 40 }), DEFAULTS.seed);
const outside = data.userIds.findIndex((id) => !inCoin(id, 0));
const inside = data.userIds.findIndex((id) => inCoin(id, 0));

describe("what an erasure touches", () => {
  it.each(ITEM_STEPS)("outside the core: the own row and the own items alone (%s)", async (kind) => {
    const method = methodWith(kind);
    const own = context();
    const learned = await method.learn(data, own);
    const all = data.userIds.map((_, user) => user);
    const next = await learned.without(usersErasure([outside]), own);
    expect(next.trained).toEqual([]);
    const items = itemsOf(outside);
    const raters = items.reduce(
      (sum, item) => sum + data.byItem.offsets[item + 1] - data.byItem.offsets[item] - 1,
      0,
    );
    const expected = { none: 0, items: 4 * raters, ridge: items.length }[kind];
    expect(next.cost.samples).toBe(expected);
    const others = Uint32Array.from(all.filter((user) => user !== outside));
    const [before, after] = [learned, next].map((system) => system.scoreItems(others));
    const moved = new Set<number>();
    before.forEach((score, k) => {
      if (score !== after[k]) moved.add(k % data.itemIds.length);
    });
    for (const item of moved) expect(items).toContain(item);
    expect(moved.size > 0).toBe(kind !== "none");
    for (const system of [learned, next]) system.dispose();
  });

  it.each(ITEM_STEPS)("in the core: everything (%s)", async (kind) => {
    const own = context();
    const learned = await methodWith(kind).learn(data, own);
    const next = await learned.without(usersErasure([inside]), own);
    expect(next.trained).toEqual([0]);
    const core = data.userIds.reduce((sum, id, user) => sum + (inCoin(id, 0) ? ratingsOf(user) : 0), 0);
    const left = data.byUser.columns.length - ratingsOf(inside);
    const step = { none: 0, items: 4 * left, ridge: left }[kind];
    expect(next.cost.samples).toBe(TINY.epochs * (core - ratingsOf(inside)) + 3 * left + step);
    for (const system of [learned, next]) system.dispose();
  });

  it("sums of all items can be stopped, and are the same when asked for again", async () => {
    const { data: many } = synthesize({ users: 900, items: 300, ratings: 60_000, seed: 2 });
    const method = coreFoldIn({ ...fold, epochs: 1, corePercent: 5, foldSteps: 1 });
    const own = context();
    const stop = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage === "items" && stop.abort();
    await expect(method.learn(many, { ...own, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const again = await method.learn(many, own);
    const fresh = await method.learn(many, context());
    expect(again.fingerprint).toBe(fresh.fingerprint);
    for (const system of [again, fresh]) system.dispose();
  });

  it("a user who falls under the threshold of activity leaves the core", async () => {
    const user = data.userIds.findIndex((_, number) => ratingsOf(number) >= 8);
    const threshold = ratingsOf(user);
    const method = methodWith("ridge", { core: "activity", coreRatings: threshold });
    const own = context();
    const learned = await method.learn(data, own);
    const erasure = erasureOf([], [[user, itemsOf(user)[0]]]);
    const next = await learned.without(erasure, own);
    expect(next.trained).toEqual([0]);
    const later = await next.without(usersErasure([user]), own); // now outside: nothing is trained
    expect(later.trained).toEqual([]);
    const fresh = await method.learn(
      fileOf(data, (one) => one !== user),
      context(),
    );
    expectSameModel(later, fresh);
    for (const system of [learned, next, later, fresh]) system.dispose();
  });

  it("keeps what it counts", async () => {
    const own = context();
    const learned = await methodWith("ridge").learn(data, own);
    const { perGroup, total } = learned.bytesKept();
    const sizes = own.store.list();
    const stored = learned.entries().reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    const statistics = 8 * data.itemIds.length * ((33 * 34) / 2 + 33 + 1);
    expect(total).toBe(stored + statistics);
    expect(perGroup).toHaveLength(3);
    learned.dispose();
  });
});

describe("refresh", () => {
  it("has LASER's items and layers and rows of its own; the cost is counted", async () => {
    const plain = await laser({ ...RAND, ...TINY }).learn(data, context());
    const own = context();
    const fresh = await refresh({ ...RAND, ...TINY, ...fold }).learn(data, own);
    const last = fresh.checkpoints[fresh.checkpoints.length - 1];
    const before = plain.checkpoints[plain.checkpoints.length - 1];
    expect(last.rest).toBe(before.rest);
    last.rows.forEach((rows, g) => {
      expect(rows).not.toBe(before.rows[g]);
    });
    expect(fresh.cost.samples).toBe(plain.cost.samples + 3 * data.byUser.columns.length);
    const again = await refresh({ ...RAND, ...TINY, ...fold }).learn(data, own);
    expect(again.cost.samples).toBe(0);
    expect(again.fingerprint).toBe(fresh.fingerprint);
    const { system } = await unlearn(again, usersErasure([2]), own, { key: KEY });
    expect(system.trained.length).toBeGreaterThan(0);
    for (const one of [plain, fresh, system]) one.dispose();
  });

  it("stops on a signal, and the same call goes on", async () => {
    const own = context();
    const stop = new AbortController();
    const method = refresh({ ...RAND, ...TINY, ...fold });
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === "fold") stop.abort();
    };
    await expect(method.learn(data, { ...own, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const resumed = await method.learn(data, own);
    expect(resumed.cost.seconds.train ?? 0).toBe(0);
    expectSameModel(resumed, await method.learn(data, context()));
    resumed.dispose();
  });
});
