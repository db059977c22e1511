import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseRatings } from "../../lib/data/parse";
import { InputError } from "../../lib/errors";
import { Random } from "../../lib/random";
import { bytes, parseText } from "./helpers";

const rows = (parsed: ReturnType<typeof parseText>): string[] =>
  Array.from(
    parsed.users,
    (u, k) => `${parsed.userIds[u]} ${parsed.itemIds[parsed.items[k]]} ${parsed.ratings[k]}`,
  );
const FOUR = ["1 10 5", "1 9 3.5", "2 10 1", "10 9 4"];

describe("formats", () => {
  it("MovieLens 1M, with and without time", () => {
    const text = "1::10::5::978300760\n1::9::3.5\n2::10::1::978302109\n10::9::4::1\n";
    expect(rows(parseText(text, "double-colon"))).toEqual(FOUR);
  });

  it("MovieLens 100K", () => {
    expect(rows(parseText("1\t10\t5\t881250949\n1\t9\t3.5\n2\t10\t1\n10\t9\t4", "tab"))).toEqual(FOUR);
  });

  it("csv with and without header", () => {
    const body = "1,10,5\n1,9,3.5,978\n2,10,1\n10,9,4\n";
    expect(rows(parseText(body))).toEqual(FOUR);
    expect(rows(parseText(`userId,movieId,rating,timestamp\n${body}`))).toEqual(FOUR);
  });

  it("csv as other programs write it: byte order mark, CRLF, quotes, spaces, blank lines", () => {
    const text = '\ufeff"user","item","rating"\r\n"1", 10 ,"5"\r\n\r\n1,9,3.5\r\n2,10,1.0\r\n10,9,4\r\n\r\n';
    expect(rows(parseText(text))).toEqual(FOUR);
  });

  it("csv with a comma inside quotes", () => {
    expect(rows(parseText('"Smith, J.",x,4\n'))).toEqual(["Smith, J. x 4"]);
  });

  it("csv with quotes inside quotes, doubled", () => {
    const text = '"J ""é"" S","""",4\n"""x""",y,3\n"a,""b",y,2,"1"\n';
    expect(rows(parseText(text))).toEqual(['J "é" S " 4', '"x" y 3', 'a,"b y 2']);
  });

  it("ratings as other programs write them, rounded correctly", () => {
    const texts = [
      "0.8982979700319381",
      "3.3333333333333335",
      "4e0",
      "+4",
      ".5",
      "4.",
      "1E-1",
      "000000000000000001",
    ];
    const text = texts.map((rating, k) => `u${k},i,${rating}`).join("\n");
    const { ratings } = parseText(text, "csv", { least: 0, most: 5 });
    expect([...ratings]).toEqual(texts.map((rating) => Math.fround(Number(rating))));
  });

  it("csv with quotes in fields that stand in none: letters like others", () => {
    expect(rows(parseText('J "é" S,x,5\n6" a,7" b,3,4\n'))).toEqual(['J "é" S x 5', '6" a 7" b 3']);
  });

  it("Amazon's json lines", () => {
    const line = (user: string, item: string, overall: number) =>
      JSON.stringify({ reviewerID: user, asin: item, reviewText: 'a "5"\n', overall });
    const text = `${line("A2", "B1", 5)}\n${line("A1", "B1", 1)}\n`;
    expect(rows(parseText(text, "amazon-json"))).toEqual(["A2 B1 5", "A1 B1 1"]);
  });

  it("gzip of any of them, by its first bytes", () => {
    const parsed = parseRatings(
      [{ name: "r.csv.gz", bytes: gzipSync("1,10,5\n1,9,3.5\n2,10,1\n10,9,4\n") }],
      "csv",
      { least: 1, most: 5 },
    );
    expect(rows(parsed)).toEqual(FOUR);
  });

  it("gives one result for every way of ending the last line", () => {
    for (const end of ["", "\n", "\r\n", "\n\n"])
      expect(rows(parseText(`1::10::5${end}`, "double-colon"))).toEqual(["1 10 5"]);
  });

  it("single colons belong to ids", () => {
    expect(rows(parseText("a:b::c:d::4", "double-colon"))).toEqual(["a:b c:d 4"]);
  });
});

describe("numbering", () => {
  it("is numeric when all ids are whole numbers", () => {
    const parsed = parseText("10,3,5\n9,20,5\n100,1,5\n");
    expect(parsed.userIds).toEqual(["9", "10", "100"]);
    expect(parsed.itemIds).toEqual(["1", "3", "20"]);
  });

  it("is by code unit when one id is not, also for a leading zero", () => {
    expect(parseText("10,3,5\n9,3,5\nx,3,5\n").userIds).toEqual(["10", "9", "x"]);
    expect(parseText("10,3,5\n09,3,5\n9,3,5\n").userIds).toEqual(["09", "10", "9"]);
    expect(parseText("Z,3,5\né,3,5\na,3,5\n").userIds).toEqual(["Z", "a", "é"]);
  });

  it("keeps whole numbers apart that float64 cannot", () => {
    expect(parseText("9007199254740993,1,5\n9007199254740992,1,5\n").userIds.length).toBe(2);
  });

  it("does not depend on the order of lines", () => {
    const lines = Array.from({ length: 500 }, (_, n) => `${(n * 7919) % 97},${(n * 31) % 89},${1 + (n % 5)}`);
    const unique = [...new Map(lines.map((line) => [line.slice(0, -2), line])).values()];
    const once = parseText(unique.join("\n"));
    const again = parseText(
      Random.stream(1, "lines")
        .shuffle([...unique])
        .join("\n"),
    );
    expect(again.userIds).toEqual(once.userIds);
    expect(again.itemIds).toEqual(once.itemIds);
    expect(rows(again).sort()).toEqual(rows(once).sort());
  });

  it("finds each of many ids again", () => {
    const n = 20_000; // past several enlargements of the table
    const text = Array.from({ length: 2 * n }, (_, k) => `user-${k % n},${k < n ? "a" : "b"},3`).join("\n");
    const parsed = parseText(text);
    expect(parsed.userIds.length).toBe(n);
    for (let k = 0; k < n; k++) if (parsed.users[k] !== parsed.users[k + n]) throw new Error(`user-${k}`);
    expect(parsed.userIds[parsed.users[12_345]]).toBe("user-12345");
  });
});

describe("files joined", () => {
  const source = (name: string, text: string) => ({ name, bytes: bytes(text) });
  const scale = { least: 1, most: 5 };

  it("are one data set with one numbering", () => {
    const parsed = parseRatings([source("train", "5,1,4\n1,1,3\n"), source("test", "3,2,5\n")], "csv", scale);
    expect(rows(parsed)).toEqual(["5 1 4", "1 1 3", "3 2 5"]);
    expect(parsed.userIds).toEqual(["1", "3", "5"]);
  });

  it("name the file and line of a pair that the other file has too", () => {
    const read = () =>
      parseRatings([source("train", "5,1,4\n1,1,3\n"), source("test", "2,2,1\n1,1,5\n")], "csv", scale);
    expect(read).toThrow("test: line 2: user 1 rates item 1 for the second time");
  });

  it("may have a header each", () => {
    const parsed = parseRatings([source("a", "u,i,r\n5,1,4\n"), source("b", "u,i,r\n3,2,5\n")], "csv", scale);
    expect(parsed.ratings.length).toBe(2);
  });
});

describe("errors name file, line and value", () => {
  const refuses = (text: string, message: string, format: Parameters<typeof parseText>[1] = "csv") => {
    expect(() => parseText(text, format)).toThrow(InputError);
    expect(() => parseText(text, format)).toThrow(message);
  };

  it("too few and too many fields", () => {
    refuses("1,2,3\n1,4\n", 'file: line 2: expected user,item,rating or user,item,rating,time, found "1,4"');
    refuses("1,2,3,4,5\n", "line 1: expected");
    refuses("1,2,3,4,5,6,7,8\n", "line 1: expected");
    refuses(
      "1\t2\t3\n1 2 3\n",
      'line 2: expected user, item, rating and perhaps a time between tabs, found "1 2 3"',
      "tab",
    );
    refuses("1::2::3\n1:2:3\n", 'found "1:2:3"', "double-colon");
  });

  it("an empty id", () => {
    refuses("1,2,3\n,2,3\n", 'line 2: expected user,item,rating or user,item,rating,time, found ",2,3"');
    refuses("1, ,3\n", "line 1: expected");
  });

  it("an open quote", () => refuses('1,2,3\n"1,2,3\n', "line 2: expected"));

  it("quotes that do not fit", () => {
    for (const line of ['"a"b"c",2,3', '"a"b,2,3', '"a" "b",2,3', '"a""",""b",3', '""'])
      refuses(`1,2,3\n${line}\n`, "line 2: expected");
  });

  it("bytes that are not UTF-8, in ids that would be one", () => {
    const latin = [{ name: "r.csv", bytes: Buffer.from("u1,caf\xe9,3\nu1,caf\xe8,4\n", "latin1") }];
    expect(() => parseRatings(latin, "csv", { least: 1, most: 5 })).toThrow(/r\.csv is not UTF-8: item id/);
  });

  it("a mistyped rating in the first line, which is no header", () => {
    refuses("1,2,x\n1,3,4\n", 'line 1: rating "x" is not a number; a header holds no digit');
    refuses("ann,x,4.5.\n1,3,4\n", 'line 1: rating "4.5." is not a number; a header holds no digit');
    refuses("user,item,rating\n1,3,x\n", 'line 2: rating "x" is not a number');
  });

  it("a rating that is not a number", () => {
    refuses("1,2,3\n1,3,good\n", 'file: line 2: rating "good" is not a number');
    for (const text of [
      "",
      "1e",
      "0x3",
      "3,",
      ".",
      "5..",
      "-",
      "4 4",
      "NaN",
      "Infinity",
      "--3",
      "9".repeat(65),
    ])
      expect(() => parseText(`1\t2\t3\n1\t3\t${text}\n`, "tab")).toThrow(/line 2: rating/);
  });

  it("a header whose columns stand in another order, and a first rating that is missing", () => {
    for (const header of ["movieId,userId,rating", "user,rating,item", "rating,user,item", "item,user,score"])
      refuses(
        `${header}\n1,2,3\n`,
        `line 1: the header names "${header}"; the columns are user, item and rating`,
      );
    for (const header of ["userId,movieId,rating", "reviewerID,asin,overall", "who,what,how much", "u,i,r"])
      expect(parseText(`${header}\n1,2,3\n`).ratings.length).toBe(1);
    for (const missing of ["", "NA", "nan", "null"])
      refuses(`anna,bread,${missing}\n1,2,3\n`, "is not a number; a header holds no digit and has a name");
  });

  it("a header where there may be none", () => {
    refuses("user::item::rating\n1::2::3\n", 'line 1: rating "rating" is not a number', "double-colon");
    refuses("u,i,r\nu,i,r\n1,2,3\n", 'line 2: rating "r" is not a number');
  });

  it("a rating outside the scale, also in line 1", () => {
    refuses("1,2,3\n1,3,6\n", 'file: line 2: rating "6" is outside the scale of this data set (1 to 5)');
    refuses("1,2,0\n1,3,5\n", 'line 1: rating "0" is outside');
    refuses("1,2,-3\n", 'line 1: rating "-3" is outside');
    expect(() => parseText("1,2,1\n1,3,2\n", "csv", { least: 1, most: 1 })).toThrow("(1)");
  });

  it("the second line of a pair that occurs twice, whatever lies between", () => {
    refuses("1,2,3\n2,2,3\n3,3,3\n1,2,3\n", "file: line 4: user 1 rates item 2 for the second time");
    refuses("u,i,r\n\n1,2,3\n2,9,1\n\n1,2,4\n2,9,1\n", "line 6: user 1 rates item 2");
  });

  it("an empty file, and one without ratings", () => {
    refuses("", "file: the file is empty");
    refuses("user,item,rating\n", "file: the file holds no ratings");
    refuses("\n\n", "file: the file holds no ratings", "tab");
  });

  it("truncated, damaged or feigned gzip", () => {
    const whole = gzipSync("1,2,3\n".repeat(1000));
    const read = (name: string, content: Uint8Array) => () =>
      parseRatings([{ name, bytes: content }], "csv", { least: 1, most: 5 });
    expect(read("r.csv.gz", whole.subarray(0, whole.length - 9))).toThrow(
      /r\.csv\.gz: gzip data truncated or damaged/,
    );
    const damaged = Uint8Array.from(whole);
    damaged[whole.length - 6] ^= 1; // in the checksum
    expect(read("r.csv.gz", damaged)).toThrow(InputError);
    expect(read("r.csv.gz", bytes("1,2,3\n"))).toThrow("not gzip data, although the name ends in .gz");
    expect(read("r.csv.gz", gzipSync(""))).toThrow("holds no ratings");
  });

  it("json that is not, or lacks a field", () => {
    refuses(
      '{"reviewerID":"a","asin":"b","overall":5}\n{"reviewerID":',
      "line 2: not a JSON object",
      "amazon-json",
    );
    refuses('{"reviewerID":"a","overall":5}', "line 1: expected reviewerID, asin and overall", "amazon-json");
    refuses('{"reviewerID":"a","asin":"b"}', "line 1: overall undefined is not a number", "amazon-json");
    refuses(
      '{"reviewerID":"a","asin":"b","overall":"5"}',
      'line 1: overall "5" is not a number',
      "amazon-json",
    );
    refuses(
      '{"reviewerID":"a","asin":"b","overall":7}',
      "line 1: rating 7 is outside the scale",
      "amazon-json",
    );
    refuses("null", "line 1: expected", "amazon-json");
  });

  it("quotes long lines in part only", () => {
    expect(() => parseText(`1,2,3\n${"x".repeat(500)}\n`)).toThrow(/found "x{80}\.\.\."$/);
  });
});
