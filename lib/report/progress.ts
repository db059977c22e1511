/**
 * Progress of long work: one line that is written over, in a notebook's cell or on a terminal, with rate and time left;
 * plain lines, few of them, where output goes to a file. What stays behind names the work and not the clock, so that an
 * executed notebook does not change from run to run.
 */

import { connectedNotebook } from "./context";
import { escapeHtml } from "./text";

/** What a line of progress counts. */
export interface ProgressSettings {
  /** how many steps there are, if that is known */
  readonly total?: number;
  /** what is counted: "epochs", "ratings" */
  readonly unit?: string;
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
  show(line: string, last: boolean): void;
}

function notebookSink(): Sink | undefined {
  const display = connectedNotebook()?.newDisplay();
  return (
    display && {
      every: 200,
      show: (line) => display.html(`<div style="font-size:0.9em">${escapeHtml(line)}</div>`),
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

/** "Training: 12 of 50 epochs · 3.1 epochs/s · 13 s left" */
export function progressLine(
  label: string,
  count: number,
  seconds: number,
  { total, unit = "steps" }: ProgressSettings,
  note?: string,
): string {
  const rate = seconds > 0 ? count / seconds : 0;
  const amount = (value: number) =>
    value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
  const parts = [
    total === undefined ? `${amount(count)} ${unit}` : `${amount(count)} of ${amount(total)} ${unit}`,
  ];
  if (count > 0 && rate > 0) parts.push(`${amount(rate)} ${unit}/s`);
  if (total !== undefined && rate > 0 && count < total) parts.push(`${span((total - count) / rate)} left`);
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
  return {
    update(reached, note) {
      count = reached;
      const now = performance.now();
      if (now - shown < sink.every) return;
      shown = now;
      last = [label, note].filter(Boolean).join(": ");
      sink.show(progressLine(label, count, (now - started) / 1000, settings, note), false);
    },
    done(note) {
      last = undefined;
      const behind = settings.total ?? count;
      const amount = behind > 0 ? `${behind.toLocaleString("en-US")} ${settings.unit ?? "steps"}` : "done";
      sink.show(`${label}: ${note ?? amount}`, true);
    },
  };
}
