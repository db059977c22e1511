/**
 * Parquet files, one group of rows at a time. The library that reads them is loaded when there is one to
 * read.
 */

import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { InputError } from "../../errors";
import type { Row } from "./objects";

/** The names of the columns and the rows. */
export interface ParquetFile {
  readonly names: readonly string[];
  /** Rows from 1, of these columns alone. @throws InputError when the file is damaged */
  rows(
    columns: readonly string[],
    most?: number,
  ): AsyncGenerator<{ readonly row: Row; readonly line: number }>;
}

/** @throws InputError when the file is no sound Parquet */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    "hyparquet"
  );
  const { decompress } = await import("fzstd");
  const compressors = {
    GZIP: (input: Uint8Array, maxOutputLength: number) =>
      new Uint8Array(gunzipSync(input, { maxOutputLength })),
    BROTLI: (input: Uint8Array, maxOutputLength: number) =>
      new Uint8Array(brotliDecompressSync(input, { maxOutputLength })),
    ZSTD: (input: Uint8Array, length: number) => decompress(input, new Uint8Array(length)),
  };
  const sound = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new InputError(
        `${path}: Parquet data damaged or of an unknown kind (${(error as Error).message}); ` +
          "write it again, compressed by snappy, gzip, brotli, zstd or not at all, or as CSV",
      );
    }
  };
  const file = await asyncBufferFromFile(path);
  const metadata = await sound(() => parquetMetadataAsync(file));
  requireMeasure(path, file.byteLength, metadata.row_groups);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  return {
    names,
    async *rows(columns, most = Number.POSITIVE_INFINITY) {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = Math.min(rowStart + Number(group.num_rows), most);
        if (rowEnd <= rowStart) return;
        const asked = { file, metadata, columns: [...columns], rowStart, rowEnd, compressors };
        const rows = (await sound(() => parquetReadObjects(asked))) as Row[];
        for (let k = 0; k < rows.length; k++) yield { row: rows[k], line: rowStart + k + 1 };
        rowStart = rowEnd;
      }
    },
  };
}

/** Rows that any group may have, and for each byte of the file: a user and an item need more than a bit. */
const FREE = 2 ** 20;
const ROWS_PER_BYTE = 64;

/** A few bytes can stand for any number of equal rows, which would be unpacked together. @throws InputError */
export function requireMeasure(
  path: string,
  bytes: number,
  groups: readonly { readonly num_rows: bigint; readonly total_byte_size: bigint }[],
): void {
  for (const { num_rows: rows, total_byte_size: size } of groups)
    if (Number(rows) > Math.max(FREE, ROWS_PER_BYTE * bytes) || Number(size) > Math.max(2 ** 28, 200 * bytes))
      throw new InputError(
        `${path}: ${bytes} bytes of Parquet unpack to ${rows} rows of ${size} bytes in one group, which no ` +
          "file of ratings does; if it is one, write it with smaller groups of rows, or as CSV",
      );
}
