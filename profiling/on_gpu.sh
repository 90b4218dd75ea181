#!/usr/bin/env bash
# What only a GPU can tell, in one go: are its bits those of the CPU, what does compute-sanitizer say, and how long does
# every kernel take beside the estimate of kernels.md.
#
# usage: profiling/on_gpu.sh BUILD [cuda|simt]
#
# With `simt` it runs to its end on a machine without a GPU, to be ready for one: the times are those of an emulation on
# the host and mean nothing. Ends with 1 if some number differs or a sanitizer finds something.
set -euo pipefail

build="$(realpath "${1:?usage: profiling/on_gpu.sh BUILD [cuda|simt]}")"
backend="${2:-cuda}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
failed=0

say() { printf '== %s\n' "$*"; }
run() { "$build/edgesweep" run "$folder/all.yaml" -o "$folder/$1" --backend "$2" --quiet; }

"$build/edgesweep" info
python3 -B "$root/profiling/times.py" experiment "$build" "$backend" >"$folder/all.yaml"

say "bits: every method, access, reading and layout of the backend $backend against cpu"
for one in cpu "$backend"; do
    run "$one" "$one"
    "$build/edgesweep" export "$folder/$one" --csv "$folder/$one-csv"
done
if diff -rq "$folder/cpu-csv" "$folder/$backend-csv"; then
    say "same bits"
else
    say "DIFFERENT: the lines above name the files"
    failed=1
fi

say "compute-sanitizer"
if [[ "$backend" == cuda ]] && command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck synccheck initcheck; do
        compute-sanitizer --tool "$tool" --error-exitcode 1 "$build/edgesweep" run "$folder/all.yaml" \
            -o "$folder/$tool" --backend cuda --quiet || failed=1
    done
else
    say "left out: $([[ "$backend" == cuda ]] && echo "it is not here" || echo "it needs a GPU")"
fi

say "times of the kernels"
if [[ "$backend" == simt ]]; then
    ESW_SIMT_TRACE="$folder/trace.csv" run traced simt
elif command -v nsys >/dev/null; then
    nsys profile --trace cuda --output "$folder/trace" "$build/edgesweep" run "$folder/all.yaml" -o "$folder/traced" \
        --backend cuda --quiet
    nsys stats --report cuda_gpu_trace --format csv --output "$folder/trace" "$folder/trace.nsys-rep"
    mv "$folder"/trace*cuda_gpu_trace.csv "$folder/trace.csv"
fi
if [[ -e "$folder/trace.csv" ]]; then
    python3 -B "$root/profiling/times.py" table "$folder/trace.csv" "$backend"
else
    say "left out: nsys is not here"
fi
exit "$failed"
