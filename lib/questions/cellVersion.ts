import { codeVersion } from "../version";
import type { Cell } from "./cell";

/**
 * Version of the code that decides a cell's result. Cells of any method by its name go by their method's code, so that
 * work on one method leaves the records of the others as they are.
 */
export const cellVersion = (cell: Cell): string =>
  codeVersion(cell.kind === "beyond" ? `beyond/${cell.method}` : cell.kind);
