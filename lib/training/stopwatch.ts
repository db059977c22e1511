/** Seconds by stage, from an injected clock: no clock is read inside numerical code. */

/** Seconds since some moment, never descending. */
export type Clock = () => number;

export class Stopwatch {
  private readonly stages: Record<string, number> = {};
  constructor(private readonly clock: Clock) {}

  /** Runs `work` and books its time to `stage`, also when it throws. */
  time<T>(stage: string, work: () => T): T {
    const began = this.clock();
    try {
      return work();
    } finally {
      this.book(stage, this.clock() - began);
    }
  }

  async timeAsync<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const began = this.clock();
    try {
      return await work();
    } finally {
      this.book(stage, this.clock() - began);
    }
  }

  private book(stage: string, seconds: number): void {
    this.stages[stage] = (this.stages[stage] ?? 0) + seconds;
  }

  /** Seconds by stage so far. */
  seconds(): Record<string, number> {
    return { ...this.stages };
  }

  total(): number {
    return Object.values(this.stages).reduce((sum, seconds) => sum + seconds, 0);
  }
}
