// Two trainings at once, each a process on a core of its own, against one: what a worker pool over cells can
// gain.
import { spawn } from "node:child_process";
import { ADAM, childOf, median, ml1m, pinnedTo, summary, weightsOf } from "./measure.mjs";

export const name = "workers";

const SECONDS = 2;

/** Trains for SECONDS when it is told to, and answers by message with its samples a wall second. */
export async function child(model, erasable) {
  const data = await ml1m(erasable);
  const spec = erasable.modelSpec(model, data.users, data.items);
  const engine = await erasable.createEngine("simd", spec);
  engine.load(weightsOf(erasable, spec));
  const options = { batchSize: 30_000, adam: ADAM, stream: ["bench"], epochs: 1 };
  await engine.train(data.set, options);
  process.send("ready");
  process.on("message", async () => {
    const begun = performance.now();
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), 1000 * SECONDS);
    const { samples } = await engine.train(data.set, { ...options, epochs: 1e6, signal: control.signal });
    clearTimeout(timer);
    process.send(samples / ((performance.now() - begun) / 1000));
  });
}

/** A child on core `core`, ready to train; `ask` runs one round. */
function start(model, core) {
  const [command, ...args] = pinnedTo(core, childOf(name, model));
  const running = spawn(command, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  const answer = () => new Promise((resolve) => running.once("message", resolve));
  const ready = answer();
  return {
    ready,
    ask: () => {
      running.send("go");
      return answer();
    },
    end: () => running.kill(),
  };
}

/** Rows of { model, one, two (samples a second, median, least, most), gain }. */
export async function* run({ rounds = 5, cores }) {
  for (const model of ["dmf", "nmf"]) {
    const children = [start(model, cores?.[0]), start(model, cores?.[1])];
    await Promise.all(children.map(({ ready }) => ready));
    const seen = { one: [], two: [] };
    for (let round = 0; round < rounds; round++) {
      seen.one.push(await children[round % 2].ask());
      const both = await Promise.all(children.map(({ ask }) => ask()));
      seen.two.push(both[0] + both[1]);
    }
    for (const { end } of children) end();
    const gain = median(seen.two.map((rate, round) => rate / seen.one[round]));
    yield { model, one: summary(seen.one), two: summary(seen.two), gain };
  }
  return { rounds };
}

export function text({ model, one, two, gain }) {
  const millions = (x) => (x / 1e6).toFixed(2);
  const rates = `one ${millions(one.median)}, two ${millions(two.median)} M samples/s`;
  return `${model}: ${rates}: ${gain.toFixed(2)}x`;
}
