"""demo.sh from its first experiment to the report, with two scenarios a point and the program of this build."""

import re
import subprocess
import unittest

from edgesweep_cli import EXIT_USAGE, PROGRAM, SOURCE, CliTest

RUNS = ("demo", "demo-full-size", "demo-optimum", "demo-splits")


class Demo(CliTest):
    def demo(self, *arguments):
        return subprocess.run([SOURCE / "demo.sh", *arguments], cwd=self.folder, check=False, capture_output=True, text=True,
                              timeout=500)

    def test_every_experiment_runs_and_the_report_is_made(self):
        (self.folder / "runs" / "demo").mkdir(parents=True)
        (self.folder / "runs" / "demo" / "old").touch()
        (self.folder / "runs" / "mine").mkdir()
        done = self.demo("--quick", "--program", PROGRAM, "-o", "runs")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in (self.folder / "runs").iterdir()), sorted((*RUNS, "mine")))
        self.assertFalse((self.folder / "runs" / "demo" / "old").exists(), "an earlier demo is replaced")
        self.assertIn("<html", (self.folder / "runs" / "demo" / "report.html").read_text(encoding="utf-8"))
        for name, method, points in zip(RUNS, ("li-gd-oma", "li-gd-oma", "certified", "li-gd-per-user"), (3, 3, 2, 2)):
            table = done.stdout.split(f"\n{name}: ")[1].split("\n== ")[0]
            self.assertEqual(len(re.findall(rf"(?m)^ *{method}  .*  2$", table)), points, table)
        self.assertNotRegex(done.stdout, r"(?m)[ \t]$", "blanks at the end of a line")
        command = done.stdout.strip().splitlines()[-1].split("== ")[1].split(" && ")[0].split()
        self.assertEqual(command[:2], [PROGRAM, "run"])
        self.succeed(*command[1:], "--dry-run")

    def test_a_program_that_fails_ends_the_demo(self):
        self.assertNotEqual(self.demo("--quick", "--program", "/bin/false", "-o", "runs").returncode, 0)

    def test_wrong_options_are_refused(self):
        for wrong in (["--quik"], ["-o"], ["--program"]):
            done = self.demo(*wrong)
            self.assertEqual((done.returncode, done.stdout), (EXIT_USAGE, ""))
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
