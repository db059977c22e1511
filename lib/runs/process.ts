/**
 * Which process wrote a file, and whether it still runs. A name holds the machine (a hash, so no host name gets into
 * results/), the process id and, where the system tells, the process's start, so that an id used again is not mistaken.
 */

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../json";

let name: string | undefined;

/** "machine-pid-start" of this process; letters, digits and dashes. */
export function thisProcess(): string {
  name ??= `${machine()}-${process.pid}-${startOf(process.pid) ?? 0}`;
  return name;
}

/** The machine up to its next start, and inside a container the container. */
function machine(): string {
  const parts = [hostname()];
  for (const read of [
    () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
    () => readlinkSync("/proc/self/ns/pid"),
  ]) {
    try {
      parts.push(read());
    } catch {
      // not Linux: the host name has to do
    }
  }
  return sha256(parts.join("\n")).slice(0, 10);
}

/** Start of a process in clock ticks since the machine's, where /proc tells; "ended" for one that only waits to be reaped. */
function startOf(pid: number): string | undefined {
  try {
    // the second field, the program's name in parentheses, may hold spaces; after it the state is first, the start 20th
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * Whether the process named at the head of `text` (as `thisProcess` names it) has ended; undefined when only its own
 * machine could say.
 */
export function isGone(text: string): boolean | undefined {
  const found = /^([0-9a-f]{10})-(\d+)-(\d+)/.exec(text);
  if (!found || found[1] !== thisProcess().slice(0, 10)) return undefined;
  const pid = Number(found[2]);
  try {
    process.kill(pid, 0); // signal 0 asks whether the process is there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  const start = startOf(pid);
  return start !== undefined && found[3] !== "0" && start !== found[3];
}
