/** The command line as a process, at the edges of the system: pipes, a full disk, folders that cannot be made. */

import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellWord } from "../../lib/shell";
import { LAUNCHER, start } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-ends-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeAll(() => {
  if (!existsSync(join(__dirname, "../../lib/dist/cli.js")))
    throw new Error('these tests start the compiled command line: run "npm run build" first');
});

describe("npx erasable", () => {
  it.runIf(existsSync("/dev/full"))("says in one line that the disk under the result is full", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [LAUNCHER, "data", "list", "--json"], {
      stdio: ["ignore", full, "pipe"],
    });
    const said: string[] = [];
    child.stderr?.on("data", (chunk) => said.push(String(chunk)));
    const code = await new Promise((resolve) => child.once("close", resolve));
    closeSync(full);
    expect(said.join("")).toMatch(/^erasable: standard output: ENOSPC.*\n$/);
    expect(code).toBe(1);
  });

  it.runIf(existsSync("/dev/stdin"))("learns from a pipe", () => {
    const own = join(home, "piped.csv");
    writeFileSync(own, "a,x,3\na,y,4\nb,x,5\n");
    const words = [process.execPath, LAUNCHER, "learn", "/dev/stdin", "--method", "ease"];
    const command = [...words, "--system", join(home, "piped")].map(shellWord).join(" ");
    const learned = spawnSync("sh", ["-c", `cat ${shellWord(own)} | ${command}`], { encoding: "utf8" });
    expect(learned).toMatchObject({ status: 0, stdout: expect.stringContaining("3 ratings of 2 users") });
  });

  it.runIf(existsSync("/proc/self"))("ends where a folder cannot be made", async () => {
    const own = join(home, "learned.csv");
    writeFileSync(own, "a,x,3\na,y,4\nb,x,5\n");
    const place = "/proc/erasable/store";
    for (const args of [
      ["learn", own, "--system", place],
      ["run", "partition", "--groups", "2", "--seeds", "0", "--results", place],
      ["compact", "--results", place],
      ["data", "fetch", "ml-100k", "--folder", place],
    ]) {
      const { code, err } = await start(args).ended;
      expect(err).toMatch(/^erasable: --\w+: \/proc\/erasable cannot be made: .*ENOENT/m);
      expect(code).toBe(1);
    }
  });
});
