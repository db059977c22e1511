/**
 * A disk that ends at one of its steps: the process dies before, in the middle of or after it, and nothing it does counts
 * from then on; or this one step fails, and the process goes on.
 */

import { DiskError } from "../../lib/disk/diskError";
import { type Files, nodeFiles } from "../../lib/disk/files";

/** How a step ends. */
export const ENDS = ["before", "half", "after", "failing"] as const;
export type End = (typeof ENDS)[number];

/** The process is gone. */
export class Dead extends Error {
  override name = "Dead";
}

const STEPS = ["write", "append", "cut", "rename", "link", "syncFolder", "remove", "makeFolder"] as const;

/** The steps that change the disk, counted. */
export class EndingFiles {
  /** Steps so far. */
  steps = 0;
  private at = 0;
  private end: End = "before";
  private isDead = false;
  readonly files: Files;

  constructor(real: Files = { ...nodeFiles }) {
    const steps = STEPS.map((name) => {
      const step = real[name] as (...given: unknown[]) => unknown;
      return [name, (...given: unknown[]) => this.step(name, given, step, real)] as const;
    });
    this.files = { ...real, ...Object.fromEntries(steps) };
  }

  /** Counts anew, and ends at this step; at none for 0. */
  arm(at: number, end: End = "before"): void {
    [this.steps, this.at, this.end, this.isDead] = [0, at, end, false];
  }

  private step(name: string, given: unknown[], step: (...given: unknown[]) => unknown, real: Files): unknown {
    if (this.isDead) throw new Dead("the process has ended");
    if (++this.steps !== this.at) return step(...given);
    const [path, bytes] = given as [string, Uint8Array];
    const isData = name === "write" || name === "append";
    if (isData && this.end !== "before" && this.end !== "after")
      real[name](path, bytes.subarray(0, bytes.length >> 1)); // half of it has come to the disk
    if (this.end === "failing")
      throw new DiskError(`${path} cannot be written: the disk is full (ENOSPC), ${name}`, "ENOSPC");
    if (this.end === "after") step(...given);
    this.isDead = true;
    throw new Dead(`the process ends at step ${this.at}, ${name} ${path}`);
  }
}

/** Puts a disk in the place of the real one until what is returned is called. */
export function mount(files: Files): () => void {
  const real = { ...nodeFiles };
  Object.assign(nodeFiles, files);
  return () => void Object.assign(nodeFiles, real);
}
