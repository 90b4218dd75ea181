#!/usr/bin/env bash
# From a fresh Debian or Ubuntu to a result: installs what is missing, builds edgesweep, runs four experiments and prints
# their tables. Works from any directory and any number of times.
#
# usage: ./demo.sh [--quick] [--program FILE] [-o DIR]
#
#   --quick           two scenarios a point instead of the experiments' own numbers
#   --program FILE    an edgesweep that is already built: nothing is installed or built
#   -o DIR            where the runs go (default: runs, in this folder); runs of this demo there are replaced
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/.ci/packages.sh"
program=""
runs="$root/runs"
size=()

while [[ $# != 0 ]]; do
    case "$1" in
        --quick) size=(--scenarios 2) ;;
        --program | -o)
            [[ -n "${2:-}" ]] || { printf '%s\n' "demo.sh: $1 needs a value" >&2 && exit 2; }
            if [[ "$1" == -o ]]; then runs="$(realpath -m "$2")"; else program="$(realpath "$2")"; fi
            shift
            ;;
        *)
            printf '%s\n' "usage: ./demo.sh [--quick] [--program FILE] [-o DIR]" >&2
            exit 2
            ;;
    esac
    shift
done

build() {
    need_packages gcc libc6-dev cmake ninja-build pkg-config libyaml-dev libjansson-dev -- \
        libhdf5-dev gnuplot-nox
    say "building"
    cmake --preset release -DESW_TESTS=OFF >/dev/null
    cmake --build --preset release --target edgesweep_cli -j "$(nproc)" | tail -n 1
    program="$root/build-release/edgesweep"
}

show_run() { # NAME TITLE
    say "$2"
    rm -rf "${runs:?}/$1"
    "$program" run "datasets/experiments/$1.yaml" -o "$runs/$1" "${size[@]}"
    "$program" show "$runs/$1"
    printf '\n'
}

cd "$root"
[[ -n "$program" ]] || build

show_run demo "three networks, every method, 5 access points x 60 users x 12 subchannels"
show_run demo-full-size "the paper's size: 5 access points x 1250 users x 250 subchannels"
show_run demo-optimum "how far from the optimum: 2 access points x 4 users x 2 subchannels, all assignments searched, bounds proved"
show_run demo-splits "large pictures and a mix of networks: the best split is inside the network and differs between users"

say "the report of the first run: open $runs/demo/report.html in a browser"
"$program" report "$runs/demo" >/dev/null

say "next: change a number in $root/datasets/experiments/demo.yaml and run"
say "  $program run $root/datasets/experiments/demo.yaml -o $runs/mine && $program show $runs/mine"
