/** The first cell of a notebook: `connectNotebook(tslab)`. */

import { type NotebookDisplay, setNotebook } from "./context";
import { openFinding } from "./finding";
import { onLastValue, readableErrors } from "./kernel";
import { lastProgress } from "./progress";
import { drawLast } from "./show";

/**
 * Shows tables, charts and progress in this notebook's cells from here on. A cell that ends with rows, an
 * Arquero table or a Danfo DataFrame shows a table, and an error is told without the kernel's own stack.
 */
export function connectNotebook(notebook: NotebookDisplay): void {
  setNotebook(notebook);
  onLastValue(drawLast);
  readableErrors(lastProgress);
  openFinding();
}
