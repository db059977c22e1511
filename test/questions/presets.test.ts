/** From a protocol to the system of a trial, and from that to a method. */

import { describe, expect, it } from "vitest";
import { rankingEpochsOf } from "../../lib/data/catalog";
import { evaluationOf, presetSystem, SYSTEM_NAMES, systemUnder } from "../../lib/questions/presets";
import { protocol } from "../../lib/questions/protocol";
import type { Trial } from "../../lib/questions/trial";
import { methodFor } from "../../lib/questions/workbench";

const paper = protocol("PAPER", "ml-100k");
const other = protocol("PAPER", "ml-100k", {
  order: "random",
  start: "shared",
  optimizer: "carried",
  epochsPerGroup: "divided",
  embedding: "svd",
  assignment: "transport",
  balance: "ratings",
});
const trial = (system: Trial["system"]) => ({ dataset: "ml-100k", seed: 3, system }) as Trial;

describe("a system under a protocol", () => {
  it.each(SYSTEM_NAMES)("%s: is a method that takes its settings", (name) => {
    const system = presetSystem(name, paper, "nmf", 4);
    expect(system.model).toBe("nmf");
    expect(methodFor(trial(system)).name).toBe(system.method);
  });

  it("holds the fields that it reads, and no other", () => {
    const changed = (name: (typeof SYSTEM_NAMES)[number]) => {
      const [before, after] = [paper, other].map((one) => presetSystem(name, one, "dmf", 4).settings);
      return Object.keys(after).filter((field) => after[field] !== before[field]);
    };
    expect(changed("Retrain")).toEqual([]);
    expect(changed("C-SISA").sort()).toEqual(["balance", "epochsPerGroup", "start"]);
    expect(changed("L-Rand").sort()).toEqual(["balance", "epochsPerGroup", "optimizer", "order"]);
    expect(changed("L-BKM").sort()).toEqual([
      "assignment",
      "balance",
      "epochsPerGroup",
      "optimizer",
      "order",
    ]);
    expect(changed("L-CBKM")).toContain("embedding");
  });

  it("reads the embedding for random groups only where their cohesion is measured in it", () => {
    const inEmbedding = protocol("PAPER", "ml-100k", { cohesionSpace: "embedding" });
    expect(presetSystem("L-Rand", paper, "dmf", 4).settings).not.toHaveProperty("embedding");
    expect(presetSystem("L-Rand", inEmbedding, "dmf", 4).settings).toHaveProperty("embedding");
  });

  it("trains for the epochs that a validation split chose, the protocol's at most", () => {
    const epochs = (own: Parameters<typeof protocol>[2], dataset = "ml-100k") =>
      presetSystem("L-CBKM", protocol("RANKING", dataset, own), "nmf", 4, dataset).settings.epochs;
    expect(epochs({})).toBe(rankingEpochsOf("ml-100k", "nmf"));
    expect(epochs({})).toBeLessThan(50);
    expect(epochs({ epochs: 3 })).toBe(3);
    expect(epochs({ epochsBy: "given" })).toBe(50);
    expect(epochs({ epochsBy: "given" }, "amazon-music")).toBe(20);
    expect(epochs({}, "ml-20m")).toBe(50);
    expect(presetSystem("Retrain", paper, "nmf", 1).settings.epochs).toBe(50);
    expect(() => presetSystem("Retrain", protocol("RANKING", "ml-100k"), "nmf", 1)).toThrow(/by data set/);
  });

  it("says how labCode takes equal ratings only where it is not the mean", () => {
    expect(evaluationOf(paper)).toEqual({ label: "rating", metrics: "ownItems" });
    const listed = protocol("PAPER", "ml-100k", { labCodeTies: "listed" });
    expect(evaluationOf(listed)).toEqual({ label: "rating", metrics: "ownItems", labCodeTies: "listed" });
  });

  it("refuses a setting that the method does not have, and a method that there is not", () => {
    expect(() => methodFor(trial(systemUnder(paper, "core-fold-in", { core: "coin", lambda: 3 })))).toThrow(
      /unknown key "lambda"/,
    );
    expect(() => methodFor(trial({ method: "eas", settings: {} }))).toThrow(/method: "eas"/);
  });
});
