#!/usr/bin/env bash
# One kernel in detail on a GPU: how near it is to the peaks of profiling/kernels.md, and what holds it back.
#
# usage: profiling/ncu.sh BUILD EXPERIMENT.yaml KERNEL [OUTPUT]     writes OUTPUT.ncu-rep and prints the details
#
# Three launches are looked at after two that warm up. Counters may need rights: see NVIDIA's ERR_NVGPUCTRPERM page.
set -euo pipefail

build="${1:?usage: profiling/ncu.sh BUILD EXPERIMENT.yaml KERNEL [OUTPUT]}"
experiment="${2:?usage: profiling/ncu.sh BUILD EXPERIMENT.yaml KERNEL [OUTPUT]}"
kernel="${3:?usage: profiling/ncu.sh BUILD EXPERIMENT.yaml KERNEL [OUTPUT]}"
output="${4:-edgesweep-$kernel}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if ! grep -qF "| \`$kernel\` |" "$root/profiling/kernels.md"; then
    printf '%s\n' "KERNEL: found '$kernel', allowed are those of profiling/kernels.md" >&2
    exit 2
fi
command -v ncu >/dev/null || { printf '%s\n' "ncu is not here: it comes with the CUDA toolkit" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
ncu --kernel-name "$kernel" --launch-skip 2 --launch-count 3 --force-overwrite --export "$output" \
    --section SpeedOfLight --section SpeedOfLight_RooflineChart --section Occupancy --section WarpStateStats \
    --section MemoryWorkloadAnalysis --section LaunchStats --section SourceCounters \
    "$build/edgesweep" run "$experiment" -o "$folder/run" --backend cuda --quiet
ncu --import "$output.ncu-rep" --page details
