/** Trials of systems from ratings to outcomes, on a file of ratings; the held-out part poisoned, the same choice is made. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interactionsFrom } from "../../../lib/data/interactions";
import { split } from "../../../lib/data/split";
import { REQUESTS } from "../../../lib/questions/beyond/systems";
import { dataOf, evaluationOf, presetSystem, systemUnder } from "../../../lib/questions/presets";
import { protocol } from "../../../lib/questions/protocol";
import { coreAlsJob } from "../../../lib/questions/system/coreAlsJob";
import { system } from "../../../lib/questions/system/job";
import type { SystemOutcome } from "../../../lib/questions/system/outcome";
import type { Search, Settings, SystemSettings, Trial } from "../../../lib/questions/trial";
import { Random } from "../../../lib/random";

const SEED = 4;
let folder: string;
const files: Record<"clean" | "poisoned", string> = { clean: "", poisoned: "" };

/** 40 users with 25 of 30 items each: floor(0.9 * 25) = 22 in training, three held out, three in validation. */
function ratings() {
  const random = Random.stream("beyond", "ratings");
  return Array.from({ length: 40 }, (_, user) =>
    random
      .shuffle(Array.from({ length: 30 }, (_, item) => item))
      .slice(0, 25)
      .map((item): [number, number, number] => [user, item, 1 + ((user + item + random.below(3)) % 5)]),
  ).flat();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-beyond-"));
  const rows = ratings();
  const data = interactionsFrom(
    {
      users: Uint32Array.from(rows, ([user]) => user),
      items: Uint32Array.from(rows, ([, item]) => item),
      ratings: Float32Array.from(rows, ([, , rating]) => rating),
    },
    Array.from({ length: 40 }, (_, user) => String(user + 100)),
    Array.from({ length: 30 }, (_, item) => String(item + 100)),
    { name: "test", synthetic: true, steps: [] },
  );
  const { test } = split(data, { trainShare: 0.9, seed: SEED });
  const held = new Set<string>();
  test.userIds.forEach((id, user) => {
    for (let k = test.byUser.offsets[user]; k < test.byUser.offsets[user + 1]; k++)
      held.add(`${id},${test.itemIds[test.byUser.columns[k]]}`);
  });
  const text = (poison: boolean) =>
    rows
      .map(([user, item, rating]) => {
        const pair = `${user + 100},${item + 100}`;
        return `${pair},${poison && held.has(pair) ? 6 - rating : rating}`;
      })
      .join("\n");
  for (const name of ["clean", "poisoned"] as const) {
    files[name] = join(folder, `${name}.csv`);
    writeFileSync(files[name], `${text(name === "poisoned")}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const paper = protocol("PAPER", "", { batchSize: 64, epochs: 4 });
const trialOf = (dataset: string, own: SystemSettings, request = "none"): Trial => ({
  job: "system",
  dataset,
  data: dataOf(paper),
  evaluation: evaluationOf(paper),
  system: own,
  request,
  seed: SEED,
});

async function outcomes(trials: readonly Trial[], job = system) {
  const found: { trial: Trial; outcome: SystemOutcome; timings: Readonly<Record<string, number>> }[] = [];
  let samples = 0;
  await job.run(
    trials,
    {
      outcome: (trial, outcome, timings) => found.push({ trial, outcome: outcome as SystemOutcome, timings }),
      samples: (count) => {
        samples += count;
      },
    },
    new AbortController().signal,
  );
  return { found, samples };
}

const under = (method: string, settings: Settings, search: Search, model?: "dmf" | "nmf") =>
  systemUnder(paper, method, settings, { model, search });
const CORE = under(
  "core-fold-in",
  { core: "coin", corePercent: 30, itemStep: "ridge", foldSteps: 4 },
  [
    [{ l2: 0 }, { l2: 0.1 }],
    [{ foldRidge: 1 }, { foldRidge: 100 }],
    [{ itemLambda: 5 }, { itemLambda: 0.1 }],
  ],
  "dmf",
);
const EASE = under("ease", {}, [[{ lambda: 10 }, { lambda: 1000 }]]);
const METHODS: readonly (readonly [name: string, system: SystemSettings])[] = [
  ["core fold-in", CORE],
  ["Retrain, NMF", under("retrain", {}, [[{ l2: 0 }, { l2: 0.1 }]], "nmf")],
  [
    "refresh",
    under("refresh", { groups: 3, grouping: "cbkm" }, [[{ foldRidge: 1 }, { foldRidge: 50 }]], "dmf"),
  ],
  ["ease", EASE],
];

describe.each(METHODS)("the job of %s", (_name, own) => {
  it("chooses the same settings whatever the held-out ratings are", async () => {
    const [clean, poisoned] = [
      await outcomes([trialOf(files.clean, own)]),
      await outcomes([trialOf(files.poisoned, own)]),
    ].map(({ found }) => found[0].outcome);
    expect(poisoned.choice).toEqual(clean.choice);
    expect(poisoned.fingerprint).toBe(clean.fingerprint);
    // the poison is there: the same model is judged otherwise
    expect(poisoned.metrics.loss).not.toBe(clean.metrics.loss);
    expect(poisoned.metrics.labCode?.ndcg).not.toBe(clean.metrics.labCode?.ndcg);
  });

  it("reports learning and each request, with what each cost and what was expected", async () => {
    const requests = ["none", ...REQUESTS];
    const { found, samples } = await outcomes(requests.map((request) => trialOf(files.clean, own, request)));
    expect(found.map((one) => one.trial.request)).toEqual(requests);
    const [learned, single, active, random, top] = found.map(({ outcome }) => outcome);
    for (const { outcome, timings } of found) {
      expect(outcome.choice).toEqual(learned.choice);
      expect(Object.values(timings).every((seconds) => seconds >= 0)).toBe(true);
      expect(outcome.strata.reduce((sum, { ratings: count }) => sum + count, 0)).toBe(
        (40 - outcome.erasedUsers) * 3,
      );
      expect(outcome.bytes).toBeGreaterThan(0);
    }
    expect(learned.learned).toMatchObject({ users: 40, ratings: 40 * 22 });
    expect(learned.choice?.candidates.length).toBeGreaterThan(1);
    expect(
      learned.choice?.candidates.some(
        ({ settings }) => JSON.stringify(settings) === JSON.stringify(learned.choice?.chosen),
      ),
    ).toBe(true);
    expect([learned, single, active, random, top].map(({ erasedUsers }) => erasedUsers)).toEqual([
      0, 1, 1, 2, 2,
    ]);
    expect(top.samples).toBeCloseTo(top.expected ?? Number.NaN, 6);
    expect(learned.learned?.batches[0].samples).toBe(single.expected);
    expect(samples).toBeGreaterThan(learned.samples + single.samples + random.samples);
    expect(new Set(found.map(({ outcome }) => outcome.fingerprint)).size).toBeGreaterThanOrEqual(4);
  });
});

describe("what only some methods have", () => {
  it("core fold-in: who is in the core", async () => {
    const { found } = await outcomes([trialOf(files.clean, CORE)]);
    const { core } = found[0].outcome.learned ?? {};
    expect(core?.users).toBeGreaterThan(3);
    expect(core?.ratings).toBe((core?.users ?? 0) * 22);
  });

  it("core-als: what requests cost, and who is in the core, from the training data", async () => {
    const own = systemUnder(paper, "core-als", { core: "coin", corePercent: 30 }, { model: "lightgcn" });
    const { found } = await outcomes([trialOf(files.clean, own)], coreAlsJob);
    const { core, expected, batches } = found[0].outcome.learned ?? {};
    const inCore = core?.users ?? 0;
    expect(inCore).toBeGreaterThan(3);
    expect(core?.ratings).toBe(inCore * 22);
    const training = (inCore / 40) * 4 * 22 * (inCore - 1); // everybody has 22 ratings
    expect(expected?.["random-user"]).toBeCloseTo(training + 2 * 22 * 39, 6);
    expect(batches?.[0].samples).toBe(expected?.["random-user"]);
    expect(found[0].outcome.samples).toBe(4 * 22 * inCore + 2 * 22 * 40);
  });

  it("additive methods: seconds until the model stands, apart from those of the sums", async () => {
    const { found } = await outcomes([trialOf(files.clean, EASE, "rand@5")]);
    expect(Object.keys(found[0].timings)).toEqual(["erase", "derive"]);
  });

  it("C-SISA: each user by the model of the user's own shard, and nothing is searched where nothing is to be", async () => {
    const shards = presetSystem("C-SISA", paper, "dmf", 3);
    const { found } = await outcomes(["none", "rand@5"].map((one) => trialOf(files.clean, shards, one)));
    for (const { outcome } of found) {
      expect(outcome.own?.loss).not.toBe(outcome.metrics.loss);
      expect(outcome).not.toHaveProperty("choice");
    }
    expect(found[1].outcome.retrained).toBeLessThanOrEqual(3);
  });
});
