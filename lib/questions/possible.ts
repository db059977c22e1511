/**
 * What makes trials impossible, found before any of them is computed: a setting that its method does not take, a seed out
 * of range, more groups than users, nothing to train on, nobody left. What only computing shows fails by name, and is not
 * stored either (lib/runs/runner.ts).
 */

import { filledCore } from "../data/core";
import { holdsRatings, type Interactions } from "../data/interactions";
import { loadDataset } from "../data/load";
import { InputError } from "../errors";
import { SEED } from "../settings";
import { ratedUsers } from "../unlearning/plan";
import { parseRequest, share } from "../unlearning/request";
import { describeTrial, LEARNING, type Trial } from "./trial";
import { methodFor } from "./workbench";

/** What a data set's core has. */
interface Size {
  readonly users: number;
  /** ratings of the user who has most */
  readonly most: number;
  readonly rated: boolean;
}

/** Reasons that a message lists. */
const SHOWN = 3;

/**
 * @param trials those that are to be computed
 * @throws InputError that says how many cannot be, and why
 */
export async function requirePossible(trials: readonly Trial[]): Promise<void> {
  const reasons = new Map<string, Trial>();
  let count = 0;
  const cores = [...new Set(trials.map(coreOf))];
  for (const core of cores) {
    const own = trials.filter((trial) => coreOf(trial) === core);
    const size = await sizeOf(own[0]);
    for (const trial of own) {
      const reason = typeof size === "string" ? size : (faultOf(trial) ?? misfitOf(trial, size));
      if (reason === undefined) continue;
      count++;
      if (!reasons.has(reason)) reasons.set(reason, trial);
    }
  }
  if (count === 0) return;
  const some = [...reasons].slice(0, SHOWN).map(([reason, trial]) => `${describeTrial(trial)}: ${reason}`);
  const more = reasons.size > SHOWN ? `; and ${reasons.size - SHOWN} more reasons` : "";
  throw new InputError(
    `${count} of ${trials.length} trials cannot be computed, and none was: ${some.join("; ")}${more}`,
  );
}

const coreOf = ({ dataset, data }: Trial): string => `${data.core} ${dataset}`;

/** Size of a trial's core, or why it has none. @throws InputError when the data set is not here, or damaged */
async function sizeOf({ dataset, data }: Trial): Promise<Size | string> {
  const ratings = await loadDataset(dataset);
  try {
    const core = filledCore(ratings, data.core);
    return { users: ratedUsers(core).length, most: mostRatings(core), rated: holdsRatings(core) };
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const mostRatings = ({ byUser: { offsets } }: Interactions): number =>
  offsets.subarray(1).reduce((most, end, user) => Math.max(most, end - offsets[user]), 0);

/** What is wrong with a trial whatever its data. */
function faultOf(trial: Trial): string | undefined {
  if (!SEED.accepts(trial.seed)) return `seed: ${trial.seed} is not ${SEED.allowed}`;
  try {
    if (trial.system) methodFor(trial);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** What does not fit its data. */
function misfitOf(trial: Trial, { users, most, rated }: Size): string | undefined {
  const { dataset, data, system, request = LEARNING } = trial;
  const { groups = 1, label } = { ...trial.settings, ...system?.settings } as {
    readonly groups?: number;
    readonly label?: string;
  };
  if (groups > users)
    return `groups: ${groups} groups are more than the ${users} users of the ${data.core}-core; take at most that (--groups)`;
  if (Math.floor(data.trainShare * most) === 0)
    return `trainShare: ${data.trainShare} leaves nothing of any user's ratings to train on (--set trainShare)`;
  if (label === "rating" && !rated)
    return `label: ${dataset} has pairs without ratings: name it with --implicit, or take --set label=implicit`;
  if (request === LEARNING || /^(people|pairs):/.test(request)) return undefined;
  const { percent = 0, kind } = parseRequest(request) as { readonly percent?: number; readonly kind: string };
  if ((kind !== "last-group" || groups === 1) && share(users, percent) >= users)
    return `request ${request}: nobody of ${users} users would be left`;
}
