import { describe, expect, it } from "vitest";
import { InputError } from "../lib/errors";
import {
  choice,
  complete,
  describeSettings,
  flag,
  nullable,
  parseSettings,
  pick,
  real,
  type SettingsOf,
  whole,
  withDefaults,
} from "../lib/settings";

const SPEC = {
  epochs: whole(1, 100, 50, "passes over the data"),
  rate: real(Number.MIN_VALUE, 10, 0.5, "how fast"),
  order: choice(["up", "down"], "up", "which way"),
  literal: flag(false, "as printed"),
  limit: nullable(whole(0, 9, 3, "at most so many")),
};
const DEFAULTS = { epochs: 50, rate: 0.5, order: "up", literal: false, limit: null };
const refused = (candidate: unknown) => expect(() => complete(SPEC, candidate, "learn"));

describe("complete", () => {
  it("fills in defaults, keeps what is given, and freezes", () => {
    const settings: SettingsOf<typeof SPEC> = complete(
      SPEC,
      { rate: 2, order: undefined, limit: 9 },
      "learn",
    );
    expect(settings).toEqual({ ...DEFAULTS, rate: 2, limit: 9 });
    expect(Object.keys(settings)).toEqual(Object.keys(SPEC));
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it("names whose setting it is, its key, what was seen and what is allowed", () => {
    refused(JSON.parse('{ "epochs": 1e999 }')).toThrow("learn: epochs: Infinity is not");
    refused({ epochs: 1.5 }).toThrow("learn: epochs: 1.5 is not a whole number from 1 to 100");
    refused({ order: "sideways" }).toThrow('learn: order: the text "sideways" is not one of up, down');
    refused({ rate: 0 }).toThrow("learn: rate: 0 is not a number above 0 and at most 10");
    refused({ literal: 1 }).toThrow("learn: literal: 1 is not true or false");
    refused({ limit: -1 }).toThrow("learn: limit: -1 is not a whole number from 0 to 9, or none");
    refused({ epoch: 2 }).toThrow(
      'learn: unknown key "epoch"; known keys are epochs, rate, order, literal, limit',
    );
  });

  it.each([0, 101, 1.5, Number.NaN, Infinity, "5", null, true, [5], { valueOf: () => 5 }])(
    "refuses %s where a whole number from 1 to 100 is needed",
    (epochs) => refused({ epochs }).toThrow(InputError),
  );

  it.each([-1, 10.001, Number.NaN, -Infinity, "1", null])("refuses %s where a number is needed", (rate) =>
    refused({ rate }).toThrow(InputError),
  );

  it("takes both ends of a range", () => {
    for (const epochs of [1, 100]) expect(complete(SPEC, { epochs }, "learn").epochs).toBe(epochs);
    expect(complete(SPEC, { rate: 10 }, "learn").rate).toBe(10);
    expect(complete(SPEC, { rate: Number.MIN_VALUE }, "learn").rate).toBe(Number.MIN_VALUE);
  });

  it("refuses names that every object has, and sees no inherited key", () => {
    for (const key of ["__proto__", "constructor", "toString"])
      refused(JSON.parse(`{ "${key}": { "epochs": 2 } }`)).toThrow(`unknown key "${key}"`);
    expect(complete(SPEC, Object.create({ epochs: 2 }), "learn").epochs).toBe(50);
  });

  it("refuses what is no object", () => {
    for (const candidate of [null, undefined, 3, "epochs", [], new Set()])
      refused(candidate).toThrow("learn: an object of settings is needed, not");
  });
});

describe("parseSettings", () => {
  const parse = (...pairs: string[]) => parseSettings(SPEC, pairs, "--set");

  it("reads each kind from its text, and leaves the others out", () => {
    expect(parse("epochs=3", "rate=1.5e-1", "order=down", "literal=true", "limit=none")).toEqual({
      epochs: 3,
      rate: 0.15,
      order: "down",
      literal: true,
      limit: null,
    });
    expect(parse("limit=4")).toEqual({ limit: 4 });
    expect(parse()).toEqual({});
  });

  it.each([
    ["epochs", '"epochs" is not of the form key=value'],
    ["=3", '"=3" is not of the form key=value'],
    ["epochs=1e999", "epochs: Infinity is not a whole number"],
    ["epochs=2.5", "epochs: 2.5 is not a whole number"],
    ["epochs=", 'epochs: the text "" is not a whole number'],
    ["epochs=0x10", 'epochs: the text "0x10" is not a whole number'],
    ["rate=NaN", 'rate: the text "NaN" is not a number'],
    ["literal=yes", 'literal: the text "yes" is not true or false'],
    ["order=", 'order: the text "" is not one of up, down'],
    ["__proto__=3", 'unknown key "__proto__"'],
    ["constructor=3", 'unknown key "constructor"'],
  ])("refuses %s", (pair, message) => {
    expect(() => parse(pair)).toThrow(InputError);
    expect(() => parse(pair)).toThrow(`--set: ${message}`);
  });

  it("refuses a key that is given twice", () => {
    expect(() => parse("epochs=3", "epochs=3")).toThrow("--set: epochs is given twice");
  });
});

describe("a specification", () => {
  it("can be given other defaults, which are checked", () => {
    const other = withDefaults(SPEC, { order: "down", limit: 2 });
    expect(complete(other, {}, "x")).toEqual({ ...DEFAULTS, order: "down", limit: 2 });
    expect(complete(other, { limit: null }, "x").limit).toBeNull();
    expect(complete(SPEC, {}, "x")).toEqual(DEFAULTS);
    expect(() => withDefaults(SPEC, { epochs: 0 })).toThrow(
      "its default 0 is not a whole number from 1 to 100",
    );
  });

  it("does not let a default stand outside of its range", () => {
    expect(() => whole(1, 3, 4, "")).toThrow("its default 4 is not");
    expect(() => choice<string>(["a"], "b", "")).toThrow("is not one of a");
  });

  it("picks its own settings out of a larger object", () => {
    const part = { epochs: SPEC.epochs, limit: SPEC.limit };
    expect(pick(part, complete(SPEC, { epochs: 7 }, "x"))).toEqual({ epochs: 7, limit: null });
  });

  it("documents each setting by what it is, its range and its default", () => {
    expect(describeSettings(SPEC)).toEqual([
      { key: "epochs", text: "passes over the data: a whole number from 1 to 100 (default: 50)" },
      { key: "rate", text: "how fast: a number above 0 and at most 10 (default: 0.5)" },
      { key: "order", text: "which way: one of up, down (default: up)" },
      { key: "literal", text: "as printed: true or false (default: false)" },
      { key: "limit", text: "at most so many: a whole number from 0 to 9, or none (default: none)" },
    ]);
    expect(describeSettings({ seeds: whole(0, Number.MAX_SAFE_INTEGER, 1, "seeds") })[0].text).toBe(
      "seeds: a whole number from 0 (default: 1)",
    );
  });
});
