/** Training samples from interactions: one (user, item, label) for each rating, in user order. Sections 2.3 and 4.2. */

import { InputError, requireOneOf } from "../errors";
import type { Interactions } from "./interactions";

export const LABELS = ["rating", "implicit"] as const;
/** `rating`: the rating over the top of its scale, for the normalized cross entropy. `implicit`: 1 for every rating. */
export type Label = (typeof LABELS)[number];

export interface SampleOptions {
  readonly label: Label;
  /** top of the rating scale; default 5 */
  readonly maxRating?: number;
}

/** The columns of an engine's TrainingSet. */
export interface Samples {
  /** Uint32Array, n, non-descending */
  readonly users: Uint32Array;
  /** Uint32Array, n, ascending inside a user */
  readonly items: Uint32Array;
  /** Float32Array, n, in [0, 1] */
  readonly labels: Float32Array;
}

/**
 * The samples of all users, or of `users` (numbers, ascending, none twice) alone. User and item numbers are those of
 * `train`.
 * @throws InputError when `users` is not ascending or out of range, or a label would leave [0, 1].
 */
export function trainingSamples(train: Interactions, options: SampleOptions, users?: Uint32Array): Samples {
  const { label, maxRating = 5 } = options;
  requireOneOf(label, LABELS, "label");
  const { offsets, columns, values } = train.byUser;
  const rows = users ?? Uint32Array.from(train.userIds, (_, u) => u);
  let n = 0;
  for (let r = 0; r < rows.length; r++) {
    if (rows[r] + 1 >= offsets.length || (r > 0 && rows[r] <= rows[r - 1]))
      throw new InputError(
        `users: ${rows[r]} at place ${r} is not above its forerunner and below ${train.userIds.length}`,
      );
    n += offsets[rows[r] + 1] - offsets[rows[r]];
  }
  const samples = { users: new Uint32Array(n), items: new Uint32Array(n), labels: new Float32Array(n) };
  let at = 0;
  for (const u of rows) {
    const from = offsets[u];
    const to = offsets[u + 1];
    samples.users.fill(u, at, at + to - from);
    samples.items.set(columns.subarray(from, to), at);
    for (let k = from; k < to; k++) {
      const value = label === "implicit" ? 1 : values[k] / maxRating;
      if (!(value >= 0 && value <= 1))
        throw new InputError(
          `user ${train.userIds[u]}, item ${train.itemIds[columns[k]]}: rating ${values[k]} is not from 0 to ` +
            `maxRating ${maxRating}`,
        );
      samples.labels[at++] = value;
    }
  }
  return samples;
}
