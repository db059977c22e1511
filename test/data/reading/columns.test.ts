/** Which column is taken for what: by name in any order and spelling, by what stands in it, or not at all. */

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { accountText, readRatings } from "../../../lib/data/reading/ratings";
import { READING } from "../../../lib/data/reading/settings";
import { complete } from "../../../lib/settings";
import { fileOf, read, rowsOf } from "./helpers";

const BODY = [
  ["ann", "i7", "4", "1700936710"],
  ["bob", "i7", "5", "1700936711"],
  ["ann", "i9", "1", "1700936712"],
];
const OWN = ["ann i7 4", "bob i7 5", "ann i9 1"];
/** The same table with its columns in another order. */
const ordered = (names: readonly string[], order: readonly number[]) =>
  [names, ...BODY].map((row) => order.map((k) => row[k]).join(",")).join("\n");

describe("names", () => {
  it.each([
    ["user", "item", "rating", "timestamp"],
    ["userId", "movieId", "rating", "timestamp"],
    ["User-ID", "ISBN", "Book-Rating", "Date"],
    ["customer_email", "product", "stars", "ordered_at"],
    ["reviewerID", "asin", "overall", "unixReviewTime"],
    ["user_id:token", "item_id:token", "rating:float", "timestamp:float"],
    ["Customer ID", "Product Code", "Score", "Created At"],
    ["uid", "iid", "val", "ts"],
    ["USER_ID", "ARTIST_ID", "RATING", "TIME"],
    ["member", "anime_id", "review_score", "rated at"],
  ])("%s, %s, %s, %s in any order", async (...names) => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
      [0, 1, 3, 2],
      [2, 3, 0, 1],
    ])
      expect(await rowsOf(ordered(names, order))).toEqual(OWN);
  });

  it("columns beside them are not read, and named", async () => {
    const text =
      "row,user_id,user_name,book_id,book_title,is_read,rating,average_rating\n0,1,Ann,7,Dune,1,3,4.1\n1,2,Bo,7,Dune,1,5,4.1\n";
    const readout = await read(text);
    expect(readout.accounts[0].columns).toEqual([
      { role: "user", column: 2, name: "user_id" },
      { role: "item", column: 4, name: "book_id" },
      { role: "rating", column: 7, name: "rating" },
    ]);
    expect(accountText(readout)).toContain("not read: row, user_name, book_title, is_read, average_rating");
  });

  it("of Amazon's reviews and of a shop's orders", async () => {
    const reviews =
      "rating,title,text,asin,parent_asin,user_id,timestamp,helpful_vote\n5,Good,x,B1,P1,A1,1588687728923,0\n3,Bad,y,B2,P1,A1,1588687728924,2\n";
    expect(await rowsOf(reviews)).toEqual(["A1 B1 5", "A1 B2 3"]);
    const orders =
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,Mug,6,2024-01-01,2.5,17850,UK\n1,B,Jar,8,2024-01-01,2.5,17850,UK\n2,A,Mug,2,2024-01-02,2.5,13047,UK\n";
    const readout = await read(orders);
    expect(readout.why).toMatch(/its name says counts, 2 to 8/);
    expect(await rowsOf(orders)).toEqual(["17850 A 1", "17850 B 1", "13047 A 1"]);
  });

  it("that say nothing are taken in their order, and shown", async () => {
    for (const names of ["who,what,how much", "u,i,r", '"V1","V2","V3"']) {
      const readout = await read(`${names}\n1,2,3\n1,4,5\n`);
      expect(readout.accounts[0].header?.line).toBe(1);
      expect(readout.ratings.ratings.length).toBe(2);
      expect(accountText(readout)).toContain("1 line skipped (header)");
    }
  });

  it.each([
    ["Kunde;Artikel;Bewertung", "a;x;4", "a x 4"],
    ["Note,Titre du film,Utilisateur", "4,x,a", "a x 4"],
    ["calificación,película,cliente", "4,x,a", "a x 4"],
    ["utente,prodotto,voto", "a,x,4", "a x 4"],
    ["оценка,товар,покупатель", "4,x,a", "a x 4"],
    ["评分,商品名,用户ID", "4,x,a", "a x 4"],
    ["評価,商品,ユーザー", "4,x,a", "a x 4"],
  ])("of other languages: %s", async (header, row, found) => {
    expect(await rowsOf(`${header}\n${row}\n`, { scale: "1-5" })).toEqual([found]);
  });

  it("of words above ids with digits are a header, although nothing else tells it", async () => {
    const body = ["p1,f2", "p2,f2", "p3,f1", "p4,f9", "p5,f1"];
    const pairs = await read(`persona,fruta\n${body.join("\n")}\n`);
    expect(pairs.accounts[0].header).toEqual({ line: 1, names: ["persona", "fruta"] });
    expect(pairs.ratings.userIds).toHaveLength(5);
    expect((await read(`${body.join("\n")}\n`)).ratings.userIds).toHaveLength(5);
    expect((await read(`ann,fig\n${body.join("\n")}\nbob,fig\n`)).ratings.userIds).toHaveLength(7);
  });

  it("a rating's column in words is asked for by name, and never passed over", async () => {
    await expect(read("who,what,opinion\na,x,like\nb,x,dislike\n")).rejects.toMatchObject({
      message: expect.stringMatching(/"opinion" may hold ratings/),
      ways: [{ columns: "rating=opinion" }, { implicit: true }],
    });
  });

  const WIDE = 'user,i1,i2,i3,"i,4",i5\na,1,,3,4,5\nb,5,4,,2,1\n';
  const FOUND = ["a i1 1", "a i3 3", "a i,4 4", "a i5 5", "b i1 5", "b i2 4", "b i,4 2", "b i5 1"];
  const GRID = Array.from({ length: 8 }, (_, u) =>
    Array.from({ length: 9 }, (_, i) => (u + i) % 4 || "").join(),
  );
  const LISTS = "7 1 2 3\n8 2\n9 3 1 2 4 5\n10 5 4 1 2\n11 1 2\n";
  it.each<[string, string, readonly string[]]>([
    ["a column for each item", WIDE, FOUND],
    [
      "of a spreadsheet",
      WIDE.replace("i,4", "i.4").replaceAll(",", ";"),
      FOUND.map((row) => row.replace("i,4", "i.4")),
    ],
    [
      "whose names are numbers",
      WIDE.replace('"i,4"', "4").replaceAll("i", ""),
      FOUND.map((row) => row.replace(/ i,?/, " ")),
    ],
    [
      "a column for each user",
      WIDE.replace("user", "movie"),
      FOUND.map((row) => row.replace(/(\S+) (\S+)/, "$2 $1")),
    ],
    ["without names", GRID.join("\n"), ["1 2 1", "1 3 2", "2 1 1", "6 9 1"]],
    ["a list of items in each line", LISTS, ["7 1 1", "7 2 1", "7 3 1", "8 2 1", "9 3 1"]],
  ])("%s is refused with a command that turns the table", async (_, text, found) => {
    const path = fileOf(text, "wide table.csv");
    const refused = await readRatings([path], complete(READING, {}, "")).catch(
      (error: Error) => error.message,
    );
    const [, command] = /(python3 .*) > ratings\.csv, and go on with/s.exec(String(refused)) ?? [];
    const turned = execFileSync("sh", ["-c", command ?? "false"], { encoding: "utf8" });
    expect(await rowsOf(turned, { scale: "1-5" })).toEqual(expect.arrayContaining([...found]));
  });

  it("that describe an item are none: of BoardGameGeek's ratings, and one person's films", async () => {
    const games =
      ",user,rating,comment,ID,name\n0,ann,8,good,13,Catan\n1,bob,6,bad,13,Catan\n2,ann,7,x,9,Chess\n";
    expect(await rowsOf(games, { scale: "1-10" })).toMatchObject(
      [/^ann 13 /, /^bob 13 /, /^ann 9 /].map((row) => expect.stringMatching(row)),
    );
    const films = "Date,Name,Year,Letterboxd URI,Rating\n2023-01-01,Alien,1979,https://x/1,4.5\n";
    await expect(read(films)).rejects.toThrow(
      /no columns of users and items are seen in line 1.*an export of one person has no column of users/,
    );
  });

  it("of which a few hold a digit are a header still, and a row of data is none", async () => {
    const books =
      "Reader,Book Id,Title,Author,ISBN13,My Rating\nann,7,Dune,Herbert,978,5\nbob,7,Dune,Herbert,978,3\n";
    const { accounts } = await read(books, { columns: "item=Book Id" });
    expect(accounts[0].header?.line).toBe(1);
    const steam = "steamid,appid,name,playtime_forever,playtime_2weeks\n76,10,Go,120,0\n77,10,Go,3,1\n";
    await expect(read(steam)).rejects.toMatchObject({
      ways: [
        { columns: "rating=playtime_forever" },
        { columns: "rating=playtime_2weeks" },
        { implicit: true },
      ],
    });
    for (const row of ["ann,fig 2,bad,x", "ann,fig,bad,2023-01-01", "user,7,bad,x"])
      await expect(read(`${row}\nbob,fig 2,4,x\nann,fig 3,5,x\n`)).rejects.toThrow(/no header|not a number/);
  });

  it("two that say the same are refused, and so is a rating among several numbers", async () => {
    await expect(read("user_id,artist_id,track_id,rating\n1,2,3,4\n")).rejects.toThrow(
      /"artist_id" and "track_id" both name a column of items; say which with --columns item=artist_id/,
    );
    await expect(read("user_id,book_id,is_read,is_reviewed\n1,2,0,1\n1,3,1,0\n")).rejects.toThrow(
      /no column is called rating; "is_read" and "is_reviewed" may hold ratings: say which with --columns rating=is_read, or take the pairs alone with --implicit/,
    );
  });

  it("of orders and of one person's films: the buyer is the user, and no order, type or foreign number", async () => {
    const woo =
      "order_id;date_created;billing_email;product_id;qty\n1;2024-05-03;a@x;7;1\n2;2024-05-03;b@x;7;2\n";
    expect((await read(woo)).accounts[0].first).toMatchObject({ user: "a@x", item: "7" });
    const trakt = '{"rating":7,"type":"movie","movie":{"title":"F","year":2008,"ids":{"trakt":4}}}\n';
    await expect(read(trakt)).rejects.toThrow(/an export of one person has no column of users/);
    const imdb = Array.from({ length: 9 }, (_, k) => `tt${k},${k + 1},7.${k},F${k},https://x/${k},movie\n`);
    await expect(
      read(`Const,Your Rating,IMDb Rating,Title,URL,Title Type\n${imdb.join("")}`),
    ).rejects.toThrow(/an export of one person has no column of users/);
    const goodreads = "Book Id,Title,Author,ISBN,My Rating\n7,Dune,Herbert,978,5\n8,Emma,Austen,979,4\n";
    await expect(read(goodreads)).rejects.toMatchObject({
      message: expect.stringMatching(/an export of one person has no column of users/),
      ways: [],
    });
  });

  it("R's tables, whose header lacks the name of the row names", async () => {
    expect(await rowsOf('"user" "item" "rating"\n"1" "ann" "i7" 4\n"2" "bob" "i7" 5\n', {}, "r.txt")).toEqual(
      ["ann i7 4", "bob i7 5"],
    );
  });

  it("pandas' tables, with a row number first", async () => {
    expect(await rowsOf(",user_id,item_id,rating\n0,ann,i7,4\n1,bob,i7,5\n")).toEqual([
      "ann i7 4",
      "bob i7 5",
    ]);
  });
});

describe("comments", () => {
  it("are a title above the header, and the sizes of a Matrix Market file", async () => {
    expect(await rowsOf("Export of May,,\n\nuser,item,rating\na,x,4\nb,x,2\n")).toEqual(["a x 4", "b x 2"]);
    const market = "%%MatrixMarket matrix coordinate integer general\n% more\n2 9 2\n1 9 5\n2 9 3\n";
    expect(await rowsOf(market)).toEqual(["1 9 5", "2 9 3"]);
  });

  it("of a spreadsheet name the separator, and are passed over", async () => {
    for (const mark of [";", ",", "\t", "^"]) {
      const text = `sep=${mark}\r\n${["user", "item", "rating"].join(mark)}\r\n${["a;1", "x|2", "4"].map((one) => (mark === "^" ? one : one.replace(/\W/, "-"))).join(mark)}\r\n`;
      const readout = await read(text, { scale: "1-5" });
      expect(readout.accounts[0]).toMatchObject({ header: { line: 2 }, skipped: { header: 1, comment: 1 } });
      expect(readout.ratings.ratings[0]).toBe(4);
    }
  });

  it("before the data are passed over and counted; a header may begin with #", async () => {
    const konect = "% bip weighted\n% 3 2 2\n1 1 5 874965758\n2 1 3 874965759\n2 2 1 874965760\n";
    const readout = await read(konect, {}, "out.x");
    expect(readout.accounts[0].skipped).toEqual({ comment: 2 });
    expect(readout.ratings.ratings.length).toBe(3);
    expect(await rowsOf("# user, item, rating\n1,7,5\n2,7,3\n")).toEqual(["1 7 5", "2 7 3"]);
  });
});

describe("--columns", () => {
  it("decides, by name or number", async () => {
    const text = "a,b,c,d\n1,9,ann,4\n2,8,bob,5\n";
    expect(await rowsOf(text, { columns: "user=c,item=a,rating=d" })).toEqual(["ann 1 4", "bob 2 5"]);
    expect(await rowsOf(text, { columns: "user=3;item=2;rating=4" })).toEqual(["ann 9 4", "bob 8 5"]);
    expect(await rowsOf("x,1,9,ann,4\ny,2,8,bob,5\n", { columns: "user=4,item=3,rating=5" })).toEqual([
      "ann 9 4",
      "bob 8 5",
    ]);
  });

  it("that are asked for come beside those that were named", async () => {
    const text = "user,artist,track,msec,x\na,b,c,1,2\na,d,e,3,1\n";
    await expect(read(text, { columns: "item=artist" })).rejects.toMatchObject({
      ways: [{ columns: "item=artist,rating=msec" }, { columns: "item=artist,rating=x" }, { implicit: true }],
    });
  });

  it("names what is wrong with it", async () => {
    const text = "user,item,rating\n1,2,3\n";
    await expect(read(text, { columns: "user=customer,item=item" })).rejects.toThrow(
      /columns: user=customer is not among the 3 columns of line 1: "user", "item", "rating"/,
    );
    await expect(read(text, { columns: "user=4,item=1" })).rejects.toThrow(
      /user=4 is not among the 3 columns/,
    );
    await expect(read(text, { columns: "user=1,item=1" })).rejects.toThrow(/item and user are both column 1/);
    await expect(read(text, { columns: "buyer=1" })).rejects.toThrow(
      /columns: the text "buyer=1" is not user=NAME/,
    );
    await expect(read(text, { columns: "user=1,user=2" })).rejects.toThrow(/columns/);
  });
});

describe("without a header", () => {
  it("a time in the place of the rating is seen, and never trained as one", async () => {
    expect(await rowsOf("1,22,1700936710,3\n1,25,1700453789,4\n")).toEqual(["1 22 3", "1 25 4"]);
    const pairs = await read("1,22,1700936710\n1,25,1700453789\n2,22,1700453790\n");
    expect(pairs.why).toBe("there is no column of ratings");
    await expect(
      read("1,22,1700936710\n1,25,1700453789\n", { columns: "user=1,item=2,rating=3" }),
    ).rejects.toThrow(/line 1: rating near 1700936704: times stand where ratings should/);
    const iso = await read("ann,mug,2024-05-09T10:00:00Z\nann,jar,2024-05-10T10:00:00Z\n");
    expect(iso.why).toBe("there is no column of ratings");
  });

  it("a name between item and count is passed over, as in Last.fm's plays", async () => {
    const readout = await read("u1\tm1\tBjörk\t12\nu1\tm2\tAbba\t3\nu2\tm1\tBjörk\t1\n", {
      implicit: false,
      scale: "1-12",
    });
    expect(readout.accounts[0].columns.map(({ column }) => column)).toEqual([1, 2, 4]);
    expect(accountText(readout)).toContain("not read: column 3");
  });

  it("items that stand above their ratings are refused with the command that puts them into each line", async () => {
    const path = fileOf(
      "1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n2:\n885013,4,2005-10-19\n",
      "netflix.txt",
    );
    const refused = await readRatings([path], complete(READING, {}, "")).catch(
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/netflix\.txt: line 1 is "1:", an item above its ratings/);
    const [, command] = /(awk .*) > ratings\.csv/.exec(String(refused)) as RegExpExecArray;
    const lines = execFileSync("sh", ["-c", command], { encoding: "utf8" });
    expect(await rowsOf(lines, { scale: "1-5" })).toEqual(["1488844 1 3", "822109 1 5", "885013 2 4"]);
  });

  it("a column that counts the rows is not taken for users", async () => {
    const text = Array.from(
      { length: 20 },
      (_, k) => `${k},u${k % 4},i${Math.floor(k / 4)},${1 + (k % 5)}`,
    ).join("\n");
    const readout = await read(text);
    expect(readout.ratings.userIds).toEqual(["u0", "u1", "u2", "u3"]);
    expect(accountText(readout)).toMatch(
      /column 1 counts the rows and is not read; .*--columns user=1,item=2,rating=3/,
    );
    expect((await read(text, { columns: "user=1,item=2,rating=4" })).ratings.userIds.length).toBe(20);
  });

  it.each<[string, string, readonly object[]]>([
    [
      "of Steam-200k, whose last is 0",
      '15,"Dota, 2",purchase,1.0,0\n15,"Dota, 2",play,27.5,0\n16,Rust,purchase,1.0,0\n',
      [{ columns: "user=1,item=2,rating=4" }, { columns: "user=1,item=2", implicit: true }],
    ],
    [
      "after a number and a date",
      "0,2024-05-03,u1,S5,2,EUR\n1,2024-05-04,u1,S6,4,EUR\n2,2024-05-04,u2,S5,5,EUR\n3,2024-05-04,u2,S6,5,EUR\n4,2024-05-04,u3,S6,1,EUR\n",
      [{ columns: "user=3,item=4,rating=5" }, { columns: "user=3,item=4", implicit: true }],
    ],
  ])("many columns, %s, come with the ways to take them", async (_, text, ways) => {
    await expect(read(text)).rejects.toMatchObject({ ways });
    expect(await rowsOf(text, { ...ways[1], duplicates: "last" })).not.toEqual([]);
  });

  it("empty columns at the end are none, and lines of separators alone are blank", async () => {
    const readout = await read("u1,i1,5,,,\nu2,i1,3,,,\n,,,,,\n");
    expect(readout.accounts[0]).toMatchObject({
      first: { user: "u1", item: "i1", rating: "5" },
      skipped: { blank: 1 },
    });
    expect(await rowsOf("user,item,rating\na,x,4\n,,\nb,x,3\n")).toEqual(["a x 4", "b x 3"]);
  });

  it("a date is no user, no item and no rating", async () => {
    expect(await rowsOf("2024-05-03,u1,i1,4\n2024-05-03,u2,i1,2\n")).toEqual(["u1 i1 4", "u2 i1 2"]);
    expect(await rowsOf("u1,i1,20240503,4\nu2,i1,20241231,2\n")).toEqual(["u1 i1 4", "u2 i1 2"]);
  });

  it("more columns than have an order are asked for", async () => {
    await expect(read("u1\t2009\ta1\tMuse\tt1\tx\n")).rejects.toThrow(
      /6 columns without names, the first row: 1: "u1", 2: "2009", .*--columns/,
    );
  });
});

describe("a first row that is no header", () => {
  it.each([
    [
      "ann,apple,O\nbob,apple,3\nbob,pear,4\n",
      /line 1: "O" in column 3 is not a number.*"apple" stands in the lines below too/,
    ],
    ["u99,i1,4.5.\nu1,i2,3\nu1,i3,4\n", /line 1: "4\.5\." in column 3 .*a header holds no digit/],
    ["anna,bread,NA\n1,2,3\n1,3,4\n", /line 1: .*a header has a name for each column/],
    ["anna,bread,\n1,2,3\n1,3,4\n", /line 1: /],
  ])("%j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe("lines that cannot be read name themselves", () => {
  it.each([
    ["1,2,3\n1,4\n1,5,3\n", 'line 2: 2 fields where 3 are expected: "1 | 4"'],
    [
      "user,item,rating\n1,2,3\n1,Good, Bad,3\n",
      'line 3: 4 fields where 3 are expected: "1 | Good | Bad | 3"; a separator in an id needs quotes',
    ],
    ["1,2,3\n,2,3\n", "line 2: the user is missing in"],
    ["1,2,3\n1, ,3\n", "line 2: the item is missing in"],
    ["1,2,3\n1,3,good\n1,4,5\n", 'line 2: rating "good" is not a number; correct it'],
    ["1,2,3\n1,3,\n1,4,5\n", 'line 2: rating "" is missing'],
    ["u;i;rating\n1;2;3\n1;3;1,234\n", "may be a thousand or a decimal"],
    ["user,item,rating\n", "the file holds no ratings"],
    ["\n\n", "the file holds no ratings"],
    ["", "the file is empty"],
    ["one-column\n", "no users and items are seen"],
  ])("%j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("quotes long lines in part only", async () => {
    await expect(read(`1,2,3\n${"x".repeat(500)}\n`)).rejects.toThrow(
      /"x{80}\.\.\."; correct or delete the line$/,
    );
  });
});
