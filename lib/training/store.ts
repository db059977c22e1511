/**
 * Where checkpoints live. A store holds blobs under the SHA-256 of their bytes, and small JSON records under
 * the key of everything that made them. Both are immutable; reading verifies. This file: the interface, and
 * the store in memory.
 */

import { createHash } from "node:crypto";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";

/** A stored thing is damaged or gone. The message names it. */
export class DamagedError extends InputError {
  override name = "DamagedError";
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A name in a store: `blob/<sha256>` or `record/<key>`. Deletions are reported by these names. */
export type EntryName = string;
export const blobName = (hash: string): EntryName => `blob/${hash}`;
export const recordName = (key: string): EntryName => `record/${key}`;

/** Where checkpoints and plans are kept. */
export interface Store {
  /** Keeps a copy of the parts, one after another, as one blob; returns its SHA-256. */
  putBlob(...parts: readonly ArrayBufferView[]): string;
  /** A copy of the blob, verified, in a buffer of its own. @throws DamagedError: missing or changed */
  getBlob(hash: string): Uint8Array;
  /** Keeps a record. A second put under the same key must bring the same content. @throws Error otherwise. */
  putRecord(key: string, content: Json): void;
  /** The record, or undefined when there is none. @throws DamagedError when it was changed. */
  getRecord(key: string): Json | undefined;
  /** Every entry and its bytes. */
  list(): Map<EntryName, number>;
  /** Removes entries; those that are not there are passed over. */
  delete(names: Iterable<EntryName>): void;
  /**
   * A store in memory that sees all of this one; what is put into or deleted from it stays its own affair.
   */
  fork(): Store;
}

/** SHA-256 of several arrays one after another, as the store names them. */
export function hashOf(parts: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(bytesOf(part));
  return hash.digest("hex");
}

/** The bytes under a typed array: a view. */
export function bytesOf(part: ArrayBufferView): Uint8Array {
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
}

/** The parts one after another: a copy. */
export function joinBytes(parts: readonly ArrayBufferView[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(bytesOf(part), at);
    at += part.byteLength;
  }
  return joined;
}

/** A blob's bytes as float32: a view where alignment allows. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Blobs and records in maps, over an optional store underneath that is read and never written. */
export class MemoryStore implements Store {
  private readonly blobs = new Map<string, Uint8Array>();
  private readonly records = new Map<string, string>();
  private readonly hidden = new Set<EntryName>();

  constructor(private readonly base?: Store) {}

  putBlob(...parts: readonly ArrayBufferView[]): string {
    const hash = hashOf(parts);
    if (!this.blobs.has(hash)) this.blobs.set(hash, joinBytes(parts));
    return hash;
  }

  getBlob(hash: string): Uint8Array {
    const bytes = this.blobs.get(hash);
    if (!bytes) {
      if (this.base && !this.hidden.has(blobName(hash))) return this.base.getBlob(hash);
      throw new DamagedError(`blob ${hash} is missing`);
    }
    if (sha256(bytes) !== hash) throw new DamagedError(`blob ${hash}: its bytes have changed`);
    return bytes.slice();
  }

  putRecord(key: string, content: Json): void {
    const text = canonicalJson(content);
    const known = this.getRecord(key);
    if (known === undefined) this.records.set(key, text);
    else if (canonicalJson(known) !== text) throw new Error(`record ${key} exists with other content`);
  }

  getRecord(key: string): Json | undefined {
    const text = this.records.get(key);
    if (text !== undefined) return JSON.parse(text) as Json;
    return this.hidden.has(recordName(key)) ? undefined : this.base?.getRecord(key);
  }

  list(): Map<EntryName, number> {
    const entries = this.base?.list() ?? new Map<EntryName, number>();
    for (const name of this.hidden) entries.delete(name);
    for (const [hash, bytes] of this.blobs) entries.set(blobName(hash), bytes.byteLength);
    for (const [key, text] of this.records) entries.set(recordName(key), Buffer.byteLength(text));
    return entries;
  }

  delete(names: Iterable<EntryName>): void {
    for (const name of names) {
      const [kind, key] = name.split("/", 2);
      if (kind === "blob") this.blobs.delete(key);
      else if (kind === "record") this.records.delete(key);
      if (this.base) this.hidden.add(name);
    }
  }

  fork(): Store {
    return new MemoryStore(this);
  }

  /** All blobs and records of this store itself, without the one underneath: not copies. */
  contents(): { blobs: Uint8Array[]; records: [key: string, content: Json][] } {
    return {
      blobs: [...this.blobs.values()],
      records: [...this.records].map(([key, text]) => [key, JSON.parse(text) as Json]),
    };
  }
}
