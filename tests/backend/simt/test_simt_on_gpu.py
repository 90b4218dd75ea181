"""The scripts for a GPU (profiling/) run to their end without one: on `simt`, and with stand-ins for NVIDIA's tools."""

import os
import pathlib
import re
import subprocess
import unittest

from edgesweep_cli import PROGRAM, SOURCE, CliTest
from simt_runs import kernels

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


class Scripts(CliTest):
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

    def assert_times_of_all_kernels(self, text):
        rows = text.split("µs per million threads\n")[1].splitlines()[1:]
        self.assertEqual({row.split()[0] for row in rows}, kernels())

    def test_on_simt_to_the_end(self):
        done = self.script("on_gpu.sh", pathlib.Path(PROGRAM).parent, "simt")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        for part in ("ecc", "spread", "optima", "cansa", "clo"):
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
