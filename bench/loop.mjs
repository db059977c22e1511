// Training beside the loop that a researcher would write (loop_torch.py: a DataLoader, one Python object a
// sample), both as they come: ours in one thread, PyTorch with its default number; wall time, in turn, on
// MovieLens 1M. A section of `npm run bench`; alone: node bench/loop.mjs   (after npm run build)
// ERASABLE_TORCH_PYTHON names a Python with torch; without it the rows say that it is not installed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ADAM, median, ml1m, summary, weightsOf } from "./measure.mjs";

export const name = "loop";

const script = join(fileURLToPath(import.meta.url), "../loop_torch.py");
const CASES = ["dmf", "nmf"].flatMap((model) => [1024, 30_000].map((batchSize) => ({ model, batchSize })));
const SAMPLES = 60_000; // of theirs, in a round

/** Samples a second of one epoch of ours. */
async function ours(engine, set, batchSize) {
  const began = performance.now();
  await engine.train(set, { batchSize, adam: ADAM, stream: ["bench"], epochs: 1 });
  return (1000 * set.users.length) / (performance.now() - began);
}

function theirs(torch, cores, args) {
  const [command, ...own] = cores ? ["taskset", "-c", cores.join(","), torch] : [torch];
  const { status, stdout, stderr } = spawnSync(command, [...own, script, ...args.map(String)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`bench loop: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Rows of { model, batchSize, simd, torch: { rate, ratio, version, threads } | null }: samples a second of
 * wall time.
 */
export async function run({
  erasable,
  rounds = 3,
  cores,
  torch = process.env.ERASABLE_TORCH_PYTHON,
  onRow,
} = {}) {
  const data = await ml1m(erasable);
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  const file = join(folder, "samples.bin");
  const { users, items, labels } = data.set;
  const columns = [users, items, labels].map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength));
  writeFileSync(file, Buffer.concat(columns));
  const rows = [];
  try {
    for (const { model, batchSize } of CASES) {
      const spec = erasable.modelSpec(model, data.users, data.items);
      const engine = await erasable.createEngine("simd", spec);
      engine.load(weightsOf(erasable, spec));
      await ours(engine, data.set, batchSize); // warms up
      const [own, peer, ratios] = [[], [], []];
      let facts;
      for (let round = 0; round < rounds; round++) {
        own.push(await ours(engine, data.set, batchSize));
        if (!torch) continue;
        const answer = theirs(torch, cores, [file, model, data.users, data.items, batchSize, SAMPLES]);
        facts = { version: answer.version, threads: answer.threads };
        peer.push(answer.rate);
        ratios.push(own[round] / answer.rate);
      }
      engine.dispose();
      const beside = facts ? { rate: summary(peer), ratio: median(ratios), ...facts } : null;
      const row = { model, batchSize, simd: summary(own), torch: beside };
      rows.push(row);
      onRow?.(row);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { name, data: data.name, rounds, rows };
}

export const text = ({ model, batchSize, simd, torch }) =>
  `${model} ${batchSize}: ${(simd.median / 1e6).toFixed(2)} M samples/s; ` +
  (torch
    ? `DataLoader ${(torch.rate.median / 1e3).toFixed(1)} k (PyTorch ${torch.version}, ${torch.threads} threads): ` +
      `${torch.ratio.toFixed(0)}x`
    : "PyTorch is not installed (ERASABLE_TORCH_PYTHON)");

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await run({ erasable: createRequire(import.meta.url)("erasable"), onRow: (row) => console.log(text(row)) });
