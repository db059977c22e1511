/**
 * The loop of Algorithm 2 (and of Lloyd's k-means, where nobody is refused a seat): priorities from the
 * labels, labels from the priorities, until no label changes or tau passes are done. Any clustering method
 * that can turn labels into priorities can be its host.
 */

import { yieldToEventLoop } from "../yield";
import { printedPass, printedSeats } from "./literal";

/** What a clustering method gives the loop: line 3 of Algorithm 2, ComputeSimilarity. */
export interface Host {
  /** Costs (users x groups, smaller is nearer) before there are labels: from the method's own start. */
  start(out: Float64Array): void;
  /** Costs with respect to `labels`. */
  costs(labels: Uint32Array, out: Float64Array): void;
}

/** How far a clustering has come. */
export interface GroupingProgress {
  readonly stage: "kmeans" | "gaussianMixture" | "labelPropagation" | "balance";
  /** share of the passes allowed in this stage that is behind, 0 .. 1; most stages end before it is 1 */
  readonly done: number;
  /** passes done in this restart */
  readonly pass: number;
  /** users whose label changed in it */
  readonly moved?: number;
  /** mean log-likelihood, in the EM stage */
  readonly logLikelihood?: number;
}

/** How long work reports and how it is stopped. */
export interface Control {
  readonly signal?: AbortSignal;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: GroupingProgress) => void;
}

/** Reports, lets the event loop run (so that a stop can arrive) and throws `StoppedError` on a stop. */
export async function pause(control: Control, progress: GroupingProgress): Promise<void> {
  control.onProgress?.(progress);
  await yieldToEventLoop(control.signal, "grouping");
}

export interface Passes {
  readonly labels: Uint32Array;
  readonly passes: number;
  readonly converged: boolean;
}

/** Turns costs into labels, in place. `labels` holds those of the pass before. */
export type Assign = (cost: Float64Array, labels: Uint32Array) => void;

export interface PassSettings {
  readonly stage: GroupingProgress["stage"];
  /** which of `restarts` runs this is, from 0: for progress only */
  readonly restart: number;
  readonly restarts: number;
  readonly groups: number;
  readonly maxPasses: number;
}

/** The loop. `initial`: labels to begin with; without them the first costs are the host's own. */
export async function runPasses(
  host: Host,
  assign: Assign,
  users: number,
  settings: PassSettings,
  control: Control,
  initial?: Uint32Array,
): Promise<Passes> {
  const { stage, restart, restarts, groups, maxPasses } = settings;
  const cost = new Float64Array(users * groups);
  const labels = initial ? initial.slice() : new Uint32Array(users);
  const before = new Uint32Array(users);
  for (let pass = 1; ; pass++) {
    if (pass === 1 && !initial) host.start(cost);
    else host.costs(labels, cost);
    before.set(labels);
    assign(cost, labels);
    let moved = 0;
    for (let i = 0; i < users; i++) if (labels[i] !== before[i]) moved++;
    await pause(control, { stage, done: (restart + pass / maxPasses) / restarts, pass, moved });
    // Without initial labels the first pass compares with nothing.
    if (moved === 0 && (pass > 1 || initial)) return { labels, passes: pass, converged: true };
    if (pass >= maxPasses) return { labels, passes: pass, converged: false };
  }
}

/** The loop as printed: seats counted once, and `t > tau` asked after t has been raised. */
export async function runPrinted(
  host: Host,
  users: number,
  settings: PassSettings,
  control: Control,
  initial: Uint32Array,
): Promise<Passes> {
  const { stage, groups, maxPasses } = settings;
  const seats = printedSeats(users, groups);
  const cost = new Float64Array(users * groups);
  const labels = initial.slice();
  for (let t = 0; ; ) {
    const before = labels.slice();
    host.costs(labels, cost);
    printedPass(cost, groups, labels, seats);
    t++;
    const moved = labels.reduce((sum, label, i) => sum + (label === before[i] ? 0 : 1), 0);
    await pause(control, { stage, done: Math.min(1, t / maxPasses), pass: t, moved });
    if (moved === 0) return { labels, passes: t, converged: true };
    if (t > maxPasses) return { labels, passes: t, converged: false };
  }
}

/** Plain assignment: each user to its nearest group (ties: smaller group), then no group left empty. */
export function assignNearest(cost: Float64Array, groups: number, labels: Uint32Array): void {
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let j = 1, at = i * groups; j < groups; j++) if (cost[at + j] < cost[at + best]) best = j;
    labels[i] = best;
  }
  fillEmpty(cost, groups, labels);
}

/**
 * The rule for empty groups: each, in ascending order, takes the user that lies farthest from its own group
 * among the groups of two users or more (ties: smaller user). With S <= N there is always one. Under a
 * balance by load the spread cannot grow: the mover was already part of a load at or below the largest.
 */
export function fillEmpty(cost: Float64Array, groups: number, labels: Uint32Array): void {
  const sizes = new Uint32Array(groups);
  for (const label of labels) sizes[label]++;
  for (let j = 0; j < groups; j++) {
    if (sizes[j] > 0) continue;
    let farthest = -1;
    for (let i = 0; i < labels.length; i++) {
      if (sizes[labels[i]] < 2) continue;
      if (farthest < 0 || cost[i * groups + labels[i]] > cost[farthest * groups + labels[farthest]])
        farthest = i;
    }
    sizes[labels[farthest]]--;
    sizes[j] = 1;
    labels[farthest] = j;
  }
}
