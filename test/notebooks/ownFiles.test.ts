/**
 * The cells of a notebook, one after the other as the kernel runs them, on every kind of file that `check` accepts: clicks,
 * thumbs, other scales, all ratings alike, few people, one person alone.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aq from "arquero";
import * as ts from "typescript";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as erasable from "../../lib/index";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-kinds-"));
  vi.stubEnv("ERASABLE_RESULTS", folder);
  vi.stubEnv("ERASABLE_PROFILE", "smoke");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[];
}

/** Everything that the cells show. @throws what a cell throws */
async function shownBy(name: string, parameters: object): Promise<string> {
  const { cells } = JSON.parse(readFileSync(`notebooks/${name}.ipynb`, "utf8")) as Notebook;
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source.join(""));
  const body = code.join("\n;\n").replace(/^import .*$/gm, "");
  const target = ts.ScriptTarget.ES2022;
  const { outputText } = ts.transpileModule(`async function run() {${body}}`, {
    compilerOptions: { target },
  });
  const shown: string[] = [];
  const take = (text: string) => void shown.push(text);
  const display = { html: take, markdown: take, text: take };
  const tslab = { display, newDisplay: () => display };
  vi.stubEnv("ERASABLE_PARAMETERS", JSON.stringify(parameters));
  const run = new Function("tslab", "aq", "erasable", `${outputText}; return run();`);
  await run(tslab, aq, erasable);
  return shown.join("\n").replace(/"data:image[^"]*"|style="[^"]*"|\\/g, "");
}

const USERS = 16;
/** A file of so many users, each with six of twelve items. @param value of user and item, "" for none */
function fileOf(
  users: number,
  value: (user: number, item: number) => number | string,
  name = "rating",
): string {
  const file = join(folder, "mine.csv");
  const lines = Array.from({ length: users * 6 }, (_, k) => [
    k % users,
    (2 * (k % users) + Math.floor(k / users)) % 12,
  ]);
  const rows = lines.map(([user, item]) => `u${user},i${item},${value(user, item)}`);
  writeFileSync(file, [`user,item,${name}`, ...rows].join("\n"));
  return file;
}

const mixed = (user: number, item: number) => (user * 5 + item * 3) % 5;
const KINDS = {
  "0 to 100": () => fileOf(USERS, (user, item) => 20 + 20 * mixed(user, item)),
  thumbs: () => fileOf(USERS, (user, item) => (mixed(user, item) > 1 ? "up" : "down"), "thumb"),
  "ratings that are all liked": () => fileOf(USERS, (user, item) => 4 + (mixed(user, item) % 2)),
  "ratings that nobody likes": () => fileOf(USERS, (user, item) => 1 + (mixed(user, item) % 2)),
  clicks: () => fileOf(USERS, () => "2024-05-09", "date"),
  counts: () => fileOf(USERS, (user, item) => 1 + mixed(user, item) ** 3, "plays"),
  "five users": () => fileOf(5, (user, item) => 1 + mixed(user, item)),
};

it.each(Object.entries(KINDS))(
  "%s: the quick start goes through",
  async (_, file) => {
    const shown = await shownBy("00_quickstart", { dataset: file(), groups: 2, epochs: 1, forget: 1 });
    expect(shown).toContain("mine.csv");
    expect(shown).not.toMatch(/NaN|undefined|stand in/);
  },
  300_000,
);

it("those who are forgotten alone liked what is held out: the quick start says so", async () => {
  const likes = (user: number, item: number) => (user > 4 && user < 8 ? 5 : 1 + (mixed(user, item) % 3));
  const shown = await shownBy("00_quickstart", {
    dataset: fileOf(USERS, likes),
    groups: 1,
    epochs: 1,
    forget: 14,
  });
  expect(shown).toMatch(/Forgotten: users .*\bu5, u6, u7\b/);
  expect(shown).toMatch(/Nothing that the others like is held out, so no rank can be measured/);
  expect(shown).not.toMatch(/NaN|undefined|stand in/);
}, 300_000);

it("one user alone: the quick start says that nothing can be had, and goes on with generated ratings", async () => {
  const file = fileOf(1, (user, item) => 1 + mixed(user, item));
  const shown = await shownBy("00_quickstart", { dataset: file, groups: 2, epochs: 1, forget: 1 });
  expect(shown).toMatch(/Nothing of this can be had for mine\.csv: it holds one user alone/);
  expect(shown).toContain("synthetic (generated)");
}, 300_000);

it.each(["clicks", "five users"] as const)(
  "%s: cohesion is told without what does not exist",
  async (kind) => {
    const shown = await shownBy("07_cohesion_validation", { dataset: KINDS[kind](), workers: 1 });
    expect(shown).toContain("mine.csv");
    expect(shown).not.toMatch(/NaN|undefined/);
  },
  300_000,
);
