import { describe, expect, it } from "vitest";
import { withoutUsers } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { embedUsers } from "../../lib/hypergraph/embedding";
import { makePlan } from "../../lib/unlearning/makePlan";
import { membersOf, parsePlan, planHash, planText, withoutMembers } from "../../lib/unlearning/plan";
import type { PlanSettings } from "../../lib/unlearning/planSettings";
import { fileOf, world } from "../training/world";

const data = world({ users: 30 });
const plan = (options: Partial<PlanSettings> = {}, from = data) => makePlan(from, { groups: 4, ...options });

const EVERY: Partial<PlanSettings>[] = [
  { grouping: "rand", order: "random" },
  { grouping: "rand", balance: "ratings", order: "ratingsAscending" },
  { grouping: "bkm", cohesionSpace: "embedding" },
  { grouping: "cbkm", order: "hardToEasy", embedding: "svd" },
  { grouping: "cbgm" },
  { grouping: "blp", assignment: "transport" },
];

describe.each(EVERY)("a plan with %o", (options) => {
  it("places every rated user once, in groups of equal size, twice alike", async () => {
    const made = await plan(options);
    const members = membersOf(made, data);
    expect(members.flatMap((group) => [...group]).sort((a, b) => a - b)).toEqual(
      data.userIds.map((_, u) => u),
    );
    if (options.balance !== "ratings")
      expect(members.map(({ length }) => length).sort()).toEqual([7, 7, 8, 8]);
    expect(planText(await plan(options))).toBe(planText(made));
  });

  it("does not see users without ratings, whether the catalogue has them or not", async () => {
    const gone = [0, 13, 14];
    const emptied = await plan(options, withoutUsers(data, gone));
    const absent = await plan(
      options,
      fileOf(data, (user) => !gone.includes(user)),
    );
    expect(planText(emptied)).toBe(planText(absent));
  });
});

describe("orders", () => {
  it("are by cohesion or by ratings, as asked", async () => {
    const easy = await plan({ grouping: "bkm", order: "easyToHard" });
    const hard = await plan({ grouping: "bkm", order: "hardToEasy" });
    expect(hard.groups).toEqual([...easy.groups].reverse());
    expect([...easy.rho!].sort((a, b) => b - a)).toEqual(easy.rho);
    const work = async (order: PlanSettings["order"]) => {
      const members = membersOf(await plan({ grouping: "rand", order }), data);
      const { offsets } = data.byUser;
      return members.map((group) => group.reduce((sum, u) => sum + offsets[u + 1] - offsets[u], 0));
    };
    const rising = await work("ratingsAscending");
    expect([...rising].sort((a, b) => a - b)).toEqual(rising);
    expect(await work("ratingsDescending")).toEqual([...rising].reverse());
  });

  it("use one embedding for groups and order, and take one from a cache", async () => {
    let calls = 0;
    const embed: typeof embedUsers = (...args) => {
      calls++;
      return embedUsers(...args);
    };
    await makePlan(data, { groups: 4 }, { embed });
    expect(calls).toBe(1);
    await makePlan(data, { groups: 4, grouping: "rand", order: "random" }, { embed });
    expect(calls).toBe(1);
  });

  it("embed nobody where groups and order are made without", async () => {
    let calls = 0;
    const embed: typeof embedUsers = (...args) => {
      calls++;
      return embedUsers(...args);
    };
    for (const grouping of ["rand", "bkm", "bgm", "blp"] as const)
      for (const order of ["easyToHard", "hardToEasy", "random", "ratingsAscending"] as const)
        await makePlan(data, { groups: 4, grouping, order }, { embed });
    await makePlan(
      data,
      { groups: 4, grouping: "rand", order: "random", cohesionSpace: "embedding" },
      { embed },
    );
    expect(calls).toBe(0);
    await makePlan(data, { groups: 4, grouping: "rand", cohesionSpace: "embedding" }, { embed });
    expect(calls).toBe(1);
    const [own, ratings, embedding] = await Promise.all(
      (["own", "ratings", "embedding"] as const).map((cohesionSpace) =>
        plan({ grouping: "cbkm", cohesionSpace }),
      ),
    );
    expect(own.rho).toEqual(embedding.rho);
    expect(own.rho).not.toEqual(ratings.rho);
  });
});

describe("the text of a plan", () => {
  it("is read back, and holds no rating", async () => {
    const made = await plan();
    const read = parsePlan(planText(made));
    expect(planHash(read)).toBe(planHash(made));
    expect(read.groups).toEqual(made.groups);
    for (const item of data.itemIds) expect(planText(made)).not.toContain(item);
    expect(planText(made)).not.toContain("rho");
  });

  it("loses erased users and nothing else", async () => {
    const made = await plan();
    const gone = new Set(made.groups[1]);
    const left = withoutMembers(made, gone);
    expect(left.groups).toEqual(made.groups.map((ids, g) => (g === 1 ? [] : ids)));
    for (const id of gone) expect(planText(left)).not.toContain(id);
  });

  it("is refused when it is none, or does not fit the data", async () => {
    for (const text of ["", "{}", '{"format":"erasable plan, format 1","groups":[[1]]}'])
      expect(() => parsePlan(text)).toThrow(InputError);
    const made = await plan();
    expect(() => membersOf({ ...made, groups: [...made.groups, ["who"]] }, data)).toThrow(/user who/);
    expect(() => membersOf({ ...made, groups: [...made.groups, [made.groups[0][0]]] }, data)).toThrow(
      /more than one/,
    );
    expect(() => membersOf({ ...made, groups: made.groups.slice(1) }, data)).toThrow(/no group/);
  });
});

describe("settings of a plan", () => {
  it("are checked", async () => {
    const bad = [
      { group: 3 },
      { groups: 0 },
      { grouping: "kmeans" },
      { order: "byRho" },
      { cohesionSpace: "none" },
      { assignment: "transport", grouping: "rand" },
    ];
    for (const options of bad)
      await expect(plan(options as Partial<PlanSettings>)).rejects.toThrow(InputError);
  });

  it("more groups than users leave the last ones empty", async () => {
    const few = fileOf(data, (user) => user < 3);
    const made = await plan({ groups: 5, grouping: "rand", order: "random" }, few);
    expect(made.groups.map(({ length }) => length)).toEqual([1, 1, 1, 0, 0]);
  });
});
