/**
 * What notebooks 00 to 03, 08 and 09 compute in their cells and show: names, captions and columns of it, so that a
 * cell holds what the notebook is about and not how it looks. `show(views.datasets.sizes(rows))` shows and
 * writes it.
 */

import { completeness } from "./completeness";
import { datasets } from "./datasets";
import { embedding } from "./embedding";
import { grouping } from "./grouping";
import { quickstart } from "./quickstart";
import { scoreboard } from "./scoreboard";

export const views = { quickstart, datasets, embedding, grouping, completeness, scoreboard };
