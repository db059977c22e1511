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
    GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
    BROTLI: (input: Uint8Array) => new Uint8Array(brotliDecompressSync(input)),
    ZSTD: (input: Uint8Array, length: number) => decompress(input, new Uint8Array(length)),
  };
  const sound = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new InputError(
        `${path}: Parquet data damaged or of an unknown kind (${(error as Error).message})`,
      );
    }
  };
  const file = await asyncBufferFromFile(path);
  const metadata = await sound(() => parquetMetadataAsync(file));
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
