/** Membership inference and shilling: the attacks find what is there, and nothing where nothing is. */

import { describe, expect, it } from "vitest";
import { type Interactions, withoutUsers } from "../../lib/data/interactions";
import { synthesize } from "../../lib/data/synthetic";
import { SYNTHETIC_PRESETS } from "../../lib/data/syntheticOptions";
import { createEngine } from "../../lib/engine/create";
import { crossEntropy } from "../../lib/metrics/loss";
import { initialWeights } from "../../lib/model/initial";
import { modelSpec, tensorOf } from "../../lib/model/spec";
import { foldIn, frozenModel } from "../../lib/questions/attacks/frozen";
import { logisticScorer } from "../../lib/questions/attacks/logistic";
import { drawUsers, features, look } from "../../lib/questions/attacks/membership";
import { area, areaDifference, truePositives } from "../../lib/questions/attacks/roc";
import { poison, pushedItem } from "../../lib/questions/attacks/shilling";
import { type PoisoningOutcome, poisoningJob } from "../../lib/questions/poisoning/job";
import { dataOf, evaluationOf, presetSystem } from "../../lib/questions/presets";
import { protocol } from "../../lib/questions/protocol";
import { Random } from "../../lib/random";
import { mean } from "../../lib/statistics/statistics";
import { loadFloats } from "../../lib/training/checkpoint";
import { restOf } from "../../lib/training/layout";
import { MemoryStore } from "../../lib/training/store";
import { retrain } from "../../lib/unlearning/laser";

const names = (count: number, letter: string) => Array.from({ length: count }, (_, k) => `${letter}${k}`);

describe("the receiver operating characteristic", () => {
  it("is 1 for perfect scores, one half for ties, and counts pairs in between", () => {
    expect(area({ members: [3, 4], others: [1, 2] }).value).toBe(1);
    expect(area({ members: [1, 1], others: [1, 1] })).toEqual({ value: 0.5, error: 0 });
    expect(area({ members: [1, 3], others: [2, 0] }).value).toBe(0.75);
  });

  it("has DeLong's standard error", () => {
    // members 1, 3, 5 against 0, 2, 4: shares won are 1/3, 2/3, 1 and 1, 2/3, 1/3, each of variance 1/9
    const { value, error } = area({ members: [1, 3, 5], others: [0, 2, 4] });
    expect(value).toBeCloseTo(2 / 3, 12);
    expect(error).toBeCloseTo(Math.sqrt(2 / 27), 12);
  });

  it("has no error in the difference of two systems that say the same of the same people", () => {
    const random = Random.stream(5, "areas");
    const draw = () => Array.from({ length: 40 }, () => random.normal());
    const scores = { members: draw().map((score) => score + 1), others: draw() };
    const doubled = { members: scores.members.map((x) => 2 * x), others: scores.others.map((x) => 2 * x) };
    expect(areaDifference(scores, doubled)).toEqual({ value: 0, error: 0 });
    // what the systems have in common cancels out: sharper than two areas of other people
    const near = { members: scores.members.map((x) => x + 0.1 * random.normal()), others: scores.others };
    const { value, error } = areaDifference(scores, near);
    expect(value).toBeCloseTo(area(scores).value - area(near).value, 12);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.2 * Math.hypot(area(scores).error, area(near).error));
    // and without anything in common it is as wide as that
    const stranger = { members: draw(), others: draw() };
    const apart =
      areaDifference(scores, stranger).error / Math.hypot(area(scores).error, area(stranger).error);
    expect(apart).toBeGreaterThan(0.7);
    expect(apart).toBeLessThan(1.3);
  });

  it("rises from (0, 0) to (1, 1) and is the diagonal for ties", () => {
    expect(truePositives({ members: [1, 1], others: [1, 1] })[10]).toBeCloseTo(0.5, 12);
    const curve = truePositives({ members: [0.2, 0.9, 0.7], others: [0.1, 0.8, 0.3] });
    expect([...curve].sort((a, b) => a - b)).toEqual(curve);
    expect(curve[20]).toBe(1);
  });
});

describe("the logistic regression", () => {
  it("finds the feature that tells the two apart, whatever its scale", () => {
    const rows = (shift: number) =>
      Array.from({ length: 20 }, (_, k) => [k % 5, 1e-4 * ((k % 7) + shift), 7]);
    const score = logisticScorer(rows(5), rows(0));
    expect(score([2, 1e-3, 7])).toBeGreaterThan(score([2, 0, 7]));
    expect(area({ members: rows(5).map(score), others: rows(0).map(score) }).value).toBeGreaterThan(0.9);
  });
});

// those of the paper: other models say that they cannot be attacked
describe.each(["dmf", "nmf"] as const)("a frozen %s", (model) => {
  const [users, items] = [3, 12];
  const spec = modelSpec(model, users, items);
  const weights = initialWeights(spec, "unit", 1, names(users, "u"), names(items, "i"));
  const frozen = frozenModel(model, items, restOf(spec, weights));
  const all = Uint32Array.from({ length: items }, (_, item) => item);
  const labels = Float32Array.from(all, (item) => 0.2 * (1 + (item % 5)));

  it("predicts as the engine does", async () => {
    const engine = await createEngine("simd", spec);
    engine.load(weights);
    const tables = spec.tensors.filter(({ kind }) => kind === "user");
    for (let user = 0; user < users; user++) {
      const parts = tables.flatMap(({ name, shape }) =>
        Array.from(tensorOf(spec, weights, name)).slice(user * shape[1], (user + 1) * shape[1]),
      );
      const expected = engine.predict(new Uint32Array(items).fill(user), all);
      const got = frozen.predict(Float64Array.from(parts), all);
      for (let k = 0; k < items; k++) expect(got[k]).toBeCloseTo(expected[k], 5);
    }
    engine.dispose();
  });

  it("has the gradient of its loss, and folding in lowers that loss", () => {
    const loss = (row: Float64Array) =>
      mean(Array.from(frozen.predict(row, all), (p, k) => crossEntropy(labels[k], p)));
    const random = Random.stream(1, "row");
    const row = Float64Array.from({ length: frozen.width }, () => random.normal());
    const gradient = frozen.gradient(row, all, labels);
    for (let d = 0; d < row.length; d++) {
      const moved = (by: number) => loss(row.map((value, k) => (k === d ? value + by : value)));
      expect(gradient[d]).toBeCloseTo((moved(1e-6) - moved(-1e-6)) / 2e-6, 5);
    }
    expect(loss(foldIn(frozen, row, all, labels))).toBeLessThan(0.9 * loss(row));
  });
});

describe("membership inference", () => {
  const data = synthesize({
    ...SYNTHETIC_PRESETS.synthetic,
    users: 120,
    items: 80,
    ratings: 2400,
  }).data;
  const { members, others, shadowMembers } = drawUsers(
    Uint32Array.from({ length: 120 }, (_, user) => user),
    30,
    1,
  );

  async function attacked(without: Iterable<number>, seed: number) {
    const store = new MemoryStore();
    const training = { model: "dmf", epochs: 150, batchSize: 64, seed } as const;
    const context = { store, createEngine, clock: () => 0 };
    const system = await retrain(training).learn(withoutUsers(data, without), context);
    system.dispose();
    return frozenModel("dmf", 80, loadFloats(store, system.checkpoints[0].rest));
  }

  const samples = ({ byUser }: Interactions, user: number) => {
    const [from, to] = [byUser.offsets[user], byUser.offsets[user + 1]];
    return {
      items: byUser.columns.subarray(from, to),
      labels: byUser.values.map((r) => r / 5).subarray(from, to),
    };
  };

  it("finds members in a model that learnt them by heart, and none in one that never saw them", async () => {
    const reference = await attacked([...members, ...others], 9);
    const seen = await attacked([...others, ...shadowMembers], 1);
    const unseen = await attacked([...members, ...others], 1);
    const found = (model: typeof seen) => {
      const gain = (user: number) => {
        const view = (where: typeof seen) => [look(where, samples(data, user), 80, Random.stream(1, user))];
        return features(view(model), view(reference))[1];
      };
      return area({ members: Array.from(members, gain), others: Array.from(others, gain) });
    };
    const known = found(seen);
    expect(known.value - 1.96 * known.error).toBeGreaterThan(0.6);
    const nothing = found(unseen);
    expect(Math.abs(nothing.value - 0.5)).toBeLessThan(1.96 * nothing.error);
  }, 30_000);

  it("draws four disjoint sets of users", () => {
    const users = Uint32Array.from({ length: 50 }, (_, user) => user * 2);
    const sets = Object.values(drawUsers(users, 12, 3)) as Uint32Array[];
    const drawn = sets.flatMap((set) => [...set]);
    expect(new Set(drawn).size).toBe(48);
    expect(drawn.every((user) => users.includes(user))).toBe(true);
  });
});

describe("shilling", () => {
  const data = synthesize({ ...SYNTHETIC_PRESETS.synthetic }).data;
  const target = pushedItem(data, 1);

  it.each(["random", "average"] as const)("%s: fake users push the target and look like others", (kind) => {
    const { train, fakes } = poison(data, { kind, target, count: 20, seed: 1 });
    expect(train.userIds.length).toBe(data.userIds.length + 20);
    for (const fake of fakes) {
      const [from, to] = [train.byUser.offsets[fake], train.byUser.offsets[fake + 1]];
      const place = train.byUser.columns.subarray(from, to).indexOf(target);
      expect(train.byUser.values[from + place]).toBe(5);
      for (let k = from; k < to; k++) {
        expect(Number.isInteger(train.byUser.values[k])).toBe(true);
        expect(train.byUser.values[k]).toBeGreaterThanOrEqual(1);
        expect(train.byUser.values[k]).toBeLessThanOrEqual(5);
      }
    }
    const real = withoutUsers(train, fakes);
    expect(real.byUser.columns).toEqual(data.byUser.columns);
    expect(real.byUser.values).toEqual(data.byUser.values);
  });

  it.each(["Retrain", "C-SISA", "L-CBKM"] as const)(
    "raises the target under %s, and unlearning brings it back to the bit",
    async (system) => {
      const outcomes: PoisoningOutcome[] = [];
      const overrides = { batchSize: 256, epochs: 5 };
      const paper = protocol("PAPER", "synthetic", overrides);
      const trial = {
        job: "poisoning",
        dataset: "synthetic",
        data: dataOf(paper),
        evaluation: evaluationOf(paper),
        system: presetSystem(system, paper, "dmf", 4),
        request: "rand@5",
        settings: { attack: "average" },
        seed: 0,
      };
      const report = {
        samples: () => undefined,
        outcome: (_: object, outcome: object) => outcomes.push(outcome as PoisoningOutcome),
      };
      await poisoningJob.run([trial], report, new AbortController().signal);
      const [{ clean, poisoned, unlearned, identical, fakes }] = outcomes;
      expect(fakes).toBeGreaterThan(15);
      expect(poisoned.meanRank).toBeLessThan(0.8 * clean.meanRank);
      expect(unlearned).toEqual(clean);
      expect(identical).toBe(true);
    },
    30_000,
  );
});
