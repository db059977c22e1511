/**
 * Folding users in: every user's row fitted to the user's own samples against frozen items and layers. Where
 * a row starts is the user's initial row (keyed by the id); what it is drawn to, the anchor, is the mean of
 * the rows with which the frozen weights were trained. Both are in the checkpoint that the frozen weights
 * come from, so the anchor holds no more of anybody than they do, and forgetting needs no correction of it:
 * whoever changes it changes the checkpoint. A user's row is thus a function of that checkpoint and the own
 * ratings, bit for bit, whoever else is folded in.
 */

import type { FoldIn } from "../../model/model";
import { modelSpec, tensorOf } from "../../model/spec";
import type { SettingsOf } from "../../settings";
import { type Checkpoint, loadFloats } from "../../training/checkpoint";
import type { GroupRatings } from "../../training/groupRatings";
import { initialRows, type Start, withRest } from "../../training/layout";
import { adamOf, type TrainingSettings } from "../../training/settings";
import type { Store } from "../../training/store";
import { FoldKernel, foldInOf, type Runs } from "./kernel";
import { itemRowsOf, meanRow, wideRows } from "./rows";
import { groupSamples, pickRuns } from "./samples";
import type { FOLD } from "./settings";

export interface FoldWork {
  readonly signal?: AbortSignal;
  /** share of the work that is done */
  readonly onProgress?: (done: number) => void;
}

const samplesOf = new WeakMap<GroupRatings, { settings: TrainingSettings; runs: Runs }>();

export class UserFold {
  readonly kernel: FoldKernel;
  /** wide rows of the items as the checkpoint has them */
  readonly itemRows: Float32Array;
  /** what they give to a prediction */
  readonly itemOutputs: Float32Array;
  readonly itemCount: number;
  private readonly anchor: Float32Array;
  private readonly predict: ReturnType<FoldIn["predictor"]>;

  /** @param checkpoint of the frozen model; `settings` and `start` are those of its training */
  constructor(
    store: Store,
    checkpoint: Checkpoint,
    readonly settings: TrainingSettings,
    private readonly start: Start,
    private readonly fold: SettingsOf<typeof FOLD>,
  ) {
    const { model } = settings;
    const items = start.itemIds.length;
    this.itemCount = items;
    const rest = loadFloats(store, checkpoint.rest);
    this.kernel = new FoldKernel(model, rest, items);
    this.itemRows = itemRowsOf(model, rest, items);
    this.itemOutputs = this.kernel.outputs("item", this.itemRows);
    const foldIn = foldInOf(model);
    const spec = modelSpec(model, 1, items);
    const weights = withRest(spec, rest);
    this.predict = foldIn.predictor((name) => tensorOf(spec, weights, name));
    const trained = checkpoint.rows.map((rows) => wideRows(model, loadFloats(store, rows)));
    this.anchor = meanRow(foldIn.row, trained);
  }

  /** The samples of a group's users, made once a group. */
  samples(group: GroupRatings): Runs {
    const known = samplesOf.get(group);
    if (known?.settings === this.settings) return known.runs;
    const runs = groupSamples(group, this.settings, this.start.itemIds.length);
    samplesOf.set(group, { settings: this.settings, runs });
    return runs;
  }

  /** Wide rows before any fit: a function of the seed and each id. */
  initial(ids: readonly string[]): Float32Array {
    return wideRows(this.settings.model, initialRows(this.start, ids));
  }

  /**
   * The fitted wide rows of some members of a group. A member without samples keeps the initial row.
   * @param members places in the group; default all
   */
  async rows(group: GroupRatings, members?: readonly number[], work: FoldWork = {}): Promise<Float32Array> {
    const all = this.samples(group);
    const runs = members ? pickRuns(all, members) : all;
    const start = this.initial(members ? members.map((row) => group.ids[row]) : group.ids);
    const { foldSteps: steps, foldRate: learningRate, foldRidge: ridge } = this.fold;
    const fit = { steps, learningRate, ridge, adam: adamOf(this.settings), anchor: this.anchor };
    return this.kernel.fit("user", start, runs, this.itemOutputs, { ...fit, ...work });
  }

  /**
   * The frozen model's prediction in float64, not clipped; sums in a fixed order.
   * @param row,output a user's wide row and what it gives
   */
  prediction(row: Float32Array, output: Float32Array, item: number): number {
    return this.predict(row, output, this.itemOutputs, item * output.length);
  }

  /** Gradient samples of fitting these rows. */
  cost(samples: number): number {
    return samples * this.fold.foldSteps;
  }
}
