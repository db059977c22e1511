import { describe, expect, it } from "vitest";
import {
  InputError,
  requireInteger,
  requireKnownKeys,
  requireNumber,
  requireOneOf,
  StoppedError,
} from "../lib/errors";

describe("errors", () => {
  it("can be told apart by class and by name", () => {
    expect(new InputError("x")).toBeInstanceOf(Error);
    expect(new InputError("x").name).toBe("InputError");
    expect(new StoppedError("x").name).toBe("StoppedError");
    expect(new StoppedError("x")).not.toBeInstanceOf(InputError);
  });

  it("requireOneOf passes a member on and names the value and the choices otherwise", () => {
    expect(requireOneOf("b", ["a", "b"], "letter")).toBe("b");
    expect(() => requireOneOf("c", ["a", "b"], "letter")).toThrow('letter: "c" is not one of a, b');
    expect(() => requireOneOf(undefined, ["a"], "letter")).toThrow(InputError);
  });

  it("requireKnownKeys names the stranger", () => {
    expect(() => requireKnownKeys({ a: 1 }, ["a", "b"], "settings")).not.toThrow();
    expect(() => requireKnownKeys({ a: 1, epoch: 2 }, ["a", "epochs"], "settings")).toThrow(
      'settings: unknown key "epoch"; known keys are a, epochs',
    );
  });

  it("requireInteger takes whole numbers between the ends, ends included", () => {
    expect(requireInteger(3, 3, 5, "n")).toBe(3);
    expect(requireInteger(5, 3, 5, "n")).toBe(5);
    for (const value of [2, 6, 3.5, NaN, "4", null, Infinity])
      expect(() => requireInteger(value, 3, 5, "n")).toThrow(`n: ${value} is not an integer from 3 to 5`);
  });

  it("requireNumber takes finite numbers between the ends, ends included", () => {
    expect(requireNumber(0.25, 0, 1, "share")).toBe(0.25);
    expect(requireNumber(1, 0, 1, "share")).toBe(1);
    for (const value of [-0.1, 1.1, NaN, "0.5", undefined])
      expect(() => requireNumber(value, 0, 1, "share")).toThrow(
        `share: ${value} is not a number from 0 to 1`,
      );
  });
});
