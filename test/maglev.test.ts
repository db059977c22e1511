/** Whatever entry of the library is loaded, V8's middle compiler makes no code. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const major = Number(process.versions.node.split(".")[0]);
const dist = (entry: string) => join(__dirname, "../lib/dist", entry);
const HOT = "function hot(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i % 7; return sum; }\n";
const CALLS = "for (let k = 0; k < 3000; k++) hot(2000);";

/** Whether code of Maglev's was made for a hot function, in a process that loads `entry`. */
function compiles(entry: string, ...options: string[]): boolean {
  const program = `require(${JSON.stringify(dist(entry))});\n${HOT}${CALLS}`;
  const trace = execFileSync(process.execPath, [...options, "--trace-opt", "-e", program], {
    encoding: "utf8",
  });
  expect(trace).toContain("TURBOFAN");
  return /completed (compiling|optimizing) .*<JSFunction hot.*MAGLEV/.test(trace);
}

describe("Maglev", () => {
  it.each(["index.js", "cli.js", "questions/index.js", "report/index.js"])(
    "compiles nothing beside %s",
    (entry) => {
      expect(compiles(entry)).toBe(false);
    },
  );

  it.runIf(major >= 24)("compiles where it is asked for", () => {
    expect(compiles("index.js", "--maglev")).toBe(true);
  });
});
