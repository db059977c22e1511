import { describe, expect, it } from "vitest";
import { rowLengths } from "../../lib/data/describe";
import { type Interactions, interactionsFrom, withoutUsers } from "../../lib/data/interactions";
import { split, validationSplit } from "../../lib/data/split";
import { synthesize } from "../../lib/data/synthetic";
import { Random } from "../../lib/random";
import { fromRows, listed } from "./helpers";
import { read as readText } from "./reading/helpers";

const { data } = synthesize();
const rowsOf = (part: Interactions, user: string) => listed(part).filter((row) => row.startsWith(`${user} `));

describe("split", () => {
  it("puts floor(0.9 n) of each user's ratings into training and the rest into testing", () => {
    const { train, test } = split(data, { seed: 1 });
    const [all, trained, tested] = [data, train, test].map((part) => rowLengths(part.byUser));
    all.forEach((n, u) => {
      expect(trained[u]).toBe(Math.floor((9 * n) / 10));
      expect(tested[u]).toBe(n - trained[u]);
    });
    expect([...listed(train), ...listed(test)].sort()).toEqual(listed(data).sort());
    expect(train.itemIds).toEqual(data.itemIds);
    expect(train.provenance.steps).toEqual(["train 90 %"]);
    expect(test.provenance.steps).toEqual(["test 10 %"]);
  });

  it("means the share that is written, whatever floating point makes of it", () => {
    const row = fromRows(Array.from({ length: 100 }, (_, i) => [0, i, 3] as const));
    for (const percent of [7, 14, 29, 55, 57, 58, 90]) {
      const { train } = split(row, { seed: 1, trainShare: percent / 100 });
      expect(train.byUser.columns.length).toBe(percent);
    }
  });

  it("is the same for the same seed, and another for another", () => {
    const first = listed(split(data, { seed: 1 }).test);
    expect(listed(split(data, { seed: 1 }).test)).toEqual(first);
    expect(listed(split(data, { seed: 2 }).test)).not.toEqual(first);
  });

  it("of one user does not depend on the others, nor on the user's number", () => {
    const whole = split(data, { seed: 1 });
    const rest = split(withoutUsers(data, [0, 1, 2, 50]), { seed: 1 });
    const alone = fromRows([]); // the user alone, under another number
    const user = data.userIds[77];
    const columns = data.byUser.columns.slice(data.byUser.offsets[77], data.byUser.offsets[78]);
    const values = data.byUser.values.slice(data.byUser.offsets[77], data.byUser.offsets[78]);
    const single: Interactions = {
      ...alone,
      userIds: [user],
      itemIds: data.itemIds,
      byUser: { offsets: Uint32Array.of(0, columns.length), columns, values },
    };
    for (const part of ["train", "test"] as const) {
      expect(rowsOf(rest[part], user)).toEqual(rowsOf(whole[part], user));
      expect(rowsOf(split(single, { seed: 1 })[part], user)).toEqual(rowsOf(whole[part], user));
    }
  });

  it("depends on the ids alone, not on how a file is ordered nor on how users and items are numbered", async () => {
    const parts = (whole: Interactions) => {
      const { train, test } = split(whole, { seed: 1 });
      return [listed(train).sort(), listed(test).sort()];
    };
    const random = Random.stream(9, "lines");
    const lines = listed(data).map((row) => row.replaceAll(" ", ","));
    const read = async (text: readonly string[]) => {
      const {
        ratings: { userIds, itemIds, ...columns },
      } = await readText(text.join("\n"));
      return interactionsFrom(columns, userIds, itemIds, data.provenance);
    };
    expect(parts(await read(random.shuffle([...lines])))).toEqual(parts(data));
    const order = random.shuffle(data.itemIds.map((_, item) => item));
    const place = new Uint32Array(order.length);
    order.forEach((item, at) => {
      place[item] = at;
    });
    const users = new Uint32Array(data.byUser.columns.length);
    for (let u = 0; u < data.userIds.length; u++) users.fill(u, ...data.byUser.offsets.slice(u, u + 2));
    const items = data.byUser.columns.map((item) => place[item]);
    const renumbered = interactionsFrom(
      { users, items, ratings: data.byUser.values },
      data.userIds,
      order.map((item) => data.itemIds[item]),
      data.provenance,
    );
    expect(parts(renumbered)).toEqual(parts(data));
  });

  it("draws every rating equally often", () => {
    const row = fromRows(Array.from({ length: 20 }, (_, i) => [0, i, 3] as const));
    const counts = new Uint32Array(20);
    const seeds = 4000;
    for (let seed = 0; seed < seeds; seed++)
      for (const item of split(row, { seed }).test.byUser.columns) counts[item]++;
    const expected = (2 * seeds) / 20; // two of twenty are held out
    // a count's variance is seeds * p (1 - p), and one degree of freedom is lost to the fixed sum
    const variance = seeds * 0.1 * 0.9;
    const statistic = counts.reduce((sum, n) => sum + (n - expected) ** 2 / variance, 0) * (19 / 20);
    expect(statistic).toBeLessThan(43.8); // 0.999 of chi-squared, 19 degrees of freedom
  });

  it("leaves a user's only rating for the test, and takes users without any", () => {
    const { train, test } = split(
      fromRows([
        [0, 0, 4],
        [2, 0, 4],
        [2, 1, 4],
      ]),
      { seed: 1 },
    );
    expect([...rowLengths(train.byUser)]).toEqual([0, 0, 1]);
    expect([...rowLengths(test.byUser)]).toEqual([1, 0, 1]);
  });

  it("takes the shares 0 and 1", () => {
    expect(split(data, { seed: 1, trainShare: 1 }).test.byUser.columns.length).toBe(0);
    expect(split(data, { seed: 1, trainShare: 0 }).train.byUser.columns.length).toBe(0);
  });

  it("refuses bad options by name", () => {
    expect(() => split(data, { seed: 1, trainShare: 1.5 })).toThrow("trainShare: 1.5");
    expect(() => split(data, { seed: 0.5 })).toThrow("seed: 0.5");
  });
});

describe("validationSplit", () => {
  it("divides the training part by another stream", () => {
    const { train } = split(data, { seed: 1 });
    const { train: rest, validation } = validationSplit(train, { seed: 1 });
    expect([...listed(rest), ...listed(validation)].sort()).toEqual(listed(train).sort());
    expect(listed(validation)).not.toEqual(listed(split(train, { seed: 1 }).test));
    expect(rest.provenance.steps).toEqual(["train 90 %", "train 90 %"]);
    expect(validation.provenance.steps).toEqual(["train 90 %", "validation 10 %"]);
  });
});
