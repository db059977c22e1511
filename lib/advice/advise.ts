/**
 * Advice by measuring: every candidate learns the ratings at hand, one after the other, in a process of its own and within a
 * time; the one that is taken is the cheapest to make forget among those that recommend about as well as the best.
 */

import { fork } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Interactions } from "../data/interactions";
import { temporaryFolder } from "../disk/folders";
import { InputError, StoppedError } from "../errors";
import { learn } from "../unlearning/api";
import { type Candidate, candidatesFor } from "./candidates";
import type { Measurement } from "./measurement";
import type { Answer, Task } from "./process";
import { type Anchors, hasLearned, holdOut, measureAnchors } from "./quality";

/** What a recommender is for: to rank all items, or to tell how users would rate them. */
export type Aim = "ranking" | "own";

/** A candidate, and what came of it. */
export interface Tried extends Candidate, Measurement {}

export interface LeftOut {
  readonly label: string;
  readonly why: string;
}

export interface Advice {
  readonly anchors: Anchors;
  /** users with held-out ratings, and those ratings */
  readonly users: number;
  readonly ratings: number;
  /** best first, by the aim */
  readonly tried: readonly Tried[];
  readonly leftOut: readonly LeftOut[];
  /** undefined where none knows more than a list that is the same for everybody */
  readonly recommended?: Tried;
  readonly reason: string;
}

/** What will be tried, and how long it is likely to take, in seconds. */
export interface AdvicePlan {
  readonly candidates: readonly Candidate[];
  readonly leftOut: readonly LeftOut[];
  readonly seconds: number;
}

/** Of a process: to start, to read, to measure. */
const OVERHEAD = 1;
const PROBED = 20_000; // ratings

/** Chooses what has time, the quickest first. @param readSeconds what reading the ratings took */
export async function planAdvice(
  data: Interactions,
  { seconds, readSeconds }: { readonly seconds: number; readonly readSeconds: number },
): Promise<AdvicePlan> {
  const all = [...candidatesFor(data, await rateOf(data))].sort((a, b) => a.seconds - b.seconds);
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  let total = 0;
  for (const candidate of all) {
    const likely = candidate.seconds + readSeconds + OVERHEAD;
    if (total + likely <= seconds) {
      candidates.push(candidate);
      total += likely;
    } else leftOut.push({ label: candidate.label, why: `it would take about ${inWords(likely)}` });
  }
  return { candidates, leftOut, seconds: total };
}

const inWords = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/** Gradient samples a second on this machine, beside what else it does. */
async function rateOf(data: Interactions): Promise<number> {
  const { train } = holdOut(data, PROBED);
  const began = performance.now();
  const system = await learn(train, { method: "retrain", epochs: 3 });
  const { samples } = system.system.cost;
  await system.close();
  return (samples * 1000) / Math.max(1, performance.now() - began);
}

export interface AdviseOptions {
  readonly aim: Aim;
  /** seconds from now on; what is not done then is ended */
  readonly seconds: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, label: string) => void;
}

/**
 * @param name how the candidates' processes find `data` @throws InputError where nothing can be held out; StoppedError
 */
export async function advise(
  name: string,
  data: Interactions,
  plan: AdvicePlan,
  { aim, seconds, signal, onProgress }: AdviseOptions,
): Promise<Advice> {
  const deadline = performance.now() + 1000 * seconds;
  const held = holdOut(data);
  if (aim === "own" && !held.ownTells)
    throw new InputError(
      `${data.provenance.name}: nobody has two held-out ratings that differ, so nothing tells how well ` +
        "ratings are met; leave --for ratings out",
    );
  const anchors = await measureAnchors(held, signal);
  const tried: Tried[] = [];
  const leftOut: LeftOut[] = [...plan.leftOut];
  for (const [k, candidate] of plan.candidates.entries()) {
    onProgress?.(k, candidate.label);
    const answer = await tryOne(name, candidate, deadline - performance.now(), signal);
    if ("refused" in answer) leftOut.push({ label: candidate.label, why: answer.refused });
    else tried.push({ ...candidate, ...answer.measurement });
  }
  onProgress?.(plan.candidates.length, "");
  tried.sort((a, b) => (b[aim] ?? -1) - (a[aim] ?? -1));
  const { users, ratings } = held;
  return { anchors, users, ratings, tried, leftOut, ...recommend(tried, anchors, aim) };
}

/** How much worse than the best, relatively, counts as about as good. */
const ALIKE = 0.05;

/** Seconds by which waits must differ to count as different: a machine's other work moves them by less. */
const MOMENT = 0.5;

/** Seconds from a request until the next recommendation. */
export const waitOf = ({ forgetSeconds, nextSeconds }: Measurement): number =>
  (forgetSeconds ?? 0) + (nextSeconds ?? 0);

/** @param tried best first */
export function recommend(
  tried: readonly Tried[],
  anchors: Anchors,
  aim: Aim,
): Pick<Advice, "recommended" | "reason"> {
  const able = tried.filter((one) => hasLearned({ ranking: null, own: null, [aim]: one[aim] }, anchors));
  const [best] = able;
  if (!best) return { reason: "none of them ranks better than a list that is the same for everybody" };
  const near = able.filter((one) => (one[aim] ?? 0) >= (1 - ALIKE) * (best[aim] ?? 0));
  const quickest = Math.min(...near.map(waitOf));
  const recommended = near.find((one) => waitOf(one) <= quickest + MOMENT) ?? best;
  const value = (one: Tried) => (one[aim] ?? 0).toFixed(3);
  const reason =
    recommended === best
      ? `it ranks best (${value(best)})${near.length > 1 ? ", and is among the quickest to forget of those within 5 % of it" : ""}`
      : `it is among the quickest to forget of those within 5 % of the best (${value(recommended)}; ${best.label} ${value(best)})`;
  return { recommended, reason };
}

/** The compiled process, from the compiled module or from its source. */
function processFile(): string {
  const places = [join(__dirname, "process.js"), join(__dirname, "../dist/advice/process.js")];
  const found = places.find((file) => existsSync(file));
  if (!found) throw new Error(`advise: ${places[1]} is missing; run "npm run build"`);
  return found;
}

/** @param left milliseconds @throws StoppedError on the signal */
async function tryOne(
  name: string,
  { method, settings }: Candidate,
  left: number,
  signal?: AbortSignal,
): Promise<Answer> {
  if (signal?.aborted) throw new StoppedError("advise: stopped on request");
  if (left <= 0) return { refused: "no time was left" };
  const folder = temporaryFolder("erasable-advice-");
  const child = fork(processFile(), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let isLate = false;
  const end = () => child.kill("SIGKILL");
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, left);
  signal?.addEventListener("abort", end);
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      let got: Answer | undefined;
      child.once("message", (message) => {
        got = message as Answer;
      });
      child.once("error", reject);
      child.once("close", (code, by) =>
        resolve(got ?? { refused: isLate ? "it was not done in time" : ended(code, by) }),
      );
      child.send({ name, candidate: { method, settings }, folder } satisfies Task);
    });
    if (signal?.aborted) throw new StoppedError("advise: stopped on request");
    return answer;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
    rmSync(folder, { recursive: true, force: true });
  }
}

const ended = (code: number | null, by: NodeJS.Signals | null): string =>
  `its process was ended (${by ?? `exit code ${code}`}${by === "SIGKILL" ? ": too little memory?" : ""})`;
