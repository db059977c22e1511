import { describe, expect, it } from "vitest";
import { rankingTable } from "../../../lib/questions/ranking/question";
import type { UtilityRow } from "../../../lib/questions/utility/rows";

const row = (
  system: string,
  scoring: UtilityRow["scoring"],
  values: readonly number[],
  more: Partial<UtilityRow> = {},
): UtilityRow[] =>
  values.map((value, seed) => ({
    dataset: "d",
    preset: "RANKING",
    model: "dmf",
    system,
    scoring,
    groups: 8,
    request: "none",
    seed,
    metric: "fullRank NDCG@10",
    value,
    ...more,
  }));
const anchor = (name: string, values: readonly number[]) =>
  row(name, "anchor", values, { model: "", groups: 1 });

describe("full ranking beside C-SISA", () => {
  const rows = [
    ...row("Retrain", "model", [0.3, 0.4]),
    ...row("C-SISA", "merged", [0.1, 0.2]),
    ...row("C-SISA", "own", [0.2, 0.1]),
    ...row("L-Rand", "model", [0.15, 0.25]),
    ...row("L-Rand", "model", [9, 9], { request: "rand@5" }),
    ...row("L-Rand", "model", [9, 9], { metric: "fullRank HR@10" }),
  ];
  const table = rankingTable([...rows, ...anchor("popularity", [0.12, 0.12]), ...anchor("oracle", [1, 1])]);
  const named = (name: string) => table.find((one) => one.name === name);

  it("has a row for each system, C-SISA by both scorings, and the anchors but for the perfect one", () => {
    expect(table.map(({ name }) => name)).toEqual([
      "Retrain",
      "C-SISA (merged)",
      "C-SISA (own)",
      "L-Rand",
      "popularity",
    ]);
    expect(named("L-Rand")).toMatchObject({ dataset: "d", model: "dmf", seeds: 2 });
    expect(named("L-Rand")?.mean).toBeCloseTo(0.2, 12);
  });

  it("pairs differences by seed", () => {
    // merged: .05 in both seeds; own: -.05 and .15, s = .1 sqrt 2, error s sqrt(1/2 + 1/9), t(.975, 1) = 12.7062
    const laser = named("L-Rand");
    expect([laser?.overMerged, laser?.overMergedHalf]).toEqual([
      expect.closeTo(0.05, 12),
      expect.closeTo(0, 12),
    ]);
    expect([laser?.overOwn, laser?.overOwnHalf]).toEqual([
      expect.closeTo(0.05, 12),
      expect.closeTo(12.7062 * 0.1 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9), 4),
    ]);
    expect(named("C-SISA (merged)")?.overMerged).toBe(0);
  });

  it("has no interval with one seed", () => {
    const single = rankingTable(rows.filter(({ seed }) => seed === 0));
    expect(single.find(({ name }) => name === "L-Rand")?.overMergedHalf).toBeNaN();
  });
});
