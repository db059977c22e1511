/**
 * The how-tos of lib/README.md, run as they stand there, in one folder, on ratings made here: the example
 * of code by Node, the commands on ratings of one's own by the command line.
 */

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { LAUNCHER } from "../cli/support";

const root = join(__dirname, "../..");
const readme = readFileSync(join(root, "lib/README.md"), "utf8");

/** The fenced blocks below a heading. */
function blocks(heading: string): string[] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
}

/** Ratings as lines of a csv: 60 users, 40 items, half of the pairs. */
function ratings(user: (number: number) => string): string {
  const random = Random.stream(1, "how-to");
  const lines: string[] = [];
  for (let u = 0; u < 60; u++)
    for (let item = 0; item < 40; item++)
      if (random.next() % 2 === 0) lines.push(`${user(u)},item ${item},${1 + (random.next() % 5)}`);
  return `${lines.join("\n")}\n`;
}

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "erasable-how-to-"));
  mkdirSync(join(home, "node_modules"));
  symlinkSync(join(root, "lib"), join(home, "node_modules", "erasable"), "junction");
  writeFileSync(
    join(home, "my-ratings.csv"),
    ratings((u) => `user ${u}`),
  );
  writeFileSync(
    join(home, "ratings.csv"),
    ratings((u) => `${u}`),
  );
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: home, encoding: "utf8" });

describe("lib/README.md", () => {
  it("use it from code: learns, recommends, forgets, and the proof holds", () => {
    const [code] = blocks("Use it from code");
    writeFileSync(join(home, "forget.mjs"), code);
    const { status, stdout, stderr } = node("forget.mjs");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.match(/item: 'item \d+'/g)).toHaveLength(10);
    expect(stdout.trimEnd()).toMatch(/\ntrue$/);
  }, 60_000);

  it("without a notebook: learn, recommend, unlearn and verify, one after the other", () => {
    const commands = blocks("Without a notebook")[0]
      .split("\n")
      .filter((line) => /^npx erasable (learn|recommend|unlearn|verify) /.test(line))
      .map((line) => line.replace(/^npx erasable /, "").split(" "));
    expect(commands.map(([name]) => name)).toEqual(["learn", "recommend", "unlearn", "verify"]);
    const said = commands.map((words) => {
      const { status, stdout, stderr } = node(LAUNCHER, ...words);
      expect({ words, status, stderr: status === 0 ? "" : stderr }).toEqual({ words, status: 0, stderr: "" });
      return stdout;
    });
    expect(said[3]).toContain("The certificate holds");
    expect(existsSync(join(home, "my-system.key"))).toBe(true);
  }, 60_000);
});
