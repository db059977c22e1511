/**
 * Exports as people have them, from `check` to `recommend`: what was taken for what is said, what cannot be guessed is asked with
 * the way on, and whoever follows the messages gets recommendations that fit.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { open } from "../../lib/unlearning/api";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-exports-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let made = 0;
function put(content: string | Uint8Array, name = "ratings.csv"): string {
  const path = join(mkdtempSync(join(home, "f")), name);
  writeFileSync(path, content);
  return path;
}
const check = (file: string, ...more: string[]) => erasable("check", file, ...more);
const CHEAP = ["--groups", "2", "--epochs", "1"];
const learn = (file: string, ...more: string[]) =>
  erasable("learn", file, "--system", join(home, `system${made++}`), ...CHEAP, ...more);

/** 40 users with 10 of 30 items each: user, item and how much it is liked, 1 to 5. */
function liked(): [user: number, item: number, stars: number][] {
  const random = Random.stream(3, "liked");
  return Array.from({ length: 40 }, (_, u) =>
    random
      .shuffle(Array.from({ length: 30 }, (_, item) => item + 1))
      .slice(0, 10)
      .map((item): [number, number, number] => [u + 1, item, 1 + random.below(5)]),
  ).flat();
}
const table = (row: (user: number, item: number, stars: number, n: number) => string, header = "") =>
  header +
  liked()
    .map(([user, item, stars], n) => `${row(user, item, stars, n)}\n`)
    .join("");

const GROUPS = 3;
/** A shop: customer k buys from the products whose number is k modulo 3 two times in three. */
function shop(customers = 60, products = 36): { customer: string; product: string; n: number }[] {
  const random = Random.stream(5, "shop");
  return Array.from({ length: customers }, (_, k) => {
    const own = Array.from({ length: products }, (_, p) => p).filter((p) =>
      p % GROUPS === k % GROUPS ? random.below(10) < 6 : random.below(10) < 2,
    );
    return own.map((p) => ({
      customer: `ann.${k}@example.org`,
      product: p % 2 ? `"Mug, ""no. ${p}"""` : `Lamp ${p}`,
      n: Math.ceil(Math.exp(8 * random.uniform() ** 3)),
    }));
  }).flat();
}

/** The share of recommended products that are of the customers' own taste; by chance a third. */
async function taste(file: string, ...more: string[]): Promise<number> {
  const folder = join(home, `taste${made++}`);
  const { code, err } = await erasable("learn", file, "--system", folder, ...more);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  const system = await open(folder, { readOnly: true });
  const found = system.system.userIds.flatMap((user) =>
    system
      .recommend(user, 5)
      .map(({ item }) => [user, item].map((id) => Number(/\d+/.exec(id)?.[0]) % GROUPS)),
  );
  await system.close();
  return found.filter(([user, item]) => user === item).length / found.length;
}

describe("clicks and orders", () => {
  const orders = () =>
    `customer,product,ordered_at\n${shop()
      .map(({ customer, product }) => `${customer},${product},2024-05-09T10:00:00Z\n`)
      .join("")}`;
  const counts = () =>
    `customer_email,product,quantity\n${shop()
      .map(({ customer, product, n }) => `${customer},${product},${n}\n`)
      .join("")}`;
  const ones = () =>
    `user,item,rating\n${shop()
      .map(({ customer, product }) => `${customer},${product},1\n`)
      .join("")}`;

  it.each([
    ["orders without ratings", orders, /there is no column of ratings/],
    ["quantities", counts, /its name says counts, \d+ to \d+/],
    ["the constant 1", ones, /every value is 1/],
  ])("%s are pairs, said by check and learn, and recommendations fit", async (_, text, why) => {
    const file = put(text());
    const checked = await check(file);
    expect(checked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/clicks, orders or plays: pairs without ratings/),
    });
    expect(checked.out).toMatch(why);
    expect(checked.out).toMatch(/npx erasable learn \S+ --implicit --system my-system\n/);
    expect((await learn(file)).err).toMatch(why);
    expect(await taste(file)).toBeGreaterThan(0.6);
    expect(await taste(file, "--model", "nmf", "--groups", "1", "--epochs", "60")).toBeGreaterThan(0.5);
  });

  it("train on no constant, and no count as a rating", async () => {
    const file = put(ones());
    expect((await learn(file, "--set", "negatives=0")).err).toMatch(
      /without negatives every label is 1, and nothing is learned/,
    );
    expect((await learn(file, "--set", "label=rating")).err).toMatch(
      /label "rating" would train on a constant/,
    );
    expect((await learn(file, "--method", "gaussian")).err).toMatch(
      /gaussian learns from ratings alone; take one of laser/,
    );
  });

  /** 300 customers who draw ten times of 120 products, two times in three of their own taste, which is a third of them. */
  const large = () => {
    const random = Random.stream(11, "large shop");
    const pair = (k: number) =>
      3 * random.below(40) + (random.below(3) < 2 ? k % GROUPS : random.below(GROUPS));
    return Array.from({ length: 300 }, (_, k) => [...new Set(Array.from({ length: 10 }, () => pair(k)))])
      .flatMap((products, k) =>
        products.map(
          (p) => `ann.${k}@example.org,Lamp ${p},${Math.ceil(Math.exp(8 * random.uniform() ** 3))}\n`,
        ),
      )
      .join("");
  };

  it("nine in ten recommendations of a larger shop are of the customer's own taste, untold and as advised", async () => {
    const file = put(`customer_email,product,quantity\n${large()}`);
    expect(await taste(file)).toBeGreaterThan(0.9); // 0.31 by the paper's method on the labels count / largest count
    const advised = await erasable("advise", file, "--minutes", "0.1", "--out", join(home, "advice"));
    const command = advised.out.split("\n").find((line) => line.startsWith("  npx erasable learn "));
    const words = command?.trim().split(" ").slice(4) ?? [];
    expect(
      await taste(file, ...words.filter((word, k) => ![word, words[k - 1]].includes("--system"))),
    ).toBeGreaterThan(0.9);
  });
});

describe("a refusal", () => {
  const stars = (
    of: (u: number, i: number, stars: number, n: number) => string,
    header = "user,item,rating\n",
  ) => table((u, i, s, n) => `u${u},i${i},${of(u, i, s, n)}`, header);
  const words = (command: string): string[] =>
    execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
      .trimEnd()
      .split("\n")
      .slice(2);

  /** Every command that refusals give, one after the other, until all are taken. @returns how many were given */
  async function follow(args: readonly string[], deep = 0): Promise<number> {
    const { code, err } = await erasable(...args);
    if (code === 0) return 0;
    expect({ code, err, deep: deep < 4 }).toEqual({
      code: 2,
      err: expect.stringMatching(/Try: npx/),
      deep: true,
    });
    expect(err).toMatch(/^erasable: \S+ratings\.csv: line \d+/);
    const given = err.split("\n").flatMap((line) => /^(?:Try| or): (npx erasable .*)$/.exec(line)?.[1] ?? []);
    let count = given.length;
    for (const command of given) count += await follow(words(command), deep + 1);
    return count;
  }

  it.each<[string, number, string | Buffer]>([
    ["negative ratings", 1, stars((_, __, s) => String(2 * s - 6))],
    ["zeros among stars", 2, stars((_, __, s) => String(s - 1))],
    ["a slip", 1, `${stars((_, __, s) => String(s))}u99,i1,44\n`],
    [
      "counts of nothing, and returned ones",
      1,
      stars((_, __, s, n) => String(n % 50 ? s : -s), "user,item,quantity\n"),
    ],
    ["times as ratings", 1, stars((_, __, ___, n) => String(1_700_000_000 + n))],
    ["counts as ratings", 2, stars((_, __, s, n) => String(n % 40 ? s : 700 + n))],
    ["missing ratings", 2, stars((_, __, s, n) => (n % 9 ? String(s) : ""))],
    ["missing users", 1, `${stars((_, __, s) => String(s))},i1,4\n`],
    ["repeated pairs", 2, `${stars((_, __, s) => String(s))}${stars((_, __, s) => String(s), "")}`],
    [
      "Latin-1",
      1,
      Buffer.from(
        stars((_, __, s) => String(s), "Käufer,item,rating\n"),
        "latin1",
      ),
    ],
    ["an unusual separator", 1, stars((_, __, s) => String(s)).replaceAll(",", "^")],
    ["two columns of ratings", 2, stars((_, __, s) => `${s},${s}`, "user,item,taste rating,look rating\n")],
    ["thumbs under a strange name", 2, stars((_, __, s) => (s > 3 ? "yes" : "no"), "user,item,verdict\n")],
    [
      "all at once",
      4,
      stars((_, __, s, n) => `${n % 9 ? s - 1 : ""},${s}`, "user,item,taste rating,look rating\n").replaceAll(
        ",",
        "^",
      ),
    ],
  ])("of %s gives whole commands that work when they are pasted", async (_, least, content) => {
    expect(await follow(["check", put(content)])).toBeGreaterThanOrEqual(least);
  });

  it("gives the command that was asked for, and another value in place of one that was wrong", async () => {
    const file = put(`${stars((_, __, s) => String(s))}${stars((_, __, s) => String(s), "")}`);
    const asked = ["learn", file, "--system", join(home, "asked"), ...CHEAP, "--duplicates"];
    const { err } = await erasable(...asked, "sum");
    const [command] = /(?<=Try: ).*/.exec(err) ?? [];
    expect(words(command ?? "")).toEqual([...asked, "mean"]);
    expect((await erasable(...words(command ?? ""))).code).toBe(0);
  });
});

it("help says what happens without an option, and where the numbers of advise come from", async () => {
  const { out } = await erasable("advise", "--help");
  const text = out.replace(/\s+/g, " ");
  expect(text).not.toMatch(/none \(default: none\)/);
  expect(text).toMatch(/--scale <value> lowest and highest rating, .*; without it, the values tell/);
  expect(text).toMatch(/--incomplete <value> lines in which .* refuse the file, or skip them/);
  expect(text).toMatch(/measured here, on these ratings; published results play no part/);
});

describe("columns", () => {
  it("the one called rating is read, wherever it stands", async () => {
    const fourth = put(table((u, i, stars) => `${u},${i},1,${stars}`, "user_id,book_id,is_read,rating\n"));
    const { out } = await check(fourth);
    expect(out).toMatch(/rating = "rating", column 4/);
    expect(out).toMatch(/not read +is_read/);
    const time = put(
      table(
        (u, i, stars, n) => `${u},${i},${1_700_000_000 + n},${stars}`,
        "user_id,item_id,timestamp,rating\n",
      ),
    );
    expect((await check(time)).out).toMatch(/rating = "rating", column 4\n +time = "timestamp", column 3/);
    expect((await learn(time)).err).toMatch(/rating = rating, column 4, time = timestamp, column 3/);
  });

  it("row numbers are not users, and check warns", async () => {
    const file = put(table((u, i, stars, n) => `${n},${u},${i},${stars}`));
    const { out } = await check(file);
    expect(out).toMatch(/first row +user "1", item "\d+", rating "\d"/);
    expect(out).toMatch(/Beware:\n {2}1\. column 1 counts the rows and is not read/);
    const forced = await check(file, "--columns", "user=1,item=2,rating=4");
    expect(forced.out).toMatch(/Beware:\n {2}1\. every user rates once/);
  });

  it("a mistyped first row is refused, and a header of strange words shown", async () => {
    expect(await learn(put("ann,apple,O\nbob,apple,3\nbob,pear,4\n"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/line 1: "O" in column 3 is not a number.*correct it or delete the line/),
    });
    const strange = await check(put(`who,what,much\n${table((u, i, stars) => `${u},${i},${stars}`)}`));
    expect(strange.out).toMatch(/header +line 1: who \| what \| much/);
    expect(strange.out).toMatch(/skipped +1 line \(header\)/);
  });

  it.each([
    ["RecBole", "\t", "user_id:token\titem_id:token\trating:float\ttimestamp:float"],
    ["semicolons", ";", "user;item;rating;timestamp"],
    ["spaces", " ", "user item rating timestamp"],
  ])("of %s", async (_, separator, header) => {
    const file = put(
      table((u, i, stars, n) => [u, i, stars, 1_700_000_000 + n].join(separator), `${header}\n`),
      "own.inter",
    );
    expect(await learn(file)).toMatchObject({
      code: 0,
      err: expect.stringMatching(/400 read.*1 line skipped \(header\)/),
    });
  });
});

describe("scales", () => {
  it.each([
    ["1 to 10", (stars: number) => 2 * stars, /ratings from 1 to 10, liked from 7\.75 on/, "1-10"],
    ["0 to 100", (stars: number) => 20 * stars - 3, /ratings from 0 to 100, liked from 75 on/, "0-100"],
    ["thumbs", (stars: number) => (stars > 3 ? 1 : -1), /ratings from -1 to 1, liked from 0\.5 on/, "-1-1"],
  ])("%s are known, said, and in the commands to paste", async (_, of, kind, scale) => {
    const file = put(table((u, i, stars) => `${u},${i},${of(stars)}`, "user,item,rating\n"));
    const { out } = await check(file);
    expect(out).toMatch(kind);
    const [command] = out.split("\n").filter((line) => line.startsWith("  npx erasable learn "));
    expect(command).toContain(` --scale ${scale} `);
    const args = command.trim().split(" ").slice(2, -2);
    const folder = join(home, `pasted${made++}`);
    expect(await erasable(...args, "--system", folder, ...CHEAP)).toMatchObject({ code: 0 });
    expect(existsSync(folder)).toBe(true);
    for (const way of [
      ["--grouping", "bkm"],
      ["--method", "c-sisa"],
      ["--method", "ease"],
      ["--method", "gaussian"],
    ])
      expect(
        await erasable(
          "learn",
          file,
          "--system",
          join(home, `way${made++}`),
          "--scale",
          scale,
          ...way.concat(way[0] === "--grouping" || way[1] === "c-sisa" ? CHEAP : []),
        ),
      ).toMatchObject({ code: 0 });
  });

  it("1 to 3 is said to reach no threshold, with the way on", async () => {
    const file = put(table((u, i, stars) => `${u},${i},${Math.ceil(stars / 2)}`, "user,item,rating\n"));
    const { out } = await check(file);
    expect(out).toMatch(/no rating reaches 4; if 3 is the highest, say --scale 1-3/);
    expect(out).toMatch(/npx erasable run utility --dataset \S+ --scale 1-3\n/);
    expect((await check(file, "--scale", "1-3")).out).toMatch(/ratings from 1 to 3, liked from 2\.5 on/);
    expect((await check(file, "--scale", "1-3", "--liked", "2")).out).toMatch(/liked from 2 on/);
  });

  it("mistyped ratings and options are named with what is allowed", async () => {
    const file = put(`${table((u, i, stars) => `${u},${i},${stars}`)}99,1,44\n`);
    expect(await check(file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/line 401: rating 44: it is outside 1 to 5/),
    });
    expect((await check(file, "--scale", "high")).err).toMatch(
      /--scale.* It is not the lowest and the highest rating, such as 1-10/,
    );
    expect((await check(file, "--duplicates", "all")).err).toMatch(/one of refuse, last, first, mean, sum/);
  });
});

describe("repeated pairs", () => {
  it("are counted, with both lines and a choice", async () => {
    const file = put(
      `${table((u, i, stars) => `${u},${i},${stars}`)}${table((u, i) => `${u},${i},5`)
        .split("\n")
        .slice(0, 12)
        .join("\n")}\n`,
    );
    const refused = await check(file);
    expect(refused.err).toMatch(
      /line 401: user 1 rates item \d+ again, after line 1 \(\d, then 5\); 12 ratings repeat a pair in all: take one with --duplicates/,
    );
    expect((await check(file, "--duplicates", "last")).out).toMatch(
      /400 ratings of 40 users on 30 items\n +12 repeated pairs made one each/,
    );
  });
});

describe("check", () => {
  it("gives only commands that can work", async () => {
    const commands = async (text: string) =>
      (await check(put(text))).out
        .split("\n")
        .flatMap((line) => /^ {2}npx erasable (\w+)/.exec(line)?.[1] ?? []);
    const once = Array.from({ length: 30 }, (_, u) => `u${u},i${u % 3},${1 + (u % 5)}\n`).join("");
    expect(await commands(once)).toEqual(["learn"]);
    const alone = Array.from({ length: 30 }, (_, i) => `u,i${i},${1 + (i % 5)}\n`).join("");
    expect(await commands(alone)).toEqual(["learn", "advise"]);
    const thrice = Array.from({ length: 30 }, (_, n) => `u${n % 3},i${n},${1 + (n % 5)}\n`).join("");
    expect(await commands(thrice)).toEqual(["learn", "advise", "run"]);
    expect((await check(put(thrice))).out).toMatch(/run utility --dataset \S+ --set core=1 --groups 2\n/);
    const run = await erasable(
      "run",
      "utility",
      "--dataset",
      put(once),
      "--set",
      "core=1",
      "--results",
      home,
    );
    expect(run).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nobody has two ratings.*npx erasable learn/),
    });
  });

  it("warns of one user alone, of amounts as ratings, and of people called null", async () => {
    const alone = Array.from({ length: 30 }, (_, i) => `u,i${i},${1 + (i % 5)}\n`).join("");
    expect((await check(put(alone))).out).toMatch(/1\. all of it is of one user: nothing is to be learned/);
    const amounts = put(table((u, i, stars, n) => `${u},${i},${n === 7 ? 900 : stars}`));
    expect((await check(amounts, "--scale", "1-900")).out).toMatch(
      /0\.3 % of the ratings are 675\.25 or more: almost nothing is liked; .*--implicit/,
    );
    const missing = put(`user,item,rating\n${table((u, i, stars) => `${u % 9 ? u : "null"},${i},${stars}`)}`);
    expect((await check(missing, "--duplicates", "last")).out).toMatch(
      /\d+ lines of "null": if it stands for a missing user, delete these lines/,
    );
  });

  it("says of --implicit that thumbs are not read, and of thumbs up alone no value that changes nothing", async () => {
    const file = put(table((u, i, _, n) => `${u},${i},${n % 50 ? 1 : -1}`, "user,item,vote\n"));
    expect((await check(file, "--implicit")).out).toMatch(/not read +vote, so every pair is a like\n/);
    const { out } = await check(file);
    expect(out).toMatch(/98 % of the ratings are 0\.5 or more: almost all is liked; .*--implicit/);
    expect(out).not.toContain("--liked");
  });

  it("gives commands that work for half stars of which none is liked", async () => {
    const file = put(table((u, i, stars) => `${u},${i},${stars / 2}`, "user,item,rating\n"));
    const [command] = /learn \S+ --scale \S+/.exec((await check(file)).out) ?? [];
    expect(command).toMatch(/--scale 0\.5-2\.5$/);
    expect(await learn(file, ...(command ?? "").split(" ").slice(2))).toMatchObject({ code: 0 });
  });

  it("asks whether a first line of words was a header", async () => {
    const fruit = ["apple", "pear", "fig", "plum", "kiwi"];
    const rows = Array.from(
      { length: 60 },
      (_, n) => `${"abcdefghijkl"[n % 12]}nn,${fruit[Math.floor(n / 12)]}\n`,
    );
    expect((await check(put(rows.join("")))).out).not.toContain("line 1 is read as data");
    const file = put(`persona,fruta\n${rows.join("")}`);
    const { out } = await check(file);
    expect(out).toMatch(/1\. line 1 is read as data.*say --columns user=persona,item=fruta\n/);
    expect((await check(file, "--columns", "user=persona,item=fruta")).out).toMatch(
      /header +line 1: persona \| fruta/,
    );
  });

  it("of a thin file says once that the 5-core is empty, and what changes it", async () => {
    const thin = put(
      Array.from({ length: 60 }, (_, k) => `u${k >> 1},i${(7 * k) % 40},${1 + (k % 5)}\n`).join(""),
    );
    const { out, code } = await check(thin);
    expect(code).toBe(0);
    expect(out.match(/5-core is empty/g)).toHaveLength(1);
    expect(out).toMatch(/run needs --set core=1/);
    expect(out).toMatch(/npx erasable run utility --dataset \S+ --set core=1/);
  });

  it("draws the values, and gives everything as JSON", async () => {
    const file = put(table((u, i, stars) => `${u},${i},${stars}`, "user,item,rating\n"));
    const { out } = await check(file);
    expect(out).toMatch(/ratings +1 {2}#+ \d+\n +2 {2}#+ \d+\n/);
    const json = JSON.parse((await check(file, "--json")).out);
    expect(json).toMatchObject({
      ratings: 400,
      users: 40,
      items: 30,
      scale: { least: 1, most: 5, liked: 4 },
      reading: { form: "separated by comma", skipped: { header: 1 } },
      values: [
        [1, expect.any(Number)],
        [2, expect.any(Number)],
        [3, expect.any(Number)],
        [4, expect.any(Number)],
        [5, expect.any(Number)],
      ],
    });
    expect((await erasable("data", "check", file)).out).toBe(out);
  });

  it("says what a workbook is, without its bytes", async () => {
    const { err } = await check(put(Buffer.from("d0cf11e0a1b11ae1000000", "hex"), "ratings.xls"));
    expect(err).toMatch(
      /^erasable: \S+ratings\.xls is an old Excel or Office file: save it as CSV \(UTF-8\)\n$/,
    );
  });
});

describe("run and table", () => {
  const small = [
    "--profile",
    "smoke",
    "--seeds",
    "0",
    "--groups",
    "2",
    "--model",
    "dmf",
    "--request",
    "none",
    "--set",
    "epochs=1",
  ];
  const both = async (file: string, ...more: string[]) => {
    const asked = ["utility", "--dataset", file, "--results", join(home, "results"), ...small, ...more];
    const { code, err } = await erasable("run", ...asked);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    const { out, err: said } = await erasable("table", ...asked, "--json");
    return { metrics: out, said };
  };

  it("take the scale of the file, so that something is liked", async () => {
    const file = put(table((u, i, stars) => `${u},${i},${Math.ceil(stars / 2)}`, "user,item,rating\n"));
    const { metrics, said } = await both(file, "--scale", "1-3");
    expect(said).toMatch(/ratings 1 to 3, liked from 2\.5/);
    const hits = JSON.parse(metrics).rows.filter(
      (row: { metric: string }) => row.metric === "testOnly HR@10",
    );
    expect(hits.length).toBeGreaterThan(0);
    for (const { value } of hits) expect(value).toBeGreaterThan(0.1);
  });

  it("train clicks with negatives, and show no metric of a user's own items", async () => {
    const file = put(
      `user,item\n${shop()
        .map(({ customer, product }) => `${customer},${product}\n`)
        .join("")}`,
    );
    const { metrics, said } = await both(file);
    expect(said).toMatch(/pairs without ratings \(there is no column of ratings\)/);
    const { rows } = JSON.parse(metrics);
    expect(new Set(rows.map((row: { dataset: string }) => row.dataset))).toEqual(
      new Set([`${file}?implicit=true`]),
    );
    expect(rows.some((row: { metric: string }) => row.metric === "fullRank NDCG@10")).toBe(true);
    expect(rows.some((row: { metric: string }) => /labCode|testOnly/.test(row.metric))).toBe(false);
  });

  it("say once that nothing is left of a thin file, and what changes that", async () => {
    const thin = put(
      Array.from({ length: 60 }, (_, k) => `u${k >> 1},i${(7 * k) % 40},${1 + (k % 5)}\n`).join(""),
    );
    const asked = ["run", "utility", "--results", join(home, "thin"), "--dataset", thin, ...small];
    const { code, err } = await erasable(...asked);
    expect(code).toBe(2);
    expect(err.match(/5-core is empty/g)).toHaveLength(1);
    expect(err).toMatch(/--set core=1/);
    expect((await erasable(...asked, "--set", "core=1")).code).toBe(0);
  });

  it("refuse the way to read a file where there is none", async () => {
    const { code, err } = await erasable(
      "run",
      "utility",
      "--dataset",
      "synthetic",
      "--scale",
      "1-10",
      ...small,
    );
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/--scale: this is for a file of your own/),
    });
  });
});
