"""edgesweep-mpi: any number of ranks give the bytes of one process."""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from edgesweep_cli import PROGRAM
from sweep_runs import EXPERIMENT, SweepTest

MPI_PROGRAM = pathlib.Path(PROGRAM).with_name("edgesweep-mpi")
# Processes of one machine that talk through memory and the loopback alone.
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--mca", "btl", "self,vader", "--mca", "btl_vader_single_copy_mechanism",
          "none", "--mca", "oob_tcp_if_include", "lo", "--mca", "plm_rsh_agent", "false"]


class Mpi(SweepTest):
    def mpi(self, ranks, *arguments, timeout=120):
        return subprocess.run([*MPIRUN, "-n", str(ranks), MPI_PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, check=False, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # MPI's own

    def test_one_two_and_three_ranks(self):
        for ranks in (1, 2, 3):
            for name in ("whole", "stop"):
                done = self.mpi(ranks, "run", self.shared / f"{name}.yaml", "-o", self.folder / f"{name}{ranks}", "--threads", 1)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("scenarios", done.stderr)
                self.assertEqual(len(list((self.folder / f"{name}{ranks}").glob("journal-*.bin"))), ranks)
                self.assert_same(self.folder / f"{name}{ranks}", name)

    def test_ranks_go_on_with_what_one_process_began_and_the_other_way_round(self):
        run = ("run", self.shared / "whole.yaml", "-o", self.folder / "run", "--resume", "--quiet")
        self.succeed(*run, "--scenarios", 300)
        done = self.mpi(2, *run, "--scenarios", 600)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.succeed(*run)
        self.assert_same(self.folder / "run")

    def test_interrupted_ranks_say_once_what_all_of_them_have_done(self):
        many = self.shared / "many.yaml"
        many.write_text(EXPERIMENT.replace("keep: [summary, scenarios]", ""), encoding="utf-8")
        for ranks in (1, 3):
            run = self.folder / f"run{ranks}"
            done = self.mpi(ranks, "run", many, "-o", run, "--scenarios", 200000, "--threads", 1, "--max-seconds", 1.5)
            self.assertIn("interrupted", done.stderr)
            lines = [line for line in done.stderr.splitlines() if "done and kept" in line]
            self.assertEqual(len(lines), 1, done.stderr)
            count = int(lines[0].split("interrupted: ")[1].split(" of 800000 ")[0])
            self.succeed("export", run, "--csv", self.folder / f"csv{ranks}")
            with open(self.folder / f"csv{ranks}" / "summary.csv", encoding="utf-8", newline="") as file:
                rows = [row for row in csv.DictReader(file) if row["metric"] == "energy_j"]
            # a group is done by all methods or none
            for method in ("device-only", "li-gd"):
                self.assertEqual(sum(int(row["count"]) for row in rows if row["method"] == method), count)

    def test_the_version_is_the_program_s(self):
        done = self.mpi(2, "--version")
        self.assertEqual(done.stdout, self.succeed("--version").replace("edgesweep ", "edgesweep-mpi "), done.stderr)

    def test_a_mistake_is_told_once(self):
        for arguments, says in ((("run", "nowhere.yaml", "-o", self.folder / "run"), "nowhere.yaml"),
                                (("run", self.shared / "whole.yaml", "-o", self.shared / "stop"), "already holds a run")):
            done = self.mpi(3, *arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(sum(line.startswith("edgesweep: ") for line in done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    if not (MPI_PROGRAM.exists() and shutil.which("mpirun")):
        print("left out: edgesweep-mpi (no MPI here: libopenmpi-dev, openmpi-bin)")
        sys.exit(0)
    unittest.main()
