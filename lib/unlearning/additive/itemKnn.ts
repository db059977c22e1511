/**
 * Item-based neighbours: Deshpande and Karypis, "Item-Based Top-N Recommendation Algorithms", TOIS 2004. An
 * item's k most similar items are kept, by the shrunk cosine S_ij / (|i| |j| + shrinkage) with S_ij = sum
 * over users of v_ui v_uj.
 *
 * Label `implicit`: v = 1 for a rating, and the score of j is the mean over the user's items i of the
 * similarity that j has among the neighbours of i. Label `rating`: v is the rating less its user's mean (the
 * adjusted cosine of Sarwar et al., WWW 2001), and a score is the user's mean + m_j + the mean of (v_ui -
 * m_i) weighted by those similarities, in stars, divided by 5; m are the means of the items so centred,
 * shrunk, and WEIGHT is added to the sum of the weights.
 *
 * It needs no matrix of items x items, and forgetting touches the lists of the user's items alone
 * (neighbours.ts).
 */

import { complete, real, type SettingsOf, whole } from "../../settings";
import { LABEL } from "../../training/settings";
import { AdditiveMethod, type AdditiveModel } from "./additive";
import { centredValues, centreOf, LARGEST_VALUE, STARS, UNITS } from "./contributions";
import { Neighbourhoods } from "./neighbours";
import { shrunkMeans } from "./statistics";

/**
 * The defaults are the best of 20, 50 ... 400 neighbours and of 0, 20, 100 on a validation split of MovieLens
 * 1M as clicks (seed 0). For ratings 200 neighbours are better.
 */
export const ITEM_KNN = {
  ...LABEL,
  neighbours: whole(1, 10_000, 20, "k, similar items that are kept of each item"),
  shrinkage: real(
    0,
    1e9,
    20,
    "what is added to the product of two items' norms: pairs with little in common count less",
  ),
};

/** Similarity of residual 0 that every prediction counts beside those of the user's items. */
const WEIGHT = 0.1;

type Settings = SettingsOf<typeof ITEM_KNN>;

class ItemKnn extends AdditiveMethod<Neighbourhoods> {
  override readonly name = "item-knn";
  override readonly label: Settings["label"];
  override readonly maximumRating: number;

  constructor(override readonly settings: Settings) {
    super();
    this.label = settings.label;
    this.maximumRating = settings.maximumRating;
  }

  protected override zero(items: number): Neighbourhoods {
    const { neighbours, shrinkage, label } = this.settings;
    return Neighbourhoods.zero(items, neighbours, shrinkage, label === "implicit" ? 1 : LARGEST_VALUE);
  }

  override derive(sums: Neighbourhoods): AdditiveModel {
    return this.label === "implicit" ? clicks(sums) : stars(sums, this.maximumRating);
  }
}

/** @throws InputError for an unknown key or a value out of range. */
export const itemKnn = (options: Partial<Settings> = {}): AdditiveMethod<Neighbourhoods> =>
  new ItemKnn(complete(ITEM_KNN, options, "item-knn"));

function clicks(neighbours: Neighbourhoods): AdditiveModel {
  return {
    score({ items: own }, items) {
      const sums = new Float64Array(neighbours.ratings.items);
      for (const item of own) addNeighbours(neighbours, item, 1, sums);
      return Float64Array.from(items, (item) => sums[item] / own.length);
    },
  };
}

function stars(neighbours: Neighbourhoods, maximumRating: number): AdditiveModel {
  const { items: catalogue, raters, sums: totals } = neighbours.ratings;
  const counts = Float64Array.from(raters, ({ length }) => length);
  const means = shrunkMeans(counts, totals);
  return {
    score(user, items) {
      const residuals = new Float64Array(catalogue);
      const weights = new Float64Array(catalogue).fill(WEIGHT);
      const values = centredValues(user, maximumRating);
      user.items.forEach((item, k) => {
        addNeighbours(neighbours, item, values[k] / UNITS - means[item], residuals);
        addNeighbours(neighbours, item, 1, weights);
      });
      const centre = centreOf(user, maximumRating);
      return Float64Array.from(
        items,
        (item) => (centre + means[item] + residuals[item] / weights[item]) / STARS,
      );
    },
  };
}

function addNeighbours(neighbours: Neighbourhoods, item: number, factor: number, into: Float64Array): void {
  const { items, similarities } = neighbours.of(item);
  for (let n = 0; n < items.length; n++) into[items[n]] += factor * similarities[n];
}
