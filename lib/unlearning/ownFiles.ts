/**
 * Which files of a folder belong to a system, by the forms of their names: learning and forgetting delete
 * whatever of their own is not needed any more, and nothing else. What a stopped or killed process left has
 * these forms too.
 */

import { join } from "node:path";
import type { Files } from "../disk/files";
import { InputError } from "../errors";
import { DiskStore } from "../training/diskStore";
import { blobName, DamagedError, type EntryName } from "../training/store";

export const CERTIFICATES = "certificates";

/** Blobs by SHA-256, records by that of what made them, certificates by the beginning of their digest. */
const OWN = {
  blobs: /^[0-9a-f]{64}(\.unfinished)?$/,
  records: /^[0-9a-f]{64}\.json(\.unfinished)?$/,
  [CERTIFICATES]: /^[0-9a-f]{16}\.json(\.unfinished)?$/,
} as const;

/** Whether a name in the folder of certificates is of a system's own form. */
export const isCertificateFile = (name: string): boolean => OWN[CERTIFICATES].test(name);

/**
 * Refuses a folder in which others' files stand where a system keeps its own.
 * @param reserved files beside those folders that a system would write and delete
 * @throws InputError naming the first
 */
export function requireOwnFiles(folder: string, reserved: readonly string[], files: Files): void {
  const inside = Object.entries(OWN).flatMap(([part, form]) =>
    files.names(join(folder, part)).flatMap((name) => (form.test(name) ? [] : [join(part, name)])),
  );
  const [foreign] = [...inside, ...reserved.filter((name) => files.read(join(folder, name)) !== undefined)];
  if (foreign !== undefined)
    throw new InputError(
      `${join(folder, foreign)} is not a system's file, and would be in the way of one: ` +
        "take another folder, or move it away",
    );
}

/** A name as `DiskStore.list` gives it, of a file of the store's own form. */
const OWN_ENTRY = /^(blob\/[0-9a-f]{64}(\.unfinished)?|record\/[0-9a-f]{64}(\.json\.unfinished)?)$/;

/** The store of a system's folder: others' files in it are not seen, and so never deleted. */
export class OwnStore extends DiskStore {
  /** blobs that this process has read or written whole, and their bytes */
  private readonly sound = new Map<EntryName, number>();

  override list(): Map<EntryName, number> {
    return new Map([...super.list()].filter(([name]) => OWN_ENTRY.test(name)));
  }

  override putBlob(...parts: readonly ArrayBufferView[]): string {
    const hash = super.putBlob(...parts);
    const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.sound.set(blobName(hash), bytes);
    return hash;
  }

  override getBlob(hash: string): Uint8Array {
    const bytes = super.getBlob(hash);
    this.sound.set(blobName(hash), bytes.byteLength);
    return bytes;
  }

  /**
   * Reads these entries, but for blobs that this process has had in hand and that are as long as they were then.
   * @throws DamagedError naming the first bad one
   */
  requireSound(names: Iterable<EntryName>): void {
    const there = this.list();
    for (const name of names) {
      const [kind, key] = name.split("/", 2);
      if (there.has(name) && there.get(name) === this.sound.get(name)) continue;
      if (kind === "blob") this.getBlob(key);
      else if (this.getRecord(key) === undefined) throw new DamagedError(`record ${key} is missing`);
    }
  }
}
