/**
 * The data sets that the suite knows: where they come from, whose they are, what is in them. Ratings
 * themselves are never part of this repository. Sizes and checksums are of the published files; a copy
 * without timestamps has others.
 */

import { InputError } from "../errors";
import type { ReadingSettings } from "./reading/settings";
import { SYNTHETIC_PRESETS, type SyntheticName } from "./syntheticOptions";

/** One file to fetch. */
export interface Download {
  readonly url: string;
  readonly md5?: string;
  readonly sha256?: string;
  /**
   * `file`: stored as `files[0].path`. `zip`: the archive's `files[n].member` is stored as `files[n].path`,
   * and nothing else of it is unpacked.
   */
  readonly kind: "file" | "zip";
  readonly files: readonly {
    /** name in the data set's folder */
    readonly path: string;
    /** name in the archive */
    readonly member?: string;
    readonly sha256?: string;
  }[];
}

export interface Counts {
  readonly ratings: number;
  readonly users: number;
  readonly items: number;
}

/** A data set of the catalogue: files, format, counts, address, licence. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  /** what the suite uses it for, and how it differs from the paper's data */
  readonly note: string;
  /** files of ratings in the folder `name`, read in this order and joined */
  readonly ratings: readonly string[];
  /** how they are written */
  readonly reading: Partial<ReadingSettings>;
  /** what the whole set holds, before any filter */
  readonly counts: Counts;
  /** T of Section 4.2: 50 for MovieLens, 20 for Amazon */
  readonly epochs: number;
  /**
   * T of the preset RANKING by model: the best on a validation split of seed 0, of 5, 10 ... 50
   * (questions/ranking). Made by `npx erasable run ranking --method retrain --request none --dataset NAME`;
   * `npx erasable table ranking` shows the curves
   */
  readonly rankingEpochs?: Readonly<Record<string, number>>;
  /** what its iterative 5-core holds */
  readonly core5: Counts;
  readonly downloads: readonly Download[];
  readonly licence: string;
  readonly citation: string;
  /** may it be passed on? */
  readonly redistribution: "forbidden" | "not granted" | "granted";
}

const FIRST_THREE = "user=1,item=2,rating=3";
const STARS = { columns: FIRST_THREE, scale: "1-5" };
/** What the data sets of a source share. */
const MOVIELENS = {
  epochs: 50,
  licence:
    "GroupLens usage licence: research use with citation; no redistribution and no commercial use " +
    "without permission",
  citation:
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. " +
    "ACM Transactions on Interactive Intelligent Systems 5(4), article 19. https://doi.org/10.1145/2827872",
  redistribution: "forbidden",
} as const;
const AMAZON = {
  epochs: 20,
  licence: "no licence stated; offered for research with citation",
  citation:
    "Ruining He and Julian McAuley. 2016. Ups and Downs: Modeling the Visual Evolution of Fashion Trends " +
    "with One-Class Collaborative Filtering. WWW 2016. https://doi.org/10.1145/2872427.2883037",
  redistribution: "not granted",
} as const;
const SNAP = "https://snap.stanford.edu/data/amazon/productGraph/categoryFiles";
const DEEPCF =
  "https://raw.githubusercontent.com/familyld/DeepCF/f7329c8e01f61e6e7640938921d8b44001fcb286/Data";
const CURE4REC =
  "https://raw.githubusercontent.com/xiye7lai/CURE4Rec/682a808bc82e2c49bb1e866c31fdac0ad2740279/data/adm";

/** A file that is fetched as it is. */
const plainFile = (address: string, path: string, sha256?: string): Download => ({
  url: `${address}/${path}`,
  ...(sha256 === undefined ? {} : { sha256 }),
  kind: "file",
  files: [{ path }],
});

/** The data sets that the suite knows by name. */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: "ml-1m",
    title: "MovieLens 1M",
    note: "The paper's ML. Table 1 prints the unfiltered counts.",
    ratings: ["ratings.dat"],
    reading: { ...STARS, separator: "::" },
    counts: { ratings: 1_000_209, users: 6_040, items: 3_706 },
    rankingEpochs: { dmf: 35, nmf: 10, bpr: 40, lightgcn: 50 },
    core5: { ratings: 999_611, users: 6_040, items: 3_416 },
    downloads: [
      {
        url: "https://files.grouplens.org/datasets/movielens/ml-1m.zip",
        md5: "c4d9eecfca2ab87c1945afe126590906",
        kind: "zip",
        files: [
          { path: "README", member: "ml-1m/README" },
          { path: "ratings.dat", member: "ml-1m/ratings.dat" },
        ],
      },
    ],
    ...MOVIELENS,
  },
  {
    name: "ml-100k",
    title: "MovieLens 100K",
    note: "A small real set for quick runs; not in the paper.",
    ratings: ["u.data"],
    reading: { ...STARS, separator: "tab" },
    counts: { ratings: 100_000, users: 943, items: 1_682 },
    rankingEpochs: { dmf: 10, nmf: 10, bpr: 50, lightgcn: 50 },
    core5: { ratings: 99_287, users: 943, items: 1_349 },
    downloads: [
      {
        url: "https://files.grouplens.org/datasets/movielens/ml-100k.zip",
        md5: "0e33842e24a9c977be4e0107933c0723",
        kind: "zip",
        files: [
          { path: "README", member: "ml-100k/README" },
          {
            path: "u.data",
            member: "ml-100k/u.data",
            sha256: "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
          },
        ],
      },
    ],
    ...MOVIELENS,
  },
  {
    name: "amazon-digital-music",
    title: "Amazon Digital Music, ratings only",
    note: "The paper's AM, with the counts that Table 1 prints.",
    ratings: ["ratings_Digital_Music.csv"],
    reading: { ...STARS, separator: "comma" },
    counts: { ratings: 836_006, users: 478_235, items: 266_414 },
    core5: { ratings: 64_706, users: 5_541, items: 3_568 },
    downloads: [plainFile(SNAP, "ratings_Digital_Music.csv")],
    ...AMAZON,
  },
  {
    name: "amazon-digital-music-5core",
    title: "Amazon Digital Music, published 5-core",
    note: "The paper's AM after the filter of Section 4.1, as its collectors publish it, with reviews.",
    ratings: ["reviews_Digital_Music_5.json.gz"],
    reading: { ...STARS, columns: "user=reviewerID,item=asin,rating=overall" },
    counts: { ratings: 64_706, users: 5_541, items: 3_568 },
    core5: { ratings: 64_706, users: 5_541, items: 3_568 },
    downloads: [plainFile(SNAP, "reviews_Digital_Music_5.json.gz")],
    ...AMAZON,
  },
  {
    name: "amazon-music",
    title: "Amazon Music (DeepCF split, both parts joined)",
    note: "Stands in for AM where ratings are needed; another and smaller sample of Amazon's music ratings.",
    ratings: ["AMusic.train.rating", "AMusic.test.rating"],
    reading: { ...STARS, separator: "tab" },
    counts: { ratings: 46_087, users: 1_776, items: 12_929 },
    rankingEpochs: { dmf: 50, nmf: 25, bpr: 50, lightgcn: 50 },
    core5: { ratings: 24_793, users: 821, items: 1_945 },
    downloads: [
      plainFile(
        DEEPCF,
        "AMusic.train.rating",
        "7e7aa977b152a99e706c581f8feaa73a9c490b3c9f88b81a0aa1da3272bd3a98",
      ),
      plainFile(
        DEEPCF,
        "AMusic.test.rating",
        "e6d556349b628eaeae94170a96e183db899e1947664bb17dbe30c31962b5def1",
      ),
    ],
    ...AMAZON,
    citation:
      "Zhi-Hong Deng, Ling Huang, Chang-Dong Wang, Jian-Huang Lai and Philip S. Yu. 2019. DeepCF: " +
      "A Unified Framework of Representation Learning and Matching Function Learning in Recommender System. " +
      "AAAI 2019. https://doi.org/10.1609/aaai.v33i01.330161",
  },
  {
    name: "amazon-digital-music-implicit",
    title: "Amazon Digital Music, interactions only (CURE4Rec)",
    note: "Users with at least 5 ratings, every value 1: the structure of AM without its ratings.",
    ratings: ["ratings.csv"],
    reading: { columns: FIRST_THREE, scale: "1-1", separator: "comma" },
    counts: { ratings: 238_692, users: 22_878, items: 115_082 },
    rankingEpochs: { dmf: 40, nmf: 25, bpr: 50, lightgcn: 50 },
    core5: { ratings: 64_706, users: 5_541, items: 3_568 },
    downloads: [
      plainFile(CURE4REC, "ratings.csv", "359eb36b426f3fd65c733e6f2de440f6d3f8027a7952db1551f2f7bb86e9a01b"),
    ],
    ...AMAZON,
    citation:
      "Chaochao Chen, Jiaming Zhang, Yizhao Zhang, Li Zhang, Lingjuan Lyu, Yuyuan Li, Biao Gong and " +
      "Chenggang Yan. 2024. CURE4Rec: A Benchmark for Recommendation Unlearning with Deeper Influence. " +
      "NeurIPS 2024. https://arxiv.org/abs/2408.14393",
  },
];

/** Names of real and generated data sets, real ones first. */
export const DATASET_NAMES: readonly string[] = [
  ...CATALOG.map((entry) => entry.name),
  ...Object.keys(SYNTHETIC_PRESETS),
];

export const isSyntheticName = (name: string): name is SyntheticName =>
  Object.hasOwn(SYNTHETIC_PRESETS, name);

/** T of Section 4.2; 50 for a file of one's own, 20 for what is generated after Amazon. */
export const epochsOf = (dataset: string): number =>
  CATALOG.find(({ name }) => name === dataset)?.epochs ?? (dataset === "synthetic-am" ? 20 : 50);

/** T of the preset RANKING for generated ratings, chosen in the same way. */
const GENERATED_EPOCHS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  synthetic: { dmf: 15, nmf: 20, bpr: 50, lightgcn: 50 },
};

/** T that a validation split has chosen for a data set and model; undefined where none has. */
export const rankingEpochsOf = (dataset: string, model: string): number | undefined =>
  (CATALOG.find(({ name }) => name === dataset)?.rankingEpochs ?? GENERATED_EPOCHS[dataset])?.[model];

/** The catalog's entry for a real data set. @throws InputError that lists the names when there is none. */
export function catalogEntry(name: string): CatalogEntry {
  const entry = CATALOG.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw new InputError(
    `data set ${JSON.stringify(name)} is not in the catalog; known: ${DATASET_NAMES.join(", ")}`,
  );
}
