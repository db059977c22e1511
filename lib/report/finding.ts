/**
 * What a notebook found, in a sentence under its title. It is made of numbers that later cells compute, so
 * the place is kept by the first cell and filled when they are there.
 */

import { connectedNotebook } from "./context";
import { escapeHtml } from "./text";

const EMPTY = "What was found will stand here when the cells below have run.";

let place: { show(html: string): void; said: string[] } | undefined;

/** Keeps the place for the finding; of a notebook that is connected again, the old finding goes. */
export function openFinding(): void {
  const display = connectedNotebook()?.newDisplay();
  place = display && { show: (html) => display.html(html), said: [] };
  place?.show(`<p class="finding" style="opacity:0.7">${EMPTY}</p>`);
}

/** Adds a sentence to the finding, once. It is plain text. */
export function showFinding(sentence: string): void {
  if (!place || sentence === "" || place.said.includes(sentence)) return;
  place.said.push(sentence);
  const sentences = place.said.map((text) => `<p class="finding"><strong>${escapeHtml(text)}</strong></p>`);
  place.show(sentences.join(""));
}
