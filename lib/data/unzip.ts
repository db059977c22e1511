/**
 * Files of a zip archive, as streams whose checksums are compared. Nothing is written, archives that hold a
 * name that climbs out of a folder are refused, and none is unpacked whole in memory.
 */

import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { InputError } from "../errors";

const UNPACK = "unpack it and give the file of ratings";
const ANOTHER = "take another copy of it";
/** Methods of packing (APPNOTE.TXT, 4.4.5). */
const [STORED, DEFLATED] = [0, 8];
const LARGEST = 2 ** 31; // bytes of a file of the catalog: they are under 100 MB, so more is an attack

interface Archive {
  readonly zip: ZipFile;
  /** files in it, by name; folders are left out */
  readonly files: ReadonlyMap<string, Entry>;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function openArchive(path: string, name: string): Promise<Archive> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    const files = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) {
      if (files.has(entry.fileName))
        throw new InputError(`${name}: ${entry.fileName} is in the archive twice; ${UNPACK}`);
      if (!entry.fileName.endsWith("/")) files.set(entry.fileName, entry);
    }
    return { zip, files };
  } catch (error) {
    zip?.close();
    if (error instanceof InputError) throw error;
    const reason = reasonOf(error);
    const unsafe = /^(absolute path|invalid relative path|invalid characters in fileName): (.*)$/.exec(
      reason,
    );
    if (unsafe)
      throw new InputError(
        `${name}: unsafe name ${JSON.stringify(unsafe[2])} in the archive, which would be unpacked outside of its ` +
          "folder; take an archive without it",
      );
    throw new InputError(`${name}: zip archive truncated or damaged (${reason}); ${ANOTHER}`);
  }
}

/** The content of one file. @throws InputError while it is read, when it is not what the archive says */
async function* contentOf({ zip }: Archive, entry: Entry, name: string): AsyncGenerator<Uint8Array> {
  const damaged = (why: string) =>
    new InputError(`${name}: ${entry.fileName} in the zip archive is damaged (${why}); ${ANOTHER}`);
  if (entry.isEncrypted())
    throw new InputError(`${name}: ${entry.fileName} is encrypted; unpack it with its password`);
  if (![STORED, DEFLATED].includes(entry.compressionMethod))
    throw new InputError(
      `${name}: ${entry.fileName} is packed by method ${entry.compressionMethod} of zip, which is not read here; ${UNPACK}`,
    );
  let sum = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const block of stream) {
      sum = crc32(block as Buffer, sum);
      yield block as Buffer;
    }
  } catch (error) {
    throw damaged(reasonOf(error));
  }
  if (sum !== entry.crc32) throw damaged("wrong CRC-32");
}

/**
 * The contents of `wanted`, by name. Other members are left packed.
 * @param path of the archive
 * @param name how messages call it
 * @throws InputError when the archive is truncated or damaged, lacks a wanted file, or holds a name that is
 * absolute or climbs out (`../`), whether wanted or not.
 */
export async function unzip(
  path: string,
  wanted: readonly string[],
  name: string,
): Promise<Record<string, Uint8Array>> {
  const archive = await openArchive(path, name);
  try {
    const contents: Record<string, Uint8Array> = {};
    for (const member of wanted) {
      const entry = archive.files.get(member);
      if (entry === undefined) throw new InputError(`${name}: the archive lacks ${member}`);
      if (entry.uncompressedSize > LARGEST)
        throw new InputError(`${name}: ${member} claims ${entry.uncompressedSize} bytes`);
      const blocks: Uint8Array[] = [];
      for await (const block of contentOf(archive, entry, name)) blocks.push(block);
      contents[member] = Buffer.concat(blocks);
    }
    return contents;
  } finally {
    archive.zip.close();
  }
}

/** Not ratings, in an archive of a data set. */
const ASIDE =
  /(^|\/)(\.|__MACOSX\/|readme|licen[cs]e|copying|changes)|\.(md|pdf|html?|txt\.asc|sh|py|ipynb|png|jpe?g)$/i;
const NAMES = "ratings?|interactions?|reviews?|clicks|events?|orders|plays|purchases|u";
/** Where an archive has several tables, the one with such a name holds the ratings. */
const RATINGS = new RegExp(`(${NAMES})\\.([ct]sv|txt|dat|data|jsonl?)$|\\.inter$`, "i");

/**
 * The file of ratings in an archive.
 * @throws InputError for a workbook, or an archive in which no single file can be the one; while the stream
 * is read, when it is damaged
 */
export async function openZip(
  path: string,
): Promise<{ readonly member: string; readonly stream: AsyncGenerator<Uint8Array> }> {
  const archive = await openArchive(path, path);
  const names = [...archive.files.keys()];
  const tables = names.filter((name) => !ASIDE.test(name));
  const likely = tables.length === 1 ? tables : tables.filter((name) => RATINGS.test(name));
  const document = officeKind(names);
  if (document !== undefined || likely.length !== 1) {
    archive.zip.close();
    throw new InputError(
      document !== undefined
        ? `${path} is ${document}: save it as CSV (UTF-8)`
        : `${path} is a zip archive ` +
            `${names.length === 0 ? "without files" : `of ${listed(names)}`}: ` +
            UNPACK,
    );
  }
  const [member] = likely;
  return { member, stream: closing(archive, contentOf(archive, archive.files.get(member) as Entry, path)) };
}

async function* closing({ zip }: Archive, blocks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* blocks;
  } finally {
    zip.close();
  }
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;

/** Workbooks and other documents are zip archives too. */
function officeKind(names: readonly string[]): string | undefined {
  if (names.includes("mimetype") && names.includes("content.xml"))
    return "an OpenDocument spreadsheet (.ods)";
  if (!names.includes("[Content_Types].xml")) return undefined;
  return names.some((name) => name.startsWith("xl/")) ? "an Excel file (.xlsx)" : "an Office document";
}
