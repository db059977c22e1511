/** Canonical JSON and content hashes: one value has one text, and so one key, on every machine. */

import { createHash } from "node:crypto";
import { InputError } from "./errors";

/**
 * JSON with object keys sorted and no white space. `undefined` members are left out; numbers must be finite.
 * @throws TypeError for a value that JSON cannot hold (a function, NaN, a typed array).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`canonicalJson: ${value} is not a finite number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && !ArrayBuffer.isView(value)) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
  }
  throw new TypeError(`canonicalJson: cannot write a ${typeof value}`);
}

/** SHA-256 of text or of the bytes under a typed array, in lower-case hexadecimal (64 digits). */
export function sha256(content: string | ArrayBufferView): string {
  const hash = createHash("sha256");
  if (typeof content === "string") hash.update(content, "utf8");
  else hash.update(new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
  return hash.digest("hex");
}

/** Names of members in the value, however deep. */
function memberCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce((sum: number, member) => sum + memberCount(member), own);
}

/**
 * The value of a JSON text of which people read one thing and programs the same: a member that stands twice is refused.
 * @param what whose text it is, for the message
 * @throws InputError
 */
export function parseJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${what}: ${(error as Error).message}`);
  }
  const strings = text.match(/"(?:[^"\\]|\\.)*"\s*:?/g) ?? [];
  if (strings.filter((one) => one.endsWith(":")).length !== memberCount(value))
    throw new InputError(`${what}: a member stands twice in it`);
  return value;
}
