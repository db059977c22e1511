/** Every link of the pages that people read leads to a file, and to a heading where it names one. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const root = join(__dirname, "../..");
const notebooks = readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb"));
const pages = [
  ...["README.md", "RESULTS.md", "CONTRIBUTING.md", "environment.md"],
  ...["bench", "data", "lib", "lib/unlearning/rivals", "results", "workflow"].map(
    (name) => `${name}/README.md`,
  ),
  "results/version1.md",
  ...notebooks.map((name) => `notebooks/${name}`),
];

/** Prose of a page, without code. */
function proseOf(page: string): string {
  const text = readFileSync(join(root, page), "utf8");
  const prose = page.endsWith(".ipynb")
    ? (JSON.parse(text).cells as { cell_type: string; source: string[] }[])
        .filter(({ cell_type }) => cell_type === "markdown")
        .map(({ source }) => source.join(""))
        .join("\n\n")
    : text;
  return prose.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "code");
}

const linksOf = (prose: string): string[] => [
  ...[...prose.matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, target]) => target),
  ...[...prose.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target]) => target),
];

/** Names of headings as GitHub makes them. */
const anchorsOf = (prose: string): string[] =>
  [...prose.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** What is wrong with a link of a page; nothing, if it is right. */
function fault(page: string, link: string): string[] {
  if (/^(https:|mailto:)/.test(link)) return /localhost|127\.0\.0\.1/.test(link) ? [`${page}: ${link}`] : [];
  const [path, anchor] = link.split("#");
  const target = path === "" ? join(root, page) : resolve(root, dirname(page), decodeURIComponent(path));
  if (!existsSync(target) || relative(root, target).startsWith(".."))
    return [`${page}: ${link} is not there`];
  if (anchor && target.endsWith(".md") && !anchorsOf(proseOf(relative(root, target))).includes(anchor))
    return [`${page}: ${link} has no such heading`];
  return [];
}

it.each(pages)("%s: every link leads somewhere", (page) => {
  expect(linksOf(proseOf(page)).flatMap((link) => fault(page, link))).toEqual([]);
});

it("finds what leads nowhere", () => {
  const wrong = ["nowhere.md", "README.md#no-such-heading", "http://example.org", "../outside.md"];
  expect(wrong.flatMap((link) => fault("README.md", link))).toHaveLength(4);
  expect(linksOf('[a](b.md) <img src="c.svg">')).toEqual(["b.md", "c.svg"]);
});
