import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../lib/json";

describe("canonicalJson", () => {
  it("does not depend on the order in which keys were set", () => {
    expect(canonicalJson({ b: 1, a: { d: [1, { z: 2, y: 3 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[1,{"y":3,"z":2}]},"b":1}',
    );
  });

  it("reads back as the same value", () => {
    const value = {
      text: 'a "quoted"\nline é 𝄞',
      numbers: [0, -1.5, 1e21, 1e-7],
      flags: [true, false],
      none: null,
    };
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });

  it("leaves out undefined members, as JSON does", () =>
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}'));

  it("sorts by code unit, not by locale", () =>
    expect(canonicalJson({ é: 1, z: 2, Z: 3 })).toBe('{"Z":3,"z":2,"é":1}'));

  it("keeps the order of arrays", () => expect(canonicalJson([3, 1, 2])).toBe("[3,1,2]"));

  it("refuses what JSON cannot hold", () => {
    for (const value of [
      NaN,
      Infinity,
      { a: -Infinity },
      () => 1,
      new Float32Array(2),
      [undefined],
      1n,
      Symbol(),
    ])
      expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe("sha256", () => {
  it("has the published value of the empty text and of abc", () => {
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("hashes the bytes under a view, and no others", () => {
    const whole = Uint8Array.of(9, 97, 98, 99, 9, 9, 9, 9);
    expect(sha256(whole.subarray(1, 4))).toBe(sha256("abc"));
    const floats = Float32Array.of(1, 2, 3);
    const bytes = Buffer.from(floats.buffer, 4, 8);
    expect(sha256(floats.subarray(1))).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("encodes text as UTF-8", () => expect(sha256("é")).toBe(sha256(Uint8Array.of(0xc3, 0xa9))));
});
