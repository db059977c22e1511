/** What the job "approximate" finds out, as plain JSON. */

/** The systems that are compared, all of them after the same request: what was done. */
export const SYSTEMS = [
  "rows deleted",
  "fine-tune",
  "gradient-ascent",
  "scif",
  "exact, another seed",
  "exact",
] as const;
export type ApproximateName = (typeof SYSTEMS)[number];

/** An attack's area under the ROC curve, erased users against users who were never there; standard errors over users. */
export interface Exposure {
  readonly auc: number;
  readonly error: number;
  /** less the area of the same attack on the exact system: the same people */
  readonly lessExact: number;
  readonly lessExactError: number;
}

/** One system, beside the exact one. */
export interface Left {
  readonly system: ApproximateName;
  /** |w - w*| / |w*| over all weights but the rows of the erased */
  readonly weights: number;
  /** mean |s - s*| over some users and all items, in standard deviations of s* */
  readonly scores: number;
  /** Spearman's correlation of a user's scores with the exact ones, mean over these users */
  readonly ranks: number;
  /** share of the ten best items that the exact system recommends too, likewise */
  readonly top: number;
  /** null for requests of fewer than ten users */
  readonly attack: Exposure | null;
  /** metrics by the names that tables show */
  readonly metrics: Readonly<Record<string, number>>;
  /** gradient samples of the request */
  readonly samples: number;
}

export interface ApproximateOutcome {
  readonly erasedUsers: number;
  /** users in an attack: erased, and as many or more who were never there */
  readonly attacked: { readonly members: number; readonly others: number };
  readonly systems: readonly Left[];
}
