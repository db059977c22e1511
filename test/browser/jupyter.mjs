// A JupyterLab of its own for a browser test.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { root, Stop } from "../../scripts/tools.mjs";

const MINUTES = 60_000;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A scratch folder and settings of its own: the user's JupyterLab is not touched. */
function prepare(scratch) {
  rmSync(scratch, { recursive: true, force: true });
  const settings = join(scratch, "settings/@jupyterlab/notebook-extension");
  mkdirSync(settings, { recursive: true });
  // all cells are drawn, also those out of sight, so that the test sees them
  writeFileSync(join(settings, "tracker.jupyterlab-settings"), '{ "windowingMode": "none" }');
  return {
    ...process.env,
    ERASABLE_PROFILE: "smoke",
    ERASABLE_RESULTS: join(scratch, "results"),
    JUPYTERLAB_SETTINGS_DIR: join(scratch, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(scratch, "workspaces"),
    JUPYTER_CONFIG_DIR: join(scratch, "config"),
  };
}

/**
 * Starts `npm run lab` as a user would, with a new scratch folder; resolves with its address when the server answers.
 * `fill` may put files there before it starts.
 */
export async function startLab(scratch, fill = () => {}) {
  const env = prepare(scratch);
  fill();
  const [port, token] = [await freePort(), randomBytes(16).toString("hex")];
  const args = [
    "scripts/lab.mjs",
    "--no-browser",
    `--port=${port}`,
    "--ip=127.0.0.1",
    `--IdentityProvider.token=${token}`,
  ];
  if (process.getuid?.() === 0) args.push("--allow-root");
  const lab = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  for (const stream of [lab.stdout, lab.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  const address = `http://127.0.0.1:${port}`;
  const until = performance.now() + 2 * MINUTES;
  for (;;) {
    const answer = await fetch(`${address}/api?token=${token}`).catch(() => undefined);
    if (answer?.ok) return { lab, address, token };
    if (lab.exitCode !== null || performance.now() > until)
      throw new Stop(`JupyterLab did not start:\n${log.join("").split("\n").slice(-15).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Ends JupyterLab and waits until it has ended its kernels. */
export async function stopLab(lab) {
  if (lab.exitCode !== null) return;
  const ended = new Promise((resolve) => lab.once("exit", resolve));
  lab.kill("SIGTERM");
  await ended;
}
