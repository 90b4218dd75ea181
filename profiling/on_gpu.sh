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
run() { # EXPERIMENT FOLDER BACKEND OPTIONS...
    local experiment="$1" output="$2" backend="$3"
    shift 3
    "$build/edgesweep" run "$folder/$experiment.yaml" -o "$folder/$output" --backend "$backend" --quiet "$@"
}

case "$backend" in
    cuda | simt) ;;
    *)
        printf '%s\n' "backend: found '$backend', allowed: cuda, simt" >&2
        exit 2
        ;;
esac
"$build/edgesweep" info
mapfile -t experiments < <(python3 -B "$root/profiling/times.py" experiments "$folder" "$backend")

say "bits: every method, access, reading and layout of the backend $backend against cpu"
for experiment in "${experiments[@]}"; do
    for one in cpu "$backend"; do
        run "$experiment" "$experiment-$one" "$one"
        "$build/edgesweep" export "$folder/$experiment-$one" --csv "$folder/$experiment-$one-csv"
    done
    if diff -rq "$folder/$experiment-cpu-csv" "$folder/$experiment-$backend-csv"; then
        say "same bits: $experiment"
    else
        say "DIFFERENT: $experiment; the lines above name the files"
        failed=1
    fi
done

# Chunks of more scenarios than a grid has rows, which the emulation has three of; they grow until they take half a second.
say "bits: chunks beyond the rows of a grid"
cat >"$folder/large.yaml" <<END
system: ecc
scenarios: $([[ "$backend" == cuda ]] && echo 1000000 || echo 3000)
methods: [device-only, edge-only, neurosurgeon, dnn-surgery, {use: grid, levels: 4, unit_levels: 2}]
parameters: {aps: 1, users: 2, subchannels: 1}
END
for one in cpu "$backend"; do
    run large "large-$one" "$one"
done
if cmp "$folder/large-cpu/results.h5" "$folder/large-$backend/results.h5"; then
    say "same bits: large"
else
    failed=1
fi

say "compute-sanitizer"
if [[ "$backend" == cuda ]] && command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck synccheck initcheck; do
        for experiment in "${experiments[@]}"; do
            EDGESWEEP_CLEAR_BLOCKS=1 compute-sanitizer --tool "$tool" --error-exitcode 1 "$build/edgesweep" run "$folder/$experiment.yaml" \
                -o "$folder/$experiment-$tool" --backend cuda --quiet --scenarios 40 || failed=1
        done
    done
else
    say "left out: $([[ "$backend" == cuda ]] && echo "it is not here" || echo "it needs a GPU")"
fi

say "times of the kernels, by events around each launch"
traces=()
for experiment in "${experiments[@]}"; do
    traces+=("$folder/$experiment-times.csv")
    EDGESWEEP_KERNEL_TIMES="${traces[-1]}" run "$experiment" "$experiment-timed" "$backend"
done
python3 -B "$root/profiling/times.py" table "$backend" "${traces[@]}"
exit "$failed"
