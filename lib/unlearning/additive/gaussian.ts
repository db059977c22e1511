/**
 * A low-rank Gaussian collaborative filter: ratings as draws of one normal distribution over items. A user's
 * centred ratings are v = m + o 1 + W z + noise, z and o normal: probabilistic principal components with
 * missing values (Tipping and Bishop, "Probabilistic principal component analysis", JRSS B 1999) with the
 * covariance from sums over pairs. Means m and covariances C_ij = S_ij / (n_ij + shrinkage) come from integer
 * sums over users; W holds the leading eigenvectors of C times the square roots of their values; an item's
 * noise is the variance that W leaves. Scoring takes the posterior mean of z and o given the user's own
 * ratings: (I + W'^T N^-1 W') z = W'^T N^-1 (v - m), over the items rated (Woodbury).
 */

import { complete, real, type SettingsOf, whole } from "../../settings";
import { LABEL } from "../../training/settings";
import { AdditiveMethod, type AdditiveModel } from "./additive";
import { centredValues, centreOf, STARS, UNITS, type UserRatings } from "./contributions";
import { solveInPlace } from "./dense";
import type { Watch } from "./inverse";
import { itemMeans, PairSums, residualProducts } from "./statistics";
import { atOnce, type Eigenpairs, Eigenproblem, inChunks } from "./subspace";

/**
 * The default shrinkage is the best of 100, 200 ... 1600 on validation splits of MovieLens 1M and 100K (seed
 * 0).
 */
export const GAUSSIAN = {
  maximumRating: LABEL.maximumRating,
  shrinkage: real(0, 1e9, 400, "ratings of 0 residual that every covariance counts beside its own pairs"),
  rank: whole(1, 512, 32, "components; fewer where the covariance has fewer positive eigenvalues"),
};

/** Standard deviation of a user's offset o, in stars: what centring by few ratings leaves. */
const OFFSET_DEVIATION = 0.3;
/**
 * An item's variance counts so many ratings of variance 0.8 square stars beside its own; and noise is at
 * least this.
 */
const PRIOR_RATINGS = 10;
const PRIOR_VARIANCE = 0.8;
const LEAST_NOISE = 0.2;
/** Rows of the covariance between two looks at the stop signal. */
const ROWS = 64;

type Settings = SettingsOf<typeof GAUSSIAN>;

class Gaussian extends AdditiveMethod {
  override readonly name = "gaussian";
  override readonly label = "rating";
  override readonly maximumRating: number;

  constructor(override readonly settings: Settings) {
    super();
    this.maximumRating = settings.maximumRating;
  }

  protected override zero(items: number, users: number): PairSums {
    return PairSums.zero(items, users, this.label);
  }

  override derive(sums: PairSums): AdditiveModel {
    const { problem, fill, model } = this.problem(sums);
    atOnce(fill());
    return model(problem.solve());
  }

  override async solve(sums: PairSums, watch: Watch): Promise<AdditiveModel> {
    const { problem, fill, model } = this.problem(sums);
    await inChunks(fill(), watch.signal);
    return model(await problem.solveOnAllCores(watch));
  }

  /** The covariance whose eigenpairs are wanted, what fills it in, and what scores by them. */
  private problem(sums: PairSums) {
    const { shrinkage, rank, maximumRating } = this.settings;
    const means = itemMeans(sums);
    const variances = new Float64Array(sums.items);
    const problem = new Eigenproblem(sums.items, rank);
    const { matrix, stride } = problem;
    function* fill(): Iterable<void> {
      for (let from = 0; from < sums.items; from += ROWS) {
        const rows: Int32Array[] = [];
        for (let i = from; i < Math.min(from + ROWS, sums.items); i++) rows[i] = sums.rows[i];
        residualProducts({ items: sums.items, rows }, means, (i, j, product, count) => {
          if (i === j) variances[i] = (product + PRIOR_RATINGS * PRIOR_VARIANCE) / (count + PRIOR_RATINGS);
          if (count === 0) return; // also where shrinkage is 0
          matrix[i * stride + j] = matrix[j * stride + i] = product / (count + shrinkage);
        });
        yield;
      }
    }
    const model = (pairs: Eigenpairs) => new LowRank(means, variances, pairs, maximumRating);
    return { problem, fill, model };
  }
}

/** @throws InputError for an unknown key or a value out of range. */
export const gaussian = (options: Partial<Settings> = {}): AdditiveMethod =>
  new Gaussian(complete(GAUSSIAN, options, "gaussian"));

class LowRank implements AdditiveModel {
  /** of W, and the offset's in the last: Float64Array, items x width */
  private readonly loadings: Float64Array;
  private readonly width: number;
  private readonly noise: Float64Array;

  constructor(
    private readonly means: Float64Array,
    variances: Float64Array,
    { values, vectors }: Eigenpairs,
    private readonly maximumRating: number,
  ) {
    const used = vectors.filter((_, k) => values[k] > 0);
    const width = used.length + 1;
    const loadings = new Float64Array(means.length * width);
    this.noise = variances.map((variance, i) => {
      let noise = variance;
      used.forEach((vector, k) => {
        const loading = vector[i] * Math.sqrt(values[k]);
        loadings[i * width + k] = loading;
        noise -= loading * loading;
      });
      loadings[i * width + used.length] = OFFSET_DEVIATION;
      return Math.max(noise, LEAST_NOISE);
    });
    this.loadings = loadings;
    this.width = width;
  }

  score(user: UserRatings, items: Uint32Array): Float64Array {
    const { means, loadings, width, noise, maximumRating } = this;
    const observed = centredValues(user, maximumRating);
    const residuals = Float64Array.from(observed, (value, k) => value / UNITS - means[user.items[k]]);
    const z = posteriorMean(loadings, width, noise, user.items, residuals);
    const centre = centreOf(user, maximumRating);
    return Float64Array.from(items, (item) => {
      let score = centre + means[item];
      for (let k = 0; k < width; k++) score += loadings[item * width + k] * z[k];
      return score / STARS;
    });
  }
}

/** E[z | residuals of the rated items], z ~ N(0, I). Float64Array, width. */
export function posteriorMean(
  loadings: Float64Array,
  width: number,
  noise: Float64Array,
  items: Uint32Array,
  residuals: Float64Array,
): Float64Array {
  const precision = new Float64Array(width * width); // the lower triangle
  const z = new Float64Array(width);
  for (let k = 0; k < width; k++) precision[k * width + k] = 1;
  items.forEach((item, n) => {
    const row = loadings.subarray(item * width, (item + 1) * width);
    for (let k = 0; k < width; k++) {
      const weighted = row[k] / noise[item];
      z[k] += weighted * residuals[n];
      for (let m = 0; m <= k; m++) precision[k * width + m] += weighted * row[m];
    }
  });
  solveInPlace(precision, z, width);
  return z;
}
