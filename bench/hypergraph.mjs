// The collaborative embedding, stage by stage, Word2Vec beside gensim on the same walks where ERASABLE_PYTHON
// names a Python that has it, and the unfiltered Amazon shape.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askPeer, inChild, median, ONE_THREAD, peakMegabytes, ratings, summary } from "./measure.mjs";

export const name = "hypergraph";

const MODES = ["cbow", "skipgram"];

/** ms of each stage of Algorithm 1, and what came of them. */
async function stages(erasable, data, modes) {
  const ms = {};
  const timed = async (stage, work) => {
    const begun = performance.now();
    const result = await work();
    ms[stage] = performance.now() - begun;
    return result;
  };
  const graph = await timed("reach", () => erasable.buildHypergraph(data));
  const walks = await timed("walk", () => erasable.randomWalks(graph, { seed: 1 }));
  for (const mode of modes)
    await timed(mode, () => erasable.word2vec(walks, data.userIds, { word2vec: mode, seed: 1 }));
  return { ms, walks };
}

/** ms that gensim trains on the walks, where it is there. */
function gensim(python, walks, mode) {
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  try {
    const file = join(folder, "walks.bin");
    writeFileSync(file, walks.users);
    const input = JSON.stringify({ file, length: walks.offsets[1], mode });
    const script = join(import.meta.dirname, "hypergraph_gensim.py");
    const seconds = askPeer([python, script], { input, env: ONE_THREAD })?.seconds;
    return seconds && 1000 * seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The unfiltered Amazon shape. */
export async function child(_, erasable) {
  const { data } = erasable.synthesize(erasable.SYNTHETIC_PRESETS["synthetic-am"]);
  const { ms } = await stages(erasable, data, ["cbow"]);
  const megabytes = peakMegabytes();
  return Object.entries(ms).map(([stage, time]) => ({ what: `synthetic-am: ${stage}`, ms: time, megabytes }));
}

/** Rows of { what, ms, least, most, ratio?, megabytes? }; ours and gensim's in alternation. */
export async function* run({ erasable, rounds = 3, python }) {
  const { name: where, whole } = await ratings(erasable);
  const ours = { reach: [], walk: [], cbow: [], skipgram: [], total: [] };
  const theirs = { cbow: [], skipgram: [] };
  await stages(erasable, whole, MODES); // a round that does not count
  for (let round = 0; round < rounds; round++) {
    const { ms, walks } = await stages(erasable, whole, MODES);
    for (const stage of Object.keys(ms)) ours[stage].push(ms[stage]);
    ours.total.push(ms.reach + ms.walk + ms.cbow);
    for (const mode of python ? MODES : []) {
      const time = gensim(python, walks, mode);
      if (time !== undefined) theirs[mode].push(time);
    }
  }
  const spread = (times) => {
    const { median: ms, least, most } = summary(times);
    return { ms, least, most };
  };
  for (const stage of ["reach", "walk", ...MODES])
    yield { what: `${where}: ${stage}`, ...spread(ours[stage]) };
  yield { what: `${where}: reach, walk and cbow together`, ...spread(ours.total) };
  for (const mode of MODES) {
    if (theirs[mode].length === 0) continue;
    const ratios = theirs[mode].map((time, round) => time / ours[mode][round]);
    yield { what: `${where}: ${mode}, gensim (one thread)`, ...spread(theirs[mode]), ratio: median(ratios) };
  }
  yield* inChild(name, null);
  return { data: where, gensim: theirs.cbow.length > 0 };
}

export const text = ({ what, ms, ratio, megabytes }) =>
  `${what}: ${ms.toFixed(0)} ms${ratio ? `, ${ratio.toFixed(2)} times ours` : ""}` +
  `${megabytes ? `, peak ${Math.round(megabytes)} MB` : ""}`;
