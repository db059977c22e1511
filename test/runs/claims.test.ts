/** Claims whose dead generations are cleared away in the moment in which others take over: still one holder. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Claims } from "../../lib/runs/claims";
import { thisProcess } from "../../lib/runs/process";

/** `before` is called once, between the look at a claim and the link that takes this generation of it. */
const moment = vi.hoisted(() => ({ generation: 0, before: undefined as (() => void) | undefined }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const linkSync: typeof fs.linkSync = (from, to) => {
    if (String(to).endsWith(`.${moment.generation}.claim`)) {
      const { before } = moment;
      moment.before = undefined;
      before?.();
    }
    fs.linkSync(from, to);
  };
  return { ...fs, linkSync };
});

let folder: string;
const opened: Claims[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-claims-"));
});
afterEach(() => {
  for (const claims of opened.splice(0)) claims.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): Claims {
  const claims = new Claims(folder);
  opened.push(claims);
  return claims;
}

const claim = (generation: number) => join(folder, `job.${generation}.claim`);
const claimFiles = () => readdirSync(folder).filter((file) => file.endsWith(".claim"));

/** A claim of a process of this machine that has ended: no process has this number. */
function leaveDead(generation: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(claim(generation), `${thisProcess().replace(/-\d+-\w+$/, "-999999999-1")}-0.owner\n`);
}

it("a sweep leaves a dead claim that a living one outranks, and then clears away what is dead", () => {
  leaveDead(0);
  const [a, b, c] = [open(), open(), open()];
  expect(a.take("job")).toBe(true);
  c.sweep();
  expect(b.take("job")).toBe(false);
  a.release("job");
  leaveDead(0);
  leaveDead(1);
  c.sweep();
  expect(claimFiles()).toEqual([]);
  expect(b.take("job")).toBe(true);
});

it("who takes over a claim that was cleared away and taken in this moment gives it back", () => {
  leaveDead(0);
  const [a, b, c] = [open(), open(), open()];
  moment.generation = 1;
  moment.before = () => {
    c.sweep();
    expect(b.take("job")).toBe(true);
  };
  expect(a.take("job")).toBe(false);
  expect(claimFiles()).toEqual(["job.0.claim"]);
});

it("who begins anew where another has just taken over gives it back", () => {
  const [a, b] = [open(), open()];
  moment.generation = 0;
  moment.before = () => {
    leaveDead(0);
    expect(a.take("job")).toBe(true);
    rmSync(claim(0));
  };
  expect(b.take("job")).toBe(false);
  expect(claimFiles()).toEqual(["job.1.claim"]);
  a.release("job");
  expect(b.take("job")).toBe(true);
  expect(existsSync(claim(0))).toBe(true);
});
