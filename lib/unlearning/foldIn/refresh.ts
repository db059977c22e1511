/**
 * `refresh`: LASER under any grouping, then every user's rows fitted anew to the own ratings with all shared weights
 * frozen, so that rows of groups trained early do not go stale while items and layers move on. What comes out is one
 * more checkpoint behind LASER's. An erasure trains again from the first group hit, as LASER does; that moves the shared
 * weights, so all rows are fitted again, at samples x steps gradient samples beside LASER's own.
 */

import { requireKnownKeys } from "../../errors";
import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import { type Checkpoint, getCheckpoint, putCheckpoint } from "../../training/checkpoint";
import { trainSequentially } from "../../training/sequential";
import { epochsOfGroup, type TrainingSettings, trainingSettings } from "../../training/settings";
import type { Json } from "../../training/store";
import { codeVersion } from "../../version";
import { type GroupedMethod, groupedMethod, reportTraining, startOf, type Trained } from "../grouped";
import { makePlan, type PlanOptions, planSettings } from "../makePlan";
import type { MethodContext } from "../method";
import type { Partition } from "../partition";
import { UserFold } from "./fold";
import { narrowRows } from "./rows";
import { type FoldSettings, foldSettings } from "./settings";

/** Settings of `refresh`. */
export interface RefreshSettings {
  /** groups, grouping, order: as for LASER */
  readonly plan?: PlanOptions;
  readonly training?: Partial<TrainingSettings>;
  readonly fold?: Partial<FoldSettings>;
}

/** @throws InputError for unknown settings or settings out of range. */
export function refresh(settings: RefreshSettings = {}): GroupedMethod {
  requireKnownKeys(settings, ["plan", "training", "fold"], "refresh");
  const plan = planSettings(settings.plan);
  const training = trainingSettings(settings.training);
  const fold = foldSettings(settings.fold);
  return groupedMethod({
    name: "refresh",
    settings: { plan, training, fold } as unknown as Json,
    training,
    makePlan: (data, context) => makePlan(data, plan, context),
    async train(partition, context) {
      const { checkpoints, cost, trained } = await trainSequentially(
        {
          settings: training,
          epochs: epochsOfGroup(training, partition.groups.length),
          start: startOf(training, partition.itemIds),
          stream: [training.seed, "train"],
          groups: partition.groups,
        },
        { ...context, onProgress: reportTraining(context, "group") },
      );
      const refreshed = await refreshRows(partition, checkpoints, training, fold, context);
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
  training: TrainingSettings,
  fold: FoldSettings,
  context: MethodContext,
): Promise<Omit<Trained, "trained">> {
  const { store, clock } = context;
  const last = checkpoints[checkpoints.length - 1];
  const key = sha256(canonicalJson({ refresh: fold, after: last.key, code: codeVersion("foldIn") }));
  const known = getCheckpoint(store, key);
  if (known) return { checkpoints: [...checkpoints, known], cost: stageCost("fold", 0) };
  const began = clock();
  const folder = new UserFold(store, last, training, startOf(training, itemIds), fold);
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
    rows.push(store.putBlob(narrowRows(training.model, fitted)));
    samples += folder.cost(folder.samples(group).partners.length);
  }
  const work = { samples, steps: fold.steps };
  const checkpoint: Checkpoint = { ...last, key, rows, moments: null, ...work };
  putCheckpoint(store, checkpoint);
  return { checkpoints: [...checkpoints, checkpoint], cost: stageCost("fold", clock() - began, work) };
}
