// A job handler that does, on demand, everything that a real one should not. task: { steps: [...] }, one after the other.
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const stopped = () => Object.assign(new Error("stopped"), { name: "StoppedError" });

function toyRecord({ key, trial }, outcome) {
  // one member: plain JSON is canonical
  const outcomeHash = createHash("sha256").update(JSON.stringify(outcome)).digest("hex");
  return { key, trial, data: "d", code: "c", outcome, outcomeHash, timings: { toy: 1 } };
}

const actions = {
  /** emits the wanted records from the first on */
  yield: (job, emit, _signal, count = job.wanted.length) => {
    for (const wanted of job.wanted.slice(0, count)) {
      emit.samples(10);
      emit.record(toyRecord(wanted, { square: wanted.trial.n ** 2 }));
    }
  },
  wait: (_job, _emit, signal, ms) =>
    pause(ms, undefined, { signal }).catch(() => {
      throw stopped();
    }),
  throw: (_job, _emit, _signal, text) => {
    throw new TypeError(text);
  },
  refuse: (_job, _emit, _signal, text) => {
    throw Object.assign(new Error(text), { name: "InputError" });
  },
  exit: () => process.exit(3),
  crashLater: () => {
    setTimeout(() => {
      throw new Error("thrown in a timer");
    }, 5);
    return pause(60_000);
  },
  hoard: () => {
    const all = [];
    for (;;) all.push(new Array(100_000).fill(all.length));
  },
  deaf: () => pause(60_000), // hears no signal
  busy: () => {
    for (;;); // and this one hears nothing at all
  },
  unasked: (job, emit) => emit.record({ ...toyRecord(job.wanted[0], {}), key: "f".repeat(64) }),
  nan: (job, emit) => emit.record(toyRecord(job.wanted.at(-1), { square: NaN })),
  function: (job, emit) => emit.record(toyRecord(job.wanted.at(-1), { square: () => 4 })),
};

export async function runJob(job, emit, signal) {
  for (const [action, argument] of job.task.steps) await actions[action](job, emit, signal, argument);
}
