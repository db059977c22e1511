/** Small data sets for the tests of the data room, and the folder of real ones where there is one. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { loadDataset } from "../../lib/data/load";

/** Interactions from rows of (user number, item number, rating); users and items are as many as the numbers need. */
export function fromRows(rows: readonly (readonly [number, number, number])[]): Interactions {
  const count = (place: 0 | 1) => rows.reduce((most, row) => Math.max(most, row[place] + 1), 0);
  return interactionsFrom(
    {
      users: Uint32Array.from(rows, ([u]) => u),
      items: Uint32Array.from(rows, ([, i]) => i),
      ratings: Float32Array.from(rows, ([, , r]) => r),
    },
    Array.from({ length: count(0) }, (_, u) => `u${u}`),
    Array.from({ length: count(1) }, (_, i) => `i${i}`),
    { name: "test", synthetic: true, steps: [] },
  );
}

/** The ratings of `data` as "userId itemId rating", by user and item. */
export function listed(data: Interactions): string[] {
  const rows: string[] = [];
  data.userIds.forEach((id, u) => {
    for (let k = data.byUser.offsets[u]; k < data.byUser.offsets[u + 1]; k++)
      rows.push(`${id} ${data.itemIds[data.byUser.columns[k]]} ${data.byUser.values[k]}`);
  });
  return rows;
}

/** The same from the other side, sorted as `listed` is when ids sort like numbers. */
export function listedByItem(data: Interactions): string[] {
  const rows: [number, number, string][] = [];
  data.itemIds.forEach((id, i) => {
    for (let k = data.byItem.offsets[i]; k < data.byItem.offsets[i + 1]; k++) {
      const u = data.byItem.columns[k];
      rows.push([u, i, `${data.userIds[u]} ${id} ${data.byItem.values[k]}`]);
    }
  });
  return rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , row]) => row);
}

export const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** The folder of real data sets, where this machine has one: ERASABLE_DATA, else ../shared/data beside the checkout. */
export const realData: string | undefined = [
  process.env.ERASABLE_DATA,
  join(__dirname, "../../../shared/data"),
].find((folder) => folder !== undefined && folder !== "" && existsSync(folder));

/** Ratings of a data set where it is, else generated ones. */
export async function realOrGenerated(name: string): Promise<{ data: Interactions; isReal: boolean }> {
  const isReal = realData !== undefined && existsSync(join(realData, name));
  return { data: await loadDataset(isReal ? name : "synthetic", { dataFolder: realData }), isReal };
}
