"""Parts of on_gpu.sh: the experiment that uses every kernel, and the table of times beside the estimates.

usage: times.py experiment BUILD BACKEND      YAML to stdout
       times.py table TRACE.csv BACKEND       TRACE: nsys's cuda_gpu_trace, or what ESW_SIMT_TRACE wrote
"""
import csv
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from simt_program import Program, experiment  # noqa: E402

SCENARIOS = {"cuda": 20000, "simt": 20}  # a layout and combination


def estimates():
    """{kernel: (column heads, cells)} of the last table of kernels.md."""
    lines = (SOURCE / "profiling" / "kernels.md").read_text(encoding="utf-8").split("## Roofline")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[0][1:], {row[0].strip("`"): row[1:] for row in rows[2:]}


def print_table(path, backend):
    nanoseconds, threads, launches = defaultdict(int), defaultdict(int), defaultdict(int)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["GrdX"]:
                continue  # a copy
            name = re.match(r"\w+", row["Name"]).group(0)
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


def main():
    what, path, backend = sys.argv[1:]
    if what == "table":
        print_table(path, backend)
        return
    with tempfile.TemporaryDirectory() as folder:
        methods = Program(path).methods(folder, backend)
    print(experiment((12, 2, 3), methods, SCENARIOS[backend]), end="")


if __name__ == "__main__":
    main()
