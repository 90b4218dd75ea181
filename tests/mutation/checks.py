"""The checks that mutants are given to: what of the build each needs, and how it is run."""
import re
import subprocess
import sys

import program

TIMEOUT_S = 300


def telling_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"simt: |ERROR: |runtime error|the CPU| not |differ|Assertion Failed", line)]
    return (telling or lines or ["no output"])[0][:300]


class Executable:
    """A test program of its own, built from the files it concerns."""

    plain_c = False

    def __init__(self, name, target, files):
        self.name, self.target, self.files = name, target, files

    def concerns(self, file):
        return any(file.startswith(f) for f in self.files)

    def run(self, folder):
        """'' if the program under `folder` ends well, else what it says."""
        try:
            result = subprocess.run([str(folder / self.target), "--jobs", "1"], capture_output=True, text=True,
                                    errors="replace", timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return f"does not end within {TIMEOUT_S} s"
        return telling_line(result.stdout + result.stderr) if result.returncode else ""


class Oracle(Executable):
    """A test of shared headers as the CPU compiles them."""

    plain_c = True


class Module:
    """edgesweep with the backend module `simt`, in one of the ways program.py knows."""

    plain_c = False

    def __init__(self, name, target, build, way):
        self.name, self.target, self.build, self.way = name, target, build, way

    def concerns(self, file):
        return file.startswith(("kernels/", "host/"))

    def run(self, folder):
        return program.failure(self.build, (folder / self.target).parent, self.way, TIMEOUT_S)


class Ptx:
    """The same with the module as it is and nvcc's PTX of the mutant instead of its kernels."""

    plain_c = False

    def __init__(self, name, target, tree):
        self.name, self.target, self.build = name, target, tree.build
        words = tree.ninja("-t", "query", target).split() if tree.has(target) else []
        self.files = sorted({word for word in words if word.endswith(".O3.sm_80.ptx")})

    def concerns(self, file):
        return file.startswith(("kernels/", "host/"))

    def run(self, folder):
        paths = [folder / name if (folder / name).exists() else self.build / name for name in self.files]
        return program.failure_of_ptx(self.build, paths, TIMEOUT_S)


def available(tree):
    """Cheapest first. A target that this build does not have (no nvcc, no backend) is left out and named."""
    eval_files = ("kernels/ecc/eval", "kernels/common/port.h", "host/ecc/lane_loop.h")
    probe_files = ("kernels/common/probe", "kernels/common/port.h")
    module = "edgesweep-simt.so"
    race, asan = "tests/backend/simt/race/" + module, "tests/backend/simt/asan/" + module
    cansa = ("host/cansa/auction.h", "host/cansa/choice.h", "host/cansa/nash.h")
    every = [
        Oracle("CANSA: allocation", "tests/oracle/test_cansa_allocation", cansa),
        Oracle("CLO: slots", "tests/oracle/test_clo_slot", ("host/clo/slot.h", "host/clo/run.h")),
        Oracle("CLO: replay", "tests/oracle/test_clo_account", ("host/clo/queues.h", "host/clo/control.h")),
        Executable("eval: bits", "tests/simt/test_simt_ecc_eval_fast", eval_files),
        Executable("eval: asan", "tests/simt/test_simt_ecc_eval_asan", eval_files),
        Executable("eval: race", "tests/simt/test_simt_ecc_eval_race", eval_files),
        Executable("eval: PTX", "tests/ptx/test_ptx_ecc_eval_fast", eval_files),
        Executable("probe: bits", "tests/simt/test_simt_probe_fast", probe_files),
        Executable("probe: race", "tests/simt/test_simt_probe_race", probe_files),
        Executable("probe: PTX", "tests/ptx/test_ptx_probe_fast", probe_files),
        Module("bits", module, tree.build, program.BITS),
        Module("schedules", module, tree.build, program.SCHEDULES),
        Module("errors", module, tree.build, program.ERRORS),
        Module("race", race, tree.build, program.SCHEDULES),
        Module("asan", asan, tree.build, program.ASAN),
        Ptx("PTX", "tests/ptx/ptx_of_backend", tree),
    ]
    for check in every:
        if not tree.has(check.target):
            print(f"left out: {check.name}: this build has no {check.target}", file=sys.stderr)
    return [check for check in every if tree.has(check.target)]
