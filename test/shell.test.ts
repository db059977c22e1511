/** Commands in messages can be copied: a shell reads each word as it was meant. */

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { selectionWords } from "../lib/cli/options";
import { escapeLine } from "../lib/report/text";
import { exampleId, shellWord } from "../lib/shell";

describe("words for a shell", () => {
  it.each(["u1", "Doe, John", "it's", "$(id)", 'a "b" \\c', "*", "", "ü"])("%j", (word) => {
    const read = execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
    expect(read).toBe(word);
  });

  it.each(["a\nb c.csv", "it's\t\\n", "\u001b[2J1", "\u202e2.csv"])("%j, in a shell that has $''", (word) => {
    expect(escapeLine(shellWord(word))).toBe(shellWord(word));
    const read = execFileSync("bash", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
    expect(read).toBe(word);
  });

  it("an example is an id that can be copied", () => {
    expect(exampleId(["x".repeat(1e6), "a\u001b[2J", "-x", "Doe, John", "u1"])).toBe("'Doe, John'");
    expect(exampleId(["Doe\nJr.", "u1"])).toBe("u1");
    expect(exampleId(["x".repeat(61), "a\rb", "a\u0085", "Doe\nJr.", "a\u200bb"])).toBeUndefined();
  });

  it("a selection is written as it was given", () => {
    const narrow = {
      dataset: ["my ratings.csv", "ml-1m"],
      model: ["dmf"],
      groups: [2, 4],
      seeds: [0, 1],
    } as const;
    const more = {
      request: ["users:a,b", "rand@5"],
      preset: "RANKING",
      set: ["epochs=1"],
      results: "r",
    } as const;
    expect(selectionWords({ profile: "smoke", ...narrow, method: ["retrain"], ...more })).toBe(
      "--profile smoke --results r --dataset 'my ratings.csv,ml-1m' --model dmf --method retrain --groups 2,4 --seeds 0,1 " +
        "--request users:a,b --request rand@5 --preset RANKING --set epochs=1",
    );
    expect(selectionWords({ profile: "smoke" })).toBe("--profile smoke");
  });
});
