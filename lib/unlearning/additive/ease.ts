/**
 * EASE^R: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019. A linear item-item model in
 * closed form: with P = (G + lambda I)^-1, the weights B_ij = -P_ij / P_jj and B_jj = 0 minimise |X - X B|^2
 * + lambda |B|^2 under a zero diagonal. G is the Gram matrix of X, users x items, a sum over users.
 *
 * Label `implicit` is the paper's: X_ui = 1 for a rating. Label `rating` is ours: X_ui = v_ui - m_i, the
 * rating less its user's mean and the mean of the item so centred, and 0 where there is none. A score then is
 *   user's mean + m_j + o_u + sum over i of (X_ui - o_u) B_ij,
 * o_u = the user's mean residual, shrunk; in stars, divided by 5.
 */

import { complete, real, type SettingsOf } from "../../settings";
import { LABEL } from "../../training/settings";
import { AdditiveMethod, type AdditiveModel } from "./additive";
import { centredValues, centreOf, STARS, UNITS } from "./contributions";
import type { Fill } from "./dense";
import { type Dense, invertOnAllCores, invertSymmetric, type Watch } from "./inverse";
import { itemMeans, PairSums, residualProducts } from "./statistics";

export const EASE = {
  ...LABEL,
  lambda: real(1e-3, 1e9, 500, "ridge penalty, in users (label implicit) or square stars (label rating)"),
};

/** A user's offset counts so many residuals of 0 beside the user's own. */
const OFFSET_RATINGS = 5;

type Settings = SettingsOf<typeof EASE>;

class Ease extends AdditiveMethod {
  override readonly name = "ease";
  override readonly label: Settings["label"];
  override readonly maximumRating: number;

  constructor(override readonly settings: Settings) {
    super();
    this.label = settings.label;
    this.maximumRating = settings.maximumRating;
  }

  protected override zero(items: number, users: number): PairSums {
    return PairSums.zero(items, users, this.label);
  }

  override derive(sums: PairSums): AdditiveModel {
    const { fill, model } = this.problem(sums);
    return model(invertSymmetric(sums.items, fill));
  }

  override async solve(sums: PairSums, watch: Watch): Promise<AdditiveModel> {
    const { fill, model } = this.problem(sums);
    return model(await invertOnAllCores(sums.items, fill, watch));
  }

  /** The matrix to be inverted, and what scores by its inverse. */
  private problem(sums: PairSums): Problem {
    const { lambda } = this.settings;
    return this.label === "implicit"
      ? implicitProblem(sums, lambda)
      : ratingProblem(sums, lambda, this.maximumRating);
  }
}

interface Problem {
  readonly fill: Fill;
  readonly model: (inverse: Dense) => AdditiveModel;
}

/** @throws InputError for an unknown key or a value out of range. */
export const ease = (options: Partial<Settings> = {}): AdditiveMethod =>
  new Ease(complete(EASE, options, "ease"));

function implicitProblem(sums: PairSums, lambda: number): Problem {
  return {
    fill(gram, stride) {
      sums.rows.forEach((row, i) => {
        for (let j = i; j < sums.items; j++) gram[j * stride + i] = row[j - i];
        gram[i * stride + i] += lambda;
      });
    },
    model: (inverse) => ({
      score: ({ items: own }, items) =>
        throughWeights(inverse, own, new Float64Array(own.length).fill(1), items),
    }),
  };
}

function ratingProblem(sums: PairSums, lambda: number, maximumRating: number): Problem {
  const means = itemMeans(sums);
  return {
    fill(gram, stride) {
      residualProducts(sums, means, (i, j, product) => {
        gram[j * stride + i] = i === j ? product + lambda : product;
      });
    },
    model: (inverse) => ({
      score(user, items) {
        const values = centredValues(user, maximumRating);
        const residuals = Float64Array.from(values, (value, k) => value / UNITS - means[user.items[k]]);
        const offset = residuals.reduce((sum, x) => sum + x, 0) / (residuals.length + OFFSET_RATINGS);
        const scores = throughWeights(
          inverse,
          user.items,
          residuals.map((x) => x - offset),
          items,
        );
        const level = centreOf(user, maximumRating) + offset;
        return scores.map((score, k) => (level + means[items[k]] + score) / STARS);
      },
    }),
  };
}

/**
 * sum over i of x_i B_ij for each j of `items`: (x_j P_jj - sum over i of x_i P_ij) / P_jj, the first term
 * for a j of the user's own. Terms are added in the order of the user's items, whichever `items` are asked
 * for, so that the score of a pair always has the same bits.
 */
function throughWeights(inverse: Dense, own: Uint32Array, x: Float64Array, items: Uint32Array): Float64Array {
  const { values, stride } = inverse;
  const sums = new Float64Array(items.length);
  own.forEach((item, k) => {
    const row = values.subarray(item * stride, (item + 1) * stride);
    const factor = x[k];
    for (let t = 0; t < items.length; t++) sums[t] -= factor * row[items[t]];
  });
  const places = new Map(Array.from(own, (item, k) => [item, k]));
  return sums.map((sum, t) => {
    const pivot = values[items[t] * stride + items[t]];
    const place = places.get(items[t]);
    return (place === undefined ? sum : sum + x[place] * pivot) / pivot;
  });
}
