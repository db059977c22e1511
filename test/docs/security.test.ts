/** SECURITY.md names the tests that hold its promises. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "../..");
const named = readFileSync(join(root, "SECURITY.md"), "utf8").match(/`test\/[\w/.]+`/g) ?? [];

describe("SECURITY.md", () => {
  it.each(named.map((path) => [path.replaceAll("`", "")]))("names %s, which is there", (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });

  it("names a test for most of its promises", () => expect(named.length).toBeGreaterThan(10));
});
