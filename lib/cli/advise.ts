/** `advise`: the methods that fit a file of ratings, measured on it, and which to take. */

import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Advice, type AdvicePlan, advise, planAdvice, type Tried, waitOf } from "../advice/advise";
import { holdsRatings } from "../data/interactions";
import { referenceTo } from "../data/reference";
import { named } from "../disk/diskError";
import { nodeFiles, tryPlace } from "../disk/files";
import { makeFolders, removeEmpty } from "../disk/folders";
import { InputError } from "../errors";
import { paretoChart } from "../report/paretoChart";
import { progress } from "../report/progress";
import { chartFiles } from "../report/show";
import { shellWord } from "../shell";
import { withJson } from "./options";
import { count, duration, plural, printJson, printLines, say, stopping } from "./output";
import { loadRatings, type RatingsOptions, readingKeys, readingText, spelled, withReading } from "./ratings";
import { writeText } from "./systemFiles";
import { textTable } from "./textTable";

interface AdviseOptions extends RatingsOptions {
  readonly minutes: number;
  readonly for: "ranking" | "ratings";
  readonly out: string;
  readonly json?: boolean;
}

/** Minutes of a command line. */
function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 10_080))
    throw new InvalidArgumentError("It is not a number of minutes, above 0 and at most 10080.");
  return value;
}

export function addAdvise(program: Command): void {
  const command = program
    .command("advise")
    .summary("which method for these ratings: quality, and what forgetting costs")
    .description(
      "Learns the ratings with each method that fits their kind and size, on nine tenths of them, and measures: how well " +
        "it ranks the held-out rest, how long it takes to forget a user and to recommend again, memory and size on disk. " +
        "All of it is measured here, on these ratings; published results play no part.",
    )
    .argument("<ratings>", "file of ratings, or name of a data set");
  withJson(withReading(command))
    .option(
      "--minutes <number>",
      "how long it may take; methods for which there is no time are left out and named",
      minutes,
      5,
    )
    .addOption(
      new Option("--for <what>", "ranking: what to recommend; ratings: how users would rate what they see")
        .choices(["ranking", "ratings"])
        .default("ranking"),
    )
    .option("--out <folder>", "where the picture goes", "advice")
    .addHelpText(
      "after",
      `
Examples:
  $ npx erasable advise ratings.csv
  $ npx erasable advise clicks.csv --implicit --minutes 30 --out pictures`,
    )
    .action(adviseCommand);
}

async function adviseCommand(ratings: string, options: AdviseOptions): Promise<void> {
  const { minutes, for: purpose, out, json } = options;
  const signal = stopping();
  const [reading] = readingKeys(options as RatingsOptions);
  const began = performance.now();
  const { data, readout } = await loadRatings(ratings, { ...reading, signal });
  const rated = holdsRatings(data);
  if (purpose === "ratings" && !rated)
    throw new InputError(`--for ratings: ${ratings} has pairs without ratings; leave it out`);
  const known = readout ? spelled(reading, data) : {};
  const name = readout ? referenceTo(resolve(ratings), known) : ratings;
  const readSeconds = (performance.now() - began) / 1000;
  const plan = await planAdvice(data, { seconds: 60 * minutes, readSeconds });
  sayPlan(plan, minutes);
  tryOut(out);
  const aim = purpose === "ratings" ? "own" : "ranking";
  const shown = progress("methods", { total: plan.candidates.length });
  const advice = await advise(name, data, plan, {
    aim,
    seconds: 60 * minutes,
    signal,
    onProgress: (done, label) => shown.update(done, label),
  });
  shown.done();
  const file = `${shellWord(ratings)}${readingText(known)}`;
  const next = advice.recommended && learnCommand(file, advice.recommended);
  const picture = await draw(advice, ratings, aim, out);
  if (json) printJson({ ...advice, next: next ?? null, picture: picture ?? null });
  else printLines(adviceText(advice, next, picture));
}

function sayPlan({ candidates, leftOut, seconds }: AdvicePlan, minutes: number): void {
  if (candidates.length === 0)
    throw new InputError(
      `advise: no method has time within ${minutes} min: ` +
        `${leftOut.map(({ label, why }) => `${label}: ${why}`).join("; ")}; give more --minutes`,
    );
  say(
    `${plural(candidates.length, "method")}, about ${duration(seconds)} in all, at most ${duration(60 * minutes)} ` +
      `(--minutes): ${candidates.map(({ label }) => label).join("; ")}`,
  );
}

/** The command to paste. */
function learnCommand(file: string, { method, settings }: Tried): string {
  const set = Object.entries(settings).map(([key, value]) => ` --set ${shellWord(`${key}=${value}`)}`);
  return `npx erasable learn ${file} --system my-system --method ${method}${set.join("")}`;
}

const MEGA = 1e6;
const COLUMNS = [
  { key: "label", label: "Method" },
  { key: "ranking", label: "All items, NDCG@10", digits: 3 },
  { key: "own", label: "Own items, NDCG@10", digits: 3 },
  { key: "learn", label: "Learn" },
  { key: "share", label: "Expected share" },
  { key: "forget", label: "Forget a user" },
  { key: "next", label: "Then recommend" },
  { key: "memory", label: "Memory (MB)", digits: 0 },
  { key: "disk", label: "On disk (MB)", digits: 1 },
] as const;

function adviceText(advice: Advice, next?: string, picture?: string): string {
  const { anchors, users, ratings, tried, leftOut, recommended, reason } = advice;
  const seconds = (value: number | null) => (value === null ? null : duration(value));
  const hasOwn = anchors.popularity.own !== null;
  const rows = [
    ...tried.map((one) => ({
      ...one,
      learn: seconds(one.learnSeconds),
      share: one.share === null ? null : percent(one.share),
      forget: seconds(one.forgetSeconds),
      next: seconds(one.nextSeconds),
      memory: one.memoryBytes / MEGA,
      disk: one.diskBytes / MEGA,
    })),
    { label: "(popularity)", ...anchors.popularity },
    ...(anchors.itemMean ? [{ label: "(mean rating)", ...anchors.itemMean }] : []),
  ];
  return [
    textTable(
      rows,
      COLUMNS.filter(({ key }) => hasOwn || key !== "own"),
    ),
    `On ${plural(ratings, "held-out rating")} of ${plural(users, "user")}: all items ranked` +
      `${hasOwn ? ", and a user's own held-out items ranked" : ""}. Expected share: what one random user costs of ` +
      "learning. Seconds of a random user, certificate and deletion included.",
    ...leftOut.map(({ label, why }) => `Left out: ${label}: ${why}`),
    ...(users < FEW
      ? [`${users === 1 ? "One user is" : `${plural(users, "user")} are`} few: differences say little.`]
      : []),
    ...(picture === undefined ? [] : [`Picture: ${picture}`]),
    recommended ? `Take ${recommended.label}: ${reason}.` : `No method is recommended: ${reason}.`,
    ...(next === undefined ? [] : [`  ${next}`]),
  ].join("\n");
}

const FEW = 50;

const percent = (share: number): string =>
  share > 0 && share < 0.001 ? "below 0.1 %" : `${(100 * share).toFixed(1)} %`;

/** Bytes of the picture's largest file, which brings its script along. */
const PICTURE = 2 ** 22;

/** Tries the place of the picture, before minutes are spent on it. @throws DiskError */
function tryOut(out: string): void {
  named("--out", () => {
    const made = makeFolders(out);
    try {
      tryPlace(nodeFiles, join(out, "advice.svg"), PICTURE);
    } finally {
      removeEmpty(made);
    }
  });
}

/** Quality against the time that forgetting takes, as files. @returns the path of the picture; none where nobody can be forgotten */
async function draw(
  advice: Advice,
  ratings: string,
  aim: "ranking" | "own",
  out: string,
): Promise<string | undefined> {
  const what = aim === "own" ? "own items" : "all items";
  const rows = advice.tried
    .filter((one) => one[aim] !== null && waitOf(one) > 0)
    .map((one) => ({
      seconds: waitOf(one),
      quality: one[aim] as number,
      method: one.method,
      label: one.label,
      joined: false,
    }));
  if (rows.length === 0) return undefined;
  const chart = paretoChart(rows, {
    x: "seconds",
    y: "quality",
    series: "method",
    label: "label",
    joined: "joined",
    xLow: "seconds",
    xHigh: "seconds",
    xTitle: "seconds from a request to forget until the next recommendation",
    yTitle: `NDCG@10, ${what} ranked`,
  });
  const best = advice.recommended ? ` ${advice.recommended.label} is recommended.` : "";
  const described = {
    name: "advice",
    caption: `${ratings}: quality against the time to forget one user`,
    alt: `One point a method: NDCG@10 against the seconds that forgetting a user takes.${best}`,
  };
  const files = await chartFiles(
    chart,
    described,
    `${ratings}: ${count(advice.ratings)} held-out ratings of ${count(advice.users)} users.`,
  );
  makeFolders(out);
  for (const [name, ending, content] of files) writeText(join(out, `${name}.${ending}`), "--out", content);
  return join(out, "advice.svg");
}
