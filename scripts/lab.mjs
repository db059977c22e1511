// JupyterLab with the TypeScript kernel ready: `npm run lab -- [options of jupyter lab]`.
import { join } from "node:path";
import { jupyterEnvironment, setup } from "./setup.mjs";
import { ask, root, run, Stop, script } from "./tools.mjs";

await script(async (args) => {
  const machine = await setup();
  if (ask(machine.python, ["-c", "import jupyterlab"]) === undefined)
    throw new Stop(
      `JupyterLab is not installed for ${machine.python}. Install it there, e.g. pip install jupyterlab.`,
    );
  const built = await run(process.execPath, [join(root, "scripts/build.mjs")], {
    label: "Building the library",
  });
  if (built.status !== 0) throw new Stop(built.output);
  const { status } = await run(machine.python, ["-m", "jupyterlab", `--notebook-dir=${root}`, ...args], {
    env: jupyterEnvironment(machine),
    show: true,
  });
  return status;
});
