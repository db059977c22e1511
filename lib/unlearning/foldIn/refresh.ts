/**
 * `refresh`: LASER under any grouping, then every user's rows fitted anew to the own ratings with all shared weights
 * frozen, so that rows of groups trained early do not go stale while items and layers move on. What comes out is one
 * more checkpoint behind LASER's. An erasure trains again from the first group hit, as LASER does; that moves the shared
 * weights, so all rows are fitted again, at samples x steps gradient samples beside LASER's own.
 */

import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import { complete, pick, type SettingsOf } from "../../settings";
import { type Checkpoint, getCheckpoint, putCheckpoint } from "../../training/checkpoint";
import { trainSequentially } from "../../training/sequential";
import { epochsOfGroup, SEQUENCE, TRAINING, trainingOf } from "../../training/settings";
import { type GroupedMethod, groupedMethod, reportTraining, startOf, type Trained } from "../grouped";
import { makePlan } from "../makePlan";
import { type MethodContext, methodVersion } from "../method";
import type { Partition } from "../partition";
import { PLAN } from "../planSettings";
import { UserFold } from "./fold";
import { foldInOf } from "./kernel";
import { narrowRows } from "./rows";
import { FOLD } from "./settings";

export const REFRESH = { ...PLAN, ...TRAINING, ...SEQUENCE, ...FOLD };
type Settings = SettingsOf<typeof REFRESH>;

/** @throws InputError for unknown settings or settings out of range. */
export function refresh(options: Partial<Settings> = {}): GroupedMethod {
  const settings = complete(REFRESH, options, "refresh");
  const { seed } = settings;
  const training = trainingOf(settings);
  foldInOf(training.model);
  return groupedMethod({
    name: "refresh",
    settings,
    training,
    makePlan: (data, context) => makePlan(data, { ...pick(PLAN, settings), seed }, context),
    async train(partition, context) {
      const { checkpoints, cost, trained } = await trainSequentially(
        {
          settings: training,
          epochs: epochsOfGroup(settings, partition.groups.length),
          carried: settings.optimizer === "carried",
          start: startOf(training, partition.itemIds),
          stream: [seed, "train"],
          groups: partition.groups,
        },
        { ...context, onProgress: reportTraining(context, "group") },
      );
      const refreshed = await refreshRows(partition, checkpoints, settings, context);
      return {
        checkpoints: refreshed.checkpoints,
        cost: inSequence(cost, refreshed.cost),
        trained: trained.map(({ position }) => position),
      };
    },
    models(_partition, checkpoints) {
      const { rest, rows } = checkpoints[checkpoints.length - 1];
      return { rows, rests: [rest], combine: "mean" };
    },
  });
}

/** The checkpoints and one more, in which every user's rows are fitted to the last. */
async function refreshRows(
  { groups, itemIds }: Partition,
  checkpoints: readonly Checkpoint[],
  settings: Settings,
  context: MethodContext,
): Promise<Omit<Trained, "trained">> {
  const { store, clock } = context;
  const last = checkpoints[checkpoints.length - 1];
  const key = sha256(
    canonicalJson({
      refresh: pick(FOLD, settings),
      after: last.key,
      code: methodVersion({ name: "refresh", settings }),
    }),
  );
  const known = getCheckpoint(store, key);
  if (known) return { checkpoints: [...checkpoints, known], cost: stageCost("fold", 0) };
  const began = clock();
  const folder = new UserFold(store, last, trainingOf(settings), startOf(settings, itemIds), settings);
  const rows: string[] = [];
  let samples = 0;
  for (const [g, group] of groups.entries()) {
    const fitted = await folder.rows(group, undefined, {
      signal: context.signal,
      onProgress: (done) =>
        context.onProgress?.({
          stage: "fold",
          done: (g + done) / groups.length,
          text: "rows of users",
        }),
    });
    rows.push(store.putBlob(narrowRows(settings.model, fitted)));
    samples += folder.cost(folder.samples(group).partners.length);
  }
  const work = { samples, steps: settings.foldSteps };
  const checkpoint: Checkpoint = { ...last, key, rows, moments: null, ...work };
  putCheckpoint(store, checkpoint);
  return { checkpoints: [...checkpoints, checkpoint], cost: stageCost("fold", clock() - began, work) };
}
