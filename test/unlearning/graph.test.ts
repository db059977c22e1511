/** What models that score over the graph of ratings do when a user is forgotten. */

import { describe, expect, it } from "vitest";
import { usersErasure } from "../../lib/unlearning/erasure";
import type { GroupedMethod, GroupedSystem } from "../../lib/unlearning/grouped";
import { world } from "../training/world";
import { context, tinyCSisa, tinyLaser } from "./support";

const LIGHTGCN = { model: "lightgcn", label: "implicit" } as const;
const data = world();

/**
 * The system before and after two users of the last group are forgotten, and the scores of all users of the
 * first.
 */
async function forgotten(method: GroupedMethod) {
  const own = context();
  const learned = await method.learn(data, own);
  const { groups } = learned.partition;
  const gone = groups[groups.length - 1].members.slice(0, 2);
  const after = (await learned.without(usersErasure(gone), own)) as GroupedSystem;
  const first = groups[0].members;
  const scores = [learned, after].map((system) => system.scoreItems(first));
  return { learned, after, scores, last: groups.length - 1 };
}

describe("LightGCN", () => {
  it("laser: trains the group of the forgotten alone; scores of all others lose their edges", async () => {
    const { learned, after, scores, last } = await forgotten(tinyLaser(LIGHTGCN));
    expect(after.trained).toEqual([last]);
    expect(after.checkpoints.slice(0, last)).toEqual(learned.checkpoints.slice(0, last));
    expect(scores[1]).not.toEqual(scores[0]);
  });

  it("c-sisa, own: a shard's users are scored over the graph of their shard alone", async () => {
    const { after, scores, last } = await forgotten(tinyCSisa({ ...LIGHTGCN, scoring: "own" }));
    expect(after.trained).toEqual([last]);
    expect(scores[1]).toEqual(scores[0]);
  });

  it("c-sisa, merged: every shard's items are smoothed over the ratings of all", async () => {
    const { scores } = await forgotten(tinyCSisa(LIGHTGCN));
    expect(scores[1]).not.toEqual(scores[0]);
  });
});
