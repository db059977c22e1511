/** The folder that `learn` makes for a system, and takes back when nothing came of it. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { named } from "../disk/diskError";
import { nodeFiles } from "../disk/files";
import { makeFolders, removeEmpty } from "../disk/folders";

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
