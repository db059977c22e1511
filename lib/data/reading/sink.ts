/**
 * What readers add ratings to: columns of numbers that grow, ids, and where each rating stands, in little
 * more than that.
 */

import { catalogueOrder, grown, IdTable } from "../table";
import type { ParsedRatings } from "./repeats";

/** A file and where its rows begin among all. */
interface Source {
  readonly name: string;
  readonly first: number;
}

export class RatingSink {
  users = new Uint32Array(1 << 12);
  items = new Uint32Array(1 << 12);
  /** as the file has them; NaN where ratings are not read */
  ratings = new Float32Array(1 << 12);
  readonly userTable = new IdTable();
  readonly itemTable = new IdTable();
  count = 0;
  private readonly sources: Source[] = [];
  /** rows from which on line = row + shift, and the shift: one more for each blank line or header */
  private readonly rows: number[] = [];
  private readonly shifts: number[] = [];
  private shift = Number.NaN;

  /** The rows that follow are of this file. */
  begin(name: string): void {
    this.sources.push({ name, first: this.count });
    this.shift = Number.NaN;
  }

  /** Makes room for `more` rows. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.users.length) return;
    const size = Math.max(needed, Math.ceil(1.5 * this.users.length));
    this.users = grown(this.users, size);
    this.items = grown(this.items, size);
    this.ratings = grown(this.ratings, size);
  }

  /** Adds a row for which there is room. */
  add(user: number, item: number, rating: number, line: number): void {
    const k = this.count++;
    this.users[k] = user;
    this.items[k] = item;
    this.ratings[k] = rating;
    if (line - k !== this.shift) {
      this.shift = line - k;
      this.rows.push(k);
      this.shifts.push(this.shift);
    }
  }

  /** "ratings.csv: line 17", of a row. */
  place(row: number): string {
    return `${this.fileOf(row)}: line ${this.lineOf(row)}`;
  }

  fileOf(row: number): string {
    return (this.sources.findLast(({ first }) => first <= row) as Source).name;
  }

  lineOf(row: number): number {
    let low = 0;
    for (let high = this.rows.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (this.rows[middle] <= row) low = middle;
      else high = middle;
    }
    return row + this.shifts[low];
  }

  /** The columns in the order of the file, users and items in the order of their ids. */
  finish(): ParsedRatings {
    const { count } = this;
    const users = this.users.subarray(0, count);
    const items = this.items.subarray(0, count);
    const userOrder = catalogueOrder(this.userTable.ids());
    const itemOrder = catalogueOrder(this.itemTable.ids());
    for (let k = 0; k < count; k++) {
      users[k] = userOrder.rank[users[k]];
      items[k] = itemOrder.rank[items[k]];
    }
    const ratings = this.ratings.subarray(0, count);
    return { users, items, ratings, userIds: userOrder.sorted, itemIds: itemOrder.sorted };
  }
}
