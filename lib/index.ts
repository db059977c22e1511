/**
 * erasable: what README, notebooks and benchmarks use, room by room, in the order of the paper's pipeline.
 * More stands in erasable/report (tables, charts, displays) and erasable/questions (how a question is written
 * and run).
 */

import "./maglev";

// cohesion (Eq. 3), the order of training (Section 3.3), expected cost (Eq. 7-11), agreement of groupings
export { adjustedRandIndex, purity, sizeStatistics, workOf } from "./cohesion/agreement";
export { cohesion } from "./cohesion/cohesion";
export { expectedBatchCost, simulateRequests } from "./cohesion/expectedCost";
// data: files to interactions, generated sets, filter, split, Table 1
export { core } from "./data/core";
export { describe, rowLengths } from "./data/describe";
export { type Interactions, itemCount, ratingCount, userCount, withoutUsers } from "./data/interactions";
export { loadDataset } from "./data/load";
export { likedShare } from "./data/scale";
export { split } from "./data/split";
export { synthesize } from "./data/synthetic";
export { SYNTHETIC_PRESETS } from "./data/syntheticOptions";
// engines: who computes a model
export { createEngine, describeEngine } from "./engine/create";
export { ENGINE_NAMES } from "./engine/engine";
// errors that a caller can act on
export { InputError, StoppedError } from "./errors";
// grouping (Section 3.2, Algorithms 2 and 4) and the spaces it works in
export { groupUsers } from "./grouping/group";
export { printedSteps } from "./grouping/literal";
export type { GroupingProgress } from "./grouping/passes";
export { groupMeans, groupSizes, inertiaOf } from "./grouping/points";
export type { GroupingSettings } from "./grouping/settings";
export { pointsOf, type UserSpace } from "./grouping/space";
// hypergraph (Appendix A, Algorithms 1 and 3): reach sets, walks, Word2Vec, embeddings, what they carry
export { embedUsers } from "./hypergraph/embedding";
export { excerpt } from "./hypergraph/excerpt";
export { buildHypergraph } from "./hypergraph/hypergraph";
export { walkMemory } from "./hypergraph/memory";
export { matchingNoise } from "./hypergraph/noise";
export { principalAxes, principalComponents, reachStatistics, userCovariates } from "./hypergraph/profile";
export {
  neighbourSignal,
  pairCosines,
  pairDistances,
  samplePairs,
  tasteOf,
  tasteSignal,
  type UserPairs,
} from "./hypergraph/signal";
export { pairsAfter, visitCounts } from "./hypergraph/visits";
export { randomWalks } from "./hypergraph/walk";
export { word2vec } from "./hypergraph/word2vec";
// chance, canonical text and hashes
export { canonicalJson, sha256 } from "./json";
// metrics: one evaluation for every system, anchors, cost, statistics over seeds
export { evaluateAnchors } from "./metrics/anchors";
export { evaluate } from "./metrics/evaluate";
// models as data (Section 2.3); a folder each in lib/model
export { initialWeights } from "./model/initial";
export { MODEL_NAMES, modelOf, modelSpec } from "./model/spec";
export { aimText } from "./questions/beyond/reading";
// questions: their list, what a notebook asks of them, and what its cells show
export { datasetTitle } from "./questions/labels";
export { sessionCore } from "./questions/ownFile";
export { groupingSummaries } from "./questions/partition/groupings";
export { QUESTIONS, questions } from "./questions/questions";
export { ask } from "./questions/session";
export { sessionData, sessionDatasets } from "./questions/sessionData";
export { overSeeds } from "./questions/summary";
export type { UtilityRow } from "./questions/utility/rows";
export { judgeOwnScoring } from "./questions/verdicts";
export { claimRows } from "./questions/verdicts/table";
export { views } from "./questions/views";
export { Random } from "./random";
// report: what is shown in a notebook and written to results/; progress, parameters, the stop button
export { connectNotebook } from "./report/connect";
export { describeRun } from "./report/context";
export { showFinding } from "./report/finding";
export { byProfile, notebookParameters } from "./report/parameters";
export { progress } from "./report/progress";
export { look, show, showChart, showMarkdown, showTable } from "./report/show";
export { stopSignal } from "./report/stop";
export { formatNumber } from "./report/table";
export { showVersions } from "./report/versions";
export { spearman, spearmanInterval } from "./statistics/correlation";
export { mean, pairedT, quantile } from "./statistics/statistics";
// where a system in memory keeps its checkpoints
export { DamagedError, MemoryStore } from "./training/store";
// the door: learn, recommend, forget, verify
export {
  type LearnSettings,
  learn,
  type OpenOptions,
  open,
  type VerifySettings,
  verify,
} from "./unlearning/api";
// unlearning by its parts: methods, requests, plans, erasures, certificates
export type { Certificate } from "./unlearning/certificate";
export {
  ErasableSystem,
  type ForgetOptions,
  type ForgetRequest,
  type Forgotten,
  type Recommendation,
} from "./unlearning/erasableSystem";
export { usersErasure } from "./unlearning/erasure";
export { makePlan } from "./unlearning/makePlan";
export type { Method, System } from "./unlearning/method";
export { METHOD_NAMES, type MethodName, methodOf } from "./unlearning/methods";
export { parseCertificate } from "./unlearning/parseCertificate";
export type { Plan } from "./unlearning/plan";
export { parseRequest, resolveRequest } from "./unlearning/request";
export { type OperatorKey, publicKeyOf } from "./unlearning/tags";
export { discard, unlearn } from "./unlearning/unlearn";
export type { Check, Verification } from "./unlearning/verify";
