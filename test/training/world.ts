/** Small rating sets for the tests of training and unlearning: two tastes, uneven activity, seeded. */

import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { Random } from "../../lib/random";

export interface WorldOptions {
  readonly users?: number;
  readonly items?: number;
  readonly seed?: number;
}

/** Users u00, u01, ... like items of their own half; each rates from 3 to 12 of them, and one or two others. */
export function world({ users = 24, items = 20, seed = 5 }: WorldOptions = {}): Interactions {
  const random = Random.stream(seed, "world");
  const rows: [number, number, number][] = [];
  for (let user = 0; user < users; user++) {
    const half = user % 2;
    const count = 3 + random.below(8);
    const order = random.shuffle(Array.from({ length: items }, (_, i) => i));
    const own = order.filter((item) => item % 2 === half).slice(0, count);
    const other = order.filter((item) => item % 2 !== half).slice(0, 1 + random.below(2));
    for (const item of own) rows.push([user, item, 4 + random.below(2)]);
    for (const item of other) rows.push([user, item, 1 + random.below(2)]);
  }
  const column = (k: number) => Uint32Array.from(rows, (row) => row[k]);
  const name = (prefix: string) => (_: unknown, k: number) => `${prefix}${String(k).padStart(3, "0")}`;
  return interactionsFrom(
    { users: column(0), items: column(1), ratings: Float32Array.from(rows, (row) => row[2]) },
    Array.from({ length: users }, name("u")),
    Array.from({ length: items }, name("i")),
    { name: "world", synthetic: true, steps: [] },
  );
}

/** The ratings of some users alone, over a catalogue that never had the others: a file without them. */
export function fileOf(data: Interactions, keep: (user: number) => boolean): Interactions {
  const kept = data.userIds.flatMap((_, user) => (keep(user) ? [user] : []));
  const { offsets, columns, values } = data.byUser;
  const users: number[] = [];
  const places: number[] = [];
  kept.forEach((user, number) => {
    for (let k = offsets[user]; k < offsets[user + 1]; k++) {
      users.push(number);
      places.push(k);
    }
  });
  return interactionsFrom(
    {
      users: Uint32Array.from(users),
      items: Uint32Array.from(places, (k) => columns[k]),
      ratings: Float32Array.from(places, (k) => values[k]),
    },
    kept.map((user) => data.userIds[user]),
    data.itemIds,
    data.provenance,
  );
}
