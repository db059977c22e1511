// Executes the notebooks headless, in order, and exports reports: `npm run reproduce -- [options]`.
// Everything goes to results/<profile>/; notebooks/ is only read. A notebook whose inputs are those of its
// last successful run (its source, the compiled library, dependencies, profile, parameters, whether it may
// compute, data, records) is skipped.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { noteTime, sayEstimate } from "./estimate.mjs";
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
  --publish                    write over the committed results of profile paper (else: results/paper-local)
  --records-only               compute no result that is not recorded; live demonstrations run
  --timeout SECONDS            limit for one cell (default: by profile)
  --notebooks FOLDER           execute another folder's notebooks
  --results FOLDER             write below another folder than results/
  --no-build                   use the library as it was built last
  --no-reports                 do not export HTML`;

/** Seconds that one cell may take, by profile. */
const TIMEOUTS = { smoke: 1800, quick: 3600, paper: 6 * 3600 };

/**
 * Identity of the data on disk: names, sizes and times of change. Reading gigabytes to hash them would cost
 * more.
 */
function dataIdentity() {
  const folder = resolve(root, process.env.ERASABLE_DATA || "data");
  return digest(
    ...filesBelow(folder).flatMap((path) => {
      const { size, mtimeMs } = statSync(path);
      return [relative(folder, path), String(size), String(mtimeMs)];
    }),
  );
}

const isRecords = (path) => /\.jsonl(\.gz)?$/.test(path);

/** Names and sizes of the files of records. What else is in runs/ says who is at work, not what is known. */
function recordsIdentity(folder) {
  const files = filesBelow(join(folder, "runs"), isRecords).map((path) => [
    relative(folder, path),
    statSync(path, { throwIfNoEntry: false })?.size ?? 0,
  ]);
  return digest(
    ...files
      .filter(([, size]) => size > 0)
      .sort()
      .flat()
      .map(String),
  );
}

/**
 * What tells the ids of the processes that have written records since; one does at a time, and holds a lock
 * as long.
 */
function watchWriters(runs) {
  const { holderOf } = createRequire(import.meta.url)(join(root, "lib/dist/disk/lock.js"));
  const seen = new Set();
  const look = () => {
    const holder = holderOf(runs);
    if (holder && holder.fate !== "ended") seen.add(holder.text.split(" ")[3]);
  };
  look();
  setInterval(look, 250).unref();
  return () => {
    look();
    return seen;
  };
}

/** Hash of what the notebook depends on beside data and records. */
function codeIdentity(notebook, profile, recordsOnly) {
  const library = filesBelow(join(root, "lib/dist"), (path) => /\.(js|wasm)$/.test(path));
  const runners = ["scripts/run_notebook.py", "package-lock.json"].map((path) => join(root, path));
  return digest(
    contentDigest([notebook, ...library, ...runners]),
    profile,
    process.env.ERASABLE_PARAMETERS ?? "",
    recordsOnly ? "only" : (process.env.ERASABLE_RECORDS ?? ""),
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

/** What a notebook would be executed on, and whether its last successful execution was on the same. */
function stateOf(notebook, target, { profile, recordsOnly, results }) {
  const code = codeIdentity(notebook, profile, recordsOnly);
  const noted = readJson(target)?.metadata?.erasable;
  const before = { data: dataIdentity(), records: recordsIdentity(join(results, profile)) };
  const same =
    noted?.succeeded && noted.code === code && noted.data === before.data && noted.records === before.records;
  return { code, before, same };
}

/**
 * Executes a notebook that is not up to date. Returns the exit status (0 done, 1 failed, 130 stopped), what
 * was there before it, and the process id of its kernel.
 */
async function execute(notebook, target, { profile, timeout, force, recordsOnly, machine, results }) {
  const name = basename(notebook, ".ipynb");
  const { code, before, same } = stateOf(notebook, target, { profile, recordsOnly, results });
  if (!force && same) {
    say(`${name}: up to date, skipped`);
    return { status: 0, before };
  }
  const earlier = existsSync(target) ? readFileSync(target, "utf8") : undefined;
  say(`${name}: executing (profile ${profile})`);
  const since = performance.now();
  const env = {
    ...jupyterEnvironment(machine),
    ERASABLE_PROFILE: profile,
    ERASABLE_RESULTS: results,
    ...(recordsOnly ? { ERASABLE_RECORDS: "only" } : {}),
  };
  if (process.env.ERASABLE_DATA) env.ERASABLE_DATA = resolve(process.env.ERASABLE_DATA);
  const note = JSON.stringify({ profile, code });
  const scratch = mkdtempSync(join(tmpdir(), "erasable-kernel-"));
  const kernelFile = join(scratch, "pid");
  const args = [
    join(root, "scripts/run_notebook.py"),
    notebook,
    "--output",
    target,
    "--timeout",
    String(timeout),
    "--kernel-file",
    kernelFile,
  ];
  const { status } = await run(machine.python, [...args, "--note", note], { env, show: true });
  const kernel = existsSync(kernelFile) ? readFileSync(kernelFile, "utf8") : undefined;
  rmSync(scratch, { recursive: true, force: true });
  const end = status === 130 ? "stopped" : "FAILED";
  if (status === 1 && profile === "paper" && lacksData(target)) {
    keepPublished(target, earlier);
    say(`${name}: needs data that are not on this machine; its published outputs stay as they are`);
    return { status: LACKING, before, kernel };
  }
  if (status === 0) noteTime(profile, basename(notebook), (performance.now() - since) / 1000);
  if (status === 0) say(`${name}: done (${elapsed(since)})`);
  else if (existsSync(target)) say(`${name}: ${end}; what was reached is kept in ${relative(root, target)}`);
  else say(`${name}: ${end}`);
  return { status, before, kernel };
}

/**
 * Notes in executed notebooks what they have read, so that the next run can tell whether it has changed. It
 * is done when all have run: the records that a later notebook adds are no reason to execute an earlier one
 * again. Those that another process has added meanwhile may have come too late.
 */
function noteInputs(folder, executed, writers) {
  const kernels = new Set(executed.flatMap(({ kernel }) => kernel ?? []));
  const isOurs = [...writers].every((writer) => kernels.has(writer));
  const now = recordsIdentity(folder);
  for (const { path, before } of executed.filter(({ status }) => status === 0)) {
    const notebook = readJson(path);
    const { code, profile, succeeded } = notebook.metadata.erasable;
    const text = readFileSync(path, "utf8");
    const records = isOurs ? now : before.records;
    notebook.metadata.erasable = { code, data: before.data, profile, records, succeeded };
    const noted = `${JSON.stringify(notebook, null, 1)}\n`;
    if (noted !== text) writeFileSync(path, noted); // a report of an unchanged notebook stays younger than it
  }
}

/**
 * Whether a notebook failed because data are not on this machine: InputErrors of loading name the command
 * that fetches.
 */
const lacksData = (path) =>
  readJson(path)
    .cells.flatMap(({ outputs = [] }) => outputs)
    .some(({ text = "" }) => /InputError: [\s\S]*npx erasable data fetch/.test([text].flat().join("")));

/**
 * Profile paper never takes generated data, so what needs data that are not here is not executed: the
 * published notebook stays, or is put where the others go.
 */
function keepPublished(target, before) {
  const published = join(root, "results/paper/notebooks", basename(target));
  if (before !== undefined) writeFileSync(target, before);
  else if (existsSync(published)) copyFileSync(published, target);
  else rmSync(target);
}

/** Exit code of `claims` where no record is of the claims' data: all are of files of the user's own. */
const NONE = 2;

/**
 * Writes claims.json from the records, by the same rules as notebook 09; nothing where there are no
 * records of the claims' data.
 */
async function judgeClaims(results, profile) {
  if (filesBelow(join(results, profile, "runs"), isRecords).length === 0) return;
  const command = [join(root, "lib/bin/erasable.js"), "claims", "--profile", profile, "--results", results];
  const { status, output } = await run(process.execPath, command);
  if (status === NONE) say(`No claim is judged: ${output.trim()}`);
  else if (status !== 0) throw new Stop(`The claims could not be judged:\n${output}`);
}

/** Whether Ctrl-C or the system asked to stop. The program that runs at the time is told too, by `run`. */
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    stopping = true;
  });
const STOPPED = 130;
/** Of a notebook that was not executed, as its data are not here. */
const LACKING = 2;

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
  const flags = ["force", "publish", "records-only", "no-build", "no-reports"];
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

  if (chosen.publish) process.env.ERASABLE_PUBLISH = "1"; // for the notebooks and the command line
  const { outputName } = createRequire(import.meta.url)(join(root, "lib/dist/report/context.js"));
  const output = join(results, outputName(profile));
  const target = join(output, "notebooks");
  mkdirSync(target, { recursive: true });
  const notebooks = chooseNotebooks(folder, chosen.only);
  const failed = [];
  const lacking = [];
  const due = notebooks.filter(
    (name) =>
      chosen.force ||
      !stateOf(join(folder, name), join(target, name), {
        profile,
        recordsOnly: chosen["records-only"],
        results,
      }).same,
  );
  await sayEstimate(due, { profile, recordsOnly: chosen["records-only"], results });
  const executed = [];
  const writersSeen = watchWriters(join(results, profile, "runs"));
  for (const name of notebooks) {
    const settings = {
      profile,
      timeout,
      force: chosen.force,
      recordsOnly: chosen["records-only"],
      machine,
      results,
    };
    const path = join(target, name);
    const outcome = await execute(join(folder, name), path, settings);
    executed.push({ path, ...outcome });
    if (outcome.status === STOPPED) stopping = true;
    else if (outcome.status === LACKING) lacking.push(name);
    else if (outcome.status !== 0) failed.push(name);
    if (stopping) break;
  }
  noteInputs(join(results, profile), executed, writersSeen());
  const place = relative(root, output) || ".";
  if (stopping) {
    const done = executed.filter(({ status }) => status === 0).length;
    console.error(
      `\nstopped: ${done} of ${notebooks.length} notebooks are done and kept in ${place}; ` +
        "the same command goes on",
    );
    return STOPPED;
  }
  await judgeClaims(results, profile);
  if (!chosen["no-reports"]) await exportReports(machine, output);
  const succeeded = notebooks.length - failed.length - lacking.length;
  say(`\n${succeeded} of ${notebooks.length} notebooks succeeded in ${elapsed(since)}; results in ${place}`);
  if (lacking.length > 0)
    say(
      `as published, for want of data: ${lacking.join(", ")}; ` +
        "npx erasable data list says what is here, and data fetch gets it",
    );
  if (failed.length > 0) throw new Stop(`failed: ${failed.join(", ")}`);
  return 0;
}
