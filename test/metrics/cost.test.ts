import { describe, expect, it } from "vitest";
import { inParallel, inSequence, stageCost } from "../../lib/metrics/cost";

describe("cost", () => {
  const load = stageCost("load", 1);
  const short = stageCost("train", 2, { samples: 100, steps: 4 });
  const long = stageCost("train", 5, { samples: 300, steps: 12 });

  it("adds up in sequence", () => {
    expect(inSequence(load, short, long)).toEqual({
      samples: 400,
      steps: 16,
      parallelSamples: 400,
      seconds: { load: 1, train: 7 },
      parallelSeconds: 8,
    });
  });

  it("side by side: all the work, the longest path", () => {
    expect(inParallel(inSequence(load, short), long)).toEqual({
      samples: 400,
      steps: 16,
      parallelSamples: 300,
      seconds: { load: 1, train: 7 },
      parallelSeconds: 5,
    });
  });

  it("nothing costs nothing", () => {
    const nothing = inSequence();
    expect(nothing).toEqual({ samples: 0, steps: 0, parallelSamples: 0, seconds: {}, parallelSeconds: 0 });
    expect(inParallel(nothing, short)).toEqual(short);
  });
});
