/** LightGCN's smoothing of tables at hand: the engine's scores are products of what comes out. */

import { expect, it } from "vitest";
import { createSimdEngine } from "../../lib/engine/simd";
import { smooth } from "../../lib/model/lightgcn/smooth";
import { modelSpec, tensorOf } from "../../lib/model/spec";
import { Random } from "../../lib/random";

it("gives rows whose products are the engine's scores, also for rows without an edge", () => {
  const spec = modelSpec("lightgcn", 4, 5, 16);
  const random = Random.stream(1, "smooth");
  const weights = Float32Array.from({ length: spec.size }, () => random.normal());
  const graph = { offsets: Uint32Array.of(0, 2, 5, 5, 6), items: Uint32Array.of(0, 3, 0, 1, 3, 1) };
  const engine = createSimdEngine(spec);
  engine.load(weights);
  engine.setGraph(graph);
  const scores = engine.scoreItems(Uint32Array.of(0, 1, 2, 3));
  const [users, items] = [tensorOf(spec, weights, "user_emb"), tensorOf(spec, weights, "item_emb")];
  smooth(graph, users, items);
  scores.forEach((score, k) => {
    const [u, i] = [16 * Math.floor(k / 5), 16 * (k % 5)];
    let sum = 0;
    for (let d = 0; d < 16; d++) sum += users[u + d] * items[i + d];
    expect(sum).toBeCloseTo(score, 5);
  });
});
