/**
 * `refresh`: LASER under any grouping, then every user's rows fitted anew to the user's own ratings with all
 * shared weights frozen, so that rows of groups trained early do not go stale while items and layers move on.
 * What comes out is one more checkpoint behind LASER's. An erasure trains again from the first group hit, as
 * LASER does; that moves the shared weights, so all rows are fitted again, at samples x steps gradient
 * samples beside LASER's own.
 */

import type { Interactions } from "../../data/interactions";
import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
import { complete, pick, type SettingsOf } from "../../settings";
import { type Checkpoint, getCheckpoint, putCheckpoint } from "../../training/checkpoint";
import type { Trained } from "../../training/sequential";
import { SEQUENCE, TRAINING, type TrainingSettings, trainingOf } from "../../training/settings";
import { GroupedMethod, lastModel, startOf, trainInSequence } from "../grouped";
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

class Refresh extends GroupedMethod {
  override readonly name = "refresh";
  override readonly training: TrainingSettings;
  override readonly models = lastModel;

  constructor(override readonly settings: Settings) {
    super();
    this.training = trainingOf(settings);
    foldInOf(settings.model);
  }

  protected override makePlan(data: Interactions, context: MethodContext) {
    return makePlan(data, { ...pick(PLAN, this.settings), seed: this.settings.seed }, context);
  }

  protected override async train(partition: Partition, context: MethodContext): Promise<Trained> {
    const { checkpoints, cost, trained } = await trainInSequence(this.settings, partition, context);
    const refreshed = await this.refreshRows(partition, checkpoints[checkpoints.length - 1], context);
    return {
      checkpoints: [...checkpoints, refreshed.checkpoint],
      cost: inSequence(cost, refreshed.cost),
      trained,
    };
  }

  /** One checkpoint more, in which every user's rows are fitted to the last. */
  private async refreshRows({ groups, itemIds }: Partition, last: Checkpoint, context: MethodContext) {
    const { settings, training } = this;
    const { store, clock } = context;
    const made = { refresh: pick(FOLD, settings), after: last.key, code: methodVersion(this) };
    const key = sha256(canonicalJson(made));
    const known = getCheckpoint(store, key);
    if (known) return { checkpoint: known, cost: stageCost("fold", 0) };
    const began = clock();
    const folder = new UserFold(store, last, training, startOf(training, itemIds), settings);
    const rows: string[] = [];
    let samples = 0;
    for (const [g, group] of groups.entries()) {
      const fitted = await folder.rows(group, undefined, {
        signal: context.signal,
        onProgress: (done) =>
          context.onProgress?.({ stage: "fold", done: (g + done) / groups.length, text: "rows of users" }),
      });
      rows.push(store.putBlob(narrowRows(training.model, fitted)));
      samples += folder.cost(folder.samples(group).partners.length);
    }
    const work = { samples, steps: settings.foldSteps };
    const checkpoint: Checkpoint = { ...last, key, rows, moments: null, ...work };
    putCheckpoint(store, checkpoint);
    return { checkpoint, cost: stageCost("fold", clock() - began, work) };
  }
}

/** @throws InputError for unknown settings or settings out of range. */
export const refresh = (options: Partial<Settings> = {}): GroupedMethod =>
  new Refresh(complete(REFRESH, options, "refresh"));
