import { describe, expect, it } from "vitest";
import { withoutUsers } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { checkErasure, erasureOf, joinErasures, usersErasure } from "../../lib/unlearning/erasure";
import { parseRequest, requestText, resolveRequest } from "../../lib/unlearning/request";
import { world } from "../training/world";

const data = world({ users: 40 });
const users = (text: string, seed = 1, last?: Uint32Array, from = data) => [
  ...resolveRequest(parseRequest(text), from, seed, last).users,
];
const ratings = (user: number) => data.byUser.offsets[user + 1] - data.byUser.offsets[user];

describe("requests", () => {
  it("are read and written", () => {
    for (const text of ["rand@5", "top@2.5", "last-group@100", "users:42,b", "ratings:42/10,b/x"])
      expect(requestText(parseRequest(text))).toBe(text);
    for (const text of [
      "rand",
      "rand@",
      "rand@0",
      "rand@101",
      "best@5",
      "rand@x",
      "rand@5@5",
      "rand@NaN",
      "@5",
      "",
    ])
      expect(() => parseRequest(text), text).toThrow(InputError);
  });

  it("rand@K: the right number, other users for another seed, nested in K", () => {
    expect(users("rand@10")).toHaveLength(4);
    expect(users("rand@10")).toEqual(users("rand@10"));
    expect(users("rand@50")).not.toEqual(users("rand@50", 2));
    expect(users("rand@50")).toEqual(expect.arrayContaining(users("rand@10")));
    expect(users("rand@0.001")).toHaveLength(1);
    const hits = new Float64Array(40);
    for (let seed = 0; seed < 400; seed++) for (const user of users("rand@25", seed)) hits[user]++;
    for (const count of hits) expect(Math.abs(count - 100)).toBeLessThan(45); // 5 standard deviations
  });

  it("top@K: those with most ratings, ties to the smaller id", () => {
    const top = users("top@20");
    const least = Math.min(...top.map(ratings));
    for (let user = 0; user < 40; user++) {
      if (top.includes(user)) continue;
      expect(ratings(user)).toBeLessThanOrEqual(least);
      if (ratings(user) === least)
        expect(Math.max(...top.filter((u) => ratings(u) === least))).toBeLessThan(user);
    }
  });

  it("last-group@K: from the last group alone", () => {
    const last = Uint32Array.of(3, 9, 27, 31);
    expect(users("last-group@50", 1, last)).toHaveLength(2);
    for (const user of users("last-group@75", 1, last)) expect(last).toContain(user);
    expect(() => users("last-group@5")).toThrow(/nobody/);
  });

  it("users and ratings by id", () => {
    const [user, item] = [data.userIds[7], data.itemIds[data.byUser.columns[data.byUser.offsets[7]]]];
    expect(users(`users:${user},${data.userIds[2]}`)).toEqual([7, 2]);
    const erasure = resolveRequest(parseRequest(`ratings:${user}/${item}`), data, 1);
    expect(erasure).toEqual(erasureOf([], [[7, data.itemIds.indexOf(item)]]));
    expect(() => users("users:nobody")).toThrow(/user "nobody"/);
    expect(() => users(`ratings:${user}/nothing`)).toThrow(/item "nothing"/);
  });

  it("count and choose users with ratings alone", () => {
    const half = withoutUsers(
      data,
      data.userIds.map((_, user) => user).filter((user) => user % 2 === 0),
    );
    expect(users("rand@20", 1, undefined, half)).toHaveLength(4);
    for (const user of users("rand@100", 1, undefined, half)) expect(user % 2).toBe(1);
  });
});

describe("erasures", () => {
  it("take a pair of a whole user as part of the user, and join", () => {
    const one = erasureOf(
      [1],
      [
        [1, 2],
        [3, 4],
        [3, 5],
      ],
    );
    expect(one.ratings).toEqual(new Map([[3, new Set([4, 5])]]));
    expect(joinErasures([one, usersErasure([3])])).toEqual(usersErasure([1, 3]));
  });

  it("are refused when they name what is not there", () => {
    const system = {
      userIds: ["a", "b"],
      itemIds: ["x", "y"],
      erased: new Set([1]),
      ratingsOf: () => ({ items: Uint32Array.of(0) }),
    };
    expect(() => checkErasure(usersErasure([]), system)).toThrow(/no user/);
    expect(() => checkErasure(usersErasure([2]), system)).toThrow(/user number 2/);
    expect(() => checkErasure(usersErasure([1]), system)).toThrow(/user b has been erased/);
    expect(() => checkErasure(erasureOf([], [[0, 1]]), system)).toThrow(/item y/);
    expect(() => checkErasure(erasureOf([0], [[0, 0]]), system)).not.toThrow();
  });
});
