/**
 * The obvious edit works: what is typed into the parameter cell is what the next cells use, in every
 * profile.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { itemCount, userCount } from "../../lib/data/interactions";
import { loadDataset } from "../../lib/data/load";

const root = join(__dirname, "../..");
// inside the suite, where the kernel finds its packages
mkdirSync(join(root, ".cache"), { recursive: true });
const scratch = mkdtempSync(join(root, ".cache/edits-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Cell {
  source: string[];
  readonly cell_type: string;
}

it("a core and a file that somebody types into notebook 01 give that file's core", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "erasable-mine-")), "mine.csv");
  const ratings = Array.from({ length: 900 }, (_, i) => `u${i % 30},i${(i * i) % 61},${1 + (i % 5)}`);
  writeFileSync(
    file,
    ["user,item,rating", ...new Map(ratings.map((row) => [row.replace(/,\d$/, ""), row])).values()].join(
      "\n",
    ),
  );

  const notebook = JSON.parse(readFileSync(join(root, "notebooks/01_datasets.ipynb"), "utf8"));
  const code: Cell[] = notebook.cells.filter(({ cell_type }: Cell) => cell_type === "code").slice(0, 6);
  const typed = code[1].source
    .join("")
    .replace(/datasets: [^;]*?\}\),/s, `datasets: [${JSON.stringify(file)}],`)
    .replace("core: 5", "core: 9");
  code[1].source = [typed];
  mkdirSync(join(scratch, "notebooks"));
  writeFileSync(join(scratch, "notebooks/edited.ipynb"), JSON.stringify({ ...notebook, cells: code }));
  const asked = ["--profile", "smoke", "--notebooks", join(scratch, "notebooks"), "--results", scratch];
  execFileSync(process.execPath, ["scripts/reproduce.mjs", ...asked, "--no-build", "--no-reports"], {
    cwd: root,
    stdio: "pipe",
    env: { ...process.env, ERASABLE_PARAMETERS: "" },
  });

  const left = core(await loadDataset(file), 9);
  const table = readFileSync(join(scratch, "smoke/tables/table-1-datasets.csv"), "utf8");
  expect(table).toContain(`"ours, 9-core",${userCount(left)},${itemCount(left)},`);
  expect(userCount(left)).toBeGreaterThan(0);
}, 120_000);
