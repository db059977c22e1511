/**
 * Who has rated what, item by item: what fits and sums of items read. It is made once, in a pass over all
 * ratings, and follows every erasure in the lists of the items that it touches, so that forgetting one user
 * does not go through the ratings of all others. A list made anew and one that followed erasures are the same
 * values in the same order.
 */

import { type GroupRatings, lowerBound } from "../../training/groupRatings";
import type { Runs } from "./kernel";

/** An item's raters in the order of groups and rows; twice, where it was drawn twice as a negative. */
interface List {
  /** Uint32Array, n: tickets, ascending */
  readonly tickets: Uint32Array;
  /** Float32Array, n */
  readonly labels: Float32Array;
}

interface Entry {
  readonly ticket: number;
  readonly label: number;
}

/** A member's samples entering (1) or leaving (-1); a row of the group after, or before, the erasure. */
export interface RaterChange {
  readonly group: number;
  readonly row: number;
  readonly sign: 1 | -1;
}

export class Raters {
  /**
   * @param tickets of the members of each group, row by row, ascending over all groups: a member keeps the
   *   ticket while rows move up to close gaps
   * @param lists of all items
   */
  private constructor(
    private readonly groups: readonly GroupRatings[],
    private readonly tickets: readonly Uint32Array[],
    private readonly lists: readonly List[],
  ) {}

  /** The raters of `items` items in `samples` of all groups. */
  static of(groups: readonly GroupRatings[], samples: (group: GroupRatings) => Runs, items: number): Raters {
    const ends = new Uint32Array(items + 1);
    for (const group of groups) {
      const { partners } = samples(group);
      for (let k = 0; k < partners.length; k++) ends[partners[k] + 1]++;
    }
    for (let item = 0; item < items; item++) ends[item + 1] += ends[item];
    const offsets = ends.slice();
    const holders = new Uint32Array(offsets[items]);
    const labels = new Float32Array(offsets[items]);
    const tickets: Uint32Array[] = [];
    let ticket = 0;
    for (const group of groups) {
      const own = samples(group);
      tickets.push(Uint32Array.from(group.members, (_, row) => ticket + row));
      for (let row = 0; row < group.members.length; row++, ticket++)
        for (let k = own.offsets[row]; k < own.offsets[row + 1]; k++) {
          const at = ends[own.partners[k]]++;
          holders[at] = ticket;
          labels[at] = own.labels[k];
        }
    }
    // Copies: a list that an erasure replaces takes what it held along.
    const lists = Array.from({ length: items }, (_, item) => ({
      tickets: holders.slice(offsets[item], offsets[item + 1]),
      labels: labels.slice(offsets[item], offsets[item + 1]),
    }));
    return new Raters(groups, tickets, lists);
  }

  /**
   * The raters after an erasure, equal to `of` the groups after it.
   * @param changes all members who left, came or have other samples now (these leave and come)
   * @param touched the items of these samples
   */
  after(
    groups: readonly GroupRatings[],
    samples: (group: GroupRatings) => Runs,
    changes: readonly RaterChange[],
    touched: readonly number[],
  ): Raters {
    const tickets = groups.map((group, g) =>
      group === this.groups[g] ? this.tickets[g] : this.move(group, g),
    );
    if (groups.length !== this.groups.length || tickets.some((own) => own === undefined))
      return Raters.of(groups, samples, this.lists.length);
    const known = tickets as Uint32Array[];
    const gone: number[] = [];
    const came: { item: number; entry: Entry }[] = [];
    for (const { group, row, sign } of changes) {
      if (sign < 0) {
        gone.push(this.tickets[group][row]);
        continue;
      }
      const { offsets, partners, labels } = samples(groups[group]);
      for (let k = offsets[row]; k < offsets[row + 1]; k++)
        came.push({ item: partners[k], entry: { ticket: known[group][row], label: labels[k] } });
    }
    const lists = this.lists.slice();
    gone.sort((a, b) => a - b);
    for (const item of touched) lists[item] = listWithout(lists[item], gone);
    for (const { item, entry } of came) lists[item] = listWith(lists[item], entry);
    return new Raters(groups, known, lists);
  }

  /** The tickets of a group that has lost members; undefined if it has got some. */
  private move(group: GroupRatings, g: number): Uint32Array | undefined {
    const rows = new Map(this.groups[g]?.ids.map((id, row) => [id, row]));
    const tickets = new Uint32Array(group.ids.length);
    for (const [row, id] of group.ids.entries()) {
      const former = rows.get(id);
      if (former === undefined) return undefined;
      tickets[row] = this.tickets[g][former];
      if (row > 0 && tickets[row] < tickets[row - 1]) return undefined;
    }
    return tickets;
  }

  /** The samples of some items; partners are places in the concatenation of all groups' members. */
  runs(items: readonly number[]): Runs {
    const offsets = new Uint32Array(items.length + 1);
    items.forEach((item, row) => {
      offsets[row + 1] = offsets[row] + this.lists[item].tickets.length;
    });
    const partners = new Uint32Array(offsets[items.length]);
    const labels = new Float32Array(offsets[items.length]);
    const places = this.places();
    let at = 0;
    for (const item of items) {
      const { tickets, labels: own } = this.lists[item];
      labels.set(own, at);
      for (let k = 0; k < tickets.length; k++) partners[at++] = places[tickets[k]];
    }
    return { offsets, partners, labels };
  }

  /** By ticket: the place in the concatenation of all groups' members. */
  private places(): Uint32Array {
    const last = this.tickets.reduce((most, own) => Math.max(most, own[own.length - 1] ?? 0), 0);
    const places = new Uint32Array(last + 1);
    let place = 0;
    for (const own of this.tickets) for (let row = 0; row < own.length; row++) places[own[row]] = place++;
    return places;
  }
}

/** A list without the members who are gone: its parts between them, side by side. `gone` ascends. */
function listWithout(list: List, gone: readonly number[]): List {
  const cuts: number[] = [];
  for (const ticket of gone) {
    for (let place = lowerBound(list.tickets, ticket); list.tickets[place] === ticket; place++)
      cuts.push(place);
  }
  const tickets = new Uint32Array(list.tickets.length - cuts.length);
  const labels = new Float32Array(tickets.length);
  let from = 0;
  let at = 0;
  for (const cut of [...cuts, list.tickets.length]) {
    tickets.set(list.tickets.subarray(from, cut), at);
    labels.set(list.labels.subarray(from, cut), at);
    at += cut - from;
    from = cut + 1;
  }
  return { tickets, labels };
}

/** A list with one sample more, behind those that its member has. */
function listWith(list: List, { ticket, label }: Entry): List {
  const place = lowerBound(list.tickets, ticket + 1);
  const tickets = new Uint32Array(list.tickets.length + 1);
  const labels = new Float32Array(tickets.length);
  tickets.set(list.tickets.subarray(0, place));
  tickets[place] = ticket;
  tickets.set(list.tickets.subarray(place), place + 1);
  labels.set(list.labels.subarray(0, place));
  labels[place] = label;
  labels.set(list.labels.subarray(place), place + 1);
  return { tickets, labels };
}
