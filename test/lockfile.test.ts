/** `npm ci` refuses a lock that leaves out optional packages of other systems; scripts/complete_lock.mjs mends it. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(__dirname, "..");

it("the lock file lists every optional package, of every system, without a registry's address", () => {
  const code = `import("./scripts/complete_lock.mjs").then(({ missingOptional }) =>
    console.log(JSON.stringify(missingOptional(JSON.parse(require("node:fs").readFileSync("package-lock.json", "utf8"))))))`;
  const missing = execFileSync(process.execPath, ["-e", code], { cwd: root, encoding: "utf8" });
  expect(JSON.parse(missing)).toEqual([]);
  expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toMatch(/"resolved": "https?:/);
});
