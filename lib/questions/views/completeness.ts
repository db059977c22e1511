/** Tables of notebook 08: what they are called and how they read. The notebook computes what stands in them. */

import type { NamedTable } from "../../report/show";
import { columns, formatNumber } from "../../report/table";
import type { Certificate } from "../../unlearning/certificate";

const HEAD = 20;
const head = (text: string): string => `${text.slice(0, HEAD)}…`;

export const completeness = {
  /** @param deleted how many stored artefacts went with the erased users */
  certificate: (
    { method, guarantee, erased, before, after, code, digest }: Certificate,
    deleted: number,
  ) => ({
    name: "completeness-certificate",
    caption: `The certificate in short; ${deleted} stored artefacts that had seen the erased users were deleted`,
    rows: [
      { part: "method, guarantee", what: `${method}, ${guarantee}` },
      {
        part: "erased",
        what: `${formatNumber(erased.users, 0)} users with ${formatNumber(erased.ratings, 0)} ratings`,
      },
      { part: "first of the user tags (HMAC)", what: head(erased.userTags[0]) },
      { part: "model before (HMAC)", what: head(before.model) },
      { part: "model after (SHA-256)", what: head(after.model) },
      { part: "remaining data (SHA-256)", what: head(after.data) },
      { part: "plan (SHA-256)", what: head(String(after.plan)) },
      { part: "code version", what: code },
      { part: "digest of all of it", what: head(digest) },
    ],
    columns: columns({ part: "Part", what: "What it says" }),
  }),
  /** @param rows certificate, accepted, why */
  verification: (rows: readonly object[]): NamedTable => ({
    name: "completeness-verification",
    caption: "Three certificates, and what the verifier says of them",
    rows,
    columns: columns({ certificate: "Certificate", accepted: "Accepted", why: "Because" }),
  }),
  /** @param rows what, users, moved, index, percent, guarantee */
  groups: (rows: readonly object[], left: number): NamedTable => ({
    name: "completeness-regroup",
    caption: `How the groups of the remaining users change, after ${left} users have left`,
    rows,
    columns: [
      ...columns({ what: "What is done", users: "Users compared" }),
      { key: "moved", label: "Moved", unit: "%", digits: 1 },
      { key: "index", label: "Rand index", digits: 2 },
      { key: "percent", label: "Cost", unit: "% of learning", digits: 1 },
      { key: "guarantee", label: "Guarantee" },
    ],
  }),
};
