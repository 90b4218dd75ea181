#!/usr/bin/env bash
# Timeline of a run on a GPU: which ranges, copies and kernels overlap, and where the device waits.
#
# usage: profiling/nsys.sh BUILD EXPERIMENT.yaml [OUTPUT]     writes OUTPUT.nsys-rep and prints its summaries
set -euo pipefail

build="${1:?usage: profiling/nsys.sh BUILD EXPERIMENT.yaml [OUTPUT]}"
experiment="${2:?usage: profiling/nsys.sh BUILD EXPERIMENT.yaml [OUTPUT]}"
output="${3:-edgesweep-timeline}"
command -v nsys >/dev/null || { printf '%s\n' "nsys is not here: it comes with the CUDA toolkit" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
nsys profile --trace cuda,nvtx,osrt --force-overwrite true --output "$output" \
    "$build/edgesweep" run "$experiment" -o "$folder/run" --backend cuda --quiet
nsys stats --report nvtx_sum,cuda_gpu_kern_sum,cuda_gpu_mem_time_sum,cuda_api_sum "$output.nsys-rep"
