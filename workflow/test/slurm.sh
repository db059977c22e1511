#!/usr/bin/env bash
# A sweep on two SLURM nodes of this machine, with a job, a daemon and the front end killed, against a plain run.
#
#   bash workflow/test/slurm.sh [PROFILE] [QUESTION...]      default: smoke seqtrain cohesion
#
# As root on Debian; installs SLURM and munge if they are not there, and Snakemake into a folder of its own. Everything
# else stands in a temporary folder and in namespaces of its own, and is gone at the end. Exit code 0 when the records of
# the sweep are those of the plain run, byte for byte but for times and machine.
set -euo pipefail
suite=$(cd "$(dirname "$0")/../.." && pwd)
profile=${1:-smoke}
if [ $# -gt 1 ]; then questions=("${@:2}"); else questions=(seqtrain cohesion); fi
say() { printf '== %s\n' "$*"; }

if [ -z "${ERASABLE_INSIDE:-}" ]; then
  if [ "$(id -u)" != 0 ]; then echo "slurm.sh: needs root, for SLURM's daemons and a mount of its own" >&2; exit 2; fi
  if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
    say "installing SLURM and munge"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null
  fi
  snakemake=${SNAKEMAKE_VENV:-$suite/.cache/snakemake}
  if [ ! -x "$snakemake/bin/snakemake" ]; then
    say "installing Snakemake"
    python3 -m venv "$snakemake" && "$snakemake/bin/pip" install -q -r "$suite/workflow/requirements-cluster.txt"
  fi
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  ERASABLE_INSIDE=$scratch PATH=$snakemake/bin:$PATH \
    unshare --mount --pid --fork --mount-proc --kill-child bash "$0" "$profile" "${questions[@]}"
  exit
fi

scratch=$ERASABLE_INSIDE
erasable=(node "$suite/lib/bin/erasable.js")
DIR=$scratch/slurm
mkdir -p "$DIR"
say "starting two nodes"
source "$suite/workflow/test/cluster.sh"
sinfo

say "a plain run"
"${erasable[@]}" run "${questions[@]}" --profile "$profile" --results "$scratch/plain" 2>"$scratch/plain.log"

say "a plan"
"${erasable[@]}" plan "${questions[@]}" --profile "$profile" --minutes 0.1 --results "$scratch/none" --out "$scratch/sweep"

export HOME=$scratch # Snakemake keeps its caches there
front=(snakemake -s "$suite/workflow/Snakefile" --workflow-profile "$suite/workflow/profiles/slurm"
  --config "sweep=$scratch/sweep" "into=$scratch/merged" --slurm-no-account --slurm-status-command squeue
  --slurm-init-seconds-before-status-checks 5 --latency-wait 10 --default-resources slurm_partition=main mem_mb=1500 runtime=30)
computing() { pgrep -f "erasable.js run --trials" | head -n 1; }
wait_for() { # what, command
  for _ in $(seq 120); do
    if eval "$2" >/dev/null; then return; fi
    sleep 1
  done
  echo "slurm.sh: waited two minutes for $1" >&2
  tail -n 20 "$scratch"/front*.log >&2
  exit 1
}

cd "$scratch"
say "the front end, to be killed"
setsid "${front[@]}" >"$scratch/front1.log" 2>&1 &
leader=$!
wait_for "a chunk that computes" computing
say "kill -9 of a job's program"
kill -9 "$(computing)"
wait_for "a next chunk" computing
say "kill -9 of node n2's daemon, started again after five seconds"
kill -9 "$(cat "$DIR/slurmd-n2.pid")"
sleep 5
slurmd -N n2
say "kill -9 of the front end"
kill -9 -- "-$leader"
wait "$leader" 2>/dev/null || true

say "the front end again"
"${front[@]}" --unlock >"$scratch/unlock.log" 2>&1
if ! "${front[@]}" >"$scratch/front2.log" 2>&1; then
  tail -n 40 "$scratch/front2.log" >&2
  exit 1
fi
cat "$scratch/sweep/merged.json"

say "the sweep's records against the plain run's"
"${erasable[@]}" merge "$scratch/plain/$profile" --into "$scratch/merged" --json | tee "$scratch/compared.json"
node -e '
  const { added, same, different } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  console.log(`${same} records the same, ${different} different, ${added} in the plain run alone`);
  process.exit(added === 0 && different === 0 && same > 0 ? 0 : 1);
' "$scratch/compared.json"
