// Executes the notebooks headless, in order, and exports reports: `npm run reproduce -- [options]`.
// Everything goes to results/<profile>/; notebooks/ is only read. A notebook whose inputs are those of its last
// successful run (its source, the compiled library, dependencies, profile, parameters, data, records) is skipped.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { exportReports } from "./report.mjs";
import { jupyterEnvironment, setup } from "./setup.mjs";
import {
  contentDigest,
  digest,
  elapsed,
  filesBelow,
  options,
  readJson,
  root,
  run,
  Stop,
  say,
  script,
} from "./tools.mjs";

const usage = `usage: npm run reproduce -- [options]
  --profile smoke|quick|paper  how much to compute (default: smoke, or ERASABLE_PROFILE)
  --only 00,05                 notebooks by the beginning of their names
  --force                      execute also what is up to date
  --records-only               compute no result that is not recorded; live demonstrations run
  --timeout SECONDS            limit for one cell (default: by profile)
  --notebooks FOLDER           execute another folder's notebooks
  --results FOLDER             write below another folder than results/
  --no-build                   use the library as it was built last
  --no-reports                 do not export HTML`;

/** Seconds that one cell may take, by profile. */
const TIMEOUTS = { smoke: 300, quick: 3600, paper: 6 * 3600 };

/** Identity of the data on disk: names, sizes and times of change. Reading gigabytes to hash them would cost more. */
function dataIdentity() {
  const folder = resolve(root, process.env.ERASABLE_DATA ?? "data");
  return digest(
    ...filesBelow(folder).flatMap((path) => {
      const { size, mtimeMs } = statSync(path);
      return [relative(folder, path), String(size), String(mtimeMs)];
    }),
  );
}

/** Identity of the records of single runs: files that only grow. */
const recordsIdentity = (folder) =>
  digest(
    ...filesBelow(join(folder, "runs")).flatMap((path) => [
      relative(folder, path),
      String(statSync(path).size),
    ]),
  );

/** What notebooks read beside code: it is noted when all have run, as they may fetch data and add records. */
const inputs = (folder) => ({ data: dataIdentity(), records: recordsIdentity(folder) });

/** Hash of what the notebook depends on beside data and records. */
function codeIdentity(notebook, profile) {
  const library = filesBelow(join(root, "lib/dist"), (path) => /\.(js|wasm)$/.test(path));
  const runners = ["scripts/run_notebook.py", "package-lock.json"].map((path) => join(root, path));
  return digest(
    contentDigest([notebook, ...library, ...runners]),
    profile,
    process.env.ERASABLE_PARAMETERS ?? "",
  );
}

function chooseNotebooks(folder, only) {
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb"))
    .sort();
  const wanted = only?.split(",").map((name) => basename(name.trim(), ".ipynb"));
  for (const name of wanted ?? [])
    if (!name || !all.some((notebook) => notebook.startsWith(name)))
      throw new Stop(`--only ${name}: no such notebook; there are ${all.join(", ")}`);
  return wanted ? all.filter((notebook) => wanted.some((name) => notebook.startsWith(name))) : all;
}

/** Executes a notebook that is not up to date. Returns the exit status: 0 done, 1 failed, 130 stopped. */
async function execute(notebook, target, { profile, timeout, force, recordsOnly, machine, results }) {
  const name = basename(notebook, ".ipynb");
  const code = codeIdentity(notebook, profile);
  const before = readJson(target)?.metadata?.erasable;
  const now = inputs(join(results, profile));
  const same =
    before?.succeeded && before.code === code && before.data === now.data && before.records === now.records;
  if (!force && same) {
    say(`${name}: up to date, skipped`);
    return 0;
  }
  say(`${name}: executing (profile ${profile})`);
  const since = performance.now();
  const env = {
    ...jupyterEnvironment(machine),
    ERASABLE_PROFILE: profile,
    ERASABLE_RESULTS: results,
    ERASABLE_NOTEBOOK: name,
    ...(recordsOnly ? { ERASABLE_RECORDS: "only" } : {}),
  };
  if (process.env.ERASABLE_DATA) env.ERASABLE_DATA = resolve(process.env.ERASABLE_DATA);
  const note = JSON.stringify({ profile, code });
  const args = [
    join(root, "scripts/run_notebook.py"),
    notebook,
    "--output",
    target,
    "--timeout",
    String(timeout),
  ];
  const { status } = await run(machine.python, [...args, "--note", note], { env, show: true });
  const end = status === 130 ? "stopped" : "FAILED";
  if (status === 0) say(`${name}: done (${elapsed(since)})`);
  else if (existsSync(target)) say(`${name}: ${end}; what was reached is kept in ${relative(root, target)}`);
  else say(`${name}: ${end}`);
  return status;
}

/** Notes in executed notebooks what they may have read, so that the next run can tell whether it has changed. */
function noteInputs(folder, paths) {
  const now = inputs(folder);
  for (const path of paths) {
    const notebook = readJson(path);
    const { code, profile, succeeded } = notebook.metadata.erasable;
    const before = readFileSync(path, "utf8");
    notebook.metadata.erasable = { code, data: now.data, profile, records: now.records, succeeded };
    const text = `${JSON.stringify(notebook, null, 1)}\n`;
    if (text !== before) writeFileSync(path, text); // a report of an unchanged notebook stays younger than it
  }
}

/** Writes claims.json from the records, by the same rules as notebook 09; nothing where there are no records. */
async function judgeClaims(results, profile) {
  if (filesBelow(join(results, profile, "runs"), (path) => path.endsWith(".jsonl")).length === 0) return;
  const command = [join(root, "lib/bin/erasable.js"), "claims", "--profile", profile, "--results", results];
  const { status, output } = await run(process.execPath, command);
  if (status !== 0) throw new Stop(`The claims could not be judged:\n${output}`);
}

/** Whether Ctrl-C or the system asked to stop. The program that runs at the time is told too, by `run`. */
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    stopping = true;
  });
const STOPPED = 130;

await script(async (args) => {
  try {
    return await reproduce(args);
  } catch (error) {
    // What fails after the signal fails because of it.
    if (!stopping || !(error instanceof Stop)) throw error;
    console.error("\nstopped; the same command goes on");
    return STOPPED;
  }
});

async function reproduce(args) {
  const values = ["profile", "only", "timeout", "notebooks", "results"];
  const flags = ["force", "records-only", "no-build", "no-reports"];
  const chosen = options(args, { values, flags, usage });
  if (chosen.rest.length > 0) throw new Stop(usage);
  const profile = chosen.profile ?? process.env.ERASABLE_PROFILE ?? "smoke";
  if (!Object.hasOwn(TIMEOUTS, profile)) throw new Stop(`unknown profile "${profile}"\n${usage}`);
  const timeout = Number(chosen.timeout ?? TIMEOUTS[profile]);
  if (!(timeout > 0)) throw new Stop(`--timeout ${chosen.timeout}: not a number of seconds`);
  const folder = resolve(chosen.notebooks ?? join(root, "notebooks"));
  const results = resolve(chosen.results ?? process.env.ERASABLE_RESULTS ?? join(root, "results"));
  const since = performance.now();

  const machine = await setup();
  if (!chosen["no-build"]) {
    const built = await run(process.execPath, [join(root, "scripts/build.mjs")], {
      label: "Building the library",
    });
    if (built.status !== 0) throw new Stop(built.output);
  }

  const target = join(results, profile, "notebooks");
  mkdirSync(target, { recursive: true });
  const notebooks = chooseNotebooks(folder, chosen.only);
  const failed = [];
  const succeeded = [];
  for (const name of notebooks) {
    const settings = {
      profile,
      timeout,
      force: chosen.force,
      recordsOnly: chosen["records-only"],
      machine,
      results,
    };
    const status = await execute(join(folder, name), join(target, name), settings);
    if (status === 0) succeeded.push(join(target, name));
    else if (status === STOPPED) stopping = true;
    else failed.push(name);
    if (stopping) break;
  }
  noteInputs(join(results, profile), succeeded);
  const place = relative(root, join(results, profile)) || ".";
  if (stopping) {
    console.error(
      `\nstopped: ${succeeded.length} of ${notebooks.length} notebooks are done and kept in ${place}; the same command goes on`,
    );
    return STOPPED;
  }
  await judgeClaims(results, profile);
  if (!chosen["no-reports"]) await exportReports(machine, join(results, profile));
  say(
    `\n${notebooks.length - failed.length} of ${notebooks.length} notebooks succeeded in ${elapsed(since)}; results in ${place}`,
  );
  if (failed.length > 0) throw new Stop(`failed: ${failed.join(", ")}`);
  return 0;
}
