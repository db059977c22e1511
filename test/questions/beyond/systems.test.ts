/** The systems of the question `beyond`: whatever is searched in them is a method, and names are told apart. */

import { describe, expect, it } from "vitest";
import { embeddingSizeOf, type ModelName } from "../../../lib/model/spec";
import { beyond } from "../../../lib/questions/beyond/question";
import type { Labels } from "../../../lib/questions/beyond/rows";
import { REQUESTS, SMALL, SYSTEMS } from "../../../lib/questions/beyond/systems";
import { PROFILE_NAMES, profileNamed } from "../../../lib/questions/profile";
import { trialsOf } from "../../../lib/questions/question";
import { CANDIDATES, candidatesOf } from "../../../lib/questions/system/search";
import type { Settings, Trial } from "../../../lib/questions/trial";
import { methodFor } from "../../../lib/questions/workbench";
import { TRAINING } from "../../../lib/training/settings";
import { EASE } from "../../../lib/unlearning/additive/ease";
import { GAUSSIAN } from "../../../lib/unlearning/additive/gaussian";
import { ITEM_KNN } from "../../../lib/unlearning/additive/itemKnn";

/** Changes of each stage under those of the stage before: what a search can ask for. */
function candidates({ system }: Trial): Settings[] {
  let before: Settings = {};
  return (system?.search ?? []).flatMap((stage) => {
    const own = stage.map((change) => ({ ...before, ...change }));
    before = own[0];
    return own;
  });
}

/** Of settings that a trial leaves at their defaults. */
const DEFAULTS: Settings = Object.fromEntries(
  [TRAINING, EASE, GAUSSIAN, ITEM_KNN].flatMap((spec) =>
    Object.entries(spec).map(([key, { default: initial }]) => [key, initial as number]),
  ),
);

describe("systems of beyond", () => {
  const clicks = ["amazon-digital-music-implicit"];
  const onClicks = { datasets: clicks, rankingDatasets: clicks };
  it.each([
    ...PROFILE_NAMES.map((name) => [name, {}] as const),
    ["paper", onClicks] as const,
    ["quick", onClicks] as const,
    ["smoke", onClicks] as const,
  ])("%s %o: every candidate of every search is a method", (name, data) => {
    const profile = { ...profileNamed(name), ...data };
    const trials = trialsOf(beyond.trials(profile));
    const learned = trials.filter(({ request, seed }) => request === "none" && seed === profile.seeds[0]);
    expect(learned.length).toBeGreaterThan(0);
    for (const trial of learned)
      for (const change of [{}, ...candidates(trial)])
        expect(methodFor(trial, change).name).toBe(trial.system?.method);
    for (const { system } of learned)
      if (system?.model)
        for (const change of (system.search ?? []).flat())
          expect(() =>
            embeddingSizeOf(system.model as ModelName, change.embeddingSize as number),
          ).not.toThrow();
  });

  it.each([256, 1024])("an override that leaves fewer batches to try shortens searches (%i)", (batchSize) => {
    const planned = beyond.trials({ ...profileNamed("quick"), overrides: { batchSize } });
    const tried = planned.flatMap(({ trial }) =>
      trial.system?.search ? [candidatesOf(trial.system.search)] : [],
    );
    expect(Math.max(...tried)).toBe(CANDIDATES);
    expect(Math.min(...tried)).toBeLessThan(CANDIDATES);
  });

  it("searches with equal budgets, and no change is what stood before", () => {
    for (const { trial } of beyond.trials(profileNamed("paper"))) {
      const { search: stages, settings = {} } = trial.system ?? {};
      if (!stages) continue;
      expect(candidatesOf(stages), trial.system?.method).toBe(CANDIDATES);
      for (const change of stages.flat())
        for (const [key, value] of Object.entries(change))
          expect(settings[key] ?? DEFAULTS[key], key).not.toBe(value);
    }
  });

  it("searches every model where a training takes seconds, elsewhere pairs, and the width of what is not trained", () => {
    const planned = beyond.trials(profileNamed("paper"));
    const searchedOn = (dataset: string, wanted: string) =>
      new Set(
        planned.flatMap(({ trial, labels }) => {
          const { preset, system, model } = labels as Labels;
          const searched = preset === "RANKING" && trial.dataset === dataset && trial.system?.search;
          return searched && system === wanted ? [model as string] : [];
        }),
      );
    const widths = (dataset: string, wanted: string) =>
      planned.some(
        ({ trial, labels }) =>
          trial.dataset === dataset &&
          (labels as Labels).system === wanted &&
          trial.system?.search?.flat().some(({ embeddingSize }) => embeddingSize === 64),
      );
    for (const system of ["retrain-tuned", "l-cbkm-tuned"]) {
      expect([...searchedOn(clicks[0], system)]).toEqual(["dmf", "nmf", "bpr", "lightgcn"]);
      expect([...searchedOn("ml-1m", system)]).toEqual(["bpr"]);
    }
    expect([...searchedOn(clicks[0], "lean@20+ridge")]).toEqual(["dmf", "nmf"]);
    expect([...searchedOn("ml-1m", "lean@20+ridge")]).toEqual([]);
    expect(["core-als@5", "als@3"].map((system) => widths(clicks[0], system))).toEqual([true, true]);
    expect(["core-als@5", "als@3"].map((system) => widths("ml-1m", system))).toEqual([false, true]);
  });

  it("learns the systems that train, three seeds of LightGCN, and carries out requests of the others", () => {
    const planned = beyond.trials(profileNamed("paper"));
    const requests = (model: string) =>
      new Set(
        planned.flatMap(({ trial, labels }) => ((labels as Labels).model === model ? [trial.request] : [])),
      );
    expect([...requests("dmf")]).toEqual(["none"]);
    expect([...requests("none")]).toEqual(["none", ...REQUESTS]);
    const seedsOf = (model: string) =>
      new Set(planned.flatMap(({ trial }) => (trial.system?.model === model ? [trial.seed] : []))).size;
    expect([seedsOf("lightgcn"), seedsOf("bpr")]).toEqual([3, 10]);
    expect(planned.slice(0, 1).map(({ labels }) => (labels as Labels).preset)).toEqual(["RANKING"]);
  });

  it("have ids, labels and places in a chart of their own; lists name systems that exist", () => {
    for (const of of ["id", "label"] as const)
      expect(new Set(SYSTEMS.map((system) => system[of])).size).toBe(SYSTEMS.length);
    expect(new Set(SYSTEMS.map(({ series, point }) => `${series} ${point}`)).size).toBe(SYSTEMS.length);
    const ids = SYSTEMS.map(({ id }) => id);
    for (const id of SMALL) expect(ids).toContain(id);
  });
});
