#!/usr/bin/env python3
"""Writes profiling/kernels.md: what each kernel of the GPU backend needs and does, without a GPU.

usage: profiling/table.py BUILD [-o FILE]

BUILD is a Ninja build with tests and nvcc (cmake --preset release). Registers, stack, spills and shared memory are
ptxas's, for sm_80, sm_90 and the newest architecture. Instructions are counted in the PTX: once in its text, and as the
interpreter of the tests executes them in a fixed workload. Occupancy and times follow from those by rules that the file
states: they are estimates, nothing here was measured on a GPU.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import resources

import workload

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from simt_program import METHODS, OPTIMA, Program  # noqa: E402

SCENARIOS, SEARCHES, AUCTIONS, REALISATIONS = 64, 4, 16, 2

# Peaks by NVIDIA's white papers: multiprocessors, clock in GHz, warp instructions a clock and multiprocessor, of those
# in f64, memory in GB/s.
DEVICES = {"A100 40 GB SXM": (80, 108, 1.41, 4, 1.0, 1555), "H100 SXM": (90, 132, 1.98, 4, 2.0, 3350)}


def ptx_files(build, level, arch):
    files = sorted(Path(build).glob(f"tests/ptx/ptx_of_backend_*/*.{level}.sm_{arch}.ptx"))
    if not files:
        sys.exit(f"{build}: no PTX of the backend for sm_{arch}; build the target ptx_of_backend")
    return files


def architectures(build):
    """sm_80, sm_90 and the newest that was built."""
    found = {int(re.search(r"sm_(\d+)", path.name).group(1))
             for path in Path(build).glob("tests/ptx/ptx_of_backend_*/*.O3.*.ptx")}
    return sorted(found)


def executed(build):
    """{kernel: Counter} of the workload, as ESW_SIMT_COUNTS has it."""
    files = ":".join(map(str, ptx_files(build, "O3", 80)))
    counts = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = Program(build)
        for part, text in workload.experiments(SCENARIOS, SEARCHES, AUCTIONS, REALISATIONS).items():
            (folder / f"{part}.yaml").write_text(text, encoding="utf-8")
            program.succeed("run", folder / f"{part}.yaml", "-o", folder / part, "--backend", "simt", "--quiet",
                            environment={"ESW_SIMT_PTX": files, "ESW_SIMT_ROWS": "65535",
                                         "ESW_SIMT_COUNTS": str(folder / "counts")}, timeout=1800)
            for line in (folder / "counts").read_text(encoding="utf-8").splitlines():
                kernel, what, number = line.split("\t")
                counts.setdefault(kernel, Counter())[what] += int(number)
    return counts


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def resource_table(ptxas, build):
    rows = []
    for arch in architectures(build):
        for path in ptx_files(build, "O3", arch):
            for kernel, r in sorted(resources.resources(ptxas, path, arch).items()):
                share, limit = resources.occupancy(r, arch)
                rows.append((f"`{kernel}`", f"sm_{arch}", r.threads, r.registers, r.spills, r.stack, r.shared,
                             f"{100 * share:.0f} % ({limit})"))
    header = ("kernel", "architecture", "threads a block", "registers", "spilled bytes", "stack bytes",
              "static shared bytes", "occupancy (limited by)")
    return markdown(header, sorted(rows))


def static_table(build):
    rows = []
    for path in ptx_files(build, "O3", 80):
        for kernel, opcodes in sorted(resources.static_counts(path).items()):
            counts = resources.by_class(opcodes)
            rows.append((f"`{kernel}`", sum(counts.values()), *(counts[c] or "" for c in resources.CLASSES)))
    return markdown(("kernel", "all", *resources.CLASSES), rows)


def dynamic_table(counts):
    rows = []
    for kernel, opcodes in sorted(counts.items()):
        threads, launches = opcodes["(threads)"], opcodes["(launches)"]
        plain = {o: n for o, n in opcodes.items() if not o.startswith("(")}
        classes, total = resources.by_class(plain), sum(plain.values())
        moved = sum(n * resources.bytes_of(o) for o, n in plain.items())
        rows.append((f"`{kernel}`", launches, threads, f"{total / threads:.1f}", f"{moved / threads:.1f}",
                     *(f"{classes[c] / threads:.1f}" if classes[c] else "" for c in resources.CLASSES)))
    header = ("kernel", "launches", "threads", "instructions a thread", "global bytes a thread", *resources.CLASSES)
    return markdown(header, rows)


def estimate(opcodes, device):
    """(microseconds, what takes them) of one launch of average size that fills the device: the largest of what issuing
    its instructions, its f64 instructions and moving its bytes take at peak."""
    _, processors, ghz, issue, issue_f64, bandwidth = DEVICES[device]
    plain = {o: n for o, n in opcodes.items() if not o.startswith("(")}
    moved = sum(n * resources.bytes_of(o) for o, n in plain.items())
    million_threads = opcodes["(threads)"] / 1e6
    microseconds = {
        "issue": sum(plain.values()) / 32 / (processors * issue * ghz * 1e3),
        "f64": resources.by_class(plain)["f64"] / 32 / (processors * issue_f64 * ghz * 1e3),
        "memory": moved / (bandwidth * 1e3)}
    most = max(microseconds, key=microseconds.get)
    return microseconds[most] / million_threads, most


def roofline_table(counts):
    rows = []
    for kernel, opcodes in sorted(counts.items()):
        row = [f"`{kernel}`"]
        for device in DEVICES:
            microseconds, limit = estimate(opcodes, device)
            row.append(f"{microseconds:.1f} ({limit})")
        rows.append(row)
    return markdown(("kernel", *(f"{d}: µs per million threads (bound by)" for d in DEVICES)), rows)


def nvcc_version(ptxas):
    text = subprocess.run([ptxas, "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"V([\d.]+)", text).group(1)


def document(build, ptxas):
    counts = executed(build)
    users, aps, subchannels = workload.SIZE
    few_users, few_aps, few_subchannels = workload.SEARCH_SIZE
    simple = ", ".join(method for method in METHODS if method not in OPTIMA)
    return f"""# Kernels of the GPU backend, counted

Made by `profiling/table.py BUILD` with ptxas {nvcc_version(ptxas)}; do not edit. No number here was measured on a GPU.

## Resources and theoretical occupancy

From `ptxas -v`. Occupancy: resident warps by registers, threads, blocks and static shared memory of a multiprocessor,
over the warps it can hold; dynamic shared memory, where a launch asks for it, lowers it further.

{resource_table(ptxas, build)}

## Instructions in the text

PTX at -O3 for sm_80, by class; each function that the kernel leads to counts once.

{static_table(build)}

## Instructions executed

By the PTX interpreter, in the experiments of `workload.py`: {SCENARIOS} scenarios of {users} users, {aps} APs and {subchannels} subchannels in two
layouts, methods {simple} in every access and reading; {-(-SCENARIOS // 16)} of {', '.join(map(str, workload.SPREAD_SIZE))} for the
descents, half a warp a scenario; {SEARCHES} of
{few_users} users, {few_aps} APs and {few_subchannels} subchannel for each of {', '.join(OPTIMA)}; {AUCTIONS} scenarios of `same-bits-cansa.yaml`,
{REALISATIONS} of `same-bits-clo.yaml`. Averages over all threads launched, those without work included.

{dynamic_table(counts)}

## Roofline estimates

**Estimates, not measurements.** The largest of three times at the device's peak: issuing the executed instructions (full
warps, {list(DEVICES.values())[0][3]} a clock and multiprocessor), those in f64, and moving the global bytes without any cache. Divergence, latency,
launch overhead and what ptxas makes of the PTX are not in it: a kernel that comes near such a time is as good as its
instruction count allows.

{roofline_table(counts)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("-o", default=str(SOURCE / "profiling" / "kernels.md"))
    parser.add_argument("--ptxas", default="/usr/local/cuda/bin/ptxas")
    options = parser.parse_args()
    Path(options.o).write_text(document(options.build, options.ptxas), encoding="utf-8")


if __name__ == "__main__":
    main()
