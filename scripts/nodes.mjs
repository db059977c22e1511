// The golden hashes of the simd engine on several versions of Node, with packed kernels and without: takes
// the Nodes from the npm package `node` into .cache/nodes and runs the tests that hold their hashes. node
// scripts/nodes.mjs [20 22 24 26]   (after npm run build)
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, run, Stop, script } from "./tools.mjs";

/** The program of a major version, fetched if it is not there. */
async function program(version) {
  const folder = join(root, ".cache/nodes", version);
  const path = join(folder, "node_modules/node/bin/node");
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const { status } = await run("npm", ["install", "--no-audit", "--no-fund", `node@${version}`], {
    cwd: folder,
    label: `Fetching Node ${version}`,
  });
  if (status !== 0 || !existsSync(path)) throw new Stop(`Node ${version} could not be had from the registry`);
  return path;
}

await script(async (args) => {
  const versions = args.length ? args : ["20", "22", "24", "26"];
  const programs = [];
  for (const version of versions) programs.push(await program(version));
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status } = await run(
    process.execPath,
    [vitest, "run", "test/engine/simd.test.ts", "-t", "golden"],
    {
      env: { ...process.env, ERASABLE_NODES: programs.join(delimiter) },
      show: true,
    },
  );
  return status;
});
