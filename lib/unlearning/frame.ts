/**
 * What methods and systems of every kind have in common. A method says how ratings are planned, laid out and
 * erased, and how a system is built of a layout; a system says what it keeps and how it scores. Learning,
 * unlearning, regrouping, saving and restoring are here, once.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { type Cost, stageCost } from "../metrics/cost";
import type { BytesKept } from "../training/checkpoint";
import type { EntryName, Json, Store } from "../training/store";
import { checkErasure, type Erasure } from "./erasure";
import type {
  Guarantee,
  LearnOptions,
  Method,
  MethodContext,
  Preparation,
  System,
  WithoutOptions,
} from "./method";
import {
  erasePartition,
  interactionsOf,
  loadPartition,
  type Partition,
  partitionOf,
  ratingsOf,
  savePartition,
} from "./partition";
import type { Plan } from "./plan";

/** A layout from which a system is to be built, and how it came about. */
export interface Task<S> {
  readonly partition: Partition;
  readonly guarantee: Guarantee;
  /** of what was done so far */
  readonly cost: Cost;
  /** in unlearning: the system before, and what it is to forget */
  readonly former?: { readonly system: S; readonly erasure: Erasure };
}

/** What is known of a system when it has been built. */
export interface Built {
  readonly partition: Partition;
  readonly guarantee: Guarantee;
  readonly cost: Cost;
  /** places of the groups that were trained for it */
  readonly trained: readonly number[];
}

interface Root {
  readonly partition: Json;
  readonly guarantee: Guarantee;
  readonly own: Json;
}

/** A method. Its subclasses say what is abstract here. */
export abstract class MethodFrame<S extends SystemFrame> implements Method {
  abstract readonly name: string;
  abstract readonly settings: Json;
  /** Whether what is left is, bit for bit, what never saw the erased. */
  readonly exact: boolean = true;
  /** Whether there is a partition that depends on what users did: part of a guarantee, and made anew. */
  readonly plans: boolean = true;

  protected abstract makePlan(data: Interactions, context: MethodContext): Promise<Plan>;
  /** Builds a system; what `context.store` has already is not trained again. */
  protected abstract build(task: Task<S>, context: MethodContext): Promise<S>;
  /** The system of which `SystemFrame.rootOf` is `root`. */
  protected abstract load(root: Json, built: Built, context: MethodContext): Promise<S>;

  /** Lays `data` out as planned. @throws InputError when plan and data do not fit together. */
  protected layOut(data: Interactions, plan: Plan): Partition {
    return partitionOf(data, plan);
  }

  /** The layout without the erased data: as `layOut` makes it of what is left. */
  protected erase(partition: Partition, erasure: Erasure): Partition {
    return erasePartition(partition, erasure);
  }

  async learn(data: Interactions, context: MethodContext, options: LearnOptions = {}): Promise<S> {
    if (options.plan && !this.plans) throw new InputError(`${this.name}: it has no plan, and takes none`);
    const began = context.clock();
    const plan = options.plan ?? (await this.makePlan(data, context));
    const partition = this.layOut(data, plan);
    const guarantee = options.plan ? "exact given the partition" : "exact";
    return this.build({ partition, guarantee, cost: stageCost("plan", context.clock() - began) }, context);
  }

  async restore(root: Json, context: MethodContext): Promise<S> {
    const { partition: saved, guarantee, own } = root as unknown as Root;
    const partition = loadPartition(context.store, saved);
    return this.load(own, { partition, guarantee, cost: stageCost("load", 0), trained: [] }, context);
  }

  /** `System.without` of a system of this method. */
  async without(
    system: S,
    erasure: Erasure,
    context: MethodContext,
    { regroup = false }: WithoutOptions = {},
  ): Promise<S> {
    const began = context.clock();
    checkErasure(erasure, system);
    const partition = this.erase(system.partition, erasure);
    if (!regroup || !this.plans) {
      const cost = stageCost("erase", context.clock() - began);
      const former = { system, erasure };
      return this.build({ partition, guarantee: "exact given the partition", cost, former }, context);
    }
    const data = interactionsOf(partition);
    const plan = await this.makePlan(data, context);
    const regrouped = { ...this.layOut(data, plan), erased: partition.erased };
    const cost = stageCost("plan", context.clock() - began);
    return this.build({ partition: regrouped, guarantee: "exact", cost }, context);
  }
}

/** A system over a layout of ratings that is kept in a store. */
export abstract class SystemFrame implements System {
  readonly partition: Partition;
  readonly cost: Cost;
  readonly trained: readonly number[];
  readonly guarantee: Guarantee;

  constructor(
    readonly method: MethodFrame<SystemFrame>,
    { partition, guarantee, cost, trained }: Built,
    protected readonly store: Store,
  ) {
    this.partition = partition;
    this.cost = cost;
    this.trained = trained;
    // without a plan, or with one group of everybody, a partition remembers nothing about anybody
    const condition = method.plans && partition.groups.length > 1;
    const exact = guarantee === "exact given the partition" && !condition ? "exact" : guarantee;
    this.guarantee = method.exact ? exact : "approximate";
  }

  async prepare(_work?: Preparation): Promise<void> {}

  abstract get fingerprint(): string;
  abstract predict(users: Uint32Array, items: Uint32Array): Float32Array;
  abstract scoreItems(users: Uint32Array): Float32Array;
  abstract bytesKept(): BytesKept;
  abstract entries(): EntryName[];
  abstract dispose(): void;
  /** What it saves beside its partition. */
  protected abstract rootOf(): Json;

  get userIds(): readonly string[] {
    return this.partition.userIds;
  }

  get itemIds(): readonly string[] {
    return this.partition.itemIds;
  }

  get erased(): ReadonlySet<number> {
    return this.partition.erased;
  }

  get plan(): Plan | null {
    return this.method.plans ? this.partition.plan : null;
  }

  ratingsOf(user: number): { readonly items: Uint32Array; readonly ratings: Float32Array } {
    return ratingsOf(this.partition, user);
  }

  save(): { readonly root: Json; readonly entries: readonly EntryName[] } {
    const { root, entries } = savePartition(this.store, this.partition);
    return {
      root: { partition: root, guarantee: this.guarantee, own: this.rootOf() },
      entries: [...new Set([...entries, ...this.entries()])],
    };
  }

  without(erasure: Erasure, context: MethodContext, options?: WithoutOptions): Promise<this> {
    return this.method.without(this, erasure, context, options) as Promise<this>;
  }
}
