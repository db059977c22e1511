/**
 * The methods that fit some ratings by kind (clicks, thumbs, stars) and size, with the settings to try and what learning is
 * likely to take. All of them forget exactly. Seconds are orders of magnitude: they decide what is tried first and what has
 * no time at all.
 */

import { holdsRatings, type Interactions, itemCount, ratingCount, userCount } from "../data/interactions";
import { MOST_ITEMS } from "../unlearning/additive/statistics";
import { isUpOrDown } from "../unlearning/choice";
import { METHOD_NAMES, type MethodName, type MethodSettings } from "../unlearning/methods";

/** A method to try. */
export interface Candidate {
  /** as tables and charts name it */
  readonly label: string;
  readonly method: MethodName;
  /** what differs from the defaults of `learn` */
  readonly settings: MethodSettings;
  /** likely seconds of learning from these ratings */
  readonly seconds: number;
}

/** Epochs by default, and negatives of each pair where a method trains on points. */
const EPOCHS = 50;
const POINTS = 5;
/**
 * Seconds of the work of additive methods: a product of two ratings of a user; an inverse, for each cell of the
 * matrix's cube; leading eigenvectors, for each cell of the matrix.
 */
const PRODUCT = 2e-8;
const INVERSE = 3e-10;
const EIGENVECTORS = 2e-7;
/** Users that a group should have at least, and how many groups are tried. */
const MEMBERS = 20;
const GROUPS = 8;

/** @param rate gradient samples a second on this machine */
export function candidatesFor(data: Interactions, rate: number): Candidate[] {
  const pairs = !holdsRatings(data);
  const kind = pairs ? "pairs" : isUpOrDown(data) ? "thumbs" : "stars";
  const gradient = (share: number) => (share * EPOCHS * ratingCount(data)) / rate;
  const points = pairs ? POINTS : 1;
  const groups = Math.min(GROUPS, Math.floor(userCount(data) / MEMBERS));
  const bpr: Candidate = {
    label: "Retrain BPR",
    method: "retrain",
    settings: { model: "bpr" },
    seconds: gradient(1),
  };
  const divided: readonly Candidate[] = [
    {
      label: `LASER, ${groups} groups`,
      method: "laser",
      settings: { groups },
      seconds: gradient(1.5 * points),
    },
    {
      label: `C-SISA, ${groups} shards`,
      method: "c-sisa",
      settings: { groups },
      seconds: gradient(points),
    },
  ];
  return [
    ...additive(data, kind),
    ...(kind === "thumbs" ? [] : [bpr]), // it learns who rated what
    { label: "Retrain DMF", method: "retrain", settings: {}, seconds: gradient(points) } as const,
    {
      label: "Fold-in DMF, core 20 %",
      method: "core-fold-in",
      settings: { corePercent: 20 },
      seconds: gradient(0.5 * points),
    } as const,
    ...(groups > 1 ? divided : []),
  ];
}

/** Methods of sums over users. Who rated what ranks items better than how; but a thumb down is no click. */
function additive(data: Interactions, kind: "pairs" | "thumbs" | "stars"): Candidate[] {
  const products = productsOf(data);
  const items = itemCount(data);
  const labels =
    kind === "pairs"
      ? [{ settings: {}, by: "" }]
      : [
          ...(kind === "stars" ? [{ settings: { label: "implicit" }, by: ", who rated what" } as const] : []),
          { settings: { label: "rating" }, by: ", ratings" } as const,
        ];
  const small = items <= MOST_ITEMS;
  const each = (method: string, name: string, seconds: number): Candidate[] =>
    labels.map(({ settings, by }) => ({
      label: `${name}${by}`,
      method: method as MethodName,
      settings,
      seconds,
    }));
  const gaussian: Candidate = {
    label: "Gaussian",
    method: "gaussian",
    settings: {},
    seconds: PRODUCT * products + EIGENVECTORS * items ** 2,
  };
  return [
    ...(small ? each("ease", "EASE", PRODUCT * products + INVERSE * items ** 3) : []),
    ...each("item-knn", "Item-kNN", 2 * PRODUCT * products),
    ...(small && kind !== "pairs" ? [gaussian] : []),
  ].filter(({ method }) => METHOD_NAMES.includes(method));
}

/** Pairs of items that users have both rated, each counted for every user. */
function productsOf({ byUser: { offsets }, userIds }: Interactions): number {
  let products = 0;
  for (let user = 0; user < userIds.length; user++) products += (offsets[user + 1] - offsets[user]) ** 2;
  return products;
}
