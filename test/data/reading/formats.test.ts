/** Whatever separates, quotes, names, encodes and packs them: the same ratings. */

import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { textOf } from "../../../lib/data/reading/objects";
import { readRatings } from "../../../lib/data/reading/ratings";
import { READING } from "../../../lib/data/reading/settings";
import { complete } from "../../../lib/settings";
import { fileOf, read, rows, rowsOf } from "./helpers";

const FOUR = ["1 10 5", "1 9 3.5", "2 10 1", "10 9 4"];
const TABLE = [
  ["1", "10", "5", "978300760"],
  ["1", "9", "3.5", "978300761"],
  ["2", "10", "1", "978300762"],
  ["10", "9", "4", "978300763"],
];
const written = (separator: string, end = "\n") => TABLE.map((row) => row.join(separator) + end).join("");

describe("separators", () => {
  it("commas between ids with spaces, whose words are names of columns", async () => {
    const rows = ["user 1,item 2,3", "user 1,item 9,5", "user 2,item 2,4"];
    const found = ["user 1 item 2 3", "user 1 item 9 5", "user 2 item 2 4"];
    expect(await rowsOf(rows.join("\n"))).toEqual(found);
    expect(await rowsOf(["user,item,rating", ...rows].join("\n"))).toEqual(found);
  });

  it.each([",", ";", "\t", "|", "::", " ", "  \t "])("%j, with and without a header", async (separator) => {
    expect(await rowsOf(written(separator), {}, "file.txt")).toEqual(FOUR);
    const header = ["user_id", "item_id", "rating", "timestamp"].join(separator);
    expect(await rowsOf(`${header}\n${written(separator)}`, {}, "file.dat")).toEqual(FOUR);
  });

  it("one that is named, also an odd one", async () => {
    expect(await rowsOf(written("^"), { separator: "^" })).toEqual(FOUR);
    expect(await rowsOf("a;b,x,3\na;c,y,4\n", { separator: "comma" })).toEqual(["a;b x 3", "a;c y 4"]);
    expect(
      await rowsOf("a;b,x,3\na;c,y,4\n", {
        separator: "semicolon",
        columns: "user=1,item=2",
        implicit: true,
      }),
    ).toEqual(["a b,x,3 1", "a c,y,4 1"]);
  });

  it("decimal commas, between semicolons, tabs and in quotes", async () => {
    expect(await rowsOf("user;item;rating\n1;10;3,5\n1;9;4,0\n")).toEqual(["1 10 3.5", "1 9 4"]);
    expect(await rowsOf("1\t10\t3,5\n1\t9\t4,0\n")).toEqual(["1 10 3.5", "1 9 4"]);
    expect(await rowsOf('u,i,rating\n1,10,"3,5"\n1,9,4\n')).toEqual(["1 10 3.5", "1 9 4"]);
  });

  it("lines of unlike length, where only the time is missing", async () => {
    expect(await rowsOf("1::10::5::978300760\n1::9::3.5\n2::10::1::978302109\n10::9::4::1\n")).toEqual(FOUR);
  });

  it("single colons belong to ids", async () => {
    expect(await rowsOf("a:b::c:d::4\na::c::3\n")).toEqual(["a:b c:d 4", "a c 3"]);
  });
});

describe("line ends", () => {
  it.each(["\n", "\r\n", "\r"])("%j, a last line without one, blank lines", async (end) => {
    const lines = written(",", end);
    expect(await rowsOf(lines)).toEqual(FOUR);
    expect(await rowsOf(lines.slice(0, -end.length))).toEqual(FOUR);
    const { accounts, ...rest } = await read(end + lines + end + end);
    expect(rows({ accounts, ...rest })).toEqual(FOUR);
    expect(accounts[0].skipped).toEqual({ blank: 3 });
  });
});

describe("quotes", () => {
  it("hold separators, doubled quotes, line ends", async () => {
    const text = '"J ""é"" S","""",4\n"""x""",y,3\n"a,""b",y,2\n"two\nlines",y,1\n';
    expect(await rowsOf(text)).toEqual(['J "é" S " 4', '"x" y 3', 'a,"b y 2', "two\nlines y 1"]);
  });

  it("around every field, as programs write them", async () => {
    const text = '\ufeff"user","item","rating"\r\n"1", 10 ,"5"\r\n\r\n1,9,3.5\r\n2,10,1.0\r\n10,9,4\r\n\r\n';
    expect(await rowsOf(text)).toEqual(FOUR);
  });

  it("inside a field are letters like others; between tabs also around a part of one", async () => {
    expect(await rowsOf('J "é" S,x,5\n6" a,7" b,3\n')).toEqual(['J "é" S x 5', '6" a 7" b 3']);
    const artists = '"Weird Al" Yankovic\tx\t5\n"AC/DC"\ty\t4\n"open\tz\t3\n';
    expect(await rowsOf(artists)).toEqual(['"Weird Al" Yankovic x 5', "AC/DC y 4", '"open z 3']);
  });

  it("name their line when they do not fit", async () => {
    for (const line of ['"a"b"c",2,3', '"a"b,2,3', '"a" "b",2,3', '"a""",""b",3', '"open,2,3'])
      await expect(read(`1,2,3\n1,3,4\n${line}\n1,4,4\n`)).rejects.toThrow(
        /line 3: the quotes of .* do not fit/,
      );
  });

  it("name their line also far behind the beginning", async () => {
    const many = Array.from(
      { length: 60_000 },
      (_, k) => `user-${k % 3000},item-${Math.floor(k / 3000)},${1 + (k % 5)}\n`,
    );
    await expect(read(`${many.join("")}"open,2,3\n${many.join("")}`)).rejects.toThrow(
      /line 60001: the quotes of/,
    );
    const long = `${many.join("")}${"x".repeat(12_000_000)},2,3\n`;
    await expect(read(long)).rejects.toThrow(/line 60001 is longer than 1048576 bytes/);
  });
});

describe("encodings", () => {
  const text = "user,item,rating\nJörg,café ☕,5\nÅsa,café ☕,3\n";
  const expected = ["Jörg café ☕ 5", "Åsa café ☕ 3"];
  const utf16 = (order: "le" | "be", mark = true) => {
    const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
    return order === "le" ? bytes : bytes.swap16();
  };

  it("UTF-8 with and without a byte order mark", async () => {
    expect(await rowsOf(text)).toEqual(expected);
    expect(await rowsOf(`\ufeff${text}`)).toEqual(expected);
  });

  it("UTF-16, little and big end first, by its mark or by its zeros", async () => {
    for (const order of ["le", "be"] as const)
      for (const mark of [true, false]) {
        const readout = await read(utf16(order, mark));
        expect(rows(readout)).toEqual(expected);
        expect(readout.accounts[0].encoding).toBe(`utf-16${order}`);
      }
    expect(await rowsOf(utf16("be", false), { encoding: "utf-16be" })).toEqual(expected);
    await expect(read(Buffer.concat([utf16("le"), Buffer.from([0x00, 0xd8, 0x41, 0x00])]))).rejects.toThrow(
      /not valid UTF-16LE/,
    );
  });

  it("Latin-1 where it is named, and the message for other bytes names it", async () => {
    const latin = Buffer.concat([
      Buffer.from("Jörg,café,5\nJÈrg,x", "latin1"),
      Buffer.from([0x80]),
      Buffer.from(",3\n"),
    ]);
    await expect(read(latin)).rejects.toThrow(
      /file\.csv: line 1 is not UTF-8: "Jörg,café,5"; save the file as UTF-8, or read it with --encoding latin1/,
    );
    expect(await rowsOf(latin, { encoding: "latin1" })).toEqual(["Jörg café 5", "JÈrg x€ 3"]);
  });

  it("bytes that are not UTF-8 are found wherever they stand, in columns that are not read too", async () => {
    const lines = Array.from(
      { length: 50_000 },
      (_, k) => `u${k % 2500},i${Math.floor(k / 2500)},${1 + (k % 5)},ok\n`,
    ).join("");
    const bytes = Buffer.concat([
      Buffer.from(`user,item,rating,text\n${lines}u1,x,3,`),
      Buffer.from([0xe9, 10]),
    ]);
    await expect(read(bytes)).rejects.toThrow("line 50002 is not UTF-8");
  });
});

describe("containers", () => {
  const csv = Buffer.from(written(","));

  it("gzip, by its first bytes, in several members too", async () => {
    const readout = await read(gzipSync(csv), {}, "r.csv.gz");
    expect(rows(readout)).toEqual(FOUR);
    expect(readout.accounts[0].packed).toBe("gzip");
    expect(await rowsOf(gzipSync(csv), {}, "r.csv")).toEqual(FOUR);
    expect(
      await rowsOf(Buffer.concat([gzipSync("1,10,5\n1,9,3.5\n"), gzipSync("2,10,1\n10,9,4\n")])),
    ).toEqual(FOUR);
  });

  it("damaged gzip says what is wrong", async () => {
    const whole = gzipSync("1,2,3\n".repeat(1000));
    await expect(read(whole.subarray(0, whole.length - 9), {}, "r.csv.gz")).rejects.toThrow(
      /r\.csv\.gz: gzip data truncated \(.*\); take another copy of it/,
    );
    const damaged = Uint8Array.from(whole);
    damaged[whole.length - 6] ^= 1; // in the checksum
    await expect(read(damaged, { duplicates: "first" })).rejects.toThrow(
      /gzip data damaged \(incorrect data check\)/,
    );
    await expect(read(csv, {}, "r.csv.gz")).rejects.toThrow("not gzip data, although the name ends in .gz");
    await expect(read(gzipSync(""))).rejects.toThrow("holds no ratings");
  });

  it("zip, with the file of ratings among others", async () => {
    const zip = (files: Record<string, string>) =>
      zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
    const one = await read(zip({ "folder/mine.csv": written(",") }), {}, "r.zip");
    expect([rows(one), one.accounts[0].packed]).toEqual([FOUR, "zip (folder/mine.csv)"]);
    const lens = {
      "ml/README.txt": "x",
      "ml/movies.csv": "m",
      "ml/ratings.csv": written(","),
      "__MACOSX/ml/._r": "",
    };
    expect(await rowsOf(zip(lens), {}, "r.zip")).toEqual(FOUR);
    await expect(read(zip({ "a.csv": "x", "b.csv": "y" }), {}, "r.zip")).rejects.toThrow(
      /r\.zip is a zip archive of a\.csv, b\.csv: unpack it/,
    );
    const damaged = zip({ "mine.csv": "1,2,3\n".repeat(200) });
    for (let k = 45; k < 50; k++) damaged[k] ^= 0x5a;
    await expect(read(damaged, { duplicates: "first" }, "r.zip")).rejects.toThrow(
      /mine\.csv in the zip archive is damaged \(.*\); take another copy of it/,
    );
    const within = [
      zipSync({ "b.zip": zip({ "mine.csv": `${csv}` }) }),
      zipSync({ "b.csv.gz": gzipSync(csv) }),
    ];
    for (const packed of [...within, gzipSync(gzipSync(csv))])
      await expect(read(packed, {}, "r.zip")).rejects.toThrow(
        /r\.zip is an archive in which .*: unpack both/,
      );
    const lzma = zip({ "mine.csv": `${csv}` });
    const directory = Buffer.from(lzma).indexOf("PK\u0001\u0002");
    for (const at of [8, directory + 10]) lzma[at] = 14;
    await expect(read(lzma, {}, "r.zip")).rejects.toThrow(
      /mine\.csv is packed by method 14 of zip, which is not read here; unpack it and give the file of ratings/,
    );
    const selfExtracting = Buffer.concat([Buffer.from("#!/bin/sh\n"), zip({ "mine.csv": `${csv}` })]);
    await expect(read(selfExtracting, {}, "r.zip")).rejects.toThrow(/r\.zip: line 2 holds zero bytes/);
    const wrong = zipSync({ "mine.csv": [csv, { level: 0 }] });
    wrong[Buffer.from(wrong).indexOf("978300760")] ^= 1; // a digit of a time that nobody reads
    await expect(read(wrong, {}, "r.zip")).rejects.toThrow(/wrong CRC-32/);
  });

  it.each([
    [
      "an Excel file (.xlsx): save it as CSV",
      zipSync({ "[Content_Types].xml": csv, "xl/workbook.xml": csv }),
    ],
    ["an OpenDocument spreadsheet (.ods)", zipSync({ mimetype: csv, "content.xml": csv })],
    ["an old Excel or Office file", Buffer.from("d0cf11e0a1b11ae1", "hex")],
    ["a PDF", Buffer.from("%PDF-1.7\n")],
    ["an SQLite database", Buffer.from("SQLite format 3\0")],
    ["a Zstandard archive", Buffer.from("28b52ffd00", "hex")],
    ["a web page or XML", Buffer.from("\n<!DOCTYPE html><html>")],
    ["holds zero bytes", Buffer.from("1,2,3\n1,\0,3\n")],
  ])("refuses %s", async (words, content) => {
    await expect(read(content)).rejects.toThrow(words);
  });

  it("keeps its memory bounded where a small file unpacks to a large one", async () => {
    const before = process.memoryUsage().rss;
    await expect(read(gzipSync(Buffer.alloc(1 << 27)))).rejects.toThrow("holds zero bytes");
    const line = Buffer.from(`1,2,3,${"x".repeat(16_000)}\n`);
    const member = gzipSync(Buffer.concat(Array.from({ length: 100 }, () => line)), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 200 }, () => member)); // 320 MB from less than 1
    expect(bomb.length).toBeLessThan(1e6);
    await expect(read(bomb)).rejects.toThrow(/unpack to more than 200 times as many/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

describe("JSON", () => {
  const object = (user: unknown, item: unknown, overall: unknown) =>
    JSON.stringify({ reviewerID: user, asin: item, reviewText: 'a "5"\n', overall });

  it("objects, one a line, by their names", async () => {
    const text = `${object("A2", "B1", 5)}\n\n${object("A1", "B1", "1")}\n`;
    expect(await rowsOf(text, {}, "x.json.gz".slice(0, -3))).toEqual(["A2 B1 5", "A1 B1 1"]);
    expect(
      await rowsOf(`${JSON.stringify({ x: 7, y: "a", z: 3 })}\n${JSON.stringify({ x: 8, y: "a", z: 4 })}`, {
        columns: "user=y,item=x,rating=z",
      }),
    ).toEqual(["a 7 3", "a 8 4"]);
  });

  it("nested objects are columns with a point in their names", async () => {
    const line = (user: string, item: string, rating: number) =>
      JSON.stringify({ _id: { $oid: "5f" }, user: { id: user, name: "Ann" }, item: { id: item }, rating });
    const text = `${line("a", "x", 4)}\n${line("b", "y", 5)}\n`;
    expect(await rowsOf(text)).toEqual(["a x 4", "b y 5"]);
    expect(await rowsOf(text, { columns: "user=user.name,item=item.id" })).toEqual(["Ann x 4", "Ann y 5"]);
    const deep = `${'{"a":'.repeat(3000)}1${"}".repeat(3000)}`;
    expect((await read(`{"user":${deep},"item":"x","rating":4}`)).ratings.userIds).toHaveLength(1);
  });

  const nested = JSON.stringify({ a: { x: 4, y: 1 }, b: { x: 2, y: 5 } });
  it.each([
    ["arrays in one", '[["a","x",4],["b","x",2]]'],
    ["arrays, one a line", '["a","x",4]\n["b","x",2]\n'],
    [
      "rows inside an object",
      '{"count":2,"ratings":[{"user":"a","item":"x","stars":4},{"user":"b","item":"x","stars":2}]}',
    ],
    ["users inside an object", nested],
  ])("%s: refused with a command that takes the rows out", async (_, text) => {
    const path = fileOf(text, "own export.json");
    const refused = await readRatings([path], complete(READING, {}, "")).catch(
      (error: Error) => error.message,
    );
    const [, command] = /(python3 .*) > ratings\.(?:csv|json), and go on with/s.exec(String(refused)) ?? [];
    const turned = execFileSync("sh", ["-c", command ?? "false"], { encoding: "utf8" });
    expect(await rowsOf(turned)).toEqual(expect.arrayContaining(["a x 4", "b x 2"]));
  });

  it("a list in the place of an item is refused", async () => {
    expect(textOf([{ id: 7n }])).toBe('[{"id":"7"}]'); // of Parquet, which counts in big integers
    await expect(read('{"user":1,"items":[{"id":7}]}\n{"user":2,"items":[{"id":8}]}\n')).rejects.toThrow(
      /line 1: items is a list.*write a row for each of its values/,
    );
  });

  it("an array of objects", async () => {
    expect(await rowsOf(`[\n${object("A2", "B1", 5)},\n${object("A1", "B1", 1)}]`)).toEqual([
      "A2 B1 5",
      "A1 B1 1",
    ]);
  });

  it.each([
    [`${object("a", "b", 5)}\n{"reviewerID":`, "line 2: not a JSON object"],
    [`${object("a", "b", 5)}\n7`, "line 2: not a JSON object"],
    [`${object("a", "b", 5)}\n${object("a", undefined, 5)}`, "line 2: asin is missing"],
    [`${object("a", "b", 5)}\n${object("a", "c", null)}`, "line 2: overall is missing in"],
    [`${object("a", "b", 5)}\n${object("a", "c", "good")}`, 'line 2: overall "good" is not a number'],
    ['{"reviewerID":"a","overall":5}\n', "no columns of users and items"],
  ])("%s", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe("files joined", () => {
  const join = (...texts: string[]) =>
    readRatings(
      texts.map((text, k) => fileOf(text, `part${k}`)),
      complete(READING, {}, "reading"),
    );

  it("are one data set with one numbering, each with its own header or none", async () => {
    const joined = await join("u,i,r\n5,1,4\n1,1,3\n", "3,2,5\n");
    expect(rows(joined)).toEqual(["5 1 4", "1 1 3", "3 2 5"]);
    expect(joined.ratings.userIds).toEqual(["1", "3", "5"]);
  });

  it("name both files and lines of a pair that both have", async () => {
    await expect(join("5,1,4\n1,1,3\n", "2,2,1\n1,1,5\n")).rejects.toThrow(
      /part1: line 2: user 1 rates item 1 again, after .*part0: line 2 \(3, then 5\); 1 rating repeats a pair/,
    );
  });
});
