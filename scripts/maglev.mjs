// Whether V8's middle compiler gives other cohesions than V8 without it, on a machine with more busy processes
// than cores: starts processes that plan LASER on MovieLens 100K (generated ratings where it is absent), by turns
// with Maglev and without, and compares what they print. node scripts/maglev.mjs [rounds of 20 processes, by default 10]
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, say, script } from "./tools.mjs";

const AT_ONCE = 10;
const ARMS = ["--maglev", "--no-maglev"];

/** rho of every group, for each grouping in each space. */
async function plans() {
  const require = createRequire(import.meta.url);
  const load = (module) => require(join(root, "lib/dist", module));
  const { isHere, loadDataset } = load("data/load.js");
  const { makePlan } = load("unlearning/makePlan.js");
  const ratings = await loadDataset(isHere("ml-100k") ? "ml-100k" : "synthetic");
  const { train } = load("data/split.js").split(load("data/core.js").core(ratings, 5), {
    trainShare: 0.9,
    seed: 0,
  });
  const rho = [];
  for (const grouping of ["rand", "bkm", "cbkm"])
    for (const cohesionSpace of ["own", "embedding", "ratings"])
      rho.push((await makePlan(train, { grouping, cohesionSpace, groups: 8, seed: 0 })).rho);
  return JSON.stringify(rho);
}

/** What a process of its own prints. */
const printed = (option) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [option, fileURLToPath(import.meta.url), "--plans"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code === 0 ? text.trim() : `ended with ${code ?? signal}`));
  });

await script(async ([argument = "10"]) => {
  if (argument === "--plans") {
    say(await plans());
    return 0;
  }
  const right = await printed("--no-maglev"); // alone on the machine
  const other = ARMS.map(() => 0);
  for (let round = 1; round <= Number(argument); round++) {
    for (const [arm, option] of ARMS.entries()) {
      const all = await Promise.all(Array.from({ length: AT_ONCE }, () => printed(option)));
      other[arm] += all.filter((text) => text !== right).length;
    }
    say(
      `Node ${process.versions.node}, ${round * AT_ONCE} processes each: ${ARMS.map((o, a) => `${o} ${other[a]} with other cohesions`).join(", ")}`,
    );
  }
  return other[1] > 0 ? 1 : 0;
});
