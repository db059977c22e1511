// `npm run faults [-- --long] [--seed N]`: the fault tests (test/faults): processes killed, disks that end or
// fail at each step, streams of requests held against learning afresh. Short as in `npm test`; --long takes
// about half an hour. The last line says how many of each there were.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, options, root, run, Stop, say, script } from "./tools.mjs";

const usage = "usage: npm run faults [-- [--long] [--seed N]]";

await script(async (args) => {
  const chosen = options(args, { values: ["seed"], flags: ["long"], usage });
  const seed = Number(chosen.seed ?? 1);
  if (!Number.isInteger(seed) || seed < 0)
    throw new Stop(`--seed ${chosen.seed}: not a whole number from 0 on`);
  await build();
  const scratch = mkdtempSync(join(tmpdir(), "erasable-faults-"));
  const counts = join(scratch, "counts.jsonl");
  writeFileSync(counts, "");
  const env = {
    ...process.env,
    ERASABLE_FAULTS: chosen.long ? "long" : "short",
    ERASABLE_FAULT_COUNTS: counts,
    ERASABLE_SEED: String(seed),
  };
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status } = await run(process.execPath, [vitest, "run", "test/faults"], { env, show: true });
  const sums = new Map();
  for (const line of readFileSync(counts, "utf8").split("\n").filter(Boolean)) {
    const { what, n } = JSON.parse(line);
    sums.set(what, (sums.get(what) ?? 0) + n);
  }
  rmSync(scratch, { recursive: true, force: true });
  const texts = [...sums].sort().map(([what, n]) => `${n.toLocaleString("en-US")} ${what}`);
  say(`seed ${seed}: ${texts.join(", ")}: ${status === 0 ? "no fault" : "FAULTS, see above"}`);
  return status;
});
