/** Values of the wrong kind, from callers without a type checker: an InputError that says what is allowed, and nothing done. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../lib/errors";
import { learn, open, verify } from "../../lib/unlearning/api";
import type { Certificate } from "../../lib/unlearning/certificate";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { world } from "../training/world";
import { certified, KEY } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-arguments-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const data = world();
// biome-ignore lint/suspicious/noExplicitAny: the compiler would refuse what is tested
const any = (value: unknown): any => value;

let system: ErasableSystem;
let certificate: Certificate;
beforeAll(async () => {
  system = await learn(data, { method: "ease" });
  ({ certificate } = await certified(system.forget(["u001"], { key: KEY })));
});

const ease = (more: object) => () => learn(data, { method: "ease", ...more });
const forget =
  (request: unknown, options: unknown = { key: KEY }) =>
  () =>
    system.forget(any(request), any(options));
const check = (options: unknown) => () => verify(certificate, data, any(options));

describe("values of the wrong kind", () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "learn()",
      () => learn(any(undefined)),
      /^learn: an object of ratings, as loadDataset gives it, is needed, not undefined/,
    ],
    ["learn(file)", () => learn(any("a.csv")), /^learn: an object of ratings.*not the text "a\.csv"/],
    ["learn({})", () => learn(any({ userIds: [], itemIds: [] })), /^learn: an object of ratings/],
    ["learn(d, null)", () => learn(data, any(null)), /^learn: an object of settings is needed, not null/],
    ["folder", ease({ folder: 5 }), /^learn: folder: the path of a folder is needed, not 5/],
    ["workers NaN", ease({ workers: Number.NaN }), /^workers: NaN is not an integer from 0 to 1024/],
    ["workers -1", ease({ workers: -1 }), /^workers: -1 is not/],
    ["workers two", ease({ workers: "two" }), /^workers: two is not/],
    ["signal", ease({ signal: "x" }), /^learn: signal: an AbortSignal is needed, not the text "x"/],
    ["onProgress", ease({ onProgress: 1 }), /^learn: onProgress: a function is needed, not 1/],
    ["open()", () => open(any(undefined)), /^open: the path of a folder is needed, not undefined/],
    ["open(5)", () => open(any(5)), /^open: the path of a folder is needed, not 5/],
    ["open(f, null)", () => open(home, any(null)), /^open: an object of settings/],
    ["open workers", () => open(home, any({ workers: "two" })), /^workers: two is not/],
    ["forget()", forget(undefined), /^forget: an object of settings is needed, not undefined/],
    ["forget(text)", forget("u002"), /^forget: .*not the text "u002"/],
    ["forget(Set)", forget(new Set(["u002"])), /^forget: .*not \[object Set\]/],
    ["forget([2])", forget([2]), /^forget: the text of an id is needed, not 2/],
    ["forget users", forget({ users: new Set(["u002"]) }), /^forget: users: an array of ids is needed/],
    ["forget pairs", forget({ ratings: [["u002"]] }), /^forget: ratings: each is \[user, item\], not 1 ids/],
    [
      "forget pair",
      forget({ ratings: ["u002"] }),
      /^forget: ratings: an array of ids is needed, not the text "u002"/,
    ],
    ["forget item", forget({ item: [] }), /^forget: unknown key "item"/],
    [
      "regroup",
      forget(["u002"], { regroup: "false" }),
      /^forget: regroup: true or false is needed, not the text "false"/,
    ],
    [
      "key",
      forget(["u002"], { key: 5 }),
      /^forget: key: an operator's key, bytes or hexadecimal text, is needed, not 5/,
    ],
    ["forget options", forget(["u002"], null), /^forget: an object of settings is needed, not null/],
    ["verify(c, file)", () => verify(certificate, any("a.csv")), /^verify: an object of ratings/],
    ["verify(null)", () => verify(any(null), data), /^certificate: /],
    ["verify keys", check({ kee: KEY }), /^verify: unknown key "kee"; known keys are plan, key/],
    ["verify key", check({ key: {} }), /^verify: key: an operator's key/],
    ["verify plan", check({ plan: "x" }), /^verify: plan: an object/],
    ["verify items", check({ itemIds: "x" }), /^verify: itemIds: an array of ids/],
    ["verify earlier", check({ key: KEY, earlier: [{}] }), /^verify: earlier: a certificate is needed/],
    ["verify signal", check({ signal: {} }), /^verify: signal: an AbortSignal/],
  ])("%s", async (_, call, message) => {
    const before = system.fingerprint;
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect(system.fingerprint).toBe(before);
    expect(readdirSync(home)).toEqual([]);
  });

  it("does not take what is right for wrong", async () => {
    const { signal } = new AbortController();
    const options = { plan: null, key: Buffer.from(KEY, "hex"), itemIds: data.itemIds, earlier: [], signal };
    const { checks } = await verify(certificate, data, { ...options, onProgress: () => {} });
    expect(checks.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    await system.forget({
      users: ["u002"],
      ratings: [["u003", data.itemIds[system.system.ratingsOf(3).items[0]]]],
    });
  });
});
