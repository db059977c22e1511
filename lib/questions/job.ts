/** A job: how trials of one kind are run. It stands in the folder of the question that needs it first. */

import type { Trial } from "./trial";

/** How a job reports: outcomes become records, gradient samples become progress. */
export interface Report {
  /** The outcome of a wanted trial, plain JSON without user lists and ratings, and seconds by stage. */
  outcome(trial: Trial, outcome: object, timings: Readonly<Record<string, number>>): void;
  /** Gradient samples processed since the last call. */
  samples(count: number): void;
}

export interface Job {
  /** `job` of its trials */
  readonly name: string;
  /** Modules whose code decides the outcome: paths below lib, without ending. A trial's method adds its own. */
  readonly modules: readonly string[];
  /** How much a trial trains, in learnings of its whole data; what trains nothing counts as little. */
  readonly work: number;
  /** Whether it must have the machine to itself, because it measures time. */
  readonly alone?: boolean;
  /** Whether trials that differ in their request alone come together, from one learning. */
  readonly joins?: boolean;
  /** Reports an outcome for each trial: several where it joins, else one. @throws StoppedError when the signal fires */
  run(trials: readonly Trial[], report: Report, signal: AbortSignal): Promise<void>;
}
