"""The scripts for a GPU (profiling/) run to their end without one: on `simt`, and with stand-ins for NVIDIA's tools."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

from edgesweep_cli import EXIT_IO, PROGRAM, SOURCE
from simt_program import experiment
from simt_runs import SimtTest, kernels

SCRIPTS = SOURCE / "profiling"

# A program that is asked for `cuda` and has `simt`, and does one scenario of everything; EXTRA as a test likes.
STAND_IN = """#!/usr/bin/env bash
arguments=()
for one in "$@"; do
    [[ "$one" == cuda ]] && one=simt && last="$EXTRA"
    arguments+=("$one")
done
[[ "$1" != run ]] || arguments+=(--scenarios 1 ${last:-})
exec PROGRAM "${arguments[@]}"
"""
SANITIZER = """#!/usr/bin/env bash
printf '%s\\n' "sanitizer: $*"
while [[ "$1" != */edgesweep ]]; do shift; done
exec "$@"
"""
NSYS = """#!/usr/bin/env bash
printf '%s\\n' "nsys: $*"
"""
NCU = """#!/usr/bin/env bash
printf '%s\\n' "ncu: $*"
"""


class Scripts(SimtTest):
    def script(self, name, *arguments, path=None, extra=""):
        environment = {**os.environ, "EXTRA": extra, **({"PATH": path} if path else {})}
        return subprocess.run(["bash", str(SCRIPTS / name), *map(str, arguments)], capture_output=True, text=True,
                              env=environment, timeout=600, cwd=self.folder)

    def tool(self, name, text):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("PROGRAM", PROGRAM), encoding="utf-8")
        path.chmod(0o755)
        return path.parent

    def trace(self, name, **environment):
        """The lines that a run of many short launches has timed."""
        path = self.write(experiment((5, 2, 3), ("edge-only", "dnn-surgery", "grid"), 4, combinations=False))
        self.run_on("simt", name, path, "--batch", 4, EDGESWEEP_KERNEL_TIMES=self.folder / f"{name}.csv", **environment)
        return (self.folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()

    def assert_times_of_all_kernels(self, text):
        rows = text.split("µs per million threads\n")[1].splitlines()[1:]
        self.assertEqual({row.split()[0] for row in rows}, kernels())

    def test_on_simt_to_the_end(self):
        done = self.script("on_gpu.sh", pathlib.Path(PROGRAM).parent, "simt")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        for part in ("ecc", "spread", "optima", "cansa", "clo", "large"):
            self.assertIn(f"== same bits: {part}\n", done.stdout)
        self.assertIn("left out: it needs a GPU", done.stdout)
        self.assertIn("MEANINGLESS", done.stdout)
        self.assert_times_of_all_kernels(done.stdout)

    def test_on_a_gpu_with_every_tool(self):
        """The way of `cuda`, by stand-ins; and numbers that differ end it with 1, after the rest."""
        for name, text in (("edgesweep", STAND_IN), ("compute-sanitizer", SANITIZER)):
            build = self.tool(name, text)
        for extra, code in (("", 0), ("--set seed=1234", 1)):
            with self.subTest(extra=extra):
                done = self.script("on_gpu.sh", build, path=f"{build}:{os.environ['PATH']}", extra=extra)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertEqual("DIFFERENT: ecc" in done.stdout, code == 1)
                self.assertEqual(len(re.findall("^sanitizer: --tool racecheck --error-exitcode 1 ", done.stdout, re.M)), 5)
                self.assertIn("measured", done.stdout)
                self.assert_times_of_all_kernels(done.stdout)

    def test_times_are_of_the_launch_and_its_stream(self):
        """Streams that run when they have to leave no launch out, and no start behind its end."""
        heads, *plain = self.trace("plain")
        self.assertEqual(heads, "Duration (ns),GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Name")
        for seed in range(3):
            deferred = self.trace(f"deferred-{seed}", ESW_SIMT_DEFER=1, ESW_SIMT_SEED=seed)[1:]
            self.assertEqual([row.split(",")[1:] for row in deferred], [row.split(",")[1:] for row in plain])
            self.assertGreater(min(int(row.split(",")[0]) for row in deferred), 0)

    def test_times_that_cannot_be_are_refused(self):
        table = self.write("Duration (ns),GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Name\n900,1,1,1,32,1,1,clo_gain_kernel\n"
                           "TIME,1,1,1,32,1,1,clo_run_kernel\n", "times.csv")
        for time, code in (("1", 0), ("0", 1), ("-16", 1)):
            table.write_text(table.read_text(encoding="utf-8").replace("TIME", time), encoding="utf-8")
            done = subprocess.run([sys.executable, "-B", str(SCRIPTS / "times.py"), "table", "cuda", str(table)],
                                  capture_output=True, text=True)
            says = f"{table}: a launch of clo_run_kernel took {time} ns: its events are out of order\n"
            self.assertEqual((done.returncode, done.stderr), (code, says if code else ""))
            table.write_text(table.read_text(encoding="utf-8").replace(f"\n{time},", "\nTIME,"), encoding="utf-8")

    def test_times_that_cannot_be_written_are_an_error(self):
        path = self.write(experiment((5, 2, 3), ("device-only",), 1))
        self.fail_with(EXIT_IO, "run", path, "-o", self.folder / "run", "--backend", "simt", "--quiet",
                       environment={"EDGESWEEP_KERNEL_TIMES": str(self.folder / "none" / "times.csv")},
                       says=("EDGESWEEP_KERNEL_TIMES: ", "/none/times.csv: No such file or directory"))

    def test_a_backend_that_is_none_is_refused(self):
        done = self.script("on_gpu.sh", pathlib.Path(PROGRAM).parent, "cpu")
        self.assertEqual((done.returncode, done.stderr), (2, "backend: found 'cpu', allowed: cuda, simt\n"))

    def test_a_timeline_and_a_kernel_in_detail(self):
        """What the tools are asked, and what is said where they are not."""
        experiment = self.write("")
        none = self.folder / "nothing"
        none.mkdir()
        for name in ("bash", "dirname", "grep", "mktemp", "rm"):
            (none / name).symlink_to(next(pathlib.Path(p) / name for p in ("/usr/bin", "/bin") if (pathlib.Path(p) / name).exists()))
        tools = self.tool("nsys", NSYS)
        self.tool("ncu", NCU)
        for name, more, says in (("nsys", (), "nsys: profile --trace cuda,nvtx"),
                                 ("ncu", ("ecc_optimum_kernel",), "ncu: --kernel-name ecc_optimum_kernel --launch-skip 2")):
            with self.subTest(name):
                absent = self.script(f"{name}.sh", "build", experiment, *more, path=str(none))
                self.assertEqual(absent.returncode, 2)
                self.assertEqual(absent.stderr, f"{name} is not here: it comes with the CUDA toolkit\n")
                done = self.script(f"{name}.sh", "build", experiment, *more, path=f"{tools}:{os.environ['PATH']}")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(says, done.stdout)
        self.assertEqual(self.script("ncu.sh", "build", experiment, "no_kernel").returncode, 2)


if __name__ == "__main__":
    unittest.main()
