/** Rows of the systems under each setting. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "../system/outcome";
import { type SystemRow, systemRows } from "../system/rows";
import { VARIANTS } from "./variants";

export interface Labels extends SystemLabels {
  readonly variant: string;
  readonly order: string;
}

export interface SensitivityRow extends SystemRow {
  readonly variant: string;
  readonly order: string;
}

/** C-SISA by the scoring of the variant alone. */
export function sensitivityRows(finding: Finding<SystemOutcome, Labels>): SensitivityRow[] {
  const { variant, order } = finding.labels;
  const { scoring = "merged" } = VARIANTS.find(({ name }) => name === variant) ?? {};
  return systemRows(finding)
    .filter((row) => row.scoring === "model" || row.scoring === scoring)
    .map((row) => ({ ...row, variant, order }));
}
