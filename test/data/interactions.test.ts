import { describe, expect, it } from "vitest";
import {
  checksum,
  type Interactions,
  interactionsFrom,
  itemCount,
  ratingCount,
  selectRatings,
  transpose,
  userCount,
  withoutUsers,
} from "../../lib/data/interactions";
import { synthesize } from "../../lib/data/synthetic";
import { fromRows, listed, listedByItem } from "./helpers";

const small = fromRows([
  [2, 0, 3],
  [0, 1, 5],
  [0, 0, 4],
  [2, 3, 1],
  [1, 1, 2],
]);

describe("interactions", () => {
  it("hold each rating once, seen from users and from items", () => {
    expect(listed(small)).toEqual(["u0 i0 4", "u0 i1 5", "u1 i1 2", "u2 i0 3", "u2 i3 1"]);
    expect(listedByItem(small)).toEqual(listed(small));
    expect([userCount(small), itemCount(small), ratingCount(small)]).toEqual([3, 4, 5]);
  });

  it("have ascending columns in every row, both ways", () => {
    const { data } = synthesize();
    for (const csr of [data.byUser, data.byItem]) {
      for (let row = 0; row + 1 < csr.offsets.length; row++)
        for (let k = csr.offsets[row] + 1; k < csr.offsets[row + 1]; k++)
          if (csr.columns[k] <= csr.columns[k - 1]) throw new Error(`row ${row} does not ascend`);
    }
    expect(listedByItem(data)).toEqual(listed(data));
  });

  it("keep users and items without a rating", () => {
    expect([...small.byItem.offsets]).toEqual([0, 2, 4, 4, 5]);
  });

  it("refuse a pair that occurs twice, by original ids", () => {
    expect(() =>
      fromRows([
        [0, 1, 5],
        [1, 1, 5],
        [0, 1, 4],
      ]),
    ).toThrow("test: user u0 rated item i1 more than once");
  });

  it("refuse a number outside the catalogue", () => {
    const columns = {
      users: Uint32Array.of(0, 2),
      items: Uint32Array.of(0, 0),
      ratings: Float32Array.of(1, 1),
    };
    const provenance = { name: "test", synthetic: true, steps: [] };
    expect(() => interactionsFrom(columns, ["a", "b"], ["x"], provenance)).toThrow("out of range");
  });

  it("are the same after transposing twice", () => {
    expect(transpose(transpose(small.byUser, 4), 3)).toEqual(small.byUser);
  });
});

describe("leaving ratings out", () => {
  it("keeps numbers and says what was done", () => {
    const part = selectRatings(small, (_, place) => small.byUser.values[place] >= 3, "good ones");
    expect(listed(part)).toEqual(["u0 i0 4", "u0 i1 5", "u2 i0 3"]);
    expect(listedByItem(part)).toEqual(listed(part));
    expect(part.userIds).toEqual(small.userIds);
    expect(part.itemIds).toEqual(small.itemIds);
    expect(part.provenance.steps).toEqual(["good ones"]);
    expect(small.provenance.steps).toEqual([]);
  });

  it("empties the rows of erased users, and of no others", () => {
    const rest = withoutUsers(small, [2, 2]);
    expect(listed(rest)).toEqual(["u0 i0 4", "u0 i1 5", "u1 i1 2"]);
    expect(userCount(rest)).toBe(3);
    expect(rest.provenance.steps).toEqual(["without 1 users"]);
  });
});

describe("checksum", () => {
  const changed: Record<string, Interactions> = {
    "a rating": fromRows([
      [2, 0, 3],
      [0, 1, 5],
      [0, 0, 4],
      [2, 3, 1],
      [1, 1, 3],
    ]),
    "an item": fromRows([
      [2, 0, 3],
      [0, 1, 5],
      [0, 0, 4],
      [2, 3, 1],
      [1, 2, 2],
    ]),
    "an erased user": withoutUsers(small, [1]),
    "a user's id": { ...small, userIds: ["u0", "u1", "x"] },
    "an item's id": { ...small, itemIds: ["i0", "i1", "i2", "x"] },
  };
  for (const [what, data] of Object.entries(changed))
    it(`sees ${what}`, () => expect(checksum(data)).not.toBe(checksum(small)));

  it("does not see the order of the lines, nor what the set is called", () => {
    const again = fromRows([
      [1, 1, 2],
      [0, 0, 4],
      [2, 3, 1],
      [2, 0, 3],
      [0, 1, 5],
    ]);
    expect(checksum({ ...again, provenance: { ...again.provenance, name: "other" } })).toBe(checksum(small));
  });
});
