/**
 * Which host and which assignment a set of settings asks for: the methods of Section 3.2 of LASER, plain or
 * under Algorithm 2. All of them meet in the loop of passes.ts.
 */

import type { Random } from "../random";
import { balanceLoads, balanceUsers } from "./balance";
import { fitMixture, MixtureHost, maximisation, oneHot, varianceFloor } from "./gaussianMixture";
import { KMeansHost, kMeans, plusPlusSeeds } from "./kMeans";
import { PropagationHost } from "./labelPropagation";
import {
  type Assign,
  assignNearest,
  type Control,
  fillEmpty,
  type Host,
  type Passes,
  runPasses,
  runPrinted,
} from "./passes";
import type { Points } from "./points";
import { independentLabels } from "./random";
import type { GroupingSettings } from "./settings";
import { Transport } from "./transport";

/** Labels under checked settings; `loads` where the balance is by ratings. */
export async function cluster(
  points: Points,
  settings: GroupingSettings,
  loads: Float64Array | undefined,
  random: Random,
  control: Control,
): Promise<Passes> {
  const { method, groups, balance, clusterStart, maxPasses, restarts } = settings;
  const count = points.count;
  const pass = { stage: "balance" as const, restart: 0, restarts: 1, groups, maxPasses };
  const allocate = (draw: Random) => independentLabels(count, groups, draw);
  const initial = clusterStart === "random" ? allocate : undefined;
  const assign = () => assignment(count, settings, loads);
  if (method === "kmeans" && !settings.literal)
    return kMeans(points, groups, assign, { restarts, maxPasses, random }, control, initial);

  const { host, fit } = await hostOf(points, settings, random, control);
  if (settings.literal) return runPrinted(host, count, pass, control, allocate(random.fork("allocation")));
  if (balance !== "none")
    return runPasses(host, assign(), count, pass, control, initial?.(random.fork("allocation")));
  // Plain: the fitted posterior, or the labels that flowed from the seeds, decide once.
  const cost = new Float64Array(count * groups);
  const labels = new Uint32Array(count);
  host.start(cost);
  assignNearest(cost, groups, labels);
  return { labels, ...fit };
}

/** How a method's own fit ended: 1 pass where it is not iterative. */
type Fit = Pick<Passes, "passes" | "converged">;

async function hostOf(
  points: Points,
  { method, groups, maxPasses, restarts }: GroupingSettings,
  random: Random,
  control: Control,
): Promise<{ host: Host; fit: Fit }> {
  const once: Fit = { passes: 1, converged: true };
  if (method === "kmeans")
    return { host: new KMeansHost(points, groups, () => plusPlusSeeds(points, groups, random)), fit: once };
  // The other two begin with plain k-means, whatever becomes of its groups afterwards.
  const most = Math.max(1, maxPasses);
  const run = { restarts, maxPasses: most, random: random.fork("kmeans") };
  const plain: () => Assign = () => (cost, labels) => assignNearest(cost, groups, labels);
  const { labels } = await kMeans(points, groups, plain, run, control);
  if (method === "labelPropagation")
    return { host: await PropagationHost.build(points, groups, labels, control), fit: once };
  const floor = varianceFloor(points);
  const first = maximisation(points, oneHot(labels, groups), groups, floor);
  const fitted = await fitMixture(points, first, { floor, maxPasses: most }, control);
  return { host: new MixtureHost(points, groups, fitted.mixture, floor), fit: fitted };
}

/** How one pass turns costs into labels under these settings. */
function assignment(count: number, settings: GroupingSettings, loads: Float64Array | undefined): Assign {
  const { groups, balance, ceiling } = settings;
  if (loads) {
    return (cost, labels) => {
      balanceLoads(cost, groups, loads, labels);
      fillEmpty(cost, groups, labels);
    };
  }
  if (balance === "none") return (cost, labels) => assignNearest(cost, groups, labels);
  if (settings.assignment === "transport") {
    // A group of the printed ceiling may stay small, but not empty.
    const lower = ceiling ? 1 : Math.floor(count / groups);
    const solver = new Transport(count, groups, lower, Math.ceil(count / groups));
    return (cost, labels) => solver.assign(cost, labels);
  }
  return (cost, labels) => {
    balanceUsers(cost, groups, ceiling, labels);
    fillEmpty(cost, groups, labels);
  };
}
