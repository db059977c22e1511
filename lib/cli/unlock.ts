/** `unlock`: gives a folder back that a process holds which has ended where this machine cannot see it. */

import type { Command } from "commander";
import { isFolder } from "../disk/folders";
import { breakLock } from "../disk/lock";
import { InputError } from "../errors";
import { withJson } from "./options";
import { print, printJson } from "./output";

export function addUnlock(program: Command): void {
  const command = program
    .command("unlock")
    .summary("release a folder whose holder has ended elsewhere")
    .description(
      "One process at a time writes in the folder of a system, or of records (results/PROFILE/runs). A process of another " +
        "machine or container cannot be seen from here, so its lock is respected. When you know that it has ended, this " +
        "removes its lock; a process that is seen to run keeps it.",
    )
    .argument("<folder>", "as the message named it");
  withJson(command)
    .addHelpText("after", "\nExample:\n  $ npx erasable unlock store")
    .action((folder: string, { json }: { json?: boolean }) => {
      if (!isFolder(folder)) throw new InputError(`unlock: ${folder} is no folder`);
      const holder = breakLock(folder);
      if (json) printJson({ folder, holder: holder ?? null });
      else
        print(
          holder === undefined ? `${folder} was not locked` : `${folder} is free; it was locked by ${holder}`,
        );
    });
}
