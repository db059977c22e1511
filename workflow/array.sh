#!/usr/bin/env bash
# A sweep without Snakemake: a SLURM job array with one task for each chunk of a plan, and the merge by hand.
#
#   npx erasable plan --profile quick --minutes 15 --out SWEEP
#   sbatch --array=1-$(wc -l < SWEEP/chunks.txt) workflow/array.sh SWEEP
#   npx erasable merge SWEEP
#
# Chunks in which time is measured must have a node alone; they come last in chunks.txt, and `erasable plan` prints from
# which number on: give those an sbatch of their own with --exclusive. Where the limits of a task, below, are too small
# for a chunk, `erasable plan --json` says how much each needs. Submitting again does only what is missing.
# Without SLURM, ERASABLE_TASK says which chunk: for k in $(seq $(wc -l < SWEEP/chunks.txt)); do ERASABLE_TASK=$k bash workflow/array.sh SWEEP; done
#SBATCH --cpus-per-task=1
#SBATCH --mem=3000
#SBATCH --time=02:00:00
#SBATCH --open-mode=append
#SBATCH --requeue
set -euo pipefail
if [ $# -ne 1 ]; then
  echo "usage: array.sh SWEEP, the folder that 'erasable plan' wrote" >&2
  exit 2
fi
sweep=$(cd "$1" && pwd)
task=${SLURM_ARRAY_TASK_ID:-${ERASABLE_TASK:?is not set, and this is no task of a SLURM array}}
id=$(sed -n "${task}p" "$sweep/chunks.txt")
if [ -z "$id" ]; then
  echo "array.sh: $sweep/chunks.txt has no line $task" >&2
  exit 2
fi
said() { node -p 'JSON.parse(fs.readFileSync(process.argv[1]))[process.argv[2]]' "$sweep/plan.json" "$1"; }
program=$(said program)
profile=$(said profile)
# What an attempt left that was killed on another node: its lock, which cannot be judged from here. One that is seen to live keeps it.
runs=$sweep/parts/$id/$profile/runs
if [ -d "$runs" ]; then node "$program" unlock "$runs" >&2 || true; fi
exec node "$program" run --trials "$sweep/$id.json" --results "$sweep/parts/$id" --workers 1
