/**
 * What the jobs of one worker share: a data set is loaded, filtered and split once, users are embedded once for each
 * embedding, and plans are made from those. Everything is a function of its arguments, so keeping it changes no result.
 */

import { core } from "../../data/core";
import type { Interactions } from "../../data/interactions";
import { loadDataset } from "../../data/load";
import { type Split, split } from "../../data/split";
import { type EmbeddingSettings, embedUsers, type UserEmbedding } from "../../hypergraph/embedding";
import type { Cell } from "../cell";

/** Keeps the values that were asked for last. */
class Recent<T> {
  private readonly kept = new Map<string, Promise<T>>();

  constructor(private readonly capacity: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key) ?? make();
    this.kept.delete(key);
    this.kept.set(key, known);
    known.catch(() => this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.capacity) break;
      this.kept.delete(oldest);
    }
    return known;
  }
}

const raw = new Recent<Interactions>(3);
const filtered = new Recent<Interactions>(3);
const splits = new Recent<Split>(3);
const embeddings = new Recent<UserEmbedding>(6);

/** The ratings as the catalog or file holds them. */
export const rawData = (dataset: string): Promise<Interactions> =>
  raw.get(dataset, () => loadDataset(dataset));

/** The k-core of a cell's data set. */
export function filteredData({ dataset, protocol }: Cell): Promise<Interactions> {
  return filtered.get(`${dataset} ${protocol.core}`, async () => core(await rawData(dataset), protocol.core));
}

/** Training and test ratings of a cell. */
export function splitData(cell: Cell): Promise<Split> {
  const { dataset, protocol, seed } = cell;
  return splits.get(`${dataset} ${protocol.core} ${protocol.trainShare} ${seed}`, async () =>
    split(await filteredData(cell), { trainShare: protocol.trainShare, seed }),
  );
}

/**
 * `embedUsers` with a memory, for plans. The training ratings are told apart by the cell that they belong to.
 */
export function embedder(
  cell: Cell,
): (train: Interactions, settings: EmbeddingSettings) => Promise<UserEmbedding> {
  const { dataset, protocol, seed } = cell;
  const place = JSON.stringify([dataset, protocol.core, protocol.trainShare, seed]);
  return (train, settings) =>
    embeddings.get(`${place} ${JSON.stringify(settings)}`, () => embedUsers(train, settings));
}
