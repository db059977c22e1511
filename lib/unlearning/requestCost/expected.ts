/**
 * What an unlearning is expected to cost, exactly and for any method whose work falls into parts: a part is
 * done again, on the samples of those who stay, when anybody of its triggers is erased. LASER's Eq. 7 is the
 * case of one part a group, triggered by everybody up to that group. Expectations over who asks are sums over
 * users; nothing is simulated.
 */

import { InputError, requireInteger } from "../../errors";

/** Work that is done again as a whole. */
export interface Part {
  /** lists of users, none of them twice: one of these users erased, and the part is done again */
  readonly triggers: readonly Uint32Array[];
  /** whose samples it works on, and how many each has: Uint32Array and, beside it, numbers */
  readonly users: Uint32Array;
  readonly samples: ArrayLike<number>;
  /** gradient samples for each sample: epochs or steps */
  readonly work: number;
}

/** What a learned system would do again. */
export interface CostModel {
  /** who may ask, user numbers ascending, and the training ratings of each beside them */
  readonly users: Uint32Array;
  readonly ratings: ArrayLike<number>;
  readonly parts: readonly Part[];
  /** Samples of the erased that are taken off sums one by one, unless somebody of `unless` is erased too. */
  readonly subtracted?: {
    readonly users: Uint32Array;
    readonly samples: ArrayLike<number>;
    readonly unless: Uint32Array;
  };
}

export type Draw =
  /** so many distinct users, all sets equally likely */
  | { readonly kind: "uniform"; readonly count: number }
  /** one user, with a chance in proportion to the own ratings */
  | { readonly kind: "activity" }
  /** just these */
  | { readonly kind: "users"; readonly users: ReadonlySet<number> };

/** Chances under a draw. */
interface Chances {
  /** that somebody of these lists is erased */
  hit(lists: readonly Uint32Array[]): number;
  /** that this user is erased, and somebody of the lists; `inside`: whether the user is in one of them */
  both(user: number, inside: boolean, lists: readonly Uint32Array[]): number;
}

/** Expected gradient samples of one request. @throws InputError for more users than there are. */
export function expectedSamples(model: CostModel, draw: Draw): number {
  const chances = chancesOf(model, draw);
  const last = Math.max(
    0,
    ...model.parts.flatMap(({ users, triggers }) => [users, ...triggers]).map(largest),
  );
  const inside = new Int32Array(last + 1).fill(-1);
  let total = 0;
  model.parts.forEach(({ triggers, users, samples, work }, mark) => {
    for (const list of triggers) for (const user of list) inside[user] = mark;
    const hit = chances.hit(triggers);
    let sum = 0;
    for (let k = 0; k < users.length; k++)
      sum += samples[k] * (hit - chances.both(users[k], inside[users[k]] === mark, triggers));
    total += work * sum;
  });
  return total + expectedSubtraction(model, chances);
}

function expectedSubtraction({ subtracted }: CostModel, chances: Chances): number {
  if (!subtracted) return 0;
  const { users, samples } = subtracted;
  const unless = [subtracted.unless];
  const exempt = new Set(subtracted.unless);
  let total = 0;
  for (let k = 0; k < users.length; k++) {
    const erased = chances.both(users[k], true, []);
    total += samples[k] * (erased - chances.both(users[k], exempt.has(users[k]), unless));
  }
  return total;
}

const largest = (users: Uint32Array): number => users.reduce((most, user) => Math.max(most, user), 0);

function chancesOf(model: CostModel, draw: Draw): Chances {
  if (draw.kind === "uniform") return uniform(model, draw.count);
  if (draw.kind === "activity") {
    const whole = Array.from(model.ratings).reduce((sum, count) => sum + count, 0);
    const share = new Map(Array.from(model.users, (user, k) => [user, model.ratings[k] / whole]));
    return single((user) => share.get(user) ?? 0);
  }
  const known = new Set(model.users);
  for (const user of draw.users)
    if (!known.has(user)) throw new InputError(`expected cost: user number ${user} has no ratings`);
  return certain(draw.users);
}

/** One user of known chance. */
const single = (chance: (user: number) => number): Chances => ({
  hit: (lists) => lists.reduce((sum, list) => list.reduce((inner, user) => inner + chance(user), sum), 0),
  both: (user, inside) => (inside ? chance(user) : 0),
});

const certain = (erased: ReadonlySet<number>): Chances => {
  const hit = (lists: readonly Uint32Array[]) => lists.some((list) => list.some((user) => erased.has(user)));
  return {
    hit: (lists) => (hit(lists) ? 1 : 0),
    both: (user, inside, lists) => (erased.has(user) && (inside || hit(lists)) ? 1 : 0),
  };
};

/** All sets of `count` users: of n, t of them triggers, C(n - t, count) / C(n, count) miss the triggers. */
function uniform({ users }: CostModel, count: number): Chances {
  const n = users.length;
  requireInteger(count, 1, n, "expected cost: number of users");
  const missed = (t: number, all: number, drawn: number): number => {
    let chance = 1;
    for (let k = 0; k < drawn && chance > 0; k++) chance *= Math.max(0, all - t - k) / (all - k);
    return chance;
  };
  const known = new Map<number, { hit: number; besides: number }>();
  const of = (lists: readonly Uint32Array[]) => {
    const t = lists.reduce((sum, list) => sum + list.length, 0);
    const found = known.get(t);
    if (found) return found;
    // besides: that somebody of t is erased with a given user who is not one of them
    const made = { hit: 1 - missed(t, n, count), besides: (count / n) * (1 - missed(t, n - 1, count - 1)) };
    known.set(t, made);
    return made;
  };
  return {
    hit: (lists) => of(lists).hit,
    both: (_, inside, lists) => (inside ? count / n : of(lists).besides),
  };
}
