/**
 * erasable/questions: how a question is written and run: trials and jobs, protocol and profiles, suite and run store,
 * answers and verdicts. What notebooks use every day is in erasable itself.
 */

import "../maglev";

export { type Failure, newRecord, recordKey, type StoredRecord, withoutTimings } from "../runs/record";
export { type RunOptions, type RunProgress, type RunSummary, runJobs } from "../runs/runner";
export { DisagreementError, RunStore } from "../runs/store";
export { type Answer, answerOf } from "./answer";
export { adviceText, type Rule, rules } from "./beyond/advice";
export type { Job, Report } from "./job";
export { anchorLabel, datasetTitle, fileName, orderLabel } from "./labels";
export { familyMetrics, type MetricValue, metricValues } from "./metricRows";
export {
  presetSystem,
  SYSTEM_NAMES,
  type SystemLabels,
  type SystemName,
  type SystemSweep,
  systemTrials,
  systemUnder,
} from "./presets";
export { PROFILE_NAMES, type Profile, type ProfileName, profileNamed, profileProtocol } from "./profile";
export { PAPER, PROTOCOL, type PresetName, type Protocol, protocol, RANKING } from "./protocol";
export {
  type Charts,
  type Finding,
  type Question,
  question,
  type Tables,
  type View,
} from "./question";
export { jobOf, QUESTIONS, questionNamed, questions } from "./questions";
export { type Asked, type AskOptions, ask, sessionProfile } from "./session";
export { runOf } from "./shown";
export { availableProfile, compute, findingsOf, findRecords, openStore } from "./suite";
export { overSeeds, seedDifferences, withinPanels, withinSeeds } from "./summary";
export {
  type DataSettings,
  describeTrial,
  type EvaluationSettings,
  type Planned,
  type Search,
  type Settings,
  type SystemSettings,
  type Trial,
} from "./trial";
export { CLAIMS, judgeAll } from "./verdicts";
export { claimColumns, claimRows } from "./verdicts/table";
export { type Claim, type JudgedCase, type JudgedClaim, judge, type Verdict } from "./verdicts/verdict";
