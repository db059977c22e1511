/** Scales that are obvious are taken and said; what is not is asked for; clicks and counts are pairs; no pair is in a file twice. */

import { describe, expect, it } from "vitest";
import { numberOf } from "../../../lib/data/reading/values";
import { Random } from "../../../lib/random";
import { read, rowsOf } from "./helpers";

/** A file of these ratings, each of another pair. */
const file = (values: readonly (number | string)[], header = "") =>
  header + values.map((value, k) => `u${k % 7},i${Math.floor(k / 7)},${value}\n`).join("");
/** n values, drawn. */
const drawn = (n: number, of: (random: Random) => number | string) => {
  const random = Random.stream(1, "values");
  return Array.from({ length: n }, () => of(random));
};
const scaleOf = async (values: readonly (number | string)[], header?: string) => {
  const { scale, why } = await read(file(values, header));
  return [scale.least, scale.most, scale.liked, why];
};
/** Ratings as they stand inside. */
const inside = async (...args: Parameters<typeof read>) => [...(await read(...args)).ratings.ratings];

describe("scales that are obvious", () => {
  it.each<[string, (random: Random) => number | string, number, number, number, RegExp | undefined]>([
    ["1 to 5", (r) => 1 + r.below(5), 1, 5, 4, undefined],
    ["halves", (r) => (1 + r.below(10)) / 2, 0.5, 5, 4, undefined],
    ["1 to 10", (r) => 1 + r.below(10), 1, 10, 7.75, /by its values/],
    ["0 to 100", (r) => r.below(101), 0, 100, 75, /by its values/],
    ["1 to 3", (r) => 1 + r.below(3), 1, 5, 4, /no rating reaches 4; if 3 is the highest, say --scale 1-3/],
    ["thumbs", (r) => 2 * r.below(2) - 1, -1, 1, 0.5, /thumbs down \(-1\) and up/],
    ["0 and 1", (r) => r.below(2), 0, 1, 0.75, /thumbs down and up/],
    ["shares", (r) => r.uniform().toFixed(6), 0, 1, 0.75, /shares of 1/],
  ])("%s", async (_, of, least, most, liked, why) => {
    const found = await scaleOf(drawn(300, of));
    expect(found.slice(0, 3)).toEqual([least, most, liked]);
    if (why === undefined) expect(found[3]).toBeUndefined();
    else expect(found[3]).toMatch(why);
  });
});

describe("scales that are not", () => {
  it.each<[string, readonly (number | string)[], RegExp]>([
    [
      "a slip among five stars",
      [...drawn(500, (r) => 1 + r.below(5)), 44],
      /line 501: rating 44: it is outside 1 to 5, where 99\.8 % of the ratings are; correct it, leave it out with --unrated 44, or say --scale/,
    ],
    [
      "a slip that would make ten stars",
      [...drawn(500, (r) => 1 + r.below(5)), 7],
      /line 501: rating 7: it is outside 1 to 5/,
    ],
    [
      "0 to 5",
      drawn(300, (r) => r.below(6)),
      /line \d+: rating 0: \d+ ratings are 0: if 0 stands for "not rated", leave them out with --unrated 0; if it is the lowest rating, say --scale 0-5/,
    ],
    [
      "-1 beside 1 to 10",
      [...drawn(300, (r) => 1 + r.below(10)), -1],
      /line 301: rating -1: 1 rating is -1: .*--unrated -1;.* --scale -1-10/,
    ],
    [
      "school marks to 20",
      drawn(300, (r) => 1 + r.below(20)),
      /ratings from 1 to 20 is not obvious: say it with --scale LOW-HIGH, such as --scale 1-20/,
    ],
    ["-10 to 10", drawn(300, (r) => 20 * r.uniform() - 10), /is not obvious/],
  ])("%s", async (_, values, message) => {
    await expect(read(file(values))).rejects.toThrow(message);
  });

  it("are said, with their bounds held", async () => {
    expect(await inside("a,x,0\nb,x,10\nb,y,20\na,y,15\n", { scale: "0-20" })).toEqual([1, 3, 5, 4]);
    expect(await inside("a,x,0\nb,x,5\nb,y,4\n", { unrated: 0 })).toEqual([5, 4]);
    expect((await read("a,x,0\nb,x,5\nb,y,4\n", { unrated: 0 })).accounts[0].skipped).toEqual({ unrated: 1 });
    await expect(read("a,x,0\nb,x,21\n", { scale: "0-20" })).rejects.toThrow(
      'line 2: rating "21" is outside the scale (0 to 20)',
    );
    for (const scale of ["-1-1", "-1,1", "-1 to 1", "-1..1"])
      expect(await inside("a,x,-1\nb,x,1\n", { scale })).toEqual([1, 5]);
    for (const scale of ["5-1", "1", "a-b", "1-2-3"])
      await expect(read("a,x,1\n", { scale })).rejects.toThrow(/scale/);
  });
});

describe("the paper's scale inside", () => {
  it("leaves five stars as they are, halves too", async () => {
    expect(await inside("a,x,1\nb,x,4.5\nb,y,0.8982979700319381\n", { scale: "0.5-5" })).toEqual([
      1,
      4.5,
      Math.fround(0.8982979700319381),
    ]);
  });

  it("puts the lowest rating at 1, the liked one at 4, the highest at 5", async () => {
    expect(await inside("a,x,1\nb,x,7.75\nb,y,10\n", { scale: "1-10" })).toEqual([1, 4, 5]);
    expect(await inside("a,x,1\nb,x,2\nb,y,3\nc,x,5\nc,y,4\n", { scale: "1-5", liked: 3 })).toEqual([
      1, 2.5, 4, 5, 4.5,
    ]);
    expect(await inside("a,x,0\nb,x,1\n", { scale: "0-1", liked: 1 })).toEqual([1, 5]);
    await expect(read("a,x,1\n", { scale: "1-5", liked: 6 })).rejects.toThrow(
      "liked: 6 is not on the scale, 1 to 5",
    );
  });

  it.each([
    [-1, 1],
    [0, 1],
    ["false", "true"],
    ["dislike", "like"],
    ["No", "YES"],
    ["thumbs down", "thumbs up"],
  ])("never makes a like of a thumb down: %s and %s", async (down, up) => {
    const stars = await inside(file([up, down, up, up, down], "user,item,rating\n"));
    expect(stars).toEqual([5, 1, 5, 5, 1]);
  });
});

describe("clicks, orders, plays", () => {
  const counts = drawn(300, (r) => Math.ceil(Math.exp(6 * r.uniform() ** 3)));

  it.each<[string, string, RegExp]>([
    ["no column of ratings", "user,item\na,x\na,y\nb,x\n", /there is no column of ratings/],
    ["a column of ones", file(drawn(30, () => 1)), /every value is 1/],
    [
      "a constant",
      file(
        drawn(30, () => 5),
        "user,item,rating\n",
      ),
      /every value is 5/,
    ],
    [
      "a count by its name",
      file(
        drawn(30, (r) => 1 + r.below(4)),
        "user,item,plays\n",
      ),
      /its name says counts, 1 to 4/,
    ],
    [
      "hours by their name",
      file(
        drawn(30, (r) => (r.uniform() * 30 + 0.1).toFixed(2)),
        "user,item,hours_played\n",
      ),
      /its name says counts/,
    ],
    ["many low values and a few high ones", file(counts), /a few high values and many low ones are counts/],
  ])("%s", async (_, text, why) => {
    const readout = await read(text);
    expect(readout.scale).toMatchObject({ least: 1, most: 1 });
    expect(readout.why).toMatch(why);
    expect(new Set(readout.ratings.ratings)).toEqual(new Set([1]));
  });

  it("called rating are asked about, and a count of nothing is no interaction", async () => {
    await expect(read(file([...counts, 500], "user,item,rating\n"))).rejects.toThrow(
      /rating 500: these look like counts \(2 to 500\), not like ratings: take the pairs with --implicit, or say their scale, --scale 2-500/,
    );
    await expect(read(file([3, 0, 2], "user,item,quantity\n"))).rejects.toThrow(
      /line 3: rating 0: these look like counts, and a count of 0 is no interaction: leave such lines out with --unrated 0/,
    );
    expect((await read(file([3, 0, 2], "user,item,quantity\n"), { unrated: 0 })).ratings.ratings.length).toBe(
      2,
    );
    const returned = file([3, -2, 0, 2, -7], "user,item,quantity\n");
    await expect(read(returned)).rejects.toThrow(/line 3: rating -2: .*no interaction.*--unrated 0/);
    const kept = await read(returned, { unrated: 0 });
    expect([kept.ratings.ratings.length, kept.accounts[0].skipped]).toEqual([2, { header: 1, unrated: 3 }]);
  });

  it("by --implicit, whatever stands in the column; by --scale they are ratings", async () => {
    expect(await rowsOf("user,item,rating\na,x,good\na,y,\n", { implicit: true })).toEqual([
      "a x 1",
      "a y 1",
    ]);
    expect(await inside(file([1, 1, 1]), { scale: "1-5" })).toEqual([1, 1, 1]);
  });

  it("that repeat are one pair each, and counted", async () => {
    const readout = await read("user,item,time\na,x,2024-01-01\na,x,2024-01-02\nb,x,2024-01-02\n");
    expect([readout.ratings.ratings.length, readout.repeats]).toEqual([2, 1]);
  });
});

describe("what stands for a rating", () => {
  it.each([
    ["upvote", "downvote"],
    ["👍", "👎"],
    ["Recommended", "Not Recommended"],
  ])("%s and %s", async (up, down) => {
    expect(await rowsOf(`user,item,vote\na,x,${up}\nb,x,${down}\n`)).toEqual(["a x 5", "b x 1"]);
  });

  it("stars that are drawn are counted", async () => {
    expect(await rowsOf("user,item,rating\na,x,★★★★☆\nb,x,⭐\n")).toEqual(["a x 4", "b x 1"]);
  });

  it.each(["user,item,rating\na,x,poor\nb,x,great\n", '{"user":1,"item":2,"rating":"poor"}\n'])(
    "words say how much, so no command takes them for likes: %j",
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({
        message: expect.stringMatching(/"poor" is not a number; correct it, put numbers for words/),
        ways: [],
      });
    },
  );

  it("a value far from the others may be no rating: the first way leaves it out", async () => {
    const jester = drawn(300, (r) => (r.below(3) ? 20 * r.uniform() - 10 : 99));
    await expect(read(file(jester))).rejects.toMatchObject({ ways: [{ unrated: 99 }, {}, {}] });
    await expect(read(file([...drawn(500, (r) => 1 + r.below(5)), 1200]))).rejects.toMatchObject({
      ways: [{ unrated: 1200 }, { scale: "1-1200" }],
    });
  });

  it("amounts are taken as pairs first, also those that are not whole", async () => {
    const hours = drawn(300, (r) => (400 * r.uniform() ** 6).toFixed(1));
    await expect(read(file(hours))).rejects.toMatchObject({ ways: [{ implicit: true }, {}] });
  });
});

describe("lines in which something is missing", () => {
  const gaps = "user,item,rating\na,x,4\nb,x,\nb,y,5\n,y,3\nc,,2\nc,x,NULL\n";

  it("stop, with the setting that leaves them out", async () => {
    await expect(read(gaps)).rejects.toMatchObject({
      message: expect.stringMatching(
        /line 3: rating "" is missing: leave such lines out with --incomplete skip/,
      ),
      ways: [{ incomplete: "skip" }, { implicit: true }],
    });
    await expect(read(gaps, { implicit: true })).rejects.toMatchObject({
      message: expect.stringMatching(/line 5: the user is missing in .*--incomplete skip/),
      ways: [{ incomplete: "skip" }],
    });
  });

  it("are left out and counted, in text and in objects", async () => {
    const { accounts, ratings } = await read(gaps, { incomplete: "skip" });
    expect([...ratings.ratings]).toEqual([4, 5]);
    expect(ratings.userIds).toEqual(["a", "b"]);
    expect(accounts[0].skipped).toEqual({ header: 1, incomplete: 4 });
    const lines = [
      '{"user":"a","item":"x","rating":4}',
      '{"user":null,"item":"x","rating":4}',
      '{"user":"b","item":"x"}',
    ];
    const objects = await read(lines.join("\n"), { incomplete: "skip" });
    expect([objects.ratings.userIds, objects.accounts[0].skipped]).toEqual([["a"], { incomplete: 2 }]);
    await expect(read("a,x,4\nb,x,good\n", { incomplete: "skip" })).rejects.toThrow(/"good" is not a number/);
  });
});

describe("repeated pairs", () => {
  const log = "user,item,rating\n1,22,3\n2,22,5\n\n1,22,4\n2,9,1\n1,22,2\n2,22,5\n";

  it("are refused, with both lines and their number", async () => {
    await expect(read(log)).rejects.toThrow(
      /file\.csv: line 5: user 1 rates item 22 again, after line 2 \(3, then 4\); 3 ratings repeat a pair in all: take one with --duplicates last, first, mean or sum/,
    );
  });

  it.each([
    ["last", [2, 5, 1]],
    ["first", [3, 5, 1]],
    ["mean", [3, 5, 1]],
  ] as const)("--duplicates %s", async (duplicates, ratings) => {
    const readout = await read(log, { duplicates });
    expect([...readout.ratings.ratings]).toEqual(ratings);
    expect(readout.repeats).toBe(3);
  });

  it("--duplicates sum, where the scale holds it", async () => {
    expect(await inside(log, { duplicates: "sum", scale: "0-40", liked: 9 })).toEqual(
      [4, 4 + 1 / 31, 1 + 3 / 9].map(Math.fround),
    );
    await expect(read(log, { duplicates: "sum" })).rejects.toThrow(
      /the sum of a pair's ratings is 9, outside the scale/,
    );
  });

  it("are found whatever lies between", async () => {
    const n = 5000;
    const lines = Array.from({ length: n }, (_, k) => `u${k % 71},i${Math.floor(k / 71)},${1 + (k % 5)}`);
    await expect(read(`${lines.join("\n")}\n${lines[17]}\n`)).rejects.toThrow(
      /line 5001: user u17 rates item i0 again, after line 18/,
    );
  });
});

describe("numbers", () => {
  it.each([
    "0.8982979700319381",
    "3.3333333333333335",
    "4e0",
    "+4",
    ".5",
    "4.",
    "1E-1",
    "000000000000000001",
  ])("%s is rounded correctly", async (text) => {
    expect(await inside(`a,x,${text}\nb,x,5\n`, { scale: "0.1-5" })).toEqual([Math.fround(Number(text)), 5]);
  });

  it.each(["", "1e", "0x3", "3,", ".", "5..", "-", "4 4", "NaN", "Infinity", "--3", "9".repeat(65)])(
    "%j is none",
    async (text) => {
      await expect(read(`1\t2\t3\n1\t4\t5\n1\t3\t${text}\n`)).rejects.toThrow(/line 3: rating/);
    },
  );

  it("may be percents; a duration is none, nor five of ten", async () => {
    expect(await inside("a,x,85%\nb,x,10 %\na,y,100%\n", { scale: "0-100" })).toHaveLength(3);
    await expect(read("1,2,0:20:16\n1,4,1:02:45\n1,3,0:01:00\n")).rejects.toMatchObject({
      message: expect.stringMatching(
        /line 1: rating "0:20:16" is a duration, which is no rating; .*--implicit/,
      ),
      ways: [{ implicit: true }],
    });
    await expect(read("user,item,rating\na,x,5/10\n")).rejects.toThrow(
      /is not a number; write the first one alone/,
    );
  });

  it("knows thousands from decimals, or says that it does not", () => {
    expect([numberOf("4,5"), numberOf("0,125"), numberOf("-1,25")]).toEqual([4.5, 0.125, -1.25]);
    expect(numberOf("1,234")).toBeNaN();
  });
});

describe("numbering of users and items", () => {
  it("is numeric when all ids are whole numbers, else by code unit", async () => {
    const ids = async (text: string) => (await read(text, { scale: "1-5" })).ratings.userIds;
    expect(await ids("10,3,5\n9,20,5\n100,1,5\n")).toEqual(["9", "10", "100"]);
    expect(await ids("10,3,5\n9,3,5\nx,3,5\n")).toEqual(["10", "9", "x"]);
    expect(await ids("10,3,5\n09,3,5\n9,3,5\n")).toEqual(["09", "10", "9"]);
    expect(await ids("9007199254740993,1,5\n9007199254740992,1,5\n")).toHaveLength(2);
  });
});
