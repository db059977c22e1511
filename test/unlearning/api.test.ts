/** The door: what the README shows, on original ids. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError, StoppedError } from "../../lib/errors";
import { canonicalJson, sha256 } from "../../lib/json";
import { type LearnSettings, learn, open, verify } from "../../lib/unlearning/api";
import type { Certificate } from "../../lib/unlearning/certificate";
import { fileOf, world } from "../training/world";
import { EXACT_METHODS } from "./everyMethod";
import { certified } from "./support";

const ratings = world();
const small: LearnSettings = { epochs: 2, batchSize: 64 };
const home = mkdtempSync(join(tmpdir(), "erasable-api-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("learn, recommend, forget, verify", () => {
  it("is the fifteen lines of the README", async () => {
    const system = await learn(ratings, { ...small, method: "laser", groups: 4, grouping: "cbkm" });
    const best = system.recommend("u005", 5);
    expect(best).toHaveLength(5);
    const { certificate, key, deleted } = await certified(system.forget(["u007", "u012"]));
    expect(deleted.length).toBeGreaterThan(0);
    expect(() => system.recommend("u007")).toThrow(/erased/);
    expect(() => system.score("u012", "i001")).toThrow(InputError);
    expect(system.recommend("u005", 5)).toHaveLength(5);
    const rest = fileOf(ratings, (user) => user !== 7 && user !== 12);
    expect((await verify(certificate, rest, { plan: system.plan! })).ok).toBe(true);
    expect((await verify(certificate, ratings, { plan: system.plan!, key })).ok).toBe(true);
    await system.close();
  });

  it("recommends what the user has not rated, best first, and scores as it ranks", async () => {
    const system = await learn(ratings, {
      ...small,
      groups: 2,
      grouping: "rand",
      order: "random",
      epochs: 30,
    });
    const best = system.recommend("u000", 100);
    const own = system.system.ratingsOf(0).items;
    expect(best).toHaveLength(ratings.itemIds.length - own.length);
    for (const { item } of best) expect(own).not.toContain(ratings.itemIds.indexOf(item));
    const scores = best.map(({ score }) => score);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    expect(system.score("u000", best[0].item)).toBe(best[0].score);
    await system.close();
  });

  it("recommends nothing that erased users alone had rated", async () => {
    const own = ratings.byUser.columns.subarray(0, ratings.byUser.offsets[1]);
    const raters = (item: number) => ratings.byItem.offsets[item + 1] - ratings.byItem.offsets[item];
    const rare = [...own].sort((a, b) => raters(a) - raters(b))[0];
    const { columns, offsets } = ratings.byItem;
    const gone = Array.from(
      columns.subarray(offsets[rare], offsets[rare + 1]),
      (user) => ratings.userIds[user],
    );
    const system = await learn(ratings, { ...small, method: "retrain" });
    const reader = ratings.userIds.find((id) => !gone.includes(id)) as string;
    const names = () => system.recommend(reader, 1000).map(({ item }) => item);
    expect(names()).toContain(ratings.itemIds[rare]);
    await system.forget(gone);
    expect(names()).not.toContain(ratings.itemIds[rare]);
    await system.close();
  });

  it("verifies a user whose every rating was taken back on the ratings before, and says so", async () => {
    const system = await learn(ratings, { ...small, groups: 2, grouping: "rand", order: "random" });
    const items = Array.from(
      system.system.ratingsOf(4).items,
      (item) => ["u004", ratings.itemIds[item]] as const,
    );
    const { certificate, key } = await certified(system.forget({ ratings: items }));
    const plan = system.plan;
    expect((await verify(certificate, ratings, { plan, key })).ok).toBe(true);
    const rest = fileOf(ratings, (user) => user !== 4);
    await expect(verify(certificate, rest, { plan })).rejects.toThrow(
      /user u004 is in the system.*ratings before/s,
    );
    await system.close();
  });

  it("says what a certificate lacks", async () => {
    const system = await learn(ratings, { ...small, method: "retrain" });
    const { certificate } = await certified(system.forget(["u001"]));
    const { digest: _, after: __, ...body } = certificate;
    const cut = { ...body, digest: sha256(canonicalJson(body)) } as unknown as Certificate;
    await expect(verify(cut, ratings, {})).rejects.toThrow(/certificate: after: undefined is not an object/);
    expect(() => system.recommend(21 as unknown as string)).toThrow(/user: 21 is not text/);
    await system.close();
  });

  it.each(EXACT_METHODS)("works for %s, with single ratings too", async (method) => {
    const grouped = ["laser", "c-sisa", "refresh", "receraser", "ultrare"].includes(method)
      ? { groups: 2 }
      : {};
    const trained = ["ease", "gaussian", "item-knn"].includes(method) ? {} : small;
    const system = await learn(ratings, { method, ...trained, ...grouped });
    const item = ratings.itemIds[system.system.ratingsOf(4).items[0]];
    const { key, certificate } = await certified(
      system.forget({ users: ["u001"], ratings: [["u004", item]] }),
    );
    expect(system.recommend("u004", 100).map((one) => one.item)).toContain(item);
    expect((await verify(certificate, ratings, { plan: system.plan!, key })).ok).toBe(true);
    await expect(system.forget({ ratings: [["u004", item]] })).rejects.toThrow(/no rating/);
    await expect(system.forget(["u001"])).rejects.toThrow(/erased/);
    await system.close();
  });

  it("says what is wrong", async () => {
    await expect(learn(ratings, { ...small, epoch: 3 } as LearnSettings)).rejects.toThrow(/"epoch"/);
    await expect(learn(ratings, { ...small, method: "sisa" as "laser" })).rejects.toThrow(/retrain/);
    await expect(learn(ratings, { ...small, groups: 25 })).rejects.toThrow(/more than the 24 users/);
    await expect(learn(ratings, { ...small, method: "retrain", groups: 2 })).rejects.toThrow(/"groups"/);
    const system = await learn(ratings, { ...small, method: "retrain" });
    expect(() => system.recommend("nobody")).toThrow(/"nobody"/);
    expect(() => system.score("u000", "nothing")).toThrow(/"nothing"/);
    await expect(system.forget([])).rejects.toThrow(/names no user/);
    await system.close();
  });
});

describe("learning that was stopped", () => {
  // 80 epochs of a group, so that a stop is in the middle of one, whose state (weights, moments, epoch) is then kept
  const settings: LearnSettings = { batchSize: 64, groups: 4, grouping: "rand", order: "random", epochs: 80 };
  /** Stops in the second group; gives back where. */
  async function stopped(more: LearnSettings = {}): Promise<string> {
    const stop = new AbortController();
    let last = "";
    const onProgress = ({ text }: { text: string }) => {
      last = text;
      if (text.startsWith("group 2 of 4, epoch 31")) stop.abort();
    };
    const learning = learn(ratings, { ...settings, ...more, signal: stop.signal, onProgress });
    await expect(learning).rejects.toThrow(StoppedError);
    return last;
  }
  /** The first that training says. */
  async function wentOn(more: LearnSettings = {}) {
    const said: string[] = [];
    const onProgress = ({ stage, text }: { stage: string; text: string }) =>
      stage === "train" && said.push(text);
    return { system: await learn(ratings, { ...settings, ...more, onProgress }), first: said[0] };
  }

  it.each(["in memory", "in a folder"])("%s goes on in the same epoch, to the same bits", async (where) => {
    const more = where === "in memory" ? {} : { folder: join(home, "in-the-middle") };
    const whole = await learn({ ...ratings }, settings);
    const at = await stopped(more);
    expect(at).toMatch(/^group 2 of 4, epoch \d+ of 80$/);
    const { system, first } = await wentOn(more);
    expect(first).toBe(at);
    expect(system.fingerprint).toBe(whole.fingerprint);
    expect(system.system.cost.samples).toBeLessThan(0.75 * whole.system.cost.samples);
    await system.close();
    await whole.close();
  });

  it("by workers side by side goes on in every shard", async () => {
    const endless: LearnSettings = {
      method: "c-sisa",
      groups: 2,
      workers: 2,
      epochs: 1_000_000,
      batchSize: 64,
    };
    /** Learns until both shards have told of an epoch from `least` on; the first that each of them told. */
    const until = async (least: number) => {
      const stop = new AbortController();
      const first = new Map<string, number>();
      const far = new Set<string>();
      const onProgress = ({ stage, text }: { stage: string; text: string }) => {
        if (stage !== "train") return;
        const [, shard, epoch] = /^shard (\d) of 2, epoch (\d+) /.exec(text)!;
        if (!first.has(shard)) first.set(shard, Number(epoch));
        if (Number(epoch) >= least) far.add(shard);
        if (far.size === 2) stop.abort();
      };
      const learning = learn(ratings, { ...endless, signal: stop.signal, onProgress });
      await expect(learning).rejects.toThrow(StoppedError);
      return [first.get("1"), first.get("2")];
    };
    expect(await until(50)).toEqual([0, 0]);
    const [one, two] = await until(50);
    expect(one).toBeGreaterThanOrEqual(50);
    expect(two).toBeGreaterThanOrEqual(50);
  });

  it("in memory, is not kept behind a system that was learned, nor for other ratings", async () => {
    await stopped();
    expect((await wentOn({ epochs: 79 })).first).toBe("group 1 of 4, epoch 0 of 79");
    const { system, first } = await wentOn();
    expect(first).toBe("group 1 of 4, epoch 0 of 80");
    const { deleted } = await certified(system.forget([...system.plan!.groups[3]]));
    expect(deleted).toHaveLength(3); // record, items and rows of the last checkpoint: the store held one system
    await stopped();
    const others = await learn({ ...ratings }, { ...settings, onProgress: () => {} });
    expect(others.system.trained).toHaveLength(4);
    for (const one of [system, others]) await one.close();
  });
});

describe("with a folder", () => {
  it("keeps the system, forgets for good, and opens again", async () => {
    const folder = join(home, "kept");
    const settings: LearnSettings = { ...small, groups: 3, grouping: "rand", order: "random", folder };
    const first = await learn(ratings, settings);
    const { fingerprint } = first;
    await expect(open(folder)).rejects.toThrow(/in use/);
    await first.close();
    await expect(learn(ratings, settings)).rejects.toThrow(/already/);
    const second = await open(folder);
    expect(second.fingerprint).toBe(fingerprint);
    const { certificate, key } = await certified(second.forget(["u003"]));
    await second.close();
    const third = await open(folder);
    expect(() => third.recommend("u003")).toThrow(/not in the system's catalogue/);
    expect(third.certificates()).toEqual([certificate]);
    expect((await verify(certificate, ratings, { plan: third.plan!, key })).ok).toBe(true);
    await third.close();
  });

  it("goes on learning where it was stopped", async () => {
    const folder = join(home, "stopped");
    const settings: LearnSettings = { ...small, groups: 4, grouping: "rand", order: "random" };
    const whole = await learn(ratings, settings);
    const stop = new AbortController();
    const onProgress = ({ done, stage }: { done: number; stage: string }) =>
      stage === "train" && done > 0.5 && stop.abort();
    await expect(learn(ratings, { ...settings, folder, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const resumed = await learn(ratings, { ...settings, folder });
    expect(resumed.system.trained.length).toBeLessThan(4);
    expect(resumed.fingerprint).toBe(whole.fingerprint);
    await resumed.close();
    await whole.close();
  });

  it("is not made where there is none", async () => {
    await expect(open(join(home, "nowhere"))).rejects.toThrow(/holds no system/);
    expect(existsSync(join(home, "nowhere"))).toBe(false);
  });
});
