// A PyTorch process that answers one timing request at a time (peer_torch.py), so that its rounds alternate
// with ours.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const ONE = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

/** Allowed cores of a child: all of them, although this process is pinned to one. */
function unpinned(command, args) {
  const cores = process.env.ERASABLE_BENCH_CORES;
  return cores ? ["taskset", ["-c", cores, command, ...args]] : [command, args];
}

/**
 * Starts a peer with one thread or with PyTorch's default number; resolves to { version, threads, ask, end }.
 */
export async function startPeer(python, oneThread) {
  const env = oneThread ? { ...process.env, ...ONE } : process.env;
  const script = [join(here, "peer_torch.py")];
  const [command, args] = oneThread ? [python, script] : unpinned(python, script);
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended before it answered; see its message above`);
    return JSON.parse(value);
  };
  const { version, threads } = await read();
  return {
    version,
    threads,
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return read();
    },
    end: () => child.stdin.end(),
  };
}
