import { describe, expect, it } from "vitest";
import { sizeStatistics, workOf } from "../../lib/cohesion/agreement";
import { groupUsers } from "../../lib/grouping/group";
import { groupSizes } from "../../lib/grouping/points";
import type { GroupingSettings } from "../../lib/grouping/settings";
import { realOrGenerated } from "../data/helpers";

describe("grouping MovieLens 100K by its ratings, or generated data where it is absent", () => {
  it("plain k-means is uneven (Figure 9); balance by users leaves the work uneven; by ratings it does not", async () => {
    const { data } = await realOrGenerated("ml-100k");
    const { offsets } = data.byUser;
    const loads = data.userIds.map((_, user) => offsets[user + 1] - offsets[user]);
    const space = { kind: "sparse", rows: data.byUser, columns: data.itemIds.length } as const;
    const group = async (settings: Partial<GroupingSettings>) => {
      const { labels, groups, inertia } = await groupUsers(space, { groups: 8, ...settings });
      return {
        inertia: inertia as number,
        sizes: sizeStatistics(groupSizes(labels, 8)),
        work: sizeStatistics(workOf(groups, loads)),
      };
    };
    const plain = await group({ balance: "none" });
    const users = await group({ balance: "users" });
    const transport = await group({ balance: "users", assignment: "transport" });
    const ratings = await group({ balance: "ratings" });
    const literal = await group({ literal: true });
    const random = await group({ method: "random" });
    expect(plain.sizes.imbalance).toBeGreaterThan(1.5);
    expect(users.sizes.most - users.sizes.least).toBeLessThanOrEqual(1);
    expect(users.work.imbalance).toBeGreaterThan(1.5);
    expect(ratings.work.most - ratings.work.least).toBeLessThanOrEqual(Math.max(...loads));
    expect(ratings.sizes.imbalance).toBeGreaterThan(users.sizes.imbalance);
    for (const balanced of [users, transport, ratings]) {
      expect(balanced.inertia).toBeGreaterThan(plain.inertia);
      expect(balanced.inertia).toBeLessThan(literal.inertia);
      expect(balanced.inertia).toBeLessThan(random.inertia);
    }
  });
});
