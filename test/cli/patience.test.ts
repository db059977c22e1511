/** `recommend` waits for the process that holds the folder, and says so; it does not wait for ever, nor for anything else. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { whenFree } from "../../lib/cli/patience";
import { InUseError } from "../../lib/disk/lock";
import { InputError } from "../../lib/errors";
import { learn, open } from "../../lib/unlearning/api";
import { world } from "../training/world";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-patience-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const recommend = (folder: string, ...more: string[]) =>
  erasable("recommend", "--system", folder, "--user", "u001", "--count", "2", "--json", ...more);

describe("a folder in use", () => {
  it("is waited for by recommend, and by several at once", async () => {
    const folder = join(home, "store");
    const system = await learn(world(), { method: "ease", folder });
    const recommending = recommend(folder);
    setTimeout(() => void system.close(), 300);
    const { code, out, err } = await recommending;
    expect(code).toBe(0);
    expect(JSON.parse(out).items).toHaveLength(2);
    expect(err).toBe("waiting: another process works with this system\n");
    const systems = await Promise.all(
      Array.from({ length: 3 }, () =>
        whenFree(() => open(folder)).then(async (one) => {
          const [{ item }] = one.recommend("u001", 1);
          await one.close();
          return item;
        }),
      ),
    );
    expect(new Set(systems)).toEqual(new Set([JSON.parse(out).items[0].item]));
  });

  it("is not waited for by recommend --read-only, which takes no lock", async () => {
    const folder = join(home, "read-only");
    const system = await learn(world(), { method: "ease", folder });
    const { code, out, err } = await recommend(folder, "--read-only");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out).items).toEqual(system.recommend("u001", 2));
    await system.close();
  });

  it("is an error after a while, other errors are so at once", async () => {
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const busy = vi.fn(() => Promise.reject(new InUseError("store is in use by process 7")));
    await expect(whenFree(busy, { wait: 0.25 })).rejects.toThrow(
      /^store is in use by process 7 \(waited 0\.3 s\)$/,
    );
    expect(busy.mock.calls.length).toBeGreaterThan(1);
    const other = vi.fn(() => Promise.reject(new InputError("store holds no system")));
    await expect(whenFree(other)).rejects.toThrow(/^store holds no system$/);
    expect(other).toHaveBeenCalledTimes(1);
    const stop = whenFree(busy, { signal: AbortSignal.abort(new Error("stopped")) });
    await expect(stop).rejects.toThrow("stopped");
    told.mockRestore();
  });
});
