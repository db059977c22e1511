/** Lists of what to forget: whatever separates the fields, exactly the pairs that the file names. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readPairs, readUsers } from "../../lib/cli/lists";
import { readOwnFile } from "../../lib/data/load";
import { InputError } from "../../lib/errors";
import { Random } from "../../lib/random";

const home = mkdtempSync(join(tmpdir(), "erasable-lists-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(home, "list");
  writeFileSync(path, text);
  return path;
}
const pairs = (text: string) => readPairs(fileOf(text));

/** The pairs of a file of ratings, in its order. */
async function ownPairs(text: string, separator?: string): Promise<string[][]> {
  const columns = "user=1,item=2,rating=3";
  const { readout } = await readOwnFile(fileOf(text), { separator, columns, scale: "0-99" });
  const { users, items, userIds, itemIds } = readout.ratings;
  return Array.from(users, (user, k) => [userIds[user], itemIds[items[k]]]);
}

describe("--ratings-file", () => {
  it.each([
    ["u1\ti2", "u1", "i2"],
    ["u1,i2\ti3", "u1,i2", "i3"],
    ["u1::x\ti3\t4", "u1::x", "i3"],
    ["u1,i2::i3::4.5", "u1,i2", "i3"],
    ["u1,i2,4", "u1", "i2"],
    ['"u1,i2",i3', "u1,i2", "i3"],
    ['"u1::i2", "i3" ,4,978300760\r', "u1::i2", "i3"],
    ['\uFEFF"u3",i1', "u3", "i1"],
    ["u1;i2;4.5", "u1", "i2"],
    ["u1|i2", "u1", "i2"],
    ["u1  i2 4 978300760", "u1", "i2"],
    ["u1,i2,2024-05-09", "u1", "i2"],
    ['"a ""b""",i1', 'a "b"', "i1"],
  ])("%j", (line, user, item) => {
    expect(pairs(`${line}\n\n`)).toEqual([[user, item]]);
  });

  it("reads the lines of a file of ratings as the file itself is read", async () => {
    for (const text of [
      '"u1,i2",i3,4\n"a ""b""", i1 ,2,978300760\nplain,"i::4",1\n',
      'u1,i2\ti3\t4\n"q"\ti 1\t2\n"q" r\ti 1\t2\n',
      'u1,i2::i3::4\n"q"::i 1::2::978300760\n',
      'u1;"i;3";4,5\n"q";"i,1";2,5\n'.replaceAll(",5", ".5"),
      "u1|i3|4\nu2|i 1|2\n",
      "u1 i3 4\nu2   i1 2\n",
    ])
      expect(pairs(text)).toEqual(await ownPairs(text));
  });

  it("reads any line of a CSV as the file itself is read", async () => {
    const random = Random.stream(1, "lines of a CSV");
    const letters = ['"', '""', ",", " ", "\u00a0", "a", "é", "7"];
    const some = () => Array.from({ length: random.below(4) }, () => letters[random.below(letters.length)]);
    let read = 0;
    for (let n = 0; n < 400; n++) {
      const line = [some(), random.below(2) ? ['"', ...some(), '"'] : some(), ["3"]]
        .map((parts) => parts.join(""))
        .join(",");
      const own = await ownPairs(`${line}\n`, ",").catch((error: unknown) => {
        if (error instanceof InputError) return [];
        throw error;
      });
      if (own.length === 0) continue;
      read++;
      expect([line, pairs(line)]).toEqual([line, own]);
    }
    expect(read).toBeGreaterThan(40);
  });

  it("passes over a header of words, and says so", () => {
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(pairs("userId,movieId,rating\nu1,i2,4\n")).toEqual([["u1", "i2"]]);
    expect(String(told.mock.calls[0][0])).toMatch(/line 1 was read as a header: userId,movieId,rating/);
    told.mockRestore();
  });

  it.each([
    ["u0,i0\nu1,i2,i3", /line 2: "i3" behind user and item is not a rating; an id with a comma needs quotes/],
    ["u1,i2,4.5.", /line 1: "4.5." behind user and item is not a rating/],
    ['"u1,i2', /line 1: a user and an item are needed, not "\\"u1,i2"/],
    ["u1", /line 1: a user and an item are needed/],
    [",i2", /line 1: a user and an item are needed/],
    ['"a"b"c",d,3', /line 1: a user and an item are needed/],
    ["u1;i2;3,5", /line 1: user and item may stand between , or ; in "u1;i2;3,5"; put an id/],
    ["u1,i2,4,5,6", /line 1: user, item, rating and time are four fields, not 5/],
    ["\n", /holds no rating/],
  ])("refuses %j", (text, message) => {
    expect(() => pairs(text)).toThrow(message);
  });
});

describe("--users-file", () => {
  it("takes an id a line, with or without quotes", () => {
    expect(readUsers(fileOf('\uFEFFu1\r\n\n"Doe, John"\n Roe, Jane \n"\n'))).toEqual([
      "u1",
      "Doe, John",
      "Roe, Jane",
      '"',
    ]);
    expect(() => readUsers(fileOf(" \n"))).toThrow(/holds no id/);
  });
});

describe("a list in JSON", () => {
  const inJson = (value: unknown) => {
    const path = join(home, "list.json");
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
    return path;
  };

  it("names every id", () => {
    const odd = ["a,\nb", ' "quoted" ', "[x]", "tab\t", ""];
    expect(readUsers(inJson(odd))).toEqual(odd);
    expect(readPairs(inJson([["a,\nb", "i\r\n1"]]))).toEqual([["a,\nb", "i\r\n1"]]);
  });

  it.each([["[]"], ['["a", 1]'], ['{"users": ["a"]}'], ['"a"'], ["[a]"], ["null"]])(
    "%s is refused",
    (text) => {
      expect(() => readUsers(inJson(text))).toThrow(/--users-file: .*list\.json/);
      expect(() => readPairs(inJson(text))).toThrow(/--ratings-file: .*list\.json/);
    },
  );
});
