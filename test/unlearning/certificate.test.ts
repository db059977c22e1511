import { describe, expect, it } from "vitest";
import { type Csr, withoutUsers } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { InputError } from "../../lib/errors";
import { sha256 } from "../../lib/json";
import { certify, signed } from "../../lib/unlearning/certificate";
import { erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import { methodOf } from "../../lib/unlearning/methods";
import { parseCertificate } from "../../lib/unlearning/parseCertificate";
import { parsePlan, planHash, planText } from "../../lib/unlearning/plan";
import { tagger, userTag } from "../../lib/unlearning/tags";
import { type Verdict, type Verification, verify } from "../../lib/unlearning/verify";
import { fileOf, world } from "../training/world";
import {
  context,
  KEY,
  learnAndUnlearn,
  tinyCSisa,
  tinyLaser,
  tinyRecEraser,
  tinyRetrain,
  tinyUltraRe,
} from "./support";

const data = world();
const gone = [3, 8, 20];
const work = { createEngine, clock: () => 0 };
const remaining = withoutUsers(data, gone);

type SomeMethod = Parameters<typeof learnAndUnlearn>[0];
const forgotten = (method: SomeMethod = tinyLaser(), options = {}) =>
  learnAndUnlearn(method, data, () => usersErasure(gone), options);

const named = ({ checks }: Verification, word: Verdict) =>
  checks.filter(({ verdict }) => verdict === word).map(({ what }) => what);

const withoutLast = (csr: Csr): Csr => ({ ...csr, offsets: csr.offsets.slice(0, -1) });

describe("a certificate", () => {
  it("of another format is told from what is none, by its format and the code that made it", () => {
    const text = JSON.stringify({ format: "erasable certificate, format 1", code: "89275e422169bfbd" });
    expect(() => parseCertificate(text)).toThrow(
      'this is of "erasable certificate, format 1", made by another version of erasable (code version 89275e422169bfbd)',
    );
    for (const other of ["{}", "null", '{"format":"erasable plan, format 1"}'])
      expect(() => parseCertificate(other)).toThrow('this is not a file of "erasable certificate, format 3"');
  });

  it("names the system that came out, and is verified by learning again", async () => {
    for (const method of [tinyLaser(), tinyCSisa(), tinyRetrain(), tinyRecEraser(), tinyUltraRe()]) {
      const { certificate, system } = await forgotten(method);
      expect(certificate.after.model).toBe(system.fingerprint);
      expect(certificate.after.plan).toBe(planHash(system.plan!));
      expect(certificate.after.users).toBe(data.userIds.length - 3);
      const plan = parsePlan(planText(system.plan!));
      expect(await verify(certificate, remaining, { plan }, work)).toMatchObject({ ok: true });
    }
  });

  it("is verified on all data, by whoever has the key", async () => {
    const { certificate, system } = await forgotten();
    const options = { plan: system.plan!, key: KEY };
    expect((await verify(certificate, data, options, work)).ok).toBe(true);
    const other = await verify(certificate, data, { ...options, key: KEY.replace("0", "1") }, work);
    expect(named(other, "wrong")).toEqual(["signer", "users", "remaining data", "renewed artefacts"]);
  });

  it("covers single ratings, and is verified with the key", async () => {
    const item = data.byUser.columns[data.byUser.offsets[4]];
    const { certificate, system } = await learnAndUnlearn(tinyLaser(), data, () =>
      erasureOf([7], [[4, item]]),
    );
    expect(certificate.erased.userTags).toHaveLength(1);
    expect(certificate.erased.ratingTags).toHaveLength(1);
    expect((await verify(certificate, data, { plan: system.plan!, key: KEY }, work)).ok).toBe(true);
  });

  it("is verified on a file that lacks an item which erased users alone had rated", async () => {
    const lonely = data.itemIds.length - 1;
    const raters = data.byItem.columns.slice(data.byItem.offsets[lonely], data.byItem.offsets[lonely + 1]);
    const { certificate, system } = await learnAndUnlearn(tinyLaser(), data, () => usersErasure(raters));
    const rest = fileOf(data, (user) => !raters.includes(user));
    const file = { ...rest, itemIds: rest.itemIds.slice(0, lonely), byItem: withoutLast(rest.byItem) };
    const plan = system.plan!;
    expect((await verify(certificate, file, { plan }, work)).ok).toBe(false);
    expect((await verify(certificate, file, { plan, itemIds: system.itemIds }, work)).ok).toBe(true);
    const other = verify(certificate, file, { plan, itemIds: data.itemIds.slice(1) }, work);
    await expect(other).rejects.toThrow(/catalogue/);
  });

  it("needs no plan after regrouping", async () => {
    const { certificate } = await forgotten(tinyLaser({ grouping: "bkm" }), { regroup: true });
    expect(certificate.guarantee).toBe("exact");
    expect((await verify(certificate, remaining, {}, work)).ok).toBe(true);
  });

  it("is not verified without the plan it depends on, by another plan, or by other data", async () => {
    const { certificate, system, before } = await forgotten();
    expect((await verify(certificate, remaining, {}, work)).ok).toBe(false);
    const old = await verify(certificate, remaining, { plan: before.plan }, work);
    expect([old.ok, named(old, "wrong")]).toEqual([false, ["plan"]]);
    const plan = system.plan!;
    const less = await verify(certificate, withoutUsers(remaining, [0]), { plan }, work);
    expect(less.ok).toBe(false);
    expect(named(less, "wrong")).toEqual(["users", "remaining data"]);
    expect(named(less, "not checked")).toEqual(
      expect.arrayContaining(["guarantee", "model", "artefacts", "erased users", "model before"]),
    );
  });

  it("is not verified by a model that kept the users", async () => {
    const { certificate, system } = await forgotten();
    const lie = { ...certificate, after: { ...certificate.after, model: "0".repeat(64) } };
    await expect(verify(lie, remaining, { plan: system.plan! }, work)).rejects.toThrow(/changed/);
    const { digest: _, signature: __, signer: ___, ...statement } = lie;
    const outcome = await verify(signed(statement, KEY), remaining, { plan: system.plan! }, work);
    expect(named(outcome, "wrong")).toEqual(["model"]);
  });

  it("holds no id, no rating and no plain hash of what was erased", async () => {
    const { certificate, before } = await forgotten();
    const text = JSON.stringify(certificate);
    for (const user of gone) {
      expect(text).not.toContain(data.userIds[user]);
      expect(text).not.toContain(sha256(data.userIds[user]));
      expect(certificate.erased.userTags).toContain(userTag(tagger(KEY), data.userIds[user]));
    }
    expect(text).not.toContain(before.fingerprint);
    const untouched = new Set(certificate.after.artefacts);
    for (const { key } of before.checkpoints)
      if (!untouched.has(`record/${key}`)) expect(text).not.toContain(key);
  });

  it("read from a file is the same, unless it was changed", async () => {
    const { certificate } = await forgotten();
    const text = JSON.stringify(certificate, null, 2);
    expect(parseCertificate(text)).toEqual(certificate);
    expect(() => parseCertificate(text.replace('"users": 3', '"users": 2'))).toThrow(/changed/);
    expect(() => parseCertificate("{}")).toThrow(InputError);
    expect(() => parseCertificate("not json")).toThrow(InputError);
  });

  it("carries settings from which the method is made again", async () => {
    for (const method of [tinyLaser({ grouping: "bkm" }), tinyCSisa({ scoring: "own" }), tinyRetrain()]) {
      const settings = JSON.parse(JSON.stringify(method.settings));
      expect(methodOf(method.name, settings).settings).toEqual(method.settings);
    }
  });

  it("refuses a short key", async () => {
    const system = await tinyLaser().learn(data, context());
    const erasure = usersErasure([1]);
    for (const key of ["00", "xyz", new Uint8Array(8)])
      expect(() => certify({ before: system, after: system, erasure, key })).toThrow(/operator key/);
    system.dispose();
  });
});
