/**
 * Texts: how wide they are on a picture, how they break into lines, and how they are written into HTML,
 * Markdown and Plotly so that nothing that came with the data (an id, a file's name, a caption) is taken for
 * markup.
 */

/**
 * Widths of Helvetica's characters in 1/1000 em (Adobe's font metrics): with them Vega lays out legends and
 * labels as a browser would. Without a canvas it would take every character for 0.8 em.
 */
const WIDTHS: readonly (readonly [string, number])[] = [
  ["ijl'|", 222],
  [" .,:;!ftI/\\[]()-·", 278],
  ["r", 333],
  ["cksvxyzJ", 500],
  ["FTZ", 611],
  ["ABEKPSVXY&", 667],
  ["CDHNRUw", 722],
  ["GOQ", 778],
  ["Mm", 833],
  ["W", 944],
  ["%", 889],
  ["@", 1015],
  ["+=<>~±", 584],
];
const widthOf = new Map(
  WIDTHS.flatMap(([characters, width]) => [...characters].map((c) => [c, width] as const)),
);

/** Width of a text in px. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf.get(character) ?? 556; // digits and most lower-case letters
  return (sum * fontSize) / 1000;
}

/** A text in as many lines as it takes within `length` px; a longer word keeps a line of its own. */
export function wrapText(text: string, length: number, fontSize: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (textWidth(longer, fontSize) <= length || longer === word) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that turn the direction of what stands behind them (Unicode, UAX 9), and would hide or swap it. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const escapeOf = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
const straight = (text: string): string => text.replace(TURNS, escapeOf);

/** Text for a terminal: what it would obey, and what would turn the line, is shown as "\u001b". */
export const escapeTerminal = (text: string): string => straight(text).replace(CONTROLS, escapeOf);

/** The same on one line, shortened. */
export const escapeLine = (text: string): string =>
  shorten(escapeTerminal(text).replace(/[\n\t]/g, escapeOf));

/** Without its middle. @param kept characters that stay at either end */
const withoutMiddle = (text: string, kept: number): string => {
  const all = [...text];
  const ends = [all.slice(0, kept), all.slice(-kept)].map((end) => end.join(""));
  return ends.join(`...[${(all.length - 2 * kept).toLocaleString("en-US")} characters]...`);
};

/** A message in which words and lines that no path or command has (an id that is a book) lose their middle. */
export const shorten = (text: string): string =>
  text
    .replace(/\S{1001,}/gu, (word) => withoutMiddle(word, 60))
    .replace(/.{4001,}/gu, (line) => withoutMiddle(line, 1000));

/** Text of an HTML or SVG element, or of an attribute in quotes. */
export const escapeHtml = (text: string): string => straight(text).replace(/[&<>"']/g, (c) => HTML[c]);

/** Text in Markdown, on one line: no emphasis, link, formula, code, list, heading or HTML comes of it. */
export const escapeMarkdown = (text: string): string =>
  straight(text)
    .replace(/\s+/g, " ")
    .replace(/[&<>]/g, (c) => HTML[c])
    .replace(/[\\`*_{}[\]()#+\-.!|~$^:=@/]/g, "\\$&");

/** Text of a Plotly figure, which reads a few HTML tags and entities. */
export const escapePlotly = (text: string): string => straight(text).replace(/[&<>]/g, (c) => HTML[c]);
