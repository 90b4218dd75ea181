#!/usr/bin/env bash
# Builds edgesweep and runs its whole test suite: an optimised build, a debug build with sanitizers by the other compiler,
# and a comparison of the bits that both compute. Installs what is missing (Debian, Ubuntu).
#
# usage: ./test.sh [--full]     --full also runs the long forms of tests that have one (ESW_TEST_FULL=1)
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/.ci/packages.sh"
jobs="$(nproc)"
passed=0
failed=0

case "${1:-}" in
    --full) export ESW_TEST_FULL=1 ;;
    "") ;;
    *)
        printf '%s\n' "usage: ./test.sh [--full]" >&2
        exit 2
        ;;
esac

count() { # passed|failed NUMBER
    printf -v "$1" '%d' "$((${!1} + $2))"
}

check() { # DESCRIPTION COMMAND...: one check of this script
    local description="$1"
    shift
    if "$@"; then
        count passed 1
    else
        say "FAILED: $description"
        count failed 1
    fi
}

attribute() { # FILE NAME: the number in the first NAME="..." of ctest's JUnit file
    sed -n "s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

build() { # PRESET CMAKE_ARGUMENTS...
    local preset="$1" log="build-$1/test-build.log"
    shift
    say "building $preset"
    mkdir -p "build-$preset"
    if cmake --preset "$preset" "${launcher[@]}" "$@" >"$log" 2>&1 &&
        cmake --build --preset "$preset" -j "$jobs" >>"$log" 2>&1; then
        return
    fi
    tail -n 60 "$log"
    return 1
}

run_tests() { # PRESET CTEST_ARGUMENTS...
    local preset="$1" report="build-$1/tests.xml" tests failures
    shift
    say "testing $preset"
    rm -f "$report"
    ctest --preset "$preset" -j "$jobs" --output-junit "$root/$report" "$@" || true
    if [[ ! -s "$report" ]]; then
        count failed 1
        return
    fi
    tests="$(attribute "$report" tests)"
    failures="$(attribute "$report" failures)"
    count passed "$((tests - failures))"
    count failed "$failures"
}

same_bits() { # the summary and every scenario of a small run by both builds, byte for byte
    local folder build
    folder="$(mktemp -d)"
    for build in release debug; do
        "build-$build/edgesweep" run datasets/experiments/same-bits.yaml -o "$folder/$build" --quiet &&
            "build-$build/edgesweep" export "$folder/$build" --csv "$folder/$build-csv" || return 1
    done
    diff -r "$folder/release-csv" "$folder/debug-csv" && rm -r "$folder"
}

need_packages gcc libc6-dev g++ clang cmake ninja-build pkg-config python3 libyaml-dev libjansson-dev librandom123-dev \
    libcriterion-dev -- libhdf5-dev
cd "$root"
launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
if ! command -v nvcc >/dev/null && [[ -x /usr/local/cuda/bin/nvcc ]]; then
    export PATH="$PATH:/usr/local/cuda/bin"
fi
command -v nvcc >/dev/null || say "no nvcc here: what needs PTX is left out"

check "the release build" build release -DCMAKE_C_COMPILER=gcc
run_tests release
check "the debug build" build debug -DCMAKE_C_COMPILER=clang
run_tests debug -LE release-only
check "release by gcc and debug by clang give the same bits" same_bits

say "$passed passed, $failed failed"
[[ "$failed" == 0 ]]
