// Training beside the loop that a researcher would write (loop_torch.py: a DataLoader, one Python object a
// sample), both as they come: ours in one thread, PyTorch with its default number; wall time, in turn, on
// MovieLens 1M.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADAM, answerOf, bytesOf, median, ml1m, summary, weightsOf } from "./measure.mjs";

export const name = "loop";

const script = join(import.meta.dirname, "loop_torch.py");
const CASES = ["dmf", "nmf"].flatMap((model) => [1024, 30_000].map((batchSize) => ({ model, batchSize })));
const SAMPLES = 60_000; // of theirs, in a round

/** Samples a second of one epoch of ours. */
async function ours(engine, set, batchSize) {
  const began = performance.now();
  await engine.train(set, { batchSize, adam: ADAM, stream: ["bench"], epochs: 1 });
  return (1000 * set.users.length) / (performance.now() - began);
}

/** Rows of { model, batchSize, simd, torch: { rate, ratio, version, threads } | null }: samples a second. */
export async function* run({ erasable, rounds = 3, cores, torch }) {
  const data = await ml1m(erasable);
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  const file = join(folder, "samples.bin");
  const { users, items, labels } = data.set;
  writeFileSync(file, bytesOf(users, items, labels));
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
        const task = [file, model, data.users, data.items, batchSize, SAMPLES].map(String);
        const answer = answerOf([torch, script, ...task], { cores });
        facts = { version: answer.version, threads: answer.threads };
        peer.push(answer.rate);
        ratios.push(own[round] / answer.rate);
      }
      engine.dispose();
      const beside = facts ? { rate: summary(peer), ratio: median(ratios), ...facts } : null;
      yield { model, batchSize, simd: summary(own), torch: beside };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { data: data.name, rounds };
}

export const text = ({ model, batchSize, simd, torch }) =>
  `${model} ${batchSize}: ${(simd.median / 1e6).toFixed(2)} M samples/s; ` +
  (torch
    ? `DataLoader ${(torch.rate.median / 1e3).toFixed(1)} k ` +
      `(PyTorch ${torch.version}, ${torch.threads} threads): ${torch.ratio.toFixed(0)}x`
    : "PyTorch is not installed (ERASABLE_TORCH_PYTHON)");
