"""The snippets of docs/readers.md, run as they stand there, against the program's own CSV."""

import csv
import pathlib
import re
import shutil
import subprocess
import unittest

from edgesweep_cli import SMALL, SOURCE, CliTest

PAGE = (SOURCE / "docs" / "readers.md").read_text(encoding="utf-8")
PYTHON = "/usr/bin/python3"  # the one that distribution packages belong to
LINES = 6


def snippets(language):
    return re.findall(rf"(?m)^```{language}\n(.*?)^```", PAGE, re.DOTALL)


def missing_modules(code):
    """The modules a snippet imports that are not installed."""
    modules = re.search(r"(?m)^import (.+)$", code).group(1).split(", ")
    return [name for name in modules if subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True).returncode]


class Readers(CliTest):
    def setUp(self):
        super().setUp()
        text = SMALL.replace("users: 4, subchannels: 2}", "subchannels: 4}\nsweep: {users: [2, 4, 8]}\nkeep: [summary, scenarios]")
        self.succeed("run", self.write(text), "-o", self.folder / "runs" / "users", "-q")
        self.succeed("export", self.folder / "runs" / "users", "--csv", self.folder / "runs" / "users" / "csv")
        with open(self.folder / "runs" / "users" / "csv" / "summary.csv", encoding="utf-8", newline="") as file:
            self.means = [float(row["mean"]) for row in csv.DictReader(file)
                          if (row["method"], row["metric"]) == ("li-gd", "latency_s")]
        self.assertEqual(len(self.means), 3)

    def check(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([round(float(word), 12) for word in done.stdout.split()],
                         [round(mean, 12) for mean in self.means])

    def test_snippets_are_five_lines_or_so(self):
        self.assertEqual(len(snippets("python")), 3)
        for code in snippets("python") + snippets("matlab") + snippets("octave"):
            self.assertLessEqual(code.count("\n"), LINES, code)

    def test_the_python_snippets_print_the_means(self):
        self.assertTrue(pathlib.Path(PYTHON).exists())
        for code in snippets("python"):
            missing = missing_modules(code)
            if missing:
                print(f"left out: a snippet of docs/readers.md needs {', '.join(missing)} for {PYTHON}")
                continue
            with self.subTest(code=code):
                self.check([PYTHON, "-c", code])

    def test_the_octave_snippet_prints_the_means(self):
        if not shutil.which("octave-cli"):
            print("left out: no octave: its snippet of docs/readers.md")
            return
        self.assertEqual(len(snippets("octave")), 1)
        for code in snippets("octave"):
            self.check(["octave-cli", "--norc", "--quiet", "--eval", code])


if __name__ == "__main__":
    unittest.main()
