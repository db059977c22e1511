/** Unpacks named files of a zip archive in memory. Nothing is written, and names that climb out of a folder are refused. */

import { unzipSync } from "fflate";
import { InputError } from "../errors";

const LARGEST = 2 ** 31; // bytes of one file: the catalog's are under 100 MB, so more is an attack or damage

/**
 * The contents of `wanted`, by name. Other members are left packed.
 * @param name how messages call the archive
 * @throws InputError when the archive is truncated or damaged, lacks a wanted file, or holds a name that is absolute or
 * climbs out (`../`), whether wanted or not.
 */
export function unzip(
  archive: Uint8Array,
  wanted: readonly string[],
  name: string,
): Record<string, Uint8Array> {
  const sizes = new Map<string, number>();
  let contents: Record<string, Uint8Array>;
  try {
    contents = unzipSync(archive, {
      filter: (member) => {
        if (climbsOut(member.name))
          throw new InputError(`${name}: unsafe name ${JSON.stringify(member.name)} in the archive`);
        if (!wanted.includes(member.name)) return false;
        if (sizes.has(member.name)) throw new InputError(`${name}: ${member.name} is in the archive twice`);
        if (member.originalSize > LARGEST)
          throw new InputError(`${name}: ${member.name} claims ${member.originalSize} bytes`);
        sizes.set(member.name, member.originalSize);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${name}: zip archive truncated or damaged (${reason})`);
  }
  for (const member of wanted) {
    if (!sizes.has(member)) throw new InputError(`${name}: the archive lacks ${member}`);
    if (contents[member].length !== sizes.get(member))
      throw new InputError(
        `${name}: ${member} unpacks to ${contents[member].length} bytes; the archive says ${sizes.get(member)}`,
      );
  }
  return contents;
}

/** Absolute, with a drive letter, or with a `..` in it. */
const climbsOut = (member: string): boolean =>
  /^([\\/]|[A-Za-z]:)/.test(member) || member.split(/[\\/]/).includes("..") || member.includes("\0");
