/** `--set`: what is no setting, or of the wrong form, is refused by name; nothing reaches the prototype of objects. */

import { describe, expect, it } from "vitest";
import { settingsOf } from "../../lib/cli/settings";

describe("--set", () => {
  it("reads numbers, true and false, text, and settings inside others", () => {
    const pairs = ["epochs=20", "scoring=own", "clustering.literal=true", "adam.beta1=0.5", "adam.beta2=0.9"];
    expect(settingsOf([...pairs, "core=coin@10", "itemStep.fit.steps=3", "epochs=21"])).toEqual({
      epochs: 21,
      scoring: "own",
      clustering: { literal: true },
      adam: { beta1: 0.5, beta2: 0.9 },
      core: "coin@10",
      itemStep: { fit: { steps: 3 } },
    });
  });

  it.each([
    ["epochs", /not of the form key=value/],
    ["=3", /not of the form key=value/],
    ["adam..beta1=3", /not of the form key=value/],
    ["__proto__.x=1", /__proto__ is not a setting/],
    ["adam.__proto__.x=1", /__proto__ is not a setting/],
    ["constructor.prototype.x=1", /constructor is not a setting/],
    ["folder=/tmp/x", /folder is not a setting of learning; take --system/],
    ["method=ease", /method is not a setting of learning; take --method/],
    ["workers=-1", /workers is not a setting of learning; take --workers/],
    ["store=x", /store is not a setting of learning/],
    ["signal=x", /signal is not a setting of learning; it cannot be given here/],
    ["signal.aborted=true", /signal is not a setting of learning/],
    ["onProgress=1", /onProgress is not a setting of learning/],
    ["adam=3", /adam holds settings of its own: say adam.NAME=value/],
    ["clustering=true", /clustering holds settings of its own/],
    ["embedding=x", /embedding holds settings of its own/],
    ["fold=3", /fold holds settings of its own/],
    ["itemStep.fit=3", /itemStep.fit holds settings of its own/],
    ["core=3", /core takes a name, or holds settings of its own: core.NAME=value/],
    ["epochs.x=3", /epochs holds no settings of its own/],
    ["toString.x=3", /toString holds no settings of its own/],
  ])("refuses %s", (pair, message) => {
    expect(() => settingsOf([pair])).toThrow(message);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("refuses a name and settings inside it side by side", () => {
    expect(() => settingsOf(["core=coin@10", "core.percent=3"])).toThrow(
      /core has a value of its own already/,
    );
    expect(() => settingsOf(["core.percent=3", "core=coin@10"])).toThrow(/inside core are given already/);
  });
});
