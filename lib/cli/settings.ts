/**
 * Settings of `learn` on the command line, made from their declarations: some have an option of their own, any can be given
 * by `--set key=value`, and the help lists them all with what they are, their range, their default and their methods.
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../errors";
import { describeSetting, describeSettings, parseSettings, type Spec } from "../settings";
import type { Json } from "../training/store";
import { OWN_BATCH } from "../unlearning/api";
import { METHOD_NAMES, METHODS, type MethodName, specOf } from "../unlearning/methods";
import { repeated } from "./options";

/** Settings with an option of their own. Those that not all methods declare alike are shown as LASER has them. */
const OPTIONS = ["model", "grouping", "groups", "epochs", "batchSize", "seed"] as const;

/** Said otherwise here than where it is declared, whose words are part of the versions of code. */
const DOC: Readonly<Record<string, string>> = {
  "S; with fewer users than groups the last groups stay empty": "S, at most the number of users",
};
/** Defaults of `learn` that are not those of the paper's runs. */
const DEFAULTS: Readonly<Record<string, Json>> = { batchSize: OWN_BATCH };
const reworded = (spec: Spec): Spec =>
  Object.fromEntries(
    Object.entries(spec).map(([key, setting]) => [
      key,
      { ...setting, doc: DOC[setting.doc] ?? setting.doc, default: DEFAULTS[key] ?? setting.default },
    ]),
  );

const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Reads the text of an option whose setting some method declares. */
const parserOf = (key: string, spec: Spec) => (text: string) => {
  try {
    return parseSettings(spec, [`${key}=${text}`], "learn")[key];
  } catch {
    throw new InvalidArgumentError(`It is not ${spec[key].allowed}.`);
  }
};

/** Adds the options of settings, `--set`, and behind the help the list of all settings. */
export function withSettings(command: Command): Command {
  const { spec } = METHODS.laser;
  for (const key of OPTIONS)
    command.addOption(
      new Option(`${flagOf(key)} <value>`, describeSetting(reworded(spec)[key])).argParser(
        parserOf(key, spec),
      ),
    );
  return command
    .option("--set <key=value>", "any setting of the method, listed below (repeatable)", repeated)
    .addHelpText("after", () => `\n${settingsHelp()}`);
}

/** Every setting under the methods that have it, each said once. */
function settingsHelp(): string {
  const methodsOf = new Map<string, string[]>();
  for (const method of METHOD_NAMES)
    for (const { key, text } of describeSettings(reworded(specOf(method)))) {
      const line = `  ${key}: ${text}`;
      methodsOf.set(line, [...(methodsOf.get(line) ?? []), method]);
    }
  const linesOf = new Map<string, string[]>();
  for (const [line, methods] of methodsOf) {
    const heading = `Settings of ${methods.join(", ")}:`;
    linesOf.set(heading, [...(linesOf.get(heading) ?? []), line]);
  }
  return [...linesOf].map(([heading, lines]) => [heading, ...lines, ""].join("\n")).join("\n");
}

/** The names of the settings that a command gives. */
export const settingNames = (
  options: Readonly<Record<string, unknown>>,
  pairs: readonly string[],
): string[] => [
  ...OPTIONS.filter((key) => options[key] !== undefined),
  ...pairs.map((pair) => pair.split("=")[0].trim()),
];

/**
 * The settings that a command names, by options and by `--set`.
 * @throws InputError for a setting that the method does not have, one that is given twice, or a value that it does not take.
 */
export function settingsOf(
  method: MethodName,
  options: Readonly<Record<string, unknown>>,
  pairs: readonly string[],
): Record<string, unknown> {
  const settings: Record<string, unknown> = { ...parseSettings(specOf(method), pairs, `${method}: --set`) };
  for (const key of OPTIONS) {
    if (options[key] === undefined) continue;
    if (Object.hasOwn(settings, key))
      throw new InputError(`${key} is given twice, by ${flagOf(key)} and by --set`);
    settings[key] = options[key];
  }
  return settings;
}
