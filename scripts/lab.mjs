// JupyterLab with the TypeScript kernel ready: `npm run lab -- [--profile NAME] [options of jupyter lab]`.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { jupyterEnvironment, setup } from "./setup.mjs";
import { ask, build, filesBelow, PROFILES, root, run, Stop, say, script } from "./tools.mjs";

/** The value of `--profile NAME` or `--profile=NAME`, and the words that are Jupyter's. */
function profileOf(args) {
  const at = args.findIndex((word) => /^--profile(=|$)/.test(word));
  if (at < 0) return { profile: process.env.ERASABLE_PROFILE ?? "smoke", rest: args };
  const [, given] = args[at].split("=");
  const rest = args.filter((_, i) => i !== at && (given !== undefined || i !== at + 1));
  return { profile: given ?? args[at + 1], rest };
}

/**
 * Where the published profile begins: its notebooks, or, where they have nothing to work on, their
 * published outputs.
 */
function published() {
  say("Profile paper: published results are only read; what you make goes to results/paper-local.");
  const load = createRequire(import.meta.url);
  const part = (name) => load(join(root, `lib/dist/${name}.js`));
  const [{ CATALOG }, { findDataset }] = [part("data/catalog"), part("data/load")];
  const { datasets } = part("questions/profile").profileNamed("paper");
  const here = CATALOG.filter(({ name }) => datasets.includes(name)).some((entry) => findDataset(entry));
  const records = filesBelow(join(root, "results/paper/runs"), (path) => /records\.jsonl(\.gz)?$/.test(path));
  if (here || records.length > 0) return "notebooks";
  say(
    `None of ${datasets.join(", ")} is on this machine (npx erasable data fetch ${datasets[0]}): ` +
      "the published outputs are shown.",
  );
  return "results/paper/notebooks";
}

/**
 * JupyterLab asks once whether it may fetch news, even where there is no address to fetch them from: the
 * answer is no.
 */
function declineNews(python) {
  const prefix = dirname(dirname(python));
  if (!prefix.startsWith(root)) return; // somebody else's JupyterLab stays as it is
  const folder = join(prefix, "share/jupyter/lab/settings");
  mkdirSync(folder, { recursive: true });
  const answer = {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  };
  writeFileSync(join(folder, "overrides.json"), JSON.stringify(answer));
}

await script(async (args) => {
  const { profile, rest } = profileOf(args);
  if (!PROFILES.includes(profile)) throw new Stop(`--profile ${profile}: one of ${PROFILES.join(", ")}`);
  const machine = await setup();
  if (ask(machine.python, ["-c", "import jupyterlab"]) === undefined)
    throw new Stop(
      `JupyterLab is not installed for ${machine.python}. Install it there, e.g. pip install jupyterlab.`,
    );
  declineNews(machine.python);
  await build();
  const folder = profile === "paper" ? published() : "notebooks";
  const settings = [
    `--notebook-dir=${root}`,
    `--LabApp.default_url=/lab/tree/${folder}/00_quickstart.ipynb`,
    // no question about news and no look for updates: nothing leaves this machine unasked
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    // in a container everybody is root
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...rest, // a port that is taken is no matter: Jupyter takes the next one, or --port
  ];
  const { status } = await run(machine.python, ["-m", "jupyterlab", ...settings], {
    env: { ...jupyterEnvironment(machine), ERASABLE_PROFILE: profile },
    show: true,
  });
  return status;
});
