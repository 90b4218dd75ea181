"""The snippets of docs/readers.md, run as they stand there: results against the program's own CSV, channels against the
instances they become."""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import unittest

from edgesweep_cli import SMALL, SOURCE, CliTest

PAGE, OWN = (SOURCE / "docs" / "readers.md").read_text(encoding="utf-8").split("\n## Channels of your own\n")
PYTHON = "/usr/bin/python3"  # the one that distribution packages belong to
LINES = 6


def snippets(language, page=PAGE):
    return re.findall(rf"(?m)^```{language}\n(.*?)^```", page, re.DOTALL)


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


class OwnChannels(CliTest):
    """The file `measured.h5` that a snippet writes, as the experiment the page names takes it."""

    def setUp(self):
        super().setUp()
        parameters = re.search(r"`(parameters: \{.*?\})`", OWN).group(1)
        text = SMALL.replace("parameters: {aps: 2, users: 4, subchannels: 2}", parameters).replace("scenarios: 8", "scenarios: 100")
        self.assertIn("gains: measured.h5", text)
        self.own = self.write(text)
        self.drawn = self.write(text.replace("gains: measured.h5, ", ""), "drawn.yaml")

    def run_snippet(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def gains(self, experiment, name, scenario):
        """[user][ap][subchannel] of a scenario, as the program has it."""
        self.succeed("instance", experiment, "--scenarios", scenario, "-o", self.folder / "one.json")
        return json.loads((self.folder / "one.json").read_text(encoding="utf-8"))["instances"][0]["instance"][name]

    def check_rows(self, printed):
        """`printed`: user 3, AP 1, subchannel 7 of both gains of scenario 42, as the writer sees them."""
        for name, text in zip(("gain_up", "gain_down"), printed.split()):
            self.assertAlmostEqual(self.gains(self.own, name, 42)[3][1][7] / float(text), 1, places=6)
        self.succeed("run", self.own, "-o", self.folder / "run", "-q")

    def test_what_python_writes_is_what_runs(self):
        code = snippets("python", OWN)
        self.assertEqual(len(code), 2)
        if missing_modules(code[0]):
            print(f"left out: snippets of docs/readers.md need {', '.join(missing_modules(code[0]))} for {PYTHON}")
            return
        self.check_rows(self.run_snippet(PYTHON, "-c", code[0] + "print(gain[0, 42, 3, 1, 7], gain[1, 42, 3, 1, 7])"))
        self.succeed("instance", self.drawn, "--scenarios", "0..99", "-o", self.folder / "measured.h5")
        self.run_snippet(PYTHON, "-c", code[1])
        drawn, own = self.gains(self.drawn, "gain_up", 42), self.gains(self.own, "gain_up", 42)
        self.assertEqual(own, [[[gain / 2 for gain in row] for row in user] for user in drawn])
        self.assertEqual(self.gains(self.own, "gain_down", 42), self.gains(self.drawn, "gain_down", 42))

    def test_what_octave_writes_is_what_runs(self):
        if not shutil.which("octave-cli"):
            print("left out: no octave: its snippet of docs/readers.md")
            return
        code, = snippets("octave", OWN)
        show = 'printf("%.17g ", gain(43, 4, 2, 8), gain(43, 4, 2, 8));'
        self.check_rows(self.run_snippet("octave-cli", "--norc", "--quiet", "--eval", code + show))

    def test_they_are_five_lines_or_so(self):
        for language in ("python", "matlab", "octave"):
            for code in snippets(language, OWN):
                self.assertLessEqual(code.count("\n"), LINES, code)


if __name__ == "__main__":
    unittest.main()
