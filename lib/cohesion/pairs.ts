/**
 * All pair distances of a group, one user at a time: for the exact sum of Eq. 3. Dense rows are subtracted;
 * sparse rows are multiplied through the inverted index of the group, so that a pair costs as much as it
 * shares items.
 */

import { DensePoints } from "../grouping/densePoints";
import { InvertedIndex } from "../grouping/neighbours";
import type { Points } from "../grouping/points";
import { SparsePoints } from "../grouping/sparsePoints";

/**
 * Gives the squared distances of member `place` to members 0 .. place - 1, in an array that the next call
 * writes over. To be called with place = 0, 1, 2, ... in turn.
 */
export type PairVisitor = (place: number) => Float64Array;

export function pairDistances(points: Points, members: Uint32Array): PairVisitor {
  if (points instanceof SparsePoints) return sparsePairs(points, members);
  if (points instanceof DensePoints) return densePairs(points, members);
  throw new Error("cohesion: unknown kind of points");
}

/** Items that the pairs of a group share, all together: the cost of distances of sparse rows; else 0. */
export function sharedItems(points: Points, members: Uint32Array): number {
  if (!(points instanceof SparsePoints)) return 0;
  const { offsets, columns } = points.rows;
  const raters = new Uint32Array(points.dim);
  for (const user of members) for (let k = offsets[user]; k < offsets[user + 1]; k++) raters[columns[k]]++;
  return raters.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}

function densePairs(points: DensePoints, members: Uint32Array): PairVisitor {
  const { dim } = points;
  const rows = new Float64Array(members.length * dim);
  members.forEach((user, place) => {
    points.addRow(user, rows, place * dim);
  });
  const squares = new Float64Array(members.length);
  const own = new Float64Array(dim);
  return (place) => {
    own.set(rows.subarray(place * dim, (place + 1) * dim));
    for (let other = 0, at = 0; other < place; other++) {
      let sum = 0;
      for (let d = 0; d < dim; d++, at++) {
        const difference = own[d] - rows[at];
        sum += difference * difference;
      }
      squares[other] = sum;
    }
    return squares;
  };
}

/** |x|^2 - 2 x.y + |y|^2: exact for ratings in whole or half stars, so equal rows have distance 0 exactly. */
function sparsePairs(points: SparsePoints, members: Uint32Array): PairVisitor {
  const { offsets, columns, values } = points.rows;
  const index = new InvertedIndex(points, members);
  const norms = Float64Array.from(members, (user) => points.squaredNorms[user]);
  const squares = new Float64Array(members.length);
  return (place) => {
    squares.fill(0, 0, place);
    const user = members[place];
    for (let at = offsets[user]; at < offsets[user + 1]; at++) {
      const x = values[at];
      const end = index.ends[columns[at]];
      for (let k = index.offsets[columns[at]]; k < end; k++) squares[index.places[k]] += x * index.values[k];
    }
    index.add(user, place); // members enter the index after their turn: each pair is met once
    for (let other = 0; other < place; other++)
      squares[other] = Math.max(norms[place] - 2 * squares[other] + norms[other], 0);
    return squares;
  };
}
