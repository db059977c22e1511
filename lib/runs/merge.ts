/**
 * Merging stores: parts of a sweep, each written by a process of its own, become one. Once it has returned
 * the records of all parts are on the disk, in one file that took the place of another at once; killed before
 * that, it has changed nothing, and doing it again, or with parts that are in already, changes nothing.
 */

import { type Files, nodeFiles } from "../disk/files";
import { holderOf, InUseError, type WaitOptions } from "../disk/lock";
import { InputError } from "../errors";
import { shellWord } from "../shell";
import { lineFiles } from "./lines";
import { RunStore } from "./store";

/** What merging came to. */
export interface Merged {
  /** Records of the store now, and those of them that were not in it before. */
  readonly records: number;
  readonly added: number;
  /** Trials of the parts whose records it had already. */
  readonly same: number;
  /** Versions of Node that made the parts' records, sorted. */
  readonly nodes: readonly string[];
  /** Trials of the parts, and of the store, that failed and have no record. */
  readonly failures: number;
}

/**
 * Merges stores into one. The parts are read, and stay.
 * @param into folder of the store; made when it is not there. While another process writes there, this waits.
 * @param parts folders of stores, in any order: the result is the same to the byte
 * @throws InUseError when a part is still being written; InputError when one holds no records, or lines that are none
 * @throws DisagreementError when a record was edited, or two records of one key have different outcomes: nothing is changed
 * @throws DiskError, StoppedError
 */
export async function mergeStores(
  into: string,
  parts: readonly string[],
  options: WaitOptions = {},
): Promise<Merged> {
  const { files = nodeFiles } = options;
  const read = parts.map((folder) => readPart(folder, files));
  const store = new RunStore(into, { files });
  await store.hold(options);
  try {
    const before = store.records().length;
    store.compact(read);
    const records = store.records().length;
    const added = records - before;
    const theirs = read.flatMap((part) => part.records());
    const distinct = new Set(theirs.map(({ key }) => key)).size;
    const nodes = [...new Set(theirs.map(({ versions }) => versions?.node ?? "unknown"))].sort();
    return { records, added, same: distinct - added, nodes, failures: store.failures().length };
  } finally {
    store.close();
  }
}

function readPart(folder: string, files: Files): RunStore {
  const holder = holderOf(folder, files);
  if (holder && holder.fate !== "ended")
    throw new InUseError(
      `${folder} is still being written, by ${holder.who}: it is merged when that process has ended. ` +
        `If you know that it has: npx erasable unlock ${shellWord(folder)}`,
    );
  if (lineFiles(folder, files).length === 0) throw new InputError(`${folder} holds no records`);
  const part = new RunStore(folder, { files });
  part.requireHonest();
  part.requireNoForeign();
  return part;
}
