/**
 * From options to cells: every option but `--method` changes what the profile sweeps, so values that it does not have
 * can be asked for, and the rows of each figure still know its cells. `--preset` and `--set` are overrides of the
 * profile; what a figure varies itself (the order in seqtrain, the settings in sensitivity) stays as it varies it. Then
 * cells that are not of the models, methods and requests named are left out. A cell without such a field (a partition
 * has no model) is left out too, except anchors, which belong beside every result of their split.
 */

import { CATALOG } from "../data/catalog";
import { findDataset } from "../data/load";
import { InputError } from "../errors";
import type { Cell } from "../questions/cell";
import type { Figure } from "../questions/figures/figure";
import { type DataIdentity, type ErasableRecord, identify } from "../questions/plan";
import { type Profile, profileNamed } from "../questions/profile";
import { PAPER, PRESETS, type Protocol, parseOverrides, validProtocol } from "../questions/protocol";
import { availableProfile, cellsOf, FIGURES, figureNamed, openStore } from "../questions/suite";
import type { RunStore } from "../runs/store";
import { resultsRoot, type SelectionOptions } from "./options";
import { say } from "./output";

export interface Selection {
  readonly figures: readonly Figure[];
  readonly profile: Profile;
  readonly store: RunStore<ErasableRecord>;
  /** The wanted cells of some figures; default: of all that were named. */
  cells(figures?: readonly Figure[]): Cell[];
}

/** Whether a data set can be loaded on this machine. Files of one's own are only looked at when they are read. */
export function isHere(dataset: string): boolean {
  const entry = CATALOG.find(({ name }) => name === dataset);
  return entry === undefined || findDataset(entry) !== undefined;
}

/**
 * @param ids names of figures; none means all
 * @param substitute whether data sets that are not here are left out, and generated ratings may take their place: for
 *   commands that compute, not for those that show what is recorded
 */
export function select(ids: readonly string[], options: SelectionOptions, substitute: boolean): Selection {
  const figures = ids.length === 0 ? FIGURES : ids.map(figureNamed);
  const wanted = sweep(profileNamed(options.profile), options);
  const store = openStore(resultsRoot(options.results), wanted);
  const { profile, notice } =
    options.dataset || !(substitute || nothingRecorded(store, wanted))
      ? { profile: wanted, notice: undefined }
      : availableProfile(wanted);
  if (notice !== undefined) say(notice);
  const cells = (of: readonly Figure[] = figures) =>
    cellsOf(of, profile).filter((cell) => isWanted(cell, options));
  if (cells().length === 0)
    throw new InputError(
      `no cells: nothing that ${figures.map(({ id }) => id).join(", ")} of profile ${profile.name} asks for fits these options`,
    );
  return { figures, profile, store, cells };
}

/** Published records are shown without the data, so a profile that has some is taken as it is. */
const nothingRecorded = (store: RunStore<ErasableRecord>, { datasets }: Profile): boolean =>
  !store.records().some(({ trial: cell }) => datasets.includes(cell.dataset));

function sweep(profile: Profile, options: SelectionOptions): Profile {
  const { dataset, groups, seeds, request, model } = options;
  return {
    ...profile,
    overrides: { ...profile.overrides, ...protocolChange(options, profile) },
    ...(dataset && { datasets: dataset, rankingDatasets: dataset }),
    ...(model && { models: model }),
    ...(groups && {
      groups,
      ablationGroups: groups.includes(profile.ablationGroups) ? profile.ablationGroups : Math.max(...groups),
    }),
    ...(seeds && { seeds }),
    ...(request && { requests: request.filter((name) => name !== "none") }),
  };
}

function isWanted(cell: Cell, { model, method, request }: SelectionOptions): boolean {
  if (cell.kind === "anchors") return true;
  const fits = (chosen: readonly string[] | undefined, field: "model" | "method" | "request") =>
    chosen === undefined ||
    (field in cell && chosen.includes((cell as unknown as Record<string, string>)[field]));
  return fits(model, "model") && fits(method, "method") && fits(request, "request");
}

function protocolChange({ preset, set = [] }: SelectionOptions, profile: Profile): Partial<Protocol> {
  const other = preset === undefined ? {} : presetFields(PRESETS[preset], profile);
  try {
    const change = { ...other, ...parseOverrides(set) };
    validProtocol({ ...PAPER, ...change });
    return change;
  } catch (error) {
    throw error instanceof InputError ? new InputError(`--set: ${error.message}`) : error;
  }
}

/** The fields in which the presets differ, unless the profile sets them itself. */
function presetFields(preset: Protocol, { overrides }: Profile): Partial<Protocol> {
  const differ = (Object.keys(PAPER) as (keyof Protocol)[]).filter(
    (field) => new Set(Object.values(PRESETS).map((other) => other[field])).size > 1 && !(field in overrides),
  );
  return Object.fromEntries(differ.map((field) => [field, preset[field]]));
}

/** Checksums of the data sets of some cells, of those that are on this machine. */
export async function identities(cells: readonly Cell[]): Promise<Map<string, DataIdentity>> {
  const known = new Map<string, DataIdentity>();
  for (const name of new Set(cells.map(({ dataset }) => dataset)))
    if (isHere(name)) known.set(name, await identify(name));
  return known;
}
