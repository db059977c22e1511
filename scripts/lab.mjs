// JupyterLab with the TypeScript kernel ready: `npm run lab -- [options of jupyter lab]`.
import { jupyterEnvironment, setup } from "./setup.mjs";
import { ask, build, root, run, Stop, script } from "./tools.mjs";

await script(async (args) => {
  const machine = await setup();
  if (ask(machine.python, ["-c", "import jupyterlab"]) === undefined)
    throw new Stop(
      `JupyterLab is not installed for ${machine.python}. Install it there, e.g. pip install jupyterlab.`,
    );
  await build();
  // no question about news and no look for updates: nothing leaves this machine unasked
  const quiet = ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"];
  const settings = [`--notebook-dir=${root}`, ...quiet, ...args];
  const { status } = await run(machine.python, ["-m", "jupyterlab", ...settings], {
    env: jupyterEnvironment(machine),
    show: true,
  });
  return status;
});
