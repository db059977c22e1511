/**
 * Which process did something, and whether it still runs. A process is named by its machine, the machine's
 * boot, the PID namespace (containers have their own), its number there and its start, so that a number used
 * again is not mistaken; no host name is written anywhere. Whether it has ended can be judged only from the
 * same boot and namespace (namespaces(7), proc(5)); of any other process the answer is that it cannot be
 * judged, and whoever asks must take it for living.
 */

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../json";

/** Parts are hexadecimal or decimal digits; "x" is what the system does not tell. */
export interface ProcessName {
  readonly machine: string;
  readonly boot: string;
  readonly namespace: string;
  readonly pid: string;
  /** clock ticks since the boot */
  readonly start: string;
}

/** "unknown": from here nobody can tell. */
export type Fate = "lives" | "ended" | "unknown";

const UNKNOWN = "x";
/** Number of the namespace that every Linux boots into: a process in it is in no container. */
const FIRST_NAMESPACE = "4026531836";

const isLinux = process.platform === "linux";
let here: ProcessName | undefined;
let hasMachineId = false;

function thisName(): ProcessName {
  if (here) return here;
  const id = text("/etc/machine-id")?.trim() ?? "";
  hasMachineId = /^[0-9a-f]{32}$/.test(id);
  const machine = hash(`${hostname()}\n${id}`);
  const boot = text("/proc/sys/kernel/random/boot_id");
  here = {
    machine,
    // elsewhere than on Linux nothing tells one boot from another, and there are no namespaces
    boot: isLinux ? (boot === undefined ? UNKNOWN : hash(boot)) : machine,
    namespace: isLinux ? (/\d+/.exec(link("/proc/self/ns/pid") ?? "")?.[0] ?? UNKNOWN) : "0",
    pid: String(process.pid),
    start: startOf("self") ?? UNKNOWN,
  };
  return here;
}

/** "machine boot namespace pid start" of this process. */
export const thisProcess = (): string => Object.values(thisName()).join(" ");

/** A name as `thisProcess` writes it, at the head of a text. */
export function parseProcess(head: string): ProcessName | undefined {
  const found = /^([0-9a-f]{10}) ([0-9a-f]{10}|x) (\d+|x) (\d+) (\d+|x)( |$)/.exec(head);
  if (!found) return undefined;
  const [, machine, boot, namespace, pid, start] = found;
  return { machine, boot, namespace, pid, start };
}

/** Whether a process still runs. */
export function fateOf({ machine, boot, namespace, pid, start }: ProcessName): Fate {
  const me = thisName();
  if ([boot, namespace, me.boot, me.namespace].includes(UNKNOWN)) return "unknown";
  if (boot !== me.boot) {
    const restarted = hasMachineId && machine === me.machine && namespace === FIRST_NAMESPACE;
    return restarted && me.namespace === FIRST_NAMESPACE ? "ended" : "unknown";
  }
  if (namespace !== me.namespace) return "unknown";
  try {
    process.kill(Number(pid), 0); // signal 0 asks whether the process is there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "ended";
  }
  const now = startOf(pid);
  const another = now !== undefined && start !== UNKNOWN && now !== start;
  return now === "ended" || another ? "ended" : "lives";
}

/** "process 12", or where it is another's: "process 12 of another container of this machine". */
export function describeProcess({ machine, boot, namespace, pid }: ProcessName): string {
  const me = thisName();
  if (boot === me.boot && namespace === me.namespace) return `process ${pid}`;
  if (boot === me.boot)
    return `process ${pid} of another container (PID namespace ${namespace}) of this machine`;
  return machine === me.machine
    ? `process ${pid} of this machine before it was started anew, or in a container`
    : `process ${pid} of another machine (${machine}) or container`;
}

/**
 * Start of a process in clock ticks since the boot, where /proc tells; "ended" for one that only waits to be
 * reaped.
 */
function startOf(pid: string): string | undefined {
  // a container may see the /proc of another namespace, where its numbers are others' processes
  if (pid !== "self" && link("/proc/self") !== String(process.pid)) return undefined;
  // the second field, the program's name in parentheses, may hold spaces; after it the state is first, the
  // start 20th
  const fields = text(`/proc/${pid}/stat`)
    ?.replace(/^.*\)\s/s, "")
    .split(" ");
  return fields?.[0] === "Z" || fields?.[0] === "X" ? "ended" : fields?.[19];
}

const hash = (content: string): string => sha256(content).slice(0, 10);

function text(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
