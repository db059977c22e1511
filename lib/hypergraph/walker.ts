/** The contract of what draws a step of the walk of Algorithm 3 (Appendix A.3). */

import type { Random } from "../random";

/** One step of the walk. `undefined`: no hyperedge holds v. */
export interface Walker {
  /** A hyperedge that holds v, with probability proportional to |e| (line 5 of Algorithm 3). */
  hyperedge(v: number, random: Random): number | undefined;
  /** A vertex of hyperedge e, with probability proportional to w(e, v) (line 6). e holds somebody. */
  vertex(e: number, random: Random): number;
}
