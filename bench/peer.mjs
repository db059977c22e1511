// A PyTorch process that answers one timing request at a time (peer_torch.py), so that its rounds alternate
// with ours.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ONE_THREAD, pinnedTo } from "./measure.mjs";

/**
 * Starts a peer with one thread on our core, or with PyTorch's default number on all `cores`; resolves to
 * { version, threads, ask, end }.
 */
export async function startPeer(python, oneThread, cores) {
  const env = oneThread ? ONE_THREAD : process.env;
  const own = [python, join(import.meta.dirname, "peer_torch.py")];
  const [command, ...args] = oneThread ? own : pinnedTo(cores, own);
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
