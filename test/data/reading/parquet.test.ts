/** Parquet files that pyarrow wrote (fixtures/parquet): the ratings in them, whatever compressed them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireMeasure } from "../../../lib/data/reading/parquet";
import { read, rows } from "./helpers";

const fixture = (name: string) => readFileSync(join(__dirname, "../../fixtures/parquet", name));

describe("Parquet", () => {
  it.each(["snappy", "gzip", "zstd"])("%s, over several groups of rows", async (codec) => {
    const readout = await read(fixture(`${codec}.parquet`), {}, "ratings.parquet");
    const expected = Array.from(
      { length: 60 },
      (_, k) => `ann ${k % 6} ${Math.floor(k / 6) + 2 ** 40} ${1 + (k % 9) / 2}`,
    );
    expect(rows(readout)).toEqual(expected);
    expect(readout.accounts[0]).toMatchObject({
      form: "Parquet",
      notes: ["not read: comment"],
      first: { user: "ann 0", item: String(2 ** 40), rating: "1", time: "2024-01-01T00:00:00.000Z" },
    });
  });

  it("names the row of a repeated pair, and says when the file is damaged", async () => {
    const snappy = fixture("snappy.parquet");
    await expect(read(snappy, { columns: "user=user_id,item=comment,rating=rating" })).rejects.toThrow(
      /line 2: comment is missing/,
    );
    await expect(read(snappy.subarray(0, 500))).rejects.toThrow(/Parquet data damaged or of an unknown kind/);
    const broken = Buffer.from(snappy);
    broken.fill(0xff, 40, 300);
    await expect(read(broken)).rejects.toThrow(/Parquet data damaged/);
  });

  it("that claims more rows or bytes than its own can stand for is refused before it is unpacked", () => {
    const group = (rows: number, size: number) => [{ num_rows: BigInt(rows), total_byte_size: BigInt(size) }];
    const measured = (bytes: number, ...given: [rows: number, size: number]) =>
      requireMeasure("x.parquet", bytes, group(...given));
    expect(() => measured(1000, 2 ** 20, 2 ** 28)).not.toThrow();
    expect(() => measured(10 ** 8, 10 ** 9, 10 ** 10)).not.toThrow();
    expect(() => measured(1000, 10 ** 9, 1000)).toThrow(
      /x\.parquet: 1000 bytes of Parquet unpack to 1000000000 rows/,
    );
    expect(() => measured(1000, 10, 2 ** 31)).toThrow(/which no file of ratings does/);
  });
});
