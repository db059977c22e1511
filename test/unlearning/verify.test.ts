/** Verification: honest certificates hold whatever the method, and every statement that can be checked is. */

import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../lib/json";
import { type LearnSettings, learn, type VerifySettings, verify } from "../../lib/unlearning/api";
import { type Certificate, type Statement, signed } from "../../lib/unlearning/certificate";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { publicKeyOf } from "../../lib/unlearning/tags";
import type { Verdict, Verification } from "../../lib/unlearning/verify";
import { codeVersion } from "../../lib/version";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD } from "./everyMethod";
import { certified, KEY } from "./support";

const ratings = world();
const grouped: LearnSettings = { epochs: 2, batchSize: 32, groups: 3, grouping: "rand", order: "random" };
const without = (...users: number[]) => fileOf(ratings, (user) => !users.includes(user));
const named = ({ checks }: Verification, word: Verdict) =>
  checks.filter(({ verdict }) => verdict === word).map(({ what }) => what);
const wrong = (verification: Verification) => named(verification, "wrong");

type Writable<T> = { -readonly [K in keyof T]: T[K] extends string | number ? T[K] : Writable<T[K]> };
type Draft = Writable<Omit<Certificate, "settings">> & { settings: Record<string, unknown> };
const OTHER = KEY.split("").reverse().join("");
const TAG = "0".repeat(64);

/** The certificate with other content, and a digest that fits it. */
function edited(certificate: Certificate, change: (copy: Draft) => unknown): Certificate {
  const { digest: _, ...body } = structuredClone(certificate);
  change(body as unknown as Draft);
  return { ...body, digest: sha256(canonicalJson(body)) } as Certificate;
}

/** The certificate with other content, signed anew: by its operator, or by somebody else. */
function forged(certificate: Certificate, change: (copy: Draft) => unknown, key = KEY): Certificate {
  const { digest: _, signature: __, signer: ___, ...body } = structuredClone(certificate);
  change(body as unknown as Draft);
  return signed(body as Statement, key);
}

/** What is wrong with it; a refusal by its first words. */
const faults = (certificate: Certificate, data: typeof ratings, options: VerifySettings) =>
  verify(certificate, data, options).then(wrong, ({ message }: Error) => [message]);

describe("an honest certificate", () => {
  it.each(EVERY_METHOD)(
    "of %s holds, on the rest and with the key, also after regrouping",
    async (_, settings) => {
      const system = await learn(ratings, settings);
      const item = ratings.itemIds[system.system.ratingsOf(4).items[0]];
      const request = { users: ["u003"], ratings: [["u004", item]] as const };
      const first = await certified(system.forget(request, { key: KEY }));
      const full = await verify(first.certificate, ratings, { plan: system.plan, key: KEY });
      expect([full.ok, wrong(full)]).toEqual([true, []]);
      // groups whose members are pairs cannot be made again from those that are left
      const unknown = settings.partition === "inbp" ? ["model before"] : [];
      const grouping = (checks: readonly string[]) => checks.filter((what) => what !== "grouping settings");
      expect(grouping(named(full, "not checked"))).toEqual(["last certificate", ...unknown]);
      const whole = await certified(system.forget(["u004"], { key: KEY }));
      const rest = await verify(whole.certificate, without(3, 4), { plan: system.plan });
      expect([rest.ok, wrong(rest)]).toEqual([true, []]);
      const places = whole.certificate.erased.placeTags.length > 0 ? ["places of the erased"] : [];
      expect(grouping(named(rest, "not checked"))).toEqual([
        "signer",
        "last certificate",
        "renewed artefacts",
        "erased users",
        "erased ratings",
        ...places,
        "data before",
        "model before",
      ]);
      const held = system.plan;
      const again = await certified(system.forget(["u010"], { key: KEY, regroup: true }));
      expect(again.certificate.guarantee).toBe("exact");
      for (const plan of [undefined, system.plan, held])
        expect(wrong(await verify(again.certificate, without(3, 4, 10), { plan }))).toEqual([]);
      const withKey = await verify(again.certificate, without(3, 4), { key: KEY });
      expect([withKey.ok, wrong(withKey)]).toEqual([true, []]);
      expect(named(withKey, "holds")).toEqual(expect.arrayContaining(["erased ratings", "data before"]));
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

  it("says of each statement that is not checked what would have to be given", async () => {
    const system = await learn(ratings, grouped);
    const { certificate } = await certified(system.forget(["u003"], { key: KEY }));
    const bare = await verify(certificate, without(3), {});
    expect([bare.ok, wrong(bare)]).toEqual([false, []]);
    const needs = Object.fromEntries(bare.checks.map(({ what, needs }) => [what, needs]));
    expect(needs).toMatchObject({
      signer: "the operator's key, or the public key that the operator has made known",
      "last certificate": "the folder of the system",
      model: "the plan that it names",
      "erased users": "the ratings before the erasure, and the key",
    });
    const rest = await verify(certificate, without(3), { system, key: KEY });
    expect(rest.checks.find(({ what }) => what === "erased users")?.needs).toBe(
      "the ratings before the erasure",
    );
    const known = await verify(certificate, without(3), { system, signer: publicKeyOf(KEY) });
    expect([known.ok, named(known, "holds")]).toEqual([
      true,
      expect.arrayContaining(["signer", "last certificate", "system in force"]),
    ]);
    await system.close();
  });
});

describe("a certificate that is not the last", () => {
  it("says so, and which is", async () => {
    const system = await learn(ratings, grouped);
    const first = await certified(system.forget(["u003"], { key: KEY }));
    const second = await certified(system.forget(["u004"], { key: KEY }));
    const last = await verify(second.certificate, ratings, { system, key: KEY });
    expect([last.ok, wrong(last)]).toEqual([true, []]);
    const older = await verify(first.certificate, ratings, { system, key: KEY });
    expect(older.ok).toBe(false);
    const copy = system.certificates()[0];
    expect(wrong(await verify(copy, ratings, { key: KEY }))).toEqual(["last certificate"]);
    expect(older.checks.find(({ what }) => what === "last certificate")).toMatchObject({
      verdict: "wrong",
      text: `this is of erasure 1 of 2; the last certificate is ${second.certificate.digest.slice(0, 16)}`,
    });
    await system.close();
  });
});

/** Every member of a certificate by its path, but for what signing adds. */
function leaves(value: object, path: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([key, member]) => {
    const here = [...path, key];
    const isLeaf = typeof member !== "object" || member === null || Object.keys(member).length === 0;
    return isLeaf ? [here] : leaves(member as object, here);
  });
}

/** Another value of the same kind and form. */
function other(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? value + 1 : value / 2;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return value === null ? TAG : ["0".repeat(64)];
  if (value === "exact given the partition") return "exact";
  if (/^(record\/)?[0-9a-f]+$/.test(value)) return value.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  return `${value}s`;
}

describe("whatever is edited in a certificate", () => {
  let system: ErasableSystem;
  let certificate: Certificate;
  beforeAll(async () => {
    system = await learn(ratings, grouped);
    const user = system.plan?.groups[1][0] as string; // so that one checkpoint stays
    const second = system.plan?.groups[1][1] as string;
    const item = ratings.itemIds[system.system.ratingsOf(ratings.userIds.indexOf(second)).items[0]];
    const request = { users: [user], ratings: [[second, item]] as const };
    ({ certificate } = await certified(system.forget(request, { key: KEY })));
  });

  /** Certificates with another value in each place, and with one entry less in each list. */
  function everyEdit(): [path: string, change: (copy: Draft) => unknown][] {
    return leaves(certificate).flatMap((path) => {
      const at = (copy: object, keys: readonly string[]) =>
        keys.reduce((value, key) => (value as Record<string, object>)[key], copy) as Record<string, unknown>;
      const [key, list] = [path.at(-1) as string, path.slice(0, -1)];
      const change = (copy: Draft) => Object.assign(at(copy, list), { [key]: other(at(copy, list)[key]) });
      const drop = (copy: Draft) => (at(copy, list) as unknown as unknown[]).splice(Number(key), 1);
      return /^\d+$/.test(key)
        ? [[path.join("."), change] as const, [`${path.join(".")} dropped`, drop] as const]
        : [[path.join("."), change] as const];
    }) as [string, (copy: Draft) => unknown][];
  }

  it("is found at once by anybody where the editor cannot sign", async () => {
    const edits = everyEdit();
    expect(edits.length).toBeGreaterThan(60);
    for (const [path, change] of edits)
      expect(await faults(edited(certificate, change), without(3), {}), path).toEqual([
        expect.stringMatching(/^certificate: /),
      ]);
    for (const member of ["backups", "__proto__", "erased2"])
      expect(
        await faults(
          edited(certificate, (c) => Object.defineProperty(c, member, { value: 1, enumerable: true })),
          ratings,
          {},
        ),
      ).toEqual([`certificate: unknown member "${member}"`]);
  });

  it("and signed by another, is found with the operator's key or public key", async () => {
    const options = { plan: system.plan };
    for (const [path, change] of everyEdit().filter((_, k) => k % 7 === 0)) {
      const forgery = () => forged(certificate, change, OTHER);
      for (const known of [{ signer: publicKeyOf(KEY) }, { key: KEY }]) {
        const found = await faults(forgery(), ratings, { ...options, ...known });
        expect(found.length > 0, path).toBe(true);
      }
    }
  });

  it.each<[field: string, change: (copy: Draft) => unknown, fault: string]>([
    ["guarantee", (c) => Object.assign(c, { guarantee: "exact" }), "plan"],
    ["erased.users", ({ erased }) => Object.assign(erased, { users: 999 }), "contradict"],
    ["erased.ratings", ({ erased }) => erased.ratings++, "erased ratings"],
    ["erased.userTags", ({ erased }) => erased.userTags.splice(0, 1, TAG), "remaining data"],
    [
      "erased.users and userTags",
      ({ erased }) => erased.users++ && erased.userTags.push(TAG),
      "erased users",
    ],
    [
      "erased.ratingTags",
      ({ erased }) => erased.ratings++ && erased.ratingTags.push(TAG),
      "single erased ratings",
    ],
    ["erased.placeTags with one more", ({ erased }) => erased.placeTags.push(TAG), "places of the erased"],
    ["erased.placeTags", ({ erased }) => erased.placeTags.splice(0, 1, TAG), "plan before"],
    ["after.users", ({ after }) => Object.assign(after, { users: 1 }), "users"],
    ["after.items", ({ after }) => Object.assign(after, { items: 2 }), "items"],
    ["after.data", ({ after }) => Object.assign(after, { data: TAG }), "remaining data"],
    ["after.model", ({ after }) => Object.assign(after, { model: TAG }), "model"],
    ["after.plan", ({ after }) => Object.assign(after, { plan: TAG }), "plan"],
    ["after.artefacts", ({ after }) => after.artefacts.splice(0, 1, `record/${TAG}`), "artefacts"],
    ["before.data", ({ before }) => Object.assign(before, { data: TAG }), "data before"],
    ["before.model", ({ before }) => Object.assign(before, { model: TAG }), "model before"],
    ["before.plan", ({ before }) => Object.assign(before, { plan: TAG }), "plan before"],
    ["before.artefacts", ({ before }) => before.artefacts.splice(1, 1, TAG), "artefacts before"],
    ["renewed", (c) => c.renewed--, "renewed artefacts"],
    ["code", (c) => Object.assign(c, { code: "0".repeat(16) }), "code version"],
    ["settings", ({ settings }) => delete settings.optimizer, "settings"],
    ["how", (c) => Object.assign(c, { how: "Backups too." }), "how"],
  ])("and signed by the operator, is found on all ratings with the key: %s", async (_, change, fault) => {
    const options = { plan: system.plan, key: KEY };
    expect(wrong(await verify(certificate, ratings, options))).toEqual([]);
    const found = await faults(forged(certificate, change), ratings, options);
    expect(found.join("; ")).toContain(fault);
  });

  it("of a method that has no plan is not believed to depend on one", async () => {
    const ease = await learn(ratings, { method: "ease" });
    const { certificate: exact } = await certified(ease.forget(["u003"], { key: KEY }));
    const less = forged(exact, (c) => Object.assign(c, { guarantee: "exact given the partition" }));
    expect(wrong(await verify(less, without(3), { plan: system.plan }))).toEqual(["plan"]);
    await ease.close();
  });
});
