import { describe, expect, it } from "vitest";
import { Durations, type Timed } from "../../lib/questions/duration";
import { planJobs } from "../../lib/questions/plan";
import { profileNamed } from "../../lib/questions/profile";
import { trialsOf } from "../../lib/questions/question";
import { questionNamed } from "../../lib/questions/questions";
import { chunksOf } from "../../lib/questions/sweep";
import type { SystemSettings, Trial } from "../../lib/questions/trial";

const profile = { ...profileNamed("smoke"), datasets: ["synthetic", "synthetic-ml-1m"] };
const data = new Map([
  ["synthetic", { checksum: "a".repeat(64), ratings: 12_000 }],
  ["synthetic-ml-1m", { checksum: "b".repeat(64), ratings: 1_000_000 }],
]);
const ratings = new Map([...data].map(([name, one]) => [name, one.ratings]));
const trials = (id: string): Trial[] => trialsOf(questionNamed(id).trials(profile));
const guess = new Durations([], ratings);
const chunks = (ids: readonly string[], seconds: number, durations = guess) =>
  chunksOf(planJobs(ids.flatMap(trials), data), data, durations, seconds);

describe("the chunks of a sweep", () => {
  it("hold every trial once, each of one data set, and runs whole", () => {
    const cut = chunks(["seqtrain", "efficiency"], 20);
    expect(cut.length).toBeGreaterThan(4);
    const keys = cut.flatMap((chunk) => chunk.trials.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBe(
      new Set(["seqtrain", "efficiency"].flatMap(trials).map((t) => JSON.stringify(t))).size,
    );
    const home = new Map<string, string>();
    for (const { id, dataset, trials: members } of cut)
      for (const { trial } of members) {
        expect(trial.dataset).toBe(dataset);
        if (trial.job !== "system") continue;
        const run = JSON.stringify({ ...trial, request: "" });
        expect(home.get(run) ?? id).toBe(id);
        home.set(run, id);
      }
  });

  it("are about as long as wanted, and a run that is longer is one by itself", () => {
    for (const { seconds, trials: members } of chunks(["seqtrain"], 60)) {
      const runs = new Set(members.map(({ trial }) => JSON.stringify({ ...trial, request: "" })));
      expect(seconds <= 61 || runs.size === 1).toBe(true);
    }
    expect(chunks(["seqtrain"], 1e9)).toHaveLength(2); // the data sets
    expect(chunks(["seqtrain"], 1).length).toBeGreaterThan(chunks(["seqtrain"], 60).length);
  });

  it("that measure time stand last, and need a node for themselves", () => {
    const cut = chunks(["efficiency", "seqtrain"], 60);
    const alone = cut.map(({ exclusive }) => exclusive);
    expect(alone).toContain(true);
    expect(alone.indexOf(true)).toBe(cut.length - alone.filter(Boolean).length);
    for (const { exclusive, trials: members } of cut)
      for (const { trial } of members) expect(trial.job === "timing").toBe(exclusive);
  });

  it("are named by what they hold", () => {
    const [first] = chunks(["seqtrain"], 20);
    expect(first.id).toMatch(/^[0-9a-f]{16}$/);
    expect(chunks(["seqtrain"], 20)[0].id).toBe(first.id);
    const jobs = planJobs(
      first.trials.slice(1).map(({ trial }) => trial),
      data,
    );
    expect(chunksOf(jobs, data, guess, 20)[0].id).not.toBe(first.id);
  });

  it("ask for memory by the size of the data", () => {
    const cut = chunks(["seqtrain"], 1e9);
    const of = (name: string) => cut.find(({ dataset }) => dataset === name)?.megabytes ?? 0;
    expect(of("synthetic-ml-1m")).toBeGreaterThan(1.5 * of("synthetic"));
  });

  it("count the learning that requests share where it is recorded already", () => {
    const [learning] = trials("seqtrain").filter(({ request }) => request === "none");
    const asked = { ...learning, request: "rand@5" };
    const durations = new Durations(
      [
        { trial: learning, timings: { train: 40 } },
        { trial: asked, timings: { train: 2 } },
      ],
      ratings,
    );
    const secondsFor = (list: Trial[]) => chunksOf(planJobs(list, data), data, durations, 1e9)[0].seconds;
    expect(secondsFor([learning, asked]) - secondsFor([learning])).toBe(2);
    expect(secondsFor([asked]) - secondsFor([learning])).toBe(2);
  });
});

describe("durations", () => {
  const [one, other] = trials("seqtrain").filter(
    ({ dataset, request }) => dataset === "synthetic" && request === "none",
  );
  const elsewhere = { ...one, dataset: "synthetic-ml-1m" };

  it("are those of the same trial with other seeds, whatever the rest says", () => {
    const records: Timed[] = [
      { trial: { ...one, seed: 7 }, timings: { plan: 1, train: 2 } },
      { trial: { ...one, seed: 8 }, timings: { train: 5 } },
      { trial: other, timings: { train: 900 } },
    ];
    expect(new Durations(records, ratings).of(one)).toEqual({ seconds: 4, source: "seeds" });
  });

  it("count the candidates of a search, which timings leave out", () => {
    const system = { ...(one.system as SystemSettings), search: [[{ l2: 0.1 }, { l2: 0.2 }]] };
    const searched = { ...one, system };
    expect(new Durations([{ trial: searched, timings: { train: 3 } }], ratings).of(searched).seconds).toBe(
      12,
    );
  });

  it("are else the mean of the kind by samples", () => {
    const durations = new Durations([{ trial: one, timings: { train: 3 } }], ratings);
    expect(durations.of(elsewhere)).toEqual({ seconds: expect.closeTo(250, 5), source: "kind" }); // 1,000,000 / 12,000 times 3
    expect(new Durations([{ trial: one, timings: {} }], ratings).of(elsewhere).source).toBe("rate");
  });

  it("are else guessed, and never nothing", () => {
    expect(guess.of(one).source).toBe("rate");
    const batches = (batchSize: number) => {
      const { system } = elsewhere;
      const trial = { ...elsewhere, system: { ...system, settings: { ...system?.settings, batchSize } } };
      return guess.of(trial as Trial).seconds;
    };
    expect(batches(1024) / batches(4096)).toBeCloseTo(2, 10); // larger batches are faster
    expect(new Durations([], new Map()).of(one).seconds).toBeGreaterThan(0);
  });
});
