/** Verification: honest certificates hold whatever the method, and every statement that can be checked is. */

import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../lib/json";
import { type LearnSettings, learn, verify } from "../../lib/unlearning/api";
import type { Certificate } from "../../lib/unlearning/certificate";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { codeVersion } from "../../lib/version";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD } from "./everyMethod";
import { certified, KEY } from "./support";

const ratings = world();
const grouped: LearnSettings = { epochs: 2, batchSize: 32, groups: 3, grouping: "rand", order: "random" };
const without = (...users: number[]) => fileOf(ratings, (user) => !users.includes(user));
const wrong = ({ checks }: Awaited<ReturnType<typeof verify>>) =>
  checks.filter(({ ok }) => !ok).map(({ what }) => what);

type Writable<T> = { -readonly [K in keyof T]: T[K] extends string | number ? T[K] : Writable<T[K]> };
type Draft = Writable<Omit<Certificate, "settings">> & { settings: Record<string, unknown> };

/** The certificate with other content, and a digest that fits it. */
function forged(certificate: Certificate, change: (copy: Draft) => unknown): Certificate {
  const { digest: _, ...body } = structuredClone(certificate);
  change(body as unknown as Draft);
  return { ...body, digest: sha256(canonicalJson(body)) } as Certificate;
}

describe("an honest certificate", () => {
  it.each(EVERY_METHOD)(
    "of %s holds, on the rest and with the key, also after regrouping",
    async (_, settings) => {
      const system = await learn(ratings, settings);
      const item = ratings.itemIds[system.system.ratingsOf(4).items[0]];
      const request = { users: ["u003"], ratings: [["u004", item]] as const };
      const first = await certified(system.forget(request, { key: KEY }));
      expect(wrong(await verify(first.certificate, ratings, { plan: system.plan, key: KEY }))).toEqual([]);
      const whole = await certified(system.forget(["u004"], { key: KEY }));
      expect(wrong(await verify(whole.certificate, without(3, 4), { plan: system.plan }))).toEqual([]);
      const held = system.plan;
      const again = await certified(system.forget(["u010"], { key: KEY, regroup: true }));
      expect(again.certificate.guarantee).toBe("exact");
      for (const plan of [undefined, system.plan, held])
        expect(wrong(await verify(again.certificate, without(3, 4, 10), { plan }))).toEqual([]);
      const withKey = await verify(again.certificate, without(3, 4), { key: KEY });
      expect(wrong(withKey)).toEqual([]);
      expect(withKey.checks.map(({ what }) => what)).toContain("erased ratings in these ratings");
      await system.close();
    },
  );

  it.each(["laser", "retrain"] as const)(
    "of %s holds where a user is left without a rating",
    async (method) => {
      const { groups: _, grouping: __, order: ___, ...trained } = grouped;
      const system = await learn(ratings, { method, ...(method === "laser" ? grouped : trained) });
      const pairs = [...system.system.ratingsOf(4).items].map(
        (item) => ["u004", ratings.itemIds[item]] as const,
      );
      const { certificate } = await certified(system.forget({ ratings: pairs }, { key: KEY }));
      expect(certificate.after.users).toBe(ratings.userIds.length - 1);
      expect(wrong(await verify(certificate, ratings, { plan: system.plan, key: KEY }))).toEqual([]);
      await system.close();
    },
  );

  it("names the code of its method and model, not of training alone", async () => {
    for (const [settings, entries] of [
      [{ method: "ease" }, ["methods/ease"]],
      [{ method: "retrain", epochs: 1, model: "nmf" }, ["methods/retrain", "models/nmf"]],
    ] as const) {
      const system = await learn(ratings, settings);
      const { certificate } = await certified(system.forget(["u003"]));
      expect(certificate.code).toBe(codeVersion(...entries));
      await system.close();
    }
  });
});

describe("a forged certificate", () => {
  let system: ErasableSystem;
  let certificate: Certificate;
  beforeAll(async () => {
    system = await learn(ratings, grouped);
    const user = system.plan?.groups[1][0] as string; // so that one checkpoint stays
    const other = system.plan?.groups[1][1] as string;
    const item = ratings.itemIds[system.system.ratingsOf(ratings.userIds.indexOf(other)).items[0]];
    ({ certificate } = await certified(
      system.forget({ users: [user], ratings: [[other, item]] }, { key: KEY }),
    ));
  });

  const tag = "0".repeat(64);
  it.each<[field: string, change: (copy: Draft) => unknown, named: string]>([
    ["guarantee", (c) => Object.assign(c, { guarantee: "exact" }), "guarantee"],
    ["erased.users", ({ erased }) => Object.assign(erased, { users: 999 }), "erased users"],
    ["erased.ratings", ({ erased }) => erased.ratings++, "erased ratings in these ratings"],
    ["erased.userTags", ({ erased }) => erased.userTags.splice(0, 1, tag), "plan"],
    [
      "erased.users and userTags",
      ({ erased }) => erased.users++ && erased.userTags.push(tag),
      "erased users in these ratings",
    ],
    [
      "erased.ratingTags",
      ({ erased }) => erased.ratingTags.push(tag),
      "single erased ratings in these ratings",
    ],
    ["after.users", ({ after }) => Object.assign(after, { users: 1 }), "users"],
    ["after.items", ({ after }) => Object.assign(after, { items: 2 }), "items"],
    ["after.data", ({ after }) => Object.assign(after, { data: tag }), "remaining data"],
    ["after.model", ({ after }) => Object.assign(after, { model: tag }), "model"],
    ["after.plan", ({ after }) => Object.assign(after, { plan: tag }), "plan"],
    ["after.artefacts", ({ after }) => Object.assign(after, { artefacts: [] }), "artefacts"],
    ["before.artefacts", ({ before }) => Object.assign(before, { artefacts: [] }), "renewed artefacts"],
    ["renewed", (c) => c.renewed--, "renewed artefacts"],
    ["code", (c) => Object.assign(c, { code: "0".repeat(16) }), "code version"],
    ["settings", ({ settings }) => delete settings.optimizer, "settings"],
  ])("is known by its %s", async (_, change, named) => {
    const options = { plan: system.plan, key: KEY };
    expect(wrong(await verify(certificate, ratings, options))).toEqual([]);
    const found = await verify(forged(certificate, change), ratings, options).then(
      wrong,
      ({ message }: Error) => [
        message.split(":")[0], // a user who is not recognised is one whom the plan does not know
      ],
    );
    expect(found).toContain(named);
  });

  it("is known without the key by what it says of itself", async () => {
    const single = await learn(ratings, { method: "retrain", epochs: 2, batchSize: 32 });
    const { certificate: honest } = await certified(single.forget(["u003"]));
    const pairs = [["u004", ratings.itemIds[single.system.ratingsOf(4).items[0]]]] as const;
    for (const [change, named] of [
      [({ erased }) => Object.assign(erased, { users: 2 }), "erased users"],
      [(c) => Object.assign(c, { renewed: 77 }), "renewed artefacts"],
      [({ after }) => Object.assign(after, { users: 1 }), "users"],
    ] as [(c: Draft) => unknown, string][])
      expect(wrong(await verify(forged(honest, change), without(3)))).toEqual([named]);
    const { certificate: pair } = await certified(single.forget({ ratings: pairs }, { key: KEY }));
    const more = forged(pair, ({ erased }) => Object.assign(erased, { ratings: 5 }));
    expect(wrong(await verify(more, without(3)))).toContain("erased ratings");
    await single.close();
  });

  it("of a method that has no plan is not believed to depend on one", async () => {
    const ease = await learn(ratings, { method: "ease" });
    const { certificate: exact } = await certified(ease.forget(["u003"]));
    const less = forged(exact, (c) => Object.assign(c, { guarantee: "exact given the partition" }));
    expect(wrong(await verify(less, without(3), { plan: system.plan }))).toEqual(["plan"]);
    await ease.close();
  });
});
