import { exp } from "../../numeric";

/**
 * Theorem 1 (Eq. 6, in full Eq. 12-16) on measured groups: U = mean of e^-L, p proportional to rho and summing to 1.
 * As printed, U_p = U + Cov holds only with Cov as a sum over groups, not a mean: both are returned.
 */
export function theoremOne(rho: readonly number[], loss: readonly number[]) {
  const S = rho.length;
  const total = rho.reduce((sum, value) => sum + value, 0);
  const prior = rho.map((value) => value / total);
  const gain = loss.map((value) => exp(-value));
  const utility = gain.reduce((sum, value) => sum + value, 0) / S;
  const withPrior = gain.reduce((sum, value, g) => sum + value * prior[g], 0);
  const covarianceSum = gain.reduce((sum, value, g) => sum + (value - utility) * (prior[g] - 1 / S), 0);
  return { utility, withPrior, covarianceSum, covarianceMean: covarianceSum / S };
}
