/** `bench`: the measurements of the repository; they are not part of the package. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../errors";
import { suiteRoot } from "../report/context";
import { Exit } from "./output";

export function addBench(program: Command): void {
  program
    .command("bench")
    .summary("measure this machine (in a clone of the repository)")
    .description("Runs bench/run.mjs of the repository; arguments are handed on to it.")
    .argument("[arguments...]")
    .allowUnknownOption()
    .addHelpText("after", "\nExample:\n  $ npx erasable bench")
    .action(async (given: string[]) => {
      const script = join(suiteRoot(), "bench", "run.mjs");
      if (!existsSync(script))
        throw new InputError(`bench: ${script} is not there; it needs a clone of the repository`);
      const child = spawn(process.execPath, [script, ...given], { stdio: "inherit" });
      // Ctrl-C reaches the whole group of processes: the script ends by itself, and this waits for it.
      process.on("SIGINT", () => {});
      const code = await new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (status, signal) => resolve(status ?? (signal === "SIGINT" ? 130 : 1)));
      });
      if (code !== 0) throw new Exit(code);
    });
}
