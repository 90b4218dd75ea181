"""Processes that come to one directory in the same moment: one has it, the others are told so, and nothing is lost."""

import os
import shutil
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_USAGE, PROGRAM
from sweep_runs import SweepTest

ROUNDS = 40 if os.environ.get("ESW_TEST_FULL") == "1" else 3


class Together(SweepTest):
    def at_once(self, n, *arguments):
        """The exit codes and words of n processes with the same command line."""
        command = [PROGRAM, *map(str, arguments)]
        processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(n)]
        said = [process.communicate(timeout=120)[1] for process in processes]
        for process, words in zip(processes, said):
            self.assertIn(process.returncode, (0, EXIT_USAGE), words)
            if process.returncode == EXIT_USAGE:
                self.assertRegex(words, r"^edgesweep: [^\n]*(another process is at work|already holds a run)[^\n]*\n$")
        return [process.returncode for process in processes]

    def assert_clean(self, run):
        """Nothing but a whole run, which is that of one process."""
        self.assertEqual(list(run.rglob("*.part")) + list(run.glob(".lock")), [])
        self.assert_same(run)

    def test_runs_on_a_new_directory(self):
        run = self.folder / "run"
        for number in range(ROUNDS):
            shutil.rmtree(run, ignore_errors=True)
            codes = self.at_once(2 + number % 2, "run", self.shared / "whole.yaml", "-o", run, "--quiet")
            self.assertEqual(codes.count(0), 1, codes)
            self.assertEqual(len(list(run.glob("journal-*.bin"))), 1)
            self.assert_clean(run)

    def test_resumes(self):
        run, begun = self.folder / "run", self.folder / "begun"
        resume = ("run", self.shared / "whole.yaml", "--quiet", "--resume")
        self.succeed(*resume, "-o", begun, "--scenarios", 300)
        for number in range(ROUNDS):
            shutil.rmtree(run, ignore_errors=True)
            if number % 2:
                shutil.copytree(begun, run)
            codes = self.at_once(2 + number % 3 // 2, *resume, "-o", run)
            self.assertIn(0, codes)
            self.assert_clean(run)

    def test_merges(self):
        merged = self.folder / "merged"
        for _ in range(ROUNDS):
            shutil.rmtree(merged, ignore_errors=True)
            codes = self.at_once(3, "merge", self.shared / "whole", "-o", merged)
            self.assertEqual(codes.count(0), 1, codes)
            self.assert_clean(merged)

    def test_exports_of_one_file(self):
        out = self.folder / "csv"
        for _ in range(ROUNDS):
            self.assertEqual(self.at_once(3, "export", self.shared / "whole", "--csv", out), [0, 0, 0])
            self.assertEqual(list(out.rglob("*.part")), [])

    def test_who_comes_later_is_refused_at_once_and_a_killed_process_holds_nothing(self):
        run = self.folder / "run"
        long = ("run", self.shared / "whole.yaml", "-o", run, "--scenarios", 10**7, "--quiet", "--batch", 16)
        with subprocess.Popen([PROGRAM, *map(str, long)], stderr=subprocess.PIPE) as process:
            try:
                while process.poll() is None and not any(run.glob("journal-*.bin")):
                    time.sleep(0.001)
                begun = time.monotonic()
                self.fail_with(EXIT_USAGE, *long, says=("already holds a run", "--resume"))
                self.fail_with(EXIT_USAGE, *long, "--resume", says=("another process is at work", str(run)))
                self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", "-o", run, says="already holds a run")
                self.assertLess(time.monotonic() - begun, 30)
            finally:
                process.kill()
        self.succeed("run", self.shared / "whole.yaml", "-o", run, "--quiet", "--resume")
        self.assert_clean(run)


if __name__ == "__main__":
    unittest.main()
