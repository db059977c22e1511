/** Settings of `learn` on the command line: what is no setting of the method is refused by name. */

import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { settingsOf, withSettings } from "../../lib/cli/settings";
import { describeSettings } from "../../lib/settings";
import { METHOD_NAMES, METHODS } from "../../lib/unlearning/methods";

describe("settings of learn", () => {
  it("come from options and from --set, each once", () => {
    expect(settingsOf("c-sisa", { groups: 4, grouping: undefined }, ["beta1=0.5", "scoring=own"])).toEqual({
      groups: 4,
      beta1: 0.5,
      scoring: "own",
    });
    expect(() => settingsOf("laser", { batchSize: 4 }, ["batchSize=4"])).toThrow(
      "batchSize is given twice, by --batch-size and by --set",
    );
  });

  it.each([
    ["scoring=own", 'laser: --set: unknown key "scoring"; known keys are groups, grouping,'],
    ["folder=/tmp/x", 'unknown key "folder"'],
    ["workers=-1", 'unknown key "workers"'],
    ["fold.steps=3", 'unknown key "fold.steps"'],
    ["__proto__=1", 'unknown key "__proto__"'],
    ["epochs=0.5", "epochs: 0.5 is not a whole number"],
    ["epochs", "is not of the form key=value"],
  ])("refuse %s", (pair, message) => {
    expect(() => settingsOf("laser", {}, [pair])).toThrow(message);
  });

  it("are read from options of their own, whose errors say what is allowed", () => {
    const parsed = (...args: string[]) =>
      withSettings(new Command("learn").exitOverride().configureOutput({ writeErr: () => {} }))
        .parse(args, { from: "user" })
        .opts();
    expect(parsed("--batch-size", "32", "--grouping", "bkm", "--set", "a=1", "--set", "b=2")).toEqual({
      batchSize: 32,
      grouping: "bkm",
      set: ["a=1", "b=2"],
    });
    expect(() => parsed("--groups", "2.5")).toThrow("It is not a whole number from 1 to 65535.");
  });

  it("are all in the help, once for each way in which methods have them", () => {
    let help = "";
    const writeOut = (text: string) => {
      help += text;
    };
    withSettings(new Command("learn").configureOutput({ writeOut })).outputHelp();
    for (const method of METHOD_NAMES)
      for (const { key, text } of describeSettings(METHODS[method].spec))
        if (key !== "groups" && key !== "batchSize")
          expect(help.split(`  ${key}: ${text}\n`), `${method}: ${key}`).toHaveLength(2);
    expect(help.split("  groups: S, at most the number of users: a whole number from 1 to")).toHaveLength(2);
    expect(help).toMatch(/^ {2}batchSize: samples per step: .*\(default: 1024\)$/m); // that of learn, not of the paper's runs
    expect(help).not.toContain("stay empty"); // more groups than users are refused
    expect(help).toContain("Settings of ease:\n  lambda: ");
  });
});
