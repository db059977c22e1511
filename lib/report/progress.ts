/**
 * Progress of long work: one line that is written over, in a notebook's cell or on a terminal, with rate and
 * time left; plain lines, few of them, where output goes to a file. What stays behind names the work and not
 * the clock, so that an executed notebook does not change from run to run.
 */

import { connectedNotebook } from "./context";
import { escapeHtml } from "./text";

/** What a line of progress counts. */
export interface ProgressSettings {
  /** how many steps there are, if that is known */
  readonly total?: number;
  /** what is counted: "epochs", "ratings", "%" */
  readonly unit?: string;
  /** seconds that the work is expected to take, from records or a rate; said before the first step is done */
  readonly expected?: number;
}

/** A line of progress that is written again and again in one place. */
export interface Progress {
  /** `count` steps are behind; `note` says what is happening now. */
  update(count: number, note?: string): void;
  /** The work is done. */
  done(note?: string): void;
}

/** Where a line goes: over the last one, or below it. */
interface Sink {
  /** least time between two lines, ms */
  readonly every: number;
  /** @param share of the work that is done, where the whole is known and not done */
  show(line: string, last: boolean, share?: number): void;
}

function notebookSink(): Sink | undefined {
  const display = connectedNotebook()?.newDisplay();
  const style = "width:16em;vertical-align:middle;margin-right:0.75em";
  const bar = (share: number) => `<progress value="${share.toFixed(4)}" max="1" style="${style}"></progress>`;
  return (
    display && {
      every: 200,
      show: (line, _, share) =>
        display.html(
          `<div style="font-size:0.9em">${share === undefined ? "" : bar(share)}${escapeHtml(line)}</div>`,
        ),
    }
  );
}

const terminalSink = (stream: NodeJS.WriteStream): Sink => ({
  every: 100,
  show: (line, last) =>
    stream.write(`\r\u001b[K${line.slice(0, (stream.columns || 80) - 1)}${last ? "\n" : ""}`),
});

const lineSink = (stream: NodeJS.WritableStream): Sink => ({
  every: 10_000,
  show: (line) => stream.write(`${line}\n`),
});

function span(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

const amount = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });

/** "3.1 epochs/s", or by the minute or hour where that is a number that one can see. */
function rateText(rate: number, unit: string): string {
  const [seconds, per] = rate >= 0.1 ? [1, "s"] : rate * 60 >= 0.1 ? [60, "min"] : [3600, "h"];
  return `${amount(rate * seconds)} ${unit}/${per}`;
}

/** Part of the work after which its own rate tells more than what was expected. */
const TELLING = 0.03;

/** Seconds that are left, if anything is known about it. */
function secondsLeft(
  count: number,
  seconds: number,
  { total, expected }: ProgressSettings,
): number | undefined {
  const share = total === undefined || total === 0 ? 0 : count / total;
  if (share >= 1) return undefined;
  if (expected !== undefined && share < TELLING && expected > seconds) return expected - seconds;
  return share > 0 && seconds > 0 ? (seconds * (1 - share)) / share : undefined;
}

/** "Training: 12 of 50 epochs · 3.1 epochs/s · 13 s left" */
export function progressLine(
  label: string,
  count: number,
  seconds: number,
  settings: ProgressSettings,
  note?: string,
): string {
  const { total, unit = "steps" } = settings;
  const rate = seconds > 0 ? count / seconds : 0;
  const share = unit === "%" && total === 100;
  const parts = [
    share
      ? `${amount(count)} %`
      : total === undefined
        ? `${amount(count)} ${unit}`
        : `${amount(count)} of ${amount(total)} ${unit}`,
  ];
  if (rate > 0 && !share) parts.push(rateText(rate, unit));
  const left = secondsLeft(count, seconds, settings);
  if (left !== undefined) parts.push(`${count === 0 ? "about " : ""}${span(left)} left`);
  if (note) parts.push(note);
  return `${label}: ${parts.join(" · ")}`;
}

let last: string | undefined;

/** Where the latest work was when it last said so: "Learning: group 2 of 4, epoch 12 of 50". */
export const lastProgress = (): string | undefined => last;

/** Begins to report on a piece of work. On standard error, so that a program's output stays clean. */
export function progress(label: string, settings: ProgressSettings = {}): Progress {
  const stream = process.stderr;
  const sink = notebookSink() ?? (stream.isTTY ? terminalSink(stream) : lineSink(stream));
  const started = performance.now();
  let shown = -Infinity;
  let count = 0;
  if (settings.expected !== undefined) sink.show(progressLine(label, 0, 0, settings), false, 0);
  return {
    update(reached, note) {
      count = reached;
      const now = performance.now();
      if (now - shown < sink.every) return;
      shown = now;
      last = [label, note].filter(Boolean).join(": ");
      const { total } = settings;
      const share = total ? Math.min(1, count / total) : undefined;
      sink.show(progressLine(label, count, (now - started) / 1000, settings, note), false, share);
    },
    done(note) {
      last = undefined;
      const behind = settings.total ?? count;
      const amount = behind > 0 ? `${behind.toLocaleString("en-US")} ${settings.unit ?? "steps"}` : "done";
      sink.show(`${label}: ${note ?? amount}`, true);
    },
  };
}
