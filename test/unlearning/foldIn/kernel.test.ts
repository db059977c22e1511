/** The kernel of fold-in against the training engine, and rows wide and narrow. */

import { describe, expect, it } from "vitest";
import { createSimdEngine } from "../../../lib/engine/simd";
import { InputError, StoppedError } from "../../../lib/errors";
import { initialWeights } from "../../../lib/model/initial";
import { MODEL_NAMES, type ModelName, modelOf, modelSpec } from "../../../lib/model/spec";
import { complete } from "../../../lib/settings";
import { putRest, restOf, rowsOf } from "../../../lib/training/layout";
import { adamOf, TRAINING } from "../../../lib/training/settings";
import { FoldKernel, foldInOf, type Runs } from "../../../lib/unlearning/foldIn/kernel";
import { itemRowsOf, meanRow, narrowRows, wideRows, withItemRows } from "../../../lib/unlearning/foldIn/rows";
import { world } from "../../training/world";

const data = world();
const DEFAULTS = complete(TRAINING, {}, "training");
const FIT = { steps: 40, learningRate: 0.05, ridge: 0.5, adam: adamOf(DEFAULTS) };
const itemsOf = (user: number) => [
  ...data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]),
];

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
