/**
 * The command line `npx erasable`: bin/erasable.js starts it. The commands are in cli/, one file a topic;
 * what they do is the library's, and what they print on standard output is the result alone.
 */

import "./maglev";

import { execute } from "./cli/program";

/** Runs a command and sets the process's exit code. @param args what stands behind the program's name */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`erasable: standard output: ${error.message}\n`);
    process.exit(1); // a full disk: what the command keeps bears an end at any moment
  });
  process.stderr.on("error", () => {}); // there is nowhere to say it; the exit code stands
  process.exitCode = await execute(args);
}
