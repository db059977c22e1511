// Scores of all items for all users, as a full ranking needs them, and of the held-out pairs, as a test loss
// does.
import { ml1m, processor, summary, weightsOf } from "./measure.mjs";

export const name = "scoring";

/** Rows of { model, what, seconds (median, least, most) }. */
export async function* run({ erasable, rounds = 5 }) {
  const data = await ml1m(erasable);
  const everyone = Uint32Array.from({ length: data.users }, (_, user) => user);
  for (const model of erasable.MODEL_NAMES) {
    const spec = erasable.modelSpec(model, data.users, data.items);
    const engine = await erasable.createEngine("simd", spec);
    engine.load(weightsOf(erasable, spec));
    const tasks = {
      [`scoreItems, ${data.users} x ${data.items}`]: () => engine.scoreItems(everyone),
      [`predict, ${data.set.users.length} pairs`]: () => engine.predict(data.set.users, data.set.items),
    };
    for (const [what, task] of Object.entries(tasks)) {
      const seconds = [];
      for (let round = 0; round <= rounds; round++) {
        const begun = processor();
        task();
        if (round > 0) seconds.push(processor() - begun);
      }
      yield { model, what, seconds: summary(seconds) };
    }
    engine.dispose();
  }
  return { data: data.name, rounds };
}

export function text({ model, what, seconds }) {
  const range = `${seconds.least.toFixed(3)}..${seconds.most.toFixed(3)}`;
  return `${model} ${what}: ${seconds.median.toFixed(3)} s (${range})`;
}
