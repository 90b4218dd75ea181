"""Parts of on_gpu.sh: the experiments that use every kernel, and the table of times beside the estimates.

usage: times.py experiments FOLDER BACKEND          writes FOLDER/NAME.yaml and prints the names
       times.py table BACKEND TRACE.csv...          TRACE: what EDGESWEEP_KERNEL_TIMES names, or nsys's cuda_gpu_trace
"""
import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

import workload

# Scenarios of ECC (a layout, access and reading), searches for optima, of CANSA, of CLO.
SCENARIOS = {"cuda": (20000, 2000, 20000, 2000), "simt": (2, 2, 8, 1)}


def estimates():
    """{kernel: (column heads, cells)} of the last table of kernels.md."""
    text = (workload.SOURCE / "profiling" / "kernels.md").read_text(encoding="utf-8")
    lines = text.split("## Roofline")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[0][1:], {row[0].strip("`"): row[1:] for row in rows[2:]}


def print_table(backend, paths):
    nanoseconds, threads, launches = defaultdict(int), defaultdict(int), defaultdict(int)
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if not row["GrdX"]:
                    continue  # a copy
                name = re.match(r"\w+", row["Name"]).group(0)
                if int(row["Duration (ns)"]) <= 0:
                    sys.exit(f"{path}: a launch of {name} took {row['Duration (ns)']} ns: its events are out of order")
                launches[name] += 1
                nanoseconds[name] += int(row["Duration (ns)"])
                volume = 1
                for column in ("GrdX", "GrdY", "GrdZ", "BlkX", "BlkY", "BlkZ"):
                    volume *= int(row[column])
                threads[name] += volume
    heads, estimated = estimates()
    meaning = "measured" if backend == "cuda" else "MEANINGLESS, emulated on the host"
    print("µs per million threads")
    print(f"{'kernel':28} {'launches':>8}  {meaning}  estimates: {'; '.join(heads)}")
    for name in sorted(nanoseconds, key=nanoseconds.get, reverse=True):
        own = nanoseconds[name] / 1e3 / (threads[name] / 1e6)
        print(f"{name:28} {launches[name]:8}  {own:12.1f}  {'; '.join(estimated.get(name, ['none']))}")


def write_experiments(folder, backend):
    for name, text in workload.experiments(*SCENARIOS[backend]).items():
        (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        print(name)


def main():
    if sys.argv[1] == "table":
        print_table(sys.argv[2], sys.argv[3:])
    else:
        write_experiments(*sys.argv[2:])


if __name__ == "__main__":
    main()
