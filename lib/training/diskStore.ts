/**
 * A store in a folder: `blobs/<sha256>` and `records/<key>.json`. A file comes into being under another name,
 * is synced, and renamed, so a name stands for whole bytes or does not exist; reading verifies. One process
 * writes at a time (unlearning/folder.ts holds the lock).
 */

import { dirname, join } from "node:path";
import { type Files, nodeFiles, putWhole, UNFINISHED } from "../disk/files";
import { canonicalJson, sha256 } from "../json";
import {
  blobName,
  DamagedError,
  type EntryName,
  hashOf,
  type Json,
  joinBytes,
  MemoryStore,
  recordName,
  type Store,
} from "./store";

const RECORD = ".json";

/** A store of checkpoints in a folder: written whole or not at all, verified when read. */
export class DiskStore implements Store {
  private readonly blobs: string;
  private readonly records: string;
  /** Names of new blobs may not be on the disk yet. */
  private unsynced = false;
  private readonly made = new Set<string>();

  constructor(
    folder: string,
    private readonly files: Files = nodeFiles,
  ) {
    this.blobs = join(folder, "blobs");
    this.records = join(folder, "records");
  }

  /** Writes a file whole. Its folder is made before the first one; reading makes none. */
  private put(path: string, bytes: Uint8Array): void {
    const folder = dirname(path);
    if (!this.made.has(folder)) this.files.makeFolder(folder);
    this.made.add(folder);
    putWhole(this.files, path, bytes);
  }

  putBlob(...parts: readonly ArrayBufferView[]): string {
    const hash = hashOf(parts);
    const path = join(this.blobs, hash);
    // A file of that name that is damaged is written anew: whoever puts has the right bytes.
    const known = this.files.read(path);
    if (known !== undefined && sha256(known) === hash) return hash;
    this.put(path, joinBytes(parts));
    this.unsynced = true; // the record that names it will wait for it
    return hash;
  }

  /** Returns when all that was put is on the disk. */
  sync(): void {
    if (this.unsynced) this.files.syncFolder(this.blobs);
    this.unsynced = false;
  }

  getBlob(hash: string): Uint8Array {
    const path = join(this.blobs, hash);
    const bytes = this.files.read(path);
    if (bytes === undefined) throw new DamagedError(`blob ${hash} is missing: ${path}`);
    if (sha256(bytes) !== hash) throw new DamagedError(`blob ${hash}: the bytes of ${path} have changed`);
    return bytes;
  }

  putRecord(key: string, content: Json): void {
    const known = this.getRecord(key);
    if (known === undefined) {
      const body = canonicalJson(content);
      const text = `${sha256(body)}\n${body}\n`;
      this.sync();
      this.put(join(this.records, key + RECORD), Buffer.from(text, "utf8"));
      this.files.syncFolder(this.records);
    } else if (canonicalJson(known) !== canonicalJson(content))
      throw new Error(`record ${key} exists with other content`);
  }

  getRecord(key: string): Json | undefined {
    const path = join(this.records, key + RECORD);
    const bytes = this.files.read(path);
    if (bytes === undefined) return undefined;
    const [hash, body] = Buffer.from(bytes).toString("utf8").split("\n");
    if (body === undefined || sha256(body) !== hash)
      throw new DamagedError(`record ${key}: the bytes of ${path} have changed`);
    return JSON.parse(body) as Json;
  }

  list(): Map<EntryName, number> {
    const entries = new Map<EntryName, number>();
    for (const { name, bytes } of this.files.list(this.blobs)) entries.set(blobName(name), bytes);
    for (const { name, bytes } of this.files.list(this.records))
      entries.set(recordName(name.endsWith(RECORD) ? name.slice(0, -RECORD.length) : name), bytes);
    return entries;
  }

  /** Deletes files, unfinished ones too, and returns when that is on the disk. Records go before blobs. */
  delete(names: Iterable<EntryName>): void {
    const all = [...names].map((name) => name.split("/", 2) as [kind: string, key: string]);
    const of = (wanted: string) => all.flatMap(([kind, key]) => (kind === wanted ? [key] : []));
    const fileOf = (key: string) => (key.endsWith(UNFINISHED) ? key : key + RECORD);
    this.remove(this.records, of("record").map(fileOf));
    this.remove(this.blobs, of("blob"));
  }

  private remove(folder: string, names: readonly string[]): void {
    for (const name of names) this.files.remove(join(folder, name));
    if (names.length > 0) this.files.syncFolder(folder);
  }

  fork(): Store {
    return new MemoryStore(this);
  }
}
