// `npm test`: build, strict types, lint and format, floors, unit tests, every notebook through the real
// kernel in the smoke profile. `npm test -- --browser` adds the JupyterLab test. Ends with a line "N passed,
// M failed".
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { elapsed, options, readJson, root, run, say, script } from "./tools.mjs";

const scratch = mkdtempSync(join(tmpdir(), "erasable-test-"));
const program = (name) => join(root, "node_modules", name);

/**
 * A step is [name, arguments for Node, count?]: `count` reads how many tests it made, else the step is one
 * test.
 */
const unitReport = join(scratch, "unit.json");
const steps = (chosen) => [
  ["build", [join(root, "scripts/build.mjs")]],
  ["types", [program("typescript/bin/tsc"), "--noEmit", "-p", "."]],
  ["lint and format", [program("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."]],
  ["pages against results", [join(root, "scripts/readme.mjs"), "--check"]],
  [
    "floors",
    [program("dependency-cruiser/bin/dependency-cruise.mjs"), "lib", "--config", ".dependency-cruiser.cjs"],
  ],
  [
    "unit tests",
    [
      program("vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${unitReport}`,
    ],
    () => {
      const report = readJson(unitReport);
      return report && { passed: report.numPassedTests, failed: report.numFailedTests };
    },
  ],
  ["notebooks", [join(root, "scripts/reproduce.mjs"), "--profile", "smoke", "--force", "--no-build"]],
  ...(chosen.browser
    ? [
        ["JupyterLab in a browser", [join(root, "test/browser/lab.mjs")]],
        ["hostile texts in a browser", [join(root, "test/browser/hostile.mjs")]],
        ["reports in a browser", [join(root, "test/browser/reports.mjs")]],
      ]
    : []),
];

await script(async (args) => {
  const chosen = options(args, { flags: ["browser"], usage: "usage: npm test [-- --browser]" });
  const total = { passed: 0, failed: 0 };
  const since = performance.now();
  await setup();
  for (const [name, command, count] of steps(chosen)) {
    const started = performance.now();
    say(`\n== ${name}`);
    const { status } = await run(process.execPath, command, { show: true });
    const counted = count?.() ?? { passed: status === 0 ? 1 : 0, failed: 0 };
    if (status !== 0 && counted.failed === 0) counted.failed = 1;
    total.passed += counted.passed;
    total.failed += counted.failed;
    say(`== ${name}: ${status === 0 ? "ok" : `FAILED (exit code ${status})`} in ${elapsed(started)}`);
    if (name === "build" && status !== 0) break;
  }
  rmSync(scratch, { recursive: true, force: true });
  say(`\nAll steps in ${elapsed(since)}\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});
