/**
 * erasable: the public surface, room by room. The order is the order of the paper's pipeline.
 */

// cohesion (Eq. 3), the order of training (Section 3.3), expected cost (Eq. 7-11), agreement of groupings
export {
  adjustedRandIndex,
  purity,
  type SizeStatistics,
  sizeStatistics,
  workOf,
} from "./cohesion/agreement";
export {
  COHESION_DEFAULTS,
  type Cohesion,
  type CohesionSettings,
  cohesion,
} from "./cohesion/cohesion";
export { CURRICULA, type Curriculum, curriculum, type GroupFacts } from "./cohesion/curriculum";
export {
  expectedBatchCost,
  expectedCost,
  expectedCostBound,
  expectedCostByIdentity,
  type SimulatedCost,
  simulateRequests,
} from "./cohesion/expectedCost";
// data: catalog, files to interactions, generated sets, filter, split, samples, Table 1
export { CATALOG, type CatalogEntry, catalogEntry, DATASET_NAMES } from "./data/catalog";
export { core } from "./data/core";
export { type Description, describe, rowLengths } from "./data/describe";
export type { DownloadProgress } from "./data/download";
export {
  type Csr,
  checksum,
  type Interactions,
  interactionsFrom,
  itemCount,
  ratingCount,
  selectRatings,
  userCount,
  withoutUsers,
} from "./data/interactions";
export {
  fetchDataset,
  findDataset,
  type LoadOptions,
  loadDataset,
  loadOrSynthetic,
  projectDataFolder,
  readOwnFile,
} from "./data/load";
export { type Samples, trainingSamples } from "./data/samples";
export { type Split, split, validationSplit } from "./data/split";
export { type Synthetic, synthesize } from "./data/synthetic";
export { SYNTHETIC_PRESETS, type SyntheticOptions } from "./data/syntheticOptions";
// engines: who computes a model
export { createEngine, describeEngine } from "./engine/create";
export {
  type AdamSettings,
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  type Moments,
  type Position,
  type TrainingSet,
  type TrainOptions,
  type TrainResult,
} from "./engine/engine";
// errors that a caller can act on
export { InputError, StoppedError } from "./errors";
// grouping (Section 3.2, Algorithms 2 and 4) and the spaces it works in
export {
  type Grouping,
  type GroupingOptions,
  groupUsers,
  membersOf,
} from "./grouping/group";
export type { GroupingProgress } from "./grouping/passes";
export { groupMeans, groupSizes, inertiaOf, type Points, type SparseRows } from "./grouping/points";
export { type PrintedStep, printedSteps } from "./grouping/printedSteps";
export {
  ASSIGNMENTS,
  BALANCES,
  GROUPING_DEFAULTS,
  GROUPING_METHODS,
  type GroupingSettings,
  groupingSettings,
} from "./grouping/settings";
export { pointsOf, type UserSpace } from "./grouping/space";
// hypergraph (Appendix A, Algorithms 1 and 3): reach sets, walks, Word2Vec, the user embeddings, what they carry
export {
  EMBEDDING_KINDS,
  type EmbeddingKind,
  type EmbeddingSettings,
  embedUsers,
  type UserEmbedding,
} from "./hypergraph/embedding";
export { type Excerpt, type ExcerptSettings, excerpt } from "./hypergraph/excerpt";
export {
  buildHypergraph,
  type Hypergraph,
  type HypergraphSettings,
  REPRESENTATIONS,
  WEIGHT_READINGS,
} from "./hypergraph/hypergraph";
export { type WalkMemory, walkMemory } from "./hypergraph/memory";
export { matchingNoise } from "./hypergraph/noise";
export type { WorkOptions } from "./hypergraph/pause";
export {
  type Axis,
  type PrincipalComponents,
  principalAxes,
  principalComponents,
  type ReachStatistics,
  reachStatistics,
  userCovariates,
} from "./hypergraph/profile";
export {
  neighbourSignal,
  pairCosines,
  pairDistances,
  samplePairs,
  type Taste,
  type TasteSignal,
  tasteOf,
  tasteSignal,
  type UserPairs,
} from "./hypergraph/signal";
export { type TruncatedSvd, truncatedSvd } from "./hypergraph/svd";
export { pairsAfter, visitCounts } from "./hypergraph/visits";
export { createWalker, randomWalks, type Sequences } from "./hypergraph/walk";
export type { Walker } from "./hypergraph/walker";
export { WORD2VEC_MODES, type Word2VecSettings, word2vec } from "./hypergraph/word2vec";
// chance, canonical text and hashes
export { canonicalJson, sha256 } from "./json";
// metrics: one evaluation for every system, anchors, cost, statistics over seeds
export { type AnchorName, evaluateAnchors } from "./metrics/anchors";
export { type Cost, inParallel, inSequence, machineFree, NO_COST, stageCost } from "./metrics/cost";
export { type Evaluation, type EvaluationOptions, evaluate, type Scorer } from "./metrics/evaluate";
export { fullRank } from "./metrics/fullRank";
export { labCode, testOnly } from "./metrics/ownItems";
export { namedMetrics, type Quality, qualityOfOthers } from "./metrics/quality";
// models as data (Section 2.3); a folder each in lib/model
export { INITIALISATIONS, type Initialisation, initialWeights } from "./model/initial";
export type { Model } from "./model/model";
export { registerModel } from "./model/models";
export {
  MODEL_NAMES,
  type ModelName,
  type ModelSpec,
  modelOf,
  modelSpec,
  type TensorSpec,
  tensorOf,
} from "./model/spec";
// questions: protocol presets, profiles, the list of questions, what a notebook asks
export type { Answer } from "./questions/answer";
export { batchChart, paretoOf } from "./questions/beyond/charts";
export {
  AIM,
  type AimRow,
  aimRows,
  type Comparison,
  comparisons,
  reaching,
  requestLabel,
} from "./questions/beyond/comparisons";
export {
  type Advice,
  adviceRows,
  bestWithin,
  type ChoiceRow,
  type ColdRow,
  type CoreRow,
  cheapestNear,
  choiceRows,
  coldRows,
  coreRows,
} from "./questions/beyond/reading";
export type { BeyondRow } from "./questions/beyond/rows";
export { systemLabel } from "./questions/beyond/systems";
export { theoremOne } from "./questions/cohesion/theoremOne";
export { anchorLabel, datasetTitle, orderLabel } from "./questions/labels";
export { type GroupingSummary, groupingSummaries } from "./questions/partition/groupings";
export type { PartitionRow } from "./questions/partition/rows";
export { PROFILE_NAMES, type Profile, type ProfileName, profileNamed } from "./questions/profile";
export { PAPER, type PresetName, type Protocol, protocol, RANKING } from "./questions/protocol";
export type { Question } from "./questions/question";
export { QUESTIONS, questionNamed, questions } from "./questions/questions";
export { RANKING_METRIC, type RankingSummary, rankingTable } from "./questions/ranking/question";
export {
  SENSITIVITY_COMPARISONS,
  type SensitivityRow,
  type SensitivitySummary,
  sensitivityTable,
} from "./questions/sensitivity/question";
export { type Asked, type AskOptions, ask, sessionProfile } from "./questions/session";
export { availableProfile, compute, findRecords, openStore } from "./questions/suite";
export { overSeeds, type Summary, summarise, within, withinSeeds } from "./questions/summary";
export type { Planned, Trial } from "./questions/trial";
export type { UtilityRow } from "./questions/utility/rows";
export { CLAIMS, judgeAll, judgeOwnScoring } from "./questions/verdicts";
export { type ClaimRow, claimColumns, claimRows, claimSummary } from "./questions/verdicts/table";
export type { JudgedCase, JudgedClaim, Verdict } from "./questions/verdicts/verdict";
export { Random } from "./random";
// report: rows to tables and charts, shown in a notebook and written to results/; progress, parameters, the stop button
export { type BarSettings, barChart } from "./report/barChart";
export type { Chart, ChartSettings } from "./report/chart";
export { connectNotebook } from "./report/connect";
export {
  currentProfile,
  describeRun,
  type NotebookDisplay,
  outputFolder,
  resultsFolder,
} from "./report/context";
export { type HeatSettings, heatChart } from "./report/heatChart";
export { binCounts, type HistogramSettings, histogramChart } from "./report/histogram";
export {
  type HyperedgePicture,
  type HyperedgeScene,
  type HyperedgeTitles,
  hyperedgeChart,
  hyperedgeScene,
} from "./report/hyperedgeChart";
export { type LineSettings, lineChart } from "./report/lineChart";
export { byProfile, type NotebookParameters, notebookParameters } from "./report/parameters";
export { pivot } from "./report/pivot";
export { plotlyFigure } from "./report/plotly";
export { mapChart, type PointSettings, scatterChart } from "./report/pointChart";
export { type Progress, type ProgressSettings, progress } from "./report/progress";
export type { RunDescription } from "./report/provenance";
export { type Frame, type Row, rowsOf, type Table, toDataFrame } from "./report/rows";
export {
  look,
  type NamedChart,
  type NamedTable,
  type ShowChart,
  type ShowTable,
  show,
  showChart,
  showMarkdown,
  showTable,
} from "./report/show";
export { stopSignal } from "./report/stop";
export { toSvg } from "./report/svg";
export { type Column, formatNumber, type TableFormat, tableCsv, tableHtml } from "./report/table";
export { escapeMarkdown } from "./report/text";
export { vegaLite } from "./report/vegaLite";
export { showVersions, versions } from "./report/versions";
export type { Emit, Job, JobHandler, Wanted } from "./runs/handler";
export { mergeStores } from "./runs/merge";
export { type Failure, newRecord, recordKey, type StoredRecord, withoutTimings } from "./runs/record";
export { type RunOptions, type RunProgress, type RunSummary, runJobs } from "./runs/runner";
export { DisagreementError, RunStore } from "./runs/store";
export { pearson, spearman, spearmanInterval } from "./statistics/correlation";
export {
  type Interval,
  mean,
  meanInterval,
  type PairedTest,
  pairedT,
  quantile,
  type Sampling,
  standardDeviation,
} from "./statistics/statistics";
// SeqTrain (Section 3.3): sequential training, checkpoints, the stores that hold them, workers
export type { BytesKept, Checkpoint } from "./training/checkpoint";
export { DiskStore } from "./training/diskStore";
export { createWorkerPool, type WorkerPool } from "./training/pool";
export { TRAINING, type TrainingSettings } from "./training/settings";
export { DamagedError, MemoryStore, type Store } from "./training/store";
// additive methods: sums over users, from which forgetting is subtraction
export type { AdditiveMethod, AdditiveSystem } from "./unlearning/additive/additive";
export { ease } from "./unlearning/additive/ease";
export { gaussian } from "./unlearning/additive/gaussian";
// the door: learn, recommend, forget, verify
export { type LearnSettings, learn, type OpenOptions, open, verify } from "./unlearning/api";
// unlearning by its parts: methods, requests, plans, erasures, certificates
export { type Certificate, type OperatorKey, parseCertificate } from "./unlearning/certificate";
export { cSisa } from "./unlearning/cSisa";
export {
  ErasableSystem,
  type ForgetOptions,
  type ForgetRequest,
  type Forgotten,
  type Recommendation,
} from "./unlearning/erasableSystem";
export { type Erasure, erasureOf, joinErasures, usersErasure } from "./unlearning/erasure";
// fold-in: rows of users fitted against frozen items and layers
export { coreFoldIn } from "./unlearning/foldIn/coreFoldIn";
export { refresh } from "./unlearning/foldIn/refresh";
export type { GroupedMethod, GroupedSystem } from "./unlearning/grouped";
export { laser, retrain } from "./unlearning/laser";
export { makePlan } from "./unlearning/makePlan";
export type { Method, MethodContext, System } from "./unlearning/method";
export { METHODS, type MethodName, methodOf } from "./unlearning/methods";
export { type Plan, parsePlan, planHash, planText } from "./unlearning/plan";
export { PLAN, type PlanSettings } from "./unlearning/planSettings";
export { parseRequest, type Request, resolveRequest } from "./unlearning/request";
// the field's other frameworks: shards in isolation, and something trained that joins them
export { recEraser } from "./unlearning/rivals/recEraser";
export { ultraRe } from "./unlearning/rivals/ultraRe";
export { discard, type Unlearned, unlearn } from "./unlearning/unlearn";
export type { Verification } from "./unlearning/verify";
