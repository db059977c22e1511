/**
 * How notebooks are written: small cells that are about the matter, packages where they are the natural
 * tool.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const folder = join(__dirname, "../../notebooks");
const LINES = 12;
const COLUMNS = 100;

interface Cell {
  readonly cell_type: string;
  readonly metadata: { readonly tags?: string[] };
  readonly source: readonly string[];
}

const notebooks = readdirSync(folder)
  .filter((name) => /^\d\d_.*\.ipynb$/.test(name))
  .map((name) => {
    const { cells } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { cells: readonly Cell[] };
    const sources = (type: string) =>
      cells.filter(({ cell_type }) => cell_type === type).map(({ source }) => source.join(""));
    return { name, number: name.slice(0, 2), cells, code: sources("code"), prose: sources("markdown") };
  });

/**
 * Statements of a cell: lines up to one that ends in a semicolon or a brace and is followed by one that is
 * not indented.
 */
const statements = (cell: string): string[] => cell.split(/(?<=[;}])\n(?=[^\s})])/);
const shows = (statement: string): boolean =>
  /^(await )?erasable\.(show|look|connect)|^import |^const \w+ = await erasable\.show\(/.test(statement);
const lines = (texts: readonly string[]): number => texts.join("\n").split("\n").length;

describe.each(notebooks)("$name", ({ number, cells, code, prose }) => {
  it(`has cells of at most ${LINES} lines and ${COLUMNS} columns`, () => {
    const long = code.flatMap((cell) => {
      const all = cell.split("\n");
      return [...(all.length > LINES ? [cell] : []), ...all.filter((line) => line.length > COLUMNS)];
    });
    expect(long).toEqual([]);
  });

  it("imports no package that it does not use, and shows versions before anything else", () => {
    const [first, ...others] = code;
    expect(first).toContain("erasable.showVersions();");
    const names = [...first.matchAll(/^import \* as (\w+)/gm)].map(([, name]) => name);
    const rest = [first.replace(/^import.*$/gm, ""), ...others].join("\n");
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(rest))).toEqual([]);
  });

  it("begins with its title and the place of its finding, and ends with the commands that make it", () => {
    expect(cells.slice(0, 2).map(({ cell_type }) => cell_type)).toEqual(["markdown", "code"]);
    expect(prose[0]).toMatch(new RegExp(`^# ${number} · `));
    const finds = /erasable\.showFinding\(|erasable\.ask\(|forEach\(erasable\.showFinding\)/;
    expect(code.some((cell) => finds.test(cell))).toBe(true);
    const last = prose.at(-1) ?? "";
    expect(last).toMatch(/```\n[^`]*```$/);
    expect(last).toContain(`npm run reproduce -- --only ${number}`);
    const [, example] = /ERASABLE_PARAMETERS='(.*)'/.exec(last) ?? [];
    const parameters = cells.find(({ metadata }) => metadata.tags?.includes("parameters"))?.source.join("");
    for (const name of Object.keys(JSON.parse(example))) expect(parameters).toContain(`${name}:`);
  });
});

it("at least half of the lines of code are about the matter", () => {
  const all = notebooks.flatMap(({ code }) => code.flatMap(statements));
  expect(lines(all.filter((one) => !shows(one))) / lines(all)).toBeGreaterThan(0.5);
});

it("Arquero is imported where rows are filtered, grouped and pivoted: in every notebook", () => {
  const imports = (name: string) => notebooks.filter(({ code }) => code[0].includes(`from "${name}"`)).length;
  expect({ arquero: imports("arquero"), danfo: imports("danfojs-node"), tslab: imports("tslab") }).toEqual({
    arquero: notebooks.length,
    danfo: 0, // what is shown comes back as a DataFrame, so nobody needs to import it
    tslab: notebooks.length,
  });
  const verbs = (cell: string) => /\.(filter|derive|groupby|rollup|pivot|fold|orderby|join)\(/.test(cell);
  const users = notebooks.filter(({ code }) =>
    code.some((cell) => /\baq\.|\.array\(/.test(cell) && verbs(cell)),
  );
  expect(users.map(({ name }) => name)).toEqual(notebooks.map(({ name }) => name));
});
