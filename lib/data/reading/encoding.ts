/**
 * Text in the encodings that exports have, as UTF-8: UTF-8 with or without a byte order mark, UTF-16 (by its
 * mark, or by its zeros), and Latin-1 where the caller says so. Line ends of old Macs become ordinary ones.
 */

import { isUtf8 } from "node:buffer";
import { InputError } from "../../errors";
import { RefusedFile } from "./refusal";
import { clipped } from "./values";

export const ENCODINGS = ["auto", "utf-8", "utf-16le", "utf-16be", "latin1"] as const;
export type Encoding = (typeof ENCODINGS)[number];
/** What a file is found to be in. */
export type KnownEncoding = Exclude<Encoding, "auto">;

const MARKS: readonly (readonly [KnownEncoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** The encoding of a file by its first bytes, and how long its mark is. */
export function sniffEncoding(head: Uint8Array, asked: Encoding): { encoding: KnownEncoding; mark: number } {
  const marked = MARKS.find(([, mark]) => mark.every((byte, k) => head[k] === byte));
  if (marked && (asked === "auto" || asked === marked[0]))
    return { encoding: marked[0], mark: marked[1].length };
  if (asked !== "auto") return { encoding: asked, mark: 0 };
  const zeros = [0, 0];
  const some = Math.min(head.length, 1024) & ~1;
  for (let at = 0; at < some; at++) if (head[at] === 0) zeros[at & 1]++;
  // ASCII in UTF-16 has a zero in every second byte, and none in the others
  if (zeros[1] > some / 4 && zeros[0] === 0) return { encoding: "utf-16le", mark: 0 };
  if (zeros[0] > some / 4 && zeros[1] === 0) return { encoding: "utf-16be", mark: 0 };
  return { encoding: "utf-8", mark: 0 };
}

/** Windows-1252, which people call Latin-1, where it differs from it: 80 to 9F. */
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const fromLatin1 = (block: Uint8Array): string =>
  Buffer.from(block.buffer, block.byteOffset, block.length)
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80]);

/** The text of a short file, without its mark. */
export function textIn(bytes: Uint8Array, asked: Encoding): string {
  const { encoding } = sniffEncoding(bytes, asked);
  return encoding === "latin1" ? fromLatin1(bytes) : new TextDecoder(encoding).decode(bytes);
}

/**
 * Blocks in some encoding as blocks of UTF-8, without the mark. @throws InputError for bytes that are no
 * UTF-16
 */
export async function* toUtf8(
  name: string,
  blocks: AsyncIterable<Uint8Array>,
  { encoding, mark }: { readonly encoding: KnownEncoding; readonly mark: number },
): AsyncGenerator<Uint8Array> {
  let skip = mark;
  const decoder = encoding.startsWith("utf-16")
    ? new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    : undefined;
  const decode = (block: Uint8Array | undefined): Uint8Array => {
    try {
      return Buffer.from(decoder?.decode(block, { stream: block !== undefined }) ?? "", "utf8");
    } catch {
      throw new InputError(
        `${name}: not valid ${encoding.toUpperCase()}, as its beginning says; save it as UTF-8`,
      );
    }
  };
  let mac: boolean | undefined;
  for await (const whole of blocks) {
    const block = whole.subarray(Math.min(skip, whole.length));
    skip -= whole.length - block.length;
    if (block.length === 0) continue;
    const text = decoder
      ? decode(block)
      : encoding === "latin1"
        ? Buffer.from(fromLatin1(block), "utf8")
        : block;
    mac ??= text.indexOf(13) >= 0 && text.indexOf(10) < 0;
    if (mac) for (let at = text.indexOf(13); at >= 0; at = text.indexOf(13, at + 1)) text[at] = 10;
    yield text;
  }
  if (decoder) yield decode(undefined);
}

/** Refuses a line with zero bytes. */
export const binary = (name: string, line: number): InputError =>
  new InputError(
    `${name}: line ${line} holds zero bytes: this is a file of binary data, or a damaged one; take another copy of it, ` +
      "or save it as text",
  );

/**
 * @param from line in the file where the bytes begin @throws InputError naming the first line that is not
 * UTF-8
 */
export function requireUtf8(name: string, from: number, bytes: Uint8Array): void {
  if (bytes.indexOf(0) < 0 && isUtf8(bytes)) return;
  let line = from;
  for (let begin = 0; begin < bytes.length; line++) {
    const newline = bytes.indexOf(10, begin);
    const end = newline < 0 ? bytes.length : newline;
    const one = bytes.subarray(begin, end);
    if (one.indexOf(0) >= 0) throw binary(name, line);
    if (!isUtf8(one))
      throw new RefusedFile(
        `${name}: line ${line} is not UTF-8: ` +
          `${clipped(Buffer.from(one.subarray(0, 400)).toString("latin1"))}; save the file as UTF-8, ` +
          `or read it with --encoding latin1`,
        [{ encoding: "latin1" }],
      );
    begin = end + 1;
  }
}
