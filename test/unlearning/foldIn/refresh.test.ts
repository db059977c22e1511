/** Refresh: rows of its own behind LASER, counted, stopped and gone on with. */

import { describe, expect, it } from "vitest";
import { StoppedError } from "../../../lib/errors";
import { usersErasure } from "../../../lib/unlearning/erasure";
import { refresh } from "../../../lib/unlearning/foldIn/refresh";
import { laser } from "../../../lib/unlearning/laser";
import { world } from "../../training/world";
import { context, expectSameModel, KEY, RAND, TINY, unlearn } from "../support";

const data = world();
const fold = { foldSteps: 3, foldRate: 0.05, foldRidge: 1 };

describe("refresh", () => {
  it("has LASER's items and layers and rows of its own; the cost is counted", async () => {
    const plain = await laser({ ...RAND, ...TINY }).learn(data, context());
    const own = context();
    const fresh = await refresh({ ...RAND, ...TINY, ...fold }).learn(data, own);
    const last = fresh.checkpoints[fresh.checkpoints.length - 1];
    const before = plain.checkpoints[plain.checkpoints.length - 1];
    expect(last.rest).toBe(before.rest);
    last.rows.forEach((rows, g) => {
      expect(rows).not.toBe(before.rows[g]);
    });
    expect(fresh.cost.samples).toBe(plain.cost.samples + 3 * data.byUser.columns.length);
    const again = await refresh({ ...RAND, ...TINY, ...fold }).learn(data, own);
    expect(again.cost.samples).toBe(0);
    expect(again.fingerprint).toBe(fresh.fingerprint);
    const { system } = await unlearn(again, usersErasure([2]), own, { key: KEY });
    expect(system.trained.length).toBeGreaterThan(0);
    for (const one of [plain, fresh, system]) one.dispose();
  });

  it("stops on a signal, and the same call goes on", async () => {
    const own = context();
    const stop = new AbortController();
    const method = refresh({ ...RAND, ...TINY, ...fold });
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === "fold") stop.abort();
    };
    await expect(method.learn(data, { ...own, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const resumed = await method.learn(data, own);
    expect(resumed.cost.seconds.train ?? 0).toBe(0);
    expectSameModel(resumed, await method.learn(data, context()));
    resumed.dispose();
  });
});
