/**
 * Figures in reports: the file's picture in place of the notebook's, another for a phone, a link in the
 * caption.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "erasable-pictures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(join(folder, "figures"));
  for (const [name, content] of [
    ["a.svg", "<svg>wide</svg>"],
    ["a.narrow.svg", "<svg>narrow</svg>"],
    ["a.html", "page"],
    ["b.svg", "<svg>alone</svg>"],
  ])
    writeFileSync(join(folder, "figures", name), content);
});

const base64 = (text: string) => Buffer.from(text).toString("base64");
const html = (text: string) => ({ output_type: "display_data", data: { "text/html": [text] } });
const image = (name: string) =>
  html(`<img data-figure="${name}" alt="&lt;b&gt;" style="x" src="data:image/svg+xml;base64,old">`);
const caption = html(
  '<style>p{}</style><p><strong>Figure 5</strong><br><span style="opacity:0.8">Profile smoke</span></p>',
);

function shown(outputs: readonly object[]): string[] {
  const code = `import("./scripts/pictures.mjs").then(({ withPictures }) =>
    process.stdout.write(JSON.stringify(withPictures(${JSON.stringify(outputs)}, ${JSON.stringify(folder)}))))`;
  const written = JSON.parse(execFileSync(process.execPath, ["-e", code], { cwd: root, encoding: "utf8" }));
  return written.map(({ data }: { data: Record<string, string | string[]> }) =>
    [data["text/html"]].flat().join(""),
  );
}

it("puts both pictures in place, and the link behind the caption", () => {
  const [picture, below] = shown([image("a"), caption]);
  expect(picture).toBe(
    `<figure class="figure" id="figure-a"><picture><source media="screen and (max-width: 40rem)" srcset="data:image/svg+xml;base64,${base64("<svg>narrow</svg>")}"><img alt="&lt;b&gt;" src="data:image/svg+xml;base64,${base64("<svg>wide</svg>")}"></picture></figure>`,
  );
  expect(below).toBe(
    '<p><strong>Figure 5</strong><br><span style="opacity:0.8">Profile smoke<span class="interactive"> · <a href="../figures/a.html" aria-label="Interactive version: &lt;b&gt;">interactive</a></span></span></p>',
  );
});

it("scrolls a picture that has no other form, and links nothing that is not there", () => {
  const [picture, below] = shown([image("b"), caption]);
  expect(picture).toContain('class="figure wide"');
  expect(picture).not.toContain("<source");
  expect(below).toContain("<style>");
  expect(below).not.toContain("<a ");
});

it("leaves alone what it does not know: a table, a figure without a file, a name that leads elsewhere", () => {
  const others = [html("<table></table>"), image("c"), image("../../a")];
  expect(shown(others)).toEqual(others.map(({ data }) => data["text/html"][0]));
});
