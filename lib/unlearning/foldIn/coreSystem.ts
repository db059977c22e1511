/** A system of `coreFoldIn`: the core's model, everybody's rows, what the item step made; how they score. */

import { canonicalJson, sha256 } from "../../json";
import type { Scorer } from "../../metrics/evaluate";
import type { SettingsOf } from "../../settings";
import { type BytesKept, type Checkpoint, checkpointEntries } from "../../training/checkpoint";
import { blobName, type EntryName, type Json, recordName, type Store } from "../../training/store";
import type { Ensemble } from "../ensemble";
import { type Built, type MethodFrame, SystemFrame } from "../frame";
import { placeOf } from "../partition";
import { CorrectedScorer } from "./corrected";
import type { UserFold } from "./fold";
import { foldInOf } from "./kernel";
import { type Features, statisticsLength } from "./ridge";
import type { FoldState } from "./state";
import { itemVectors, solveUser, type USER_STEP } from "./userStep";

/** What is stored of a state, as a record: blobs by hash. */
export interface StoredFold {
  readonly [key: string]: Json;
  readonly core: string;
  /** user rows, one per group */
  readonly rows: readonly string[];
  /** item tables and shared layers that score */
  readonly rest: string;
  /** betas of the ridge correction */
  readonly betas: string | null;
  /** version of the code that folded */
  readonly code: string;
}

/** A state with what it was made of. */
export interface FoldedIn {
  readonly checkpoint: Checkpoint;
  readonly fold: UserFold;
  readonly state: FoldState;
  readonly key: string;
  readonly stored: StoredFold;
}

export class CoreSystem extends SystemFrame {
  private readonly scorer: Scorer;

  constructor(
    method: MethodFrame<CoreSystem>,
    built: Built,
    store: Store,
    readonly folded: FoldedIn,
    private readonly ensemble: Ensemble,
    step: SettingsOf<typeof USER_STEP>,
  ) {
    super(method, built, store);
    this.scorer = this.scorerWith(step);
  }

  get fingerprint(): string {
    const { rows, rest, betas } = this.folded.stored;
    return sha256(canonicalJson({ rows, rest, betas }));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.scorer.predict(users, items);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.scorer.scoreItems(users);
  }

  /** The core's checkpoint; rows and items; for `ridge`, the statistics (float64, in memory). */
  bytesKept(): BytesKept {
    const { checkpoint, state, fold } = this.folded;
    const sizes = this.store.list();
    const core = new Set(checkpointEntries(checkpoint));
    const sum = (names: Iterable<EntryName>) =>
      [...names].reduce((bytes, name) => bytes + (sizes.get(name) ?? 0), 0);
    const folded = this.entries().filter((name) => !core.has(name));
    const { output } = foldInOf(fold.settings.model);
    const statistics = state.items.betas ? 8 * this.itemIds.length * statisticsLength(1 + output) : 0;
    const perGroup = [sum(core), sum(folded), statistics];
    return { perGroup, total: perGroup.reduce((total, bytes) => total + bytes, 0) };
  }

  entries(): EntryName[] {
    const { key, stored, checkpoint } = this.folded;
    const { rows, rest, betas } = stored;
    const blobs = [...rows, rest, ...(betas ? [betas] : [])].map(blobName);
    return [...new Set([recordName(key), ...blobs, ...checkpointEntries(checkpoint)])];
  }

  dispose(): void {
    this.ensemble.dispose();
  }

  protected rootOf(): Json {
    return this.folded.key;
  }

  private scorerWith({ userStep, userLambda }: SettingsOf<typeof USER_STEP>): Scorer {
    const { fold, state } = this.folded;
    const { betas } = state.items;
    if (!betas) return this.ensemble;
    const items = this.itemIds.length;
    const outputsOf = (user: number) => this.outputsOf(user);
    if (userStep === "none") return new CorrectedScorer(this.ensemble, outputsOf, betas, items);
    let vectors: Float64Array | undefined; // made when somebody is scored: forgetting does not wait for it
    const moveOf = (user: number, features: Features) => {
      vectors ??= itemVectors(fold.itemOutputs, betas, items);
      return { vectors, delta: this.deltaOf(user, features, vectors, betas, userLambda) };
    };
    return new CorrectedScorer(this.ensemble, outputsOf, betas, items, moveOf);
  }

  /** What a user's row gives to a prediction. */
  private outputsOf(user: number): Float32Array {
    const { fold, state } = this.folded;
    const place = placeOf(this.partition, user);
    if (!place) return fold.kernel.outputs("user", fold.initial([this.userIds[user]]));
    const { output } = foldInOf(fold.settings.model);
    return state.groups[place.group].outputs.subarray(place.row * output, (place.row + 1) * output);
  }

  /** The half-step of a user (userStep.ts). */
  private deltaOf(
    user: number,
    features: Features,
    vectors: Float64Array,
    betas: Float32Array,
    lambda: number,
  ): Float64Array {
    const { fold, state } = this.folded;
    const place = placeOf(this.partition, user);
    if (!place) return new Float64Array(features.length);
    const { row: wide } = foldInOf(fold.settings.model);
    const { group, rows } = state.groups[place.group];
    const { row } = place;
    const { offsets, partners, labels } = fold.samples(group);
    const items = partners.subarray(offsets[row], offsets[row + 1]);
    const [from, out] = [rows.subarray(row * wide, (row + 1) * wide), this.outputsOf(user)];
    const predicted = Float64Array.from(items, (item) => fold.prediction(from, out, item));
    const own = labels.subarray(offsets[row], offsets[row + 1]);
    return solveUser({ items, labels: own, predicted, features }, vectors, betas, lambda);
  }
}
