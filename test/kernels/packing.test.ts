/** Kernels that V8 packs: taken where they give the same bytes, and nothing else of the process is touched. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../lib/data/load";
import { agree, replaceKernel } from "../../lib/kernels/instantiate";
import { compilePacked, mayPack } from "../../lib/kernels/packing";
import { makePlan } from "../../lib/unlearning/makePlan";

/** (module (func (export "f") (result i32) i32.const value)) */
const constant = (value: number) =>
  // biome-ignore format: sections
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 65, value, 11);

const kernelBytes = (name: string) => readFileSync(join(__dirname, "../../lib/dist/kernels", `${name}.wasm`));

const probe = ({ f }: { f(): number }) => Uint8Array.of(f());

describe("a packed kernel", () => {
  it("is held against the plain one by what it computes", () => {
    const [one, other] = [1, 2].map((value) => new WebAssembly.Module(constant(value)));
    expect(agree("constant", one, one, probe)).toBe(true);
    expect(agree("constant", one, other, probe)).toBe(false);
  });

  it("is tried on the versions of Node that were tried, and not where it is switched off", () => {
    const major = Number(process.versions.node.split(".")[0]);
    expect(mayPack()).toBe(process.arch === "x64" && major >= 24 && major <= 26);
    process.env.ERASABLE_REVECTORIZE = "off";
    try {
      expect(mayPack()).toBe(false);
    } finally {
      delete process.env.ERASABLE_REVECTORIZE;
    }
  });

  it.runIf(mayPack())("computes as the plain one does, to the bit", () => {
    const bytes = kernelBytes("bench");
    const sums = (kernel: Record<string, (n: number) => number> & { memory: WebAssembly.Memory }) => {
      kernel.prepareTower(0);
      kernel.towers(1);
      kernel.product(1);
      return new Uint8Array(kernel.memory.buffer);
    };
    expect(agree("bench", new WebAssembly.Module(bytes), compilePacked(bytes), sums)).toBe(true);
  });

  it.runIf(mayPack())(
    "may be one of another thread that compiles at that moment: plans stay the same",
    async () => {
      const ratings = await loadDataset("synthetic");
      const planned = () =>
        Promise.all(
          (["cbkm", "bkm"] as const).map((grouping) =>
            makePlan(ratings, { grouping, cohesionSpace: "embedding" }),
          ),
        );
      const plain = await planned();
      const names = ["reach", "word2vec", "distances", "grouping"];
      for (const name of names) replaceKernel(name, compilePacked(kernelBytes(name)));
      expect(await planned()).toEqual(plain);
      for (const name of names) replaceKernel(name, new WebAssembly.Module(kernelBytes(name)));
    },
  );
});
