/**
 * What commands write and how they end: results on standard output (text, or one JSON document), everything else on
 * standard error; Ctrl-C and a scheduler's SIGTERM as an AbortSignal; exit codes.
 */

import { describeEngine } from "../engine/create";
import type { EngineName } from "../engine/engine";
import { StoppedError } from "../errors";
import { escapeLine, escapeTerminal } from "../report/text";

/** 0: done. 1: something failed. 2: the command was not understood. 130 and 143: stopped by SIGINT or SIGTERM. */
export const EXIT = { failed: 1, input: 2, SIGINT: 130, SIGTERM: 143 } as const;

/** Ends the command with this code, after `message` on standard error. */
export class Exit extends Error {
  constructor(
    readonly code: number,
    message = "",
  ) {
    super(message);
  }
}

/** A line of the result: one, whatever ids, names of files or quoted texts it holds. */
export function print(text: string): void {
  process.stdout.write(`${escapeLine(text)}\n`);
}

/** Lines of the result, each made safe by whoever made them (in JSON, an escaped character is the same value). */
export function printLines(text: string): void {
  process.stdout.write(`${escapeTerminal(text)}\n`);
}

/** A line for the person at the terminal: one, whatever ids, names of files or quoted texts it holds. */
export function say(text: string): void {
  process.stderr.write(`${escapeLine(text)}\n`);
}

/** Says what the engines named compute on, where that depends on the machine: `simd` is the same everywhere. */
export async function sayEngines(names: Iterable<EngineName>): Promise<void> {
  for (const name of new Set(names)) if (name === "tfjs") say(await describeEngine(name));
}

export const printJson = (value: unknown): void => printLines(JSON.stringify(value, null, 2));

let stoppedBy: "SIGINT" | "SIGTERM" = "SIGINT";
let forget: (() => void) | undefined;

/** The exit code of a command that was stopped. */
export const stopCode = (): number => EXIT[stoppedBy];

/**
 * A signal that the first SIGINT or SIGTERM aborts, until `stopListening`. The second ends the process at once: the run
 * store and the systems on disk bear that.
 */
export function stopping(): AbortSignal {
  stopListening();
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    stopListening();
    stoppedBy = name === "SIGTERM" ? "SIGTERM" : "SIGINT";
    say("stopping: what is finished is kept (once more to end at once)");
    controller.abort(new StoppedError("stopped on request; what was finished is kept"));
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, stop);
  forget = () => {
    for (const name of names) process.off(name, stop);
  };
  return controller.signal;
}

export function stopListening(): void {
  forget?.();
  forget = undefined;
}

/** "45 s", "12 min", "3.2 h". */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return seconds < 3570 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** "1,234,567" */
export const count = (value: number): string => Math.round(value).toLocaleString("en-US");

/** "1 run", "2 runs" */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A text of others in a message: no longer than this. */
export const clip = (text: string, most = 80): string =>
  text.length > most ? `${text.slice(0, most)}...` : text;
