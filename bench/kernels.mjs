// The inner loops of the simd engine beside the measured f32x4 multiply-add peak of this machine: a compiler
// update that spoils one of them shows here.
import { createRequire } from "node:module";
import { median, processor, summary } from "./measure.mjs";

export const name = "kernels";

const require = createRequire(import.meta.url);

/** Floating-point operations of one turn (see lib/kernels/assembly/bench.ts), and turns in about 0.15 s. */
const LOOPS = [
  { what: "twelve sums in registers", call: "peak", operations: 92, turns: 5e7 },
  {
    what: "gemm, 256 x 64 x 32",
    call: "product",
    operations: 2 * 256 * 64 * 32,
    turns: 4000,
  },
  {
    what: "DMF tower there and back, 256 rows, zeros counted",
    call: "towers",
    operations: 6 * 256 * (16 * 64 + 64 * 32),
    turns: 1000,
  },
];

/**
 * Rows of { what, gflops (median, least, most), share }. The peak of a round is the faster of the register
 * loop and the dense product, whose loads run beside the arithmetic; `share` of it is the median over rounds.
 * The tower's operations are counted as if nothing were zero; its loops leave out what ReLU stopped, so its
 * share may pass 1.
 */
export async function* run({ rounds = 7 }) {
  const { instantiate } = require("../lib/dist/kernels/instantiate.js");
  const kernel = instantiate("bench");
  kernel.prepareTower();
  const seen = LOOPS.map(() => []);
  for (let round = 0; round <= rounds; round++)
    LOOPS.forEach(({ call, operations, turns }, k) => {
      const begun = processor();
      kernel[call](turns);
      const gflops = (operations * turns) / (processor() - begun) / 1e9;
      if (round > 0) seen[k].push(gflops);
    });
  for (const [k, { what }] of LOOPS.entries()) {
    const shares = seen[k].map((value, round) => value / Math.max(seen[0][round], seen[1][round]));
    yield { what, gflops: summary(seen[k]), share: median(shares) };
  }
  return { rounds };
}

export function text({ what, gflops, share }) {
  const range = `${gflops.least.toFixed(1)}..${gflops.most.toFixed(1)}`;
  const peak = `${Math.round(100 * share)} % of the peak`;
  return `${what}: ${gflops.median.toFixed(1)} GFLOP/s (${range}), ${peak}`;
}
