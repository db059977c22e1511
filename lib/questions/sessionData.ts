/**
 * The ratings that a notebook computes on itself: `const ratings = await sessionData(parameters.dataset)`.
 * Profile paper has real ones or none; in the other profiles generated ratings may stand in, and every cell
 * that loads them says so.
 */

import type { Interactions } from "../data/interactions";
import { isOwnFile, loadDataset } from "../data/load";
import { InputError } from "../errors";
import { currentProfile } from "../report/context";
import { showMarkdown } from "../report/show";
import { datasetTitle } from "./labels";
import { STAND_IN, standIn, tooFew } from "./ownFile";
import { type Profile, profileNamed } from "./profile";
import { availableProfile, requireReal } from "./suite";

/**
 * The data sets of this session's profile that are on this machine; what is not is said in the cell.
 * @param change other data sets than the profile's
 * @throws InputError when profile paper has none here
 */
export function sessionDatasets(change: Partial<Profile> = {}): readonly string[] {
  const { profile, notice } = availableProfile({ ...profileNamed(currentProfile()), ...change });
  if (notice !== undefined) showMarkdown`> ${notice}`;
  return profile.datasets;
}

/**
 * Ratings by the name of their data set, or from a file of one's own by its path. Where a file holds too few to learn from
 * and to forget, generated ones stand in, and the cell says so.
 * @param name "" for the first data set of the profile
 * @param options anyNumber: also ratings that are too few, for who counts them alone
 * @throws InputError when profile paper asks for what is generated or not on this machine, with the command that fetches it
 */
export async function sessionData(
  name = "",
  { anyNumber = false }: { readonly anyNumber?: boolean } = {},
): Promise<Interactions> {
  const wanted = name || sessionDatasets()[0];
  const profile = currentProfile();
  requireReal(profile, [wanted]);
  const here = profile === "paper" ? wanted : sessionDatasets({ datasets: [wanted], rankingDatasets: [] })[0];
  const ratings = await loadDataset(here).catch(profile === "paper" ? withPublished : undefined);
  const why = anyNumber || !isOwnFile(here) ? undefined : tooFew(ratings);
  if (why === undefined) return ratings;
  showMarkdown`> ${standIn(datasetTitle(here), why)}`;
  return loadDataset(STAND_IN);
}

/** What was found with the data can be read without them. */
function withPublished(error: unknown): never {
  if (!(error instanceof InputError)) throw error;
  throw new InputError(`${error.message}\nThe published outputs are in results/paper/notebooks.`);
}
