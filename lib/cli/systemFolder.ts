/** The folder that `--system` names: as `learn` makes it, or takes it back when nothing came of it, and opened. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { named, naming } from "../disk/diskError";
import { nodeFiles } from "../disk/files";
import { makeFolders, removeEmpty } from "../disk/folders";
import { DamagedError } from "../training/store";
import { type OpenOptions, open } from "../unlearning/api";
import type { ErasableSystem } from "../unlearning/erasableSystem";

/** Opens the system that `--system` names. @throws as `open`, with the way on */
export const openSystem = (folder: string, options: OpenOptions): Promise<ErasableSystem> =>
  open(folder, options)
    .catch((error) => {
      if (!(error instanceof DamagedError)) throw error;
      throw new DamagedError(
        `--system: ${error.message}; put the file back from a copy, or learn the system anew in another folder`,
      );
    })
    .catch(naming("--system"));

/** What a system's folder has in it beside files. */
const PARTS = ["blobs", "records", "certificates"];

/**
 * Makes the folder of a system. @returns what takes back whatever was made and is still empty, when nothing
 * came of it; not while another process works there. @throws DiskError
 */
export function makeSystemFolder(path: string): () => void {
  const parts = PARTS.map((name) => join(path, name)).filter((part) => !existsSync(part));
  const made = named("--system", () => makeFolders(path));
  return () => {
    if (nodeFiles.names(path).some((name) => name.startsWith("lock"))) return;
    for (const part of parts) removeEmpty([part]);
    removeEmpty(made);
  };
}
