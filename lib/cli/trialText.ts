/** A trial as JSON, as `trials --format json` prints it and `run --trial` takes it. */

import { InputError, requireInteger, requireKnownKeys, requireOneOf } from "../errors";
import { MODEL_NAMES } from "../model/spec";
import { dataOf, evaluationOf } from "../questions/presets";
import { PAPER, protocol } from "../questions/protocol";
import { JOB_NAMES } from "../questions/questions";
import { LEARNING, type Settings, type Trial } from "../questions/trial";
import { METHOD_NAMES } from "../unlearning/methods";
import { parseRequest } from "../unlearning/request";

const MEMBERS = ["job", "dataset", "data", "evaluation", "system", "request", "settings", "seed"];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function requireObject(value: unknown, what: string): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw new InputError(`trial: ${what}: a JSON object is needed`);
}

function checkSystem(system: unknown): void {
  requireObject(system, "system");
  requireKnownKeys(system, ["method", "model", "settings", "search"], "trial: system");
  requireOneOf(system.method, METHOD_NAMES, "trial: system: method");
  if (system.model !== undefined) requireOneOf(system.model, MODEL_NAMES, "trial: system: model");
  requireObject(system.settings, "system: settings");
  const { search = [] } = system;
  if (!Array.isArray(search) || !search.every((stage) => Array.isArray(stage) && stage.every(isObject)))
    throw new InputError(
      "trial: system: search: a list of stages, each a list of changes to the settings, is needed",
    );
}

/** Checks the fields of the protocol that `given` has. @returns all of `fields`, PAPER's where it lacks them */
function completed(fields: Settings, given: unknown, what: string): Settings {
  requireObject(given, what);
  requireKnownKeys(given, Object.keys(fields), `trial: ${what}`);
  protocol("PAPER", "", given); // checks the values
  return { ...fields, ...(given as Settings) };
}

/**
 * Reads a trial. What is left out of data and evaluation is as in PAPER.
 * @throws InputError naming the member and what it may be
 */
export function parseTrial(text: string): Trial {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`trial: this is not JSON (${(error as Error).message})`);
  }
  if (!isObject(value)) throw new InputError("trial: a JSON object is needed");
  requireKnownKeys(value, MEMBERS, "trial");
  requireOneOf(value.job, JOB_NAMES, "trial: job");
  if (typeof value.dataset !== "string")
    throw new InputError("trial: dataset: the name of a data set is needed");
  requireInteger(value.seed, 0, 2 ** 32 - 1, "trial: seed");
  if (value.system !== undefined) checkSystem(value.system);
  if (value.settings !== undefined) requireObject(value.settings, "settings");
  if (value.request !== undefined && value.request !== LEARNING) parseRequest(String(value.request));
  const data = completed({ ...dataOf(PAPER) }, value.data ?? {}, "data");
  const evaluation =
    value.evaluation && completed({ ...evaluationOf(PAPER) }, value.evaluation, "evaluation");
  return { ...value, data, ...(evaluation ? { evaluation } : {}) } as unknown as Trial;
}
