/**
 * The iterative k-core filter of Section 4.1: users and items with fewer than k ratings are dropped until
 * none is left. One queue, each rating looked at twice at most: O(ratings). The result does not depend on the
 * order of dropping (Batagelj and Zaversnik 2003, "An O(m) algorithm for cores decomposition of networks").
 */

import { InputError, requireInteger } from "../errors";
import type { Csr, Interactions } from "./interactions";

/**
 * The k-core of `data`: users and items are numbered anew, in the same order, and keep their original ids.
 * It may be empty. With k = 1 only users and items without any rating go.
 * @throws InputError unless k is a positive integer.
 */
export function core(data: Interactions, k: number): Interactions {
  requireInteger(k, 1, 2 ** 31, "core: k");
  const { byUser, byItem } = data;
  const users = data.userIds.length;
  const items = data.itemIds.length;
  const degrees = new Uint32Array(users + items); // users first, then items
  for (let u = 0; u < users; u++) degrees[u] = byUser.offsets[u + 1] - byUser.offsets[u];
  for (let i = 0; i < items; i++) degrees[users + i] = byItem.offsets[i + 1] - byItem.offsets[i];

  const dropped = new Uint8Array(users + items);
  const queue = new Uint32Array(users + items);
  let end = 0;
  for (let v = 0; v < users + items; v++) {
    if (degrees[v] >= k) continue;
    dropped[v] = 1;
    queue[end++] = v;
  }
  for (let head = 0; head < end; head++) {
    const v = queue[head];
    const [csr, row, shift] = v < users ? [byUser, v, users] : [byItem, v - users, 0];
    for (let place = csr.offsets[row]; place < csr.offsets[row + 1]; place++) {
      const other = csr.columns[place] + shift;
      if (dropped[other] || --degrees[other] >= k) continue;
      dropped[other] = 1;
      queue[end++] = other;
    }
  }
  if (end === 0) return { ...data, provenance: withStep(data, k) };

  const userNumbers = renumber(dropped.subarray(0, users));
  const itemNumbers = renumber(dropped.subarray(users));
  return {
    provenance: withStep(data, k),
    userIds: data.userIds.filter((_, u) => !dropped[u]),
    itemIds: data.itemIds.filter((_, i) => !dropped[users + i]),
    byUser: compact(byUser, dropped.subarray(0, users), dropped.subarray(users), itemNumbers),
    byItem: compact(byItem, dropped.subarray(users), dropped.subarray(0, users), userNumbers),
  };
}

/** The k-core, which is not empty. @throws InputError that says so, and what changes it */
export function filledCore(data: Interactions, k: number): Interactions {
  const filtered = core(data, k);
  if (filtered.userIds.length > 0) return filtered;
  throw new InputError(
    `${data.provenance.name}: its ${k}-core is empty: no user is left who has ${k} ratings of items ` +
      `that have ${k}; take a ` +
      "smaller number for the protocol's core, or 1 to keep everything (--set core=1)",
  );
}

/** The core that ratings have, at most the k-core: of small files the largest that is not empty. */
export function largestCore(
  data: Interactions,
  k: number,
): { readonly k: number; readonly data: Interactions } {
  const found = core(data, k);
  return found.userIds.length > 0 || k <= 1 ? { k, data: found } : largestCore(data, k - 1);
}

const withStep = ({ provenance }: Interactions, k: number) => ({
  ...provenance,
  steps: [...provenance.steps, `${k}-core`],
});

/** New numbers of the members that stay. */
function renumber(dropped: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(dropped.length);
  for (let v = 1; v < dropped.length; v++) numbers[v] = numbers[v - 1] + (dropped[v - 1] ? 0 : 1);
  return numbers;
}

/** The rows and columns that stay. Rows keep their ascending columns, since numbering keeps the order. */
function compact(csr: Csr, rowDropped: Uint8Array, columnDropped: Uint8Array, numbers: Uint32Array): Csr {
  const columns = new Uint32Array(csr.columns.length);
  const values = new Float32Array(csr.columns.length);
  const offsets = new Uint32Array(csr.offsets.length);
  let rows = 0;
  let count = 0;
  for (let row = 0; row < rowDropped.length; row++) {
    if (rowDropped[row]) continue;
    for (let place = csr.offsets[row]; place < csr.offsets[row + 1]; place++) {
      if (columnDropped[csr.columns[place]]) continue;
      columns[count] = numbers[csr.columns[place]];
      values[count++] = csr.values[place];
    }
    offsets[++rows] = count;
  }
  return {
    offsets: offsets.slice(0, rows + 1),
    columns: columns.slice(0, count),
    values: values.slice(0, count),
  };
}
