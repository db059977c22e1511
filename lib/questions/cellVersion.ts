import { codeVersion } from "../version";
import type { Cell } from "./cell";

/**
 * Version of the code that decides a cell's result. Cells of any method by its name go by their method's code, so that
 * work on one method leaves the records of the others as they are.
 */
export const cellVersion = (cell: Cell): string =>
  cell.kind === "beyond"
    ? codeVersion(
        "jobs/beyond",
        `methods/${cell.method}`,
        ...(cell.model === "none" ? [] : [`models/${cell.model}`]),
      )
    : codeVersion(`jobs/${cell.kind}`, ...("model" in cell ? [`models/${cell.model}`] : []));
