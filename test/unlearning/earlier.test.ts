/** After several erasures the last certificate holds on all ratings, for who has the key and the certificates before. */

import { describe, expect, it } from "vitest";
import { learn, verify } from "../../lib/unlearning/api";
import { world } from "../training/world";
import { EVERY_METHOD } from "./everyMethod";
import { certified, KEY } from "./support";

const ratings = world();

describe("the certificate of a second erasure", () => {
  it.each(EVERY_METHOD)(
    "of %s holds on all ratings, and not without the first one's tags",
    async (_, settings) => {
      const system = await learn(ratings, settings);
      const [item] = system.system.ratingsOf(4).items;
      const pair = ["u004", ratings.itemIds[item]] as const;
      await certified(system.forget({ users: ["u003"], ratings: [pair] }, { key: KEY }));
      const all = Array.from(
        system.system.ratingsOf(6).items,
        (one) => ["u006", ratings.itemIds[one]] as const,
      );
      const { certificate } = await certified(system.forget({ users: ["u004"], ratings: all }, { key: KEY }));
      expect(certificate.after.users).toBe(ratings.userIds.length - 3); // u006 has no rating left
      const options = { plan: system.plan, key: KEY };
      const { ok, checks } = await verify(certificate, ratings, {
        ...options,
        earlier: system.certificates(),
      });
      expect(checks.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
      expect(ok).toBe(true);
      const alone = await verify(certificate, ratings, options);
      expect(alone.checks.find(({ what }) => what === "remaining data")?.verdict).toBe("wrong");
      expect(alone.ok).toBe(false);
      await system.close();
    },
  );
});
