/** Who is in the core, and settings that are refused. */

import { describe, expect, it } from "vitest";
import { InputError } from "../../../lib/errors";
import { complete } from "../../../lib/settings";
import { CORE, type CoreSettings, corePlan, coreTest } from "../../../lib/unlearning/foldIn/core";
import { coreFoldIn } from "../../../lib/unlearning/foldIn/coreFoldIn";
import { refresh } from "../../../lib/unlearning/foldIn/refresh";
import { fileOf, world } from "../../training/world";
import { context } from "../support";

const data = world();
const coreSettings = (partial: Partial<CoreSettings>) => complete(CORE, partial, "core");

describe("the core", () => {
  it("by coin is a function of seed and id, near its share", () => {
    const inCore = coreTest(coreSettings({ corePercent: 20 }), 1);
    const ids = Array.from({ length: 5000 }, (_, k) => `user ${k}`);
    const share = ids.filter((id) => inCore(id, 0)).length / ids.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(0.025); // 4 standard deviations
    expect(ids.filter((id) => inCore(id, 999))).toEqual(ids.filter((id) => inCore(id, 1)));
    const other = coreTest(coreSettings({ corePercent: 20 }), 2);
    expect(ids.some((id) => inCore(id, 0) !== other(id, 0))).toBe(true);
    expect(ids.every((id) => coreTest(coreSettings({ corePercent: 100 }), 3)(id, 0))).toBe(true);
  });

  it("by activity has those with enough ratings; everybody with ratings is somewhere, once", () => {
    const counts = data.userIds.map((_, u) => data.byUser.offsets[u + 1] - data.byUser.offsets[u]);
    const { groups } = corePlan(data, coreSettings({ core: "activity", coreRatings: 9 }), 1);
    expect(groups[0]).toEqual(data.userIds.filter((_, user) => counts[user] >= 9));
    expect(groups.flat().sort()).toEqual([...data.userIds].sort());
    const fewer = fileOf(data, (user) => user % 3 !== 0);
    const left = corePlan(fewer, coreSettings({ core: "activity", coreRatings: 9 }), 1).groups;
    expect(left).toEqual(groups.map((ids) => ids.filter((id) => fewer.userIds.includes(id))));
  });

  it("refuses settings that are wrong, and a plan", async () => {
    expect(() => coreFoldIn({ corePercent: 0 })).toThrow(/core-fold-in: corePercent: 0 is not/);
    expect(() => coreFoldIn({ core: "luck" as "coin" })).toThrow(/coin, activity/);
    expect(() => coreFoldIn({ itemStep: "all" as "none" })).toThrow(/none, items, ridge/);
    expect(() => coreFoldIn({ foldSteps: 0 })).toThrow(/foldSteps/);
    expect(() => refresh({ rate: 1 } as object)).toThrow(/refresh: unknown key "rate"/);
    const plan = { settings: null, groups: [] };
    await expect(coreFoldIn().learn(data, context(), { plan })).rejects.toThrow(InputError);
  });
});
