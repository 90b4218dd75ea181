"""The checks that mutants are given to: what of the build each needs, and how it is run."""
import os
import re
import subprocess
import sys
import threading
import time

import program

# A fault that makes a check run on without an end is found when one of its programs alone takes this many times what all
# of them take without the fault.
PATIENCE, PATIENCE_AT_LEAST_S, CONTROL_S = 5, 20, 1800
NO_END = "does not end within"  # also in simt_program.py


def telling_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"simt: |ERROR: |runtime error|the CPU| not |differ|Assertion Failed", line)]
    return (telling or lines or ["no output"])[0][:300]


class Check:
    """`target` is what of the build a mutant needs of its own, `plain_c` says whether C files are built with the fault too."""

    plain_c = False
    also = ()  # what else it runs, as it is

    def needs(self):
        """What is to be built before the first run."""
        return {self.target, *self.also}

    def subject(self, _file):
        """What runs for a fault in this file: two files of one subject are checked by the same runs."""
        return ""

    def run(self, folder, file, timeout):
        """'' if what is under `folder` does as it should, else what is wrong."""
        raise NotImplementedError


class Executable(Check):
    """A test program of its own, built from the files it concerns."""

    def __init__(self, name, target, files):
        self.name, self.target, self.files = name, target, files

    def concerns(self, file):
        return file.startswith(self.files)

    def run(self, folder, file, timeout):
        environment = {name: value for name, value in os.environ.items() if name != "ESW_TEST_FULL"}
        try:
            result = subprocess.run([str(folder / self.target), "--jobs", "1"], capture_output=True, text=True,
                                    errors="replace", timeout=timeout, env=environment)
        except subprocess.TimeoutExpired:
            return f"{NO_END} {timeout} s"
        return telling_line(result.stdout + result.stderr) if result.returncode else ""


class Oracle(Executable):
    """A test of shared headers as the CPU compiles them."""

    plain_c = True


class Backend(Check):
    """edgesweep on a backend module; a fault in a header of the host's is the kernels' alone."""

    also = ("edgesweep", "edgesweep-simt.so")

    def concerns(self, file):
        return file.startswith(("kernels/", "host/"))

    def subject(self, file):
        return program.subject_of(file)


class Module(Backend):
    """In one of the ways program.py knows. `sanitized`: by the program beside the module, which has its sanitizers."""

    def __init__(self, name, target, build, way, sanitized=False):
        self.name, self.target, self.build, self.way = name, target, build, way
        self.program_folder = (build / target).parent if sanitized else build
        self.also = (*Backend.also, *([target.replace("edgesweep-simt.so", "edgesweep")] if sanitized else []))

    def concerns(self, file):
        # How errors are met does not depend on what the kernels compute.
        return super().concerns(file) and (self.way != program.ERRORS or program.subject_of(file) == "baselines")

    def run(self, folder, file, timeout):
        return program.failure(self.build, self.program_folder, (folder / self.target).parent, self.way,
                               self.subject(file), timeout)


class Ptx(Backend):
    """With the module as it is and nvcc's PTX of the mutant instead of its kernels."""

    def __init__(self, name, target, tree):
        self.name, self.target, self.build = name, target, tree.build
        words = tree.ninja("-t", "query", target).split() if tree.has(target) else []
        self.files = sorted({word for word in words if word.endswith(".O3.sm_80.ptx")})

    def needs(self):
        return {*self.files, *self.also}  # not the other levels and architectures

    def run(self, folder, file, timeout):
        paths = [folder / name if (folder / name).exists() else self.build / name for name in self.files]
        return program.failure_of_ptx(self.build, paths, self.subject(file), timeout)


class Controls:
    """Every check without any fault, run when it is first needed: it must find nothing, and says how long it takes."""

    def __init__(self, build):
        self.build, self.seconds, self.lock = build, {}, threading.Lock()

    def measured(self, check, file, again):
        key = (check.name, check.subject(file))
        with self.lock:
            if again or key not in self.seconds:
                start = time.monotonic()
                text = check.run(self.build, file, CONTROL_S)
                if text:
                    raise ControlFailed(f"{check.name} fails without any mutant too: {text}")
                self.seconds[key] = time.monotonic() - start
            return self.seconds[key]

    def patience(self, check, file, again=False):
        return round(max(PATIENCE * self.measured(check, file, again), PATIENCE_AT_LEAST_S))

    def finding(self, check, folder, file):
        """What the check says of what is under `folder`. If that does not end, the check is timed without the fault once more:
        the machine may have become slower since."""
        limit = self.patience(check, file)
        text = check.run(folder, file, limit)
        if NO_END in text and self.patience(check, file, again=True) > limit:
            text = check.run(folder, file, self.patience(check, file))
        return f"{text} (without the fault: {self.measured(check, file, False):.1f} s)" if NO_END in text else text


class ControlFailed(Exception):
    """A check that finds something where nothing is."""


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
        Oracle("ECC: chains", "tests/oracle/test_oracle_optimum_chain", ("host/ecc/states.h",)),
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
        Module("race", race, tree.build, program.ONE_SCHEDULE),
        Module("asan", asan, tree.build, program.DEFERRED, sanitized=True),
        Ptx("PTX", "tests/ptx/ptx_of_backend", tree),
    ]
    for check in every:
        if not tree.has(check.target):
            print(f"left out: {check.name}: this build has no {check.target}", file=sys.stderr)
    return [check for check in every if tree.has(check.target)]
