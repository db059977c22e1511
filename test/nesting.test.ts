import { describe, expect, it } from "vitest";
import { InputError } from "../lib/errors";
import { parseShallow } from "../lib/nesting";
import { parseCertificate } from "../lib/unlearning/parseCertificate";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("JSON from outside", () => {
  it("may be a hundred levels deep, whatever stands in its texts", () => {
    expect(() => parseShallow(`{"a":${nested(99)},"b":${nested(99)}}`, "it")).not.toThrow();
    expect(() => parseShallow(JSON.stringify(`"\\${"[{".repeat(200)}`), "it")).not.toThrow();
    expect(() => parseShallow(`{"a":${nested(100)}}`, "it")).toThrow("it: it is nested more than 100 levels");
    expect(() => parseShallow(nested(1e6), "it")).toThrow("it: it is nested more than 100 levels");
    expect(() => parseShallow("[".repeat(1e6), "it")).toThrow(InputError);
  });

  it("in a certificate: refused by name, and not by the end of the stack", () => {
    const deep = `{"format":"erasable certificate, format 3","settings":${nested(1e5)}}`;
    expect(() => parseCertificate(deep)).toThrow(InputError);
    expect(() => parseCertificate(deep)).toThrow(/nested/);
  });
});
