import { describe, expect, it } from "vitest";
import { aliasTable, drawMember } from "../../lib/hypergraph/aliasTable";
import { Random } from "../../lib/random";
import { misfit, P_1E4 } from "./helpers";

const DRAWS = 200_000;

function drawn(weights: readonly number[]): Uint32Array {
  const table = aliasTable(Float64Array.from(weights));
  const random = Random.stream(1, "alias");
  const counts = new Uint32Array(weights.length);
  for (let k = 0; k < DRAWS; k++) counts[drawMember(table, random)]++;
  return counts;
}

describe("an alias table", () => {
  it.each([
    ["one member", [3]],
    ["equal weights", [2, 2, 2]],
    ["very unequal weights", [1, 1000, 1, 50, 3]],
    ["weights of 0", [0, 1, 0, 2, 5]],
    ["many weights", Array.from({ length: 101 }, (_, k) => (k * k) % 17)],
  ])("draws in proportion to %s", (_, weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => weight / total);
    if (weights.length === 1) expect(drawn(weights)[0]).toBe(DRAWS);
    else expect(misfit([drawn(weights)], [shares])).toBeLessThan(P_1E4);
  });
});
