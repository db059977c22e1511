// The figures of a profile as they stand in its reports: the picture, another one for a phone, and a link to
// the interactive page. Everything is inside the page, and nothing of it is a script.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const escapeHtml = (text) =>
  text.replace(
    /[&<>"']/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c],
  );

const address = (path) => `data:image/svg+xml;base64,${readFileSync(path).toString("base64")}`;

/** Whether there is another picture of a figure for a phone; one that has none is scrolled there. */
const hasNarrow = (folder, name) => existsSync(join(folder, "figures", `${name}.narrow.svg`));

/** `<picture>` of figures/<name>.svg below `folder`. @param alt text for those who cannot see it, escaped */
export function pictureHtml(folder, name, alt) {
  const [wide, narrow] = [".svg", ".narrow.svg"].map((ending) => join(folder, "figures", `${name}${ending}`));
  const phone = existsSync(narrow)
    ? `<source media="screen and (max-width: 40rem)" srcset="${address(narrow)}">`
    : "";
  return `<picture>${phone}<img alt="${alt}" src="${address(wide)}"></picture>`;
}

/** A link to the interactive page of a figure, if there is one. */
export const interactiveLink = (folder, name, what) =>
  existsSync(join(folder, "figures", `${name}.html`))
    ? `<a href="../figures/${name}.html" aria-label="Interactive version: ${what}">interactive</a>`
    : "";

const IMAGE = /^<img data-figure="([\w.-]+)" alt="([^"]*)"[^>]*>$/;

/**
 * The outputs of a cell with the figures of `folder` in place of the pictures that the notebook holds: the
 * file may be newer only if somebody has drawn it since, which its provenance says.
 */
export function withPictures(outputs, folder) {
  let linked = "";
  return outputs.map((output) => {
    const html = [output.data?.["text/html"] ?? ""].flat().join("");
    const [, name, alt] = IMAGE.exec(html.trim()) ?? [];
    if (name && existsSync(join(folder, "figures", `${name}.svg`))) {
      linked = interactiveLink(folder, name, alt);
      const kind = hasNarrow(folder, name) ? "figure" : "figure wide";
      const figure = `<figure class="${kind}" id="figure-${name}">${pictureHtml(folder, name, alt)}</figure>`;
      return { ...output, data: { "text/html": figure } };
    }
    // the caption follows its picture
    if (linked === "" || !html.includes("</strong><br>")) return output;
    const captioned = html
      .replace(/<style>.*?<\/style>/s, "")
      .replace(/<\/span><\/p>\s*$/, `<span class="interactive"> · ${linked}</span></span></p>`);
    linked = "";
    return { ...output, data: { "text/html": captioned } };
  });
}
