/** Raters that follow erasures are those made anew of what is left, entry by entry. */

import { describe, expect, it } from "vitest";
import { Random } from "../../../lib/random";
import type { GroupRatings } from "../../../lib/training/groupRatings";
import type { Runs } from "../../../lib/unlearning/foldIn/kernel";
import { type RaterChange, Raters } from "../../../lib/unlearning/foldIn/raters";

const ITEMS = 9;
const ALL = Array.from({ length: ITEMS }, (_, item) => item);

interface Member {
  readonly id: string;
  readonly samples: readonly (readonly [item: number, label: number])[];
}

const runsOf = new Map<GroupRatings, Runs>();
const samples = (group: GroupRatings): Runs => runsOf.get(group) as Runs;

function groupOf(members: readonly Member[]): GroupRatings {
  const all = members.flatMap((member) => [...member.samples]);
  const offsets = new Uint32Array(members.length + 1);
  members.forEach((member, row) => {
    offsets[row + 1] = offsets[row] + member.samples.length;
  });
  const items = Uint32Array.from(all, ([item]) => item);
  const labels = Float32Array.from(all, ([, label]) => label);
  const ids = members.map(({ id }) => id);
  const group = { members: Uint32Array.from(ids, Number), ids, offsets, items, ratings: labels };
  runsOf.set(group, { offsets, partners: items, labels });
  return group;
}

/** Samples of one member, items drawn with replacement as negatives are, some of them twice. */
const draw = (random: Random): Member["samples"] =>
  Array.from({ length: random.below(7) }, () => [random.below(ITEMS), random.below(5)] as const);

/** An erasure that removes members and gives others new samples, group by group. */
function erase(before: readonly (readonly Member[])[], groups: readonly GroupRatings[], random: Random) {
  const changes: RaterChange[] = [];
  const touched = new Set<number>();
  const touch = (own: Member["samples"]) => {
    for (const [item] of own) touched.add(item);
  };
  const after = before.map((members, group) => {
    const left: Member[] = [];
    members.forEach((member, row) => {
      const fate = random.below(4); // 0: gone, 1: other samples, else as before
      if (fate <= 1) {
        changes.push({ group, row, sign: -1 });
        touch(member.samples);
      }
      if (fate === 0) return;
      const next = fate === 1 ? { ...member, samples: draw(random) } : member;
      if (fate === 1) {
        changes.push({ group, row: left.length, sign: 1 });
        touch(next.samples);
      }
      left.push(next);
    });
    return left;
  });
  const same = (group: number) => changes.every((change) => change.group !== group);
  return {
    members: after,
    groups: after.map((members, group) => (same(group) ? groups[group] : groupOf(members))),
    changes,
    touched: [...touched].sort((a, b) => a - b),
  };
}

describe("raters", () => {
  it("behind any erasures are those of what is left", () => {
    const random = Random.stream(4, "raters");
    let erasures = 0;
    for (let round = 0; round < 40; round++) {
      let members = [6, 1, 8].map((count, group) =>
        Array.from({ length: count }, (_, row) => ({ id: `${100 * group + row}`, samples: draw(random) })),
      );
      let groups: readonly GroupRatings[] = members.map(groupOf);
      let raters = Raters.of(groups, samples, ITEMS);
      for (let k = 0; k < 5; k++) {
        const next = erase(members, groups, random);
        raters = raters.after(next.groups, samples, next.changes, next.touched);
        expect(raters.runs(ALL)).toEqual(Raters.of(next.groups, samples, ITEMS).runs(ALL));
        erasures += next.changes.length;
        members = next.members;
        groups = next.groups;
      }
    }
    expect(erasures).toBeGreaterThan(500);
  });

  it("are listed in the order of groups and rows, for the items asked for", () => {
    const groups = [
      groupOf([
        { id: "1", samples: [[2, 1]] },
        {
          id: "4",
          samples: [
            [0, 3],
            [2, 4],
            [2, 0],
          ],
        },
      ]),
      groupOf([{ id: "3", samples: [[2, 5]] }]),
    ];
    const { offsets, partners, labels } = Raters.of(groups, samples, ITEMS).runs([2, 1, 0]);
    expect([...offsets]).toEqual([0, 4, 4, 5]);
    expect([...partners]).toEqual([0, 1, 1, 2, 1]);
    expect([...labels]).toEqual([1, 4, 0, 5, 3]);
  });

  it("are made anew when somebody moved to another group", () => {
    const [one, two, three] = ["1", "2", "3"].map((id): Member => ({ id, samples: [[Number(id), 1]] }));
    const raters = Raters.of([groupOf([one, two]), groupOf([three])], samples, ITEMS);
    const moved = [groupOf([one]), groupOf([two, three])];
    const changes: RaterChange[] = [
      { group: 0, row: 1, sign: -1 },
      { group: 1, row: 0, sign: 1 },
    ];
    expect(raters.after(moved, samples, changes, [2]).runs(ALL)).toEqual(
      Raters.of(moved, samples, ITEMS).runs(ALL),
    );
  });
});
