"""Running the built program from tests: commands, experiment files, and what every error must look like."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["EDGESWEEP_PROGRAM"]
SOURCE = pathlib.Path(os.environ["EDGESWEEP_SOURCE"])

EXIT_CHECK, EXIT_USAGE, EXIT_IO, EXIT_BACKEND, EXIT_INTERRUPTED = 1, 2, 3, 4, 130

# A whole experiment that runs in well under a second; tests change a part of it.
SMALL = """\
system: ecc
name: small
seed: 11
scenarios: 8
methods: [device-only, li-gd]
parameters: {aps: 2, users: 4, subchannels: 2}
"""


def edgesweep(*arguments, cwd=None, environment=None, timeout=60, prepare=None, stdout=subprocess.PIPE, program=PROGRAM):
    """Runs the program to its end; .returncode, .stdout and .stderr as text."""
    return subprocess.run([program, *map(str, arguments)], stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=cwd,
                          env={**os.environ, **(environment or {})}, timeout=timeout, preexec_fn=prepare)


class CliTest(unittest.TestCase):
    """A test with a folder of its own, in self.folder."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def write(self, text, name="experiment.yaml"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def succeed(self, *arguments, **options):
        """Runs the program, which must end well; gives what it printed."""
        done = edgesweep(*arguments, **options)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done.stdout

    def fail_with(self, code, *arguments, says=(), **options):
        """Runs the program, which must end with `code` and one line on stderr that holds every text of `says`."""
        done = edgesweep(*arguments, **options)
        lines = done.stderr.splitlines()
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}")
        self.assertEqual(len(lines), 1, f"{arguments}: {done.stderr}")
        self.assertTrue(lines[0].startswith("edgesweep: "), lines[0])
        self.assertLess(len(lines[0]), 600, lines[0])
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, lines[0])
        return lines[0]

    def solve(self, experiment, method, scenario=0, *more):
        """The document of `solve --json`."""
        return json.loads(self.succeed("solve", experiment, "--scenario", scenario, "--method", method, "--json", "-",
                                       *more))
