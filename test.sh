#!/usr/bin/env bash
# Builds edgesweep and runs its whole test suite: an optimised build, a debug build with sanitizers by the other compiler,
# and a comparison of the bits that both compute. Installs what is missing (Debian, Ubuntu).
#
# usage: ./test.sh [--full]     --full runs the long forms of tests that have one (ESW_TEST_FULL=1), an hour and a half on two
#                               cores; the build with sanitizers sees the same code in their short forms
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

build() { # NAME PRESET CMAKE_ARGUMENTS...: builds into build-test-NAME, away from what a developer has in build-*
    local folder="build-test-$1" preset="$2" log="build-test-$1/build.log"
    shift 2
    mkdir -p "$folder"
    if cmake --preset "$preset" -B "$folder" -DESW_TESTS=ON "${launcher[@]}" "$@" >"$log" 2>&1 &&
        cmake --build "$folder" -j "$jobs" >>"$log" 2>&1; then
        return
    fi
    grep -E -A 12 'error|FAILED' "$log" | head -n 80
    return 1
}

run_tests() { # NAME CTEST_ARGUMENTS...
    local folder="build-test-$1" report="build-test-$1/tests.xml" tests good left_out
    shift
    rm -f "$report"
    ctest --test-dir "$folder" -j "$jobs" --no-tests=error --output-on-failure --output-junit "$root/$report" "$@" || true
    tests="$(grep -c '<testcase ' "$report" || true)"
    good="$(grep -c '<testcase .*status="run"' "$report" || true)"
    left_out="$(grep -c 'SKIP_REGULAR_EXPRESSION_MATCHED' "$report" || true)"
    if [[ "${left_out:-0}" != 0 ]]; then
        say "$left_out tests are left out on this machine:"
        sed -n 's/.*<system-out>\(left out: .*\)/   \1/p' "$report" | sort -u
    fi
    count passed "${good:-0}"
    count failed "$((${tests:-0} == 0 ? 1 : tests - good - left_out))"
}

build_and_test() { # NAME PRESET COMPILER CTEST_ARGUMENTS...
    local name="$1" preset="$2" compiler="$3"
    shift 3
    say "building $name: preset $preset, $compiler"
    if build "$name" "$preset" -DCMAKE_C_COMPILER="$compiler"; then
        count passed 1
        say "testing $name"
        run_tests "$name" "$@"
    else
        say "FAILED: the build $name"
        count failed 1
    fi
}

same_bits() { # all numbers of a small run of each system by both builds, byte for byte
    local folder build file system
    folder="$(mktemp -d)"
    for file in datasets/experiments/same-bits-*.yaml; do
        system="$(basename "$file" .yaml)"
        for build in release debug; do
            "build-test-$build/edgesweep" run "$file" -o "$folder/$build/$system" --quiet &&
                "build-test-$build/edgesweep" export "$folder/$build/$system" --csv "$folder/$build-csv/$system" || return 1
        done
    done
    diff -rq "$folder/release-csv" "$folder/debug-csv" && rm -r "$folder"
}

need_packages gcc libc6-dev g++ clang cmake ninja-build pkg-config python3 libyaml-dev libjansson-dev librandom123-dev \
    libcriterion-dev gnuplot-nox -- python3-h5py python3-pandas python3-xarray libhdf5-dev libopenmpi-dev openmpi-bin
# What clang only recommends: its sanitizers and its OpenMP, by the name of its version where that is a package.
clang_version="$(clang -dumpversion | cut -d . -f 1)"
mapfile -t clang_parts < <(known_packages "libclang-rt-$clang_version-dev" "libomp-$clang_version-dev")
need_packages "${clang_parts[@]}"
cd "$root"
launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
if ! command -v nvcc >/dev/null && [[ -x /usr/local/cuda/bin/nvcc ]]; then
    export PATH="$PATH:/usr/local/cuda/bin"
fi
command -v nvcc >/dev/null || say "no nvcc here: what needs PTX is left out"

build_and_test release release gcc
unset ESW_TEST_FULL
build_and_test debug debug clang -LE "release-only|same_bits"
say "comparing the bits of both builds"
if same_bits; then
    count passed 1
else
    say "FAILED: release by gcc and debug by clang give different numbers"
    count failed 1
fi

say "$passed passed, $failed failed"
[[ "$failed" == 0 ]]
