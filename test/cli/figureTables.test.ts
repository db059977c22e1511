/** Tables of figures whose records cost too much for the tests of commands: rows made by hand. */

import { describe, expect, it } from "vitest";
import { tableOf } from "../../lib/cli/figureTables";
import { textTable } from "../../lib/cli/textTable";
import { profileNamed } from "../../lib/questions/profile";

const shown = (figure: string, rows: readonly object[]) => {
  const { rows: lines, columns } = tableOf({ figure, rows, records: [], profile: profileNamed("smoke") });
  return textTable(lines, columns)
    .split("\n")
    .map((line) => line.split(/ {2,}/));
};
const common = { dataset: "synthetic", model: "dmf", method: "l-cbkm", groups: 4 };

describe("tables for a terminal", () => {
  it("membership: areas side by side, means over seeds", () => {
    const rows = [0, 1].flatMap((seed) =>
      ["before", "rows deleted", "unlearned", "fresh"].map((stage, s) => ({
        ...common,
        seed,
        stage,
        attack: "shadow",
        training: "by heart",
        users: 10,
        auc: 0.9 - 0.1 * s + 0.02 * seed,
        low: 0.8 - 0.1 * s,
        high: 1 - 0.1 * s,
        truePositives: [0, 0.5, 1],
      })),
    );
    const [head, , line, ...more] = shown("membership", rows);
    expect(more).toEqual([]);
    expect(head.slice(5)).toEqual(["AUC before", "AUC rows deleted", "AUC unlearned", "AUC fresh", "Seeds"]);
    expect(line.map((text) => text.trim())).toEqual([
      ...["synthetic", "by heart", "dmf", "L-CBKM", "shadow"],
      ...["0.910 ± 0.100", "0.810 ± 0.100", "0.710 ± 0.100", "0.610 ± 0.100", "2"],
    ]);
  });

  it("poisoning: a line a stage, clean only if it is so for every seed", () => {
    const rows = [0, 1].flatMap((seed) =>
      ["clean", "poisoned", "unlearned"].map((stage, s) => ({
        ...common,
        seed,
        stage,
        attack: "average",
        hitRatio: 0.1 * s,
        meanRank: 0,
        ndcg: 0.4,
        loss: 0.6,
        rankPercent: 50 - 10 * s + seed,
        samples: 1000,
        identical: seed === 0,
        fakes: 3,
      })),
    );
    const [, , clean, , unlearned] = shown("poisoning", rows).map((line) => line.map((text) => text.trim()));
    expect(clean.slice(4)).toEqual(["clean", "50.5 ± 0.7", "0.0", "0.4000", "0.6000", "1,000", "–", "2"]);
    expect(unlearned.slice(4)).toEqual([
      "unlearned",
      "30.5 ± 0.7",
      "20.0",
      "0.4000",
      "0.6000",
      "1,000",
      "no",
      "2",
    ]);
  });
});
