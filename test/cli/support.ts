/** Runs the command line: in this process for what it says, as a process of its own for how it starts, stops and ends. */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { vi } from "vitest";
import { execute } from "../../lib/cli/program";
import { world } from "../training/world";

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const LAUNCHER = join(__dirname, "../../lib/bin/erasable.js");

/** One command in this process. */
export async function erasable(...args: string[]): Promise<Outcome> {
  const text = { out: "", err: "" };
  const keep = (name: "out" | "err") => (chunk: unknown) => {
    text[name] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(keep("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(keep("err")),
  ];
  try {
    const code = await execute(args);
    return { code, ...text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** One command as a process, and its end. */
export function start(
  args: readonly string[],
  cwd = process.cwd(),
): { child: ChildProcess; ended: Promise<Outcome> } {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const text = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    text.out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    text.err += String(chunk);
  });
  const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, ...text })));
  return { child, ended };
}

/** The ratings of a small world as a file. */
export function csvOf(keep: (user: string) => boolean): string {
  const { userIds, itemIds, byUser } = world();
  const lines = userIds.flatMap((user, u) =>
    keep(user)
      ? Array.from(byUser.columns.subarray(byUser.offsets[u], byUser.offsets[u + 1]), (item, i) => {
          const rating = byUser.values[byUser.offsets[u] + i];
          return `${user},${itemIds[item]},${rating}`;
        })
      : [],
  );
  return `${lines.join("\n")}\n`;
}
