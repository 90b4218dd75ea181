"""Runs killed with SIGKILL at any moment, resumed until they are done: the same bytes as a run in one go."""

import json
import os
import random
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_INTERRUPTED, EXIT_IO, PROGRAM, CliTest

FULL = os.environ.get("ESW_TEST_FULL") == "1"
RUNS = 200 if FULL else 4

EXPERIMENT = """\
system: ecc
seed: 29
scenarios: 1500
methods: [device-only, neurosurgeon, {use: li-gd, as: li-gd-oma, access: oma}, li-gd]
parameters: {aps: 2, subchannels: 2, profile: mine.csv}
sweep: {users: [2, 5], cell_radius_m: [100, 250]}
compare: {baseline: device-only}
keep: [summary, scenarios, users]
"""

PROFILE = """\
# title: A small network
# status: made up
# result_bits: 32
unit,name,type,bits,flops
1,input,input,24576,0
2,a,conv,16384,20000000
3,b,conv,8192,30000000
4,c,linear,320,40000000
"""


class Kills(CliTest):
    def setUp(self):
        super().setUp()
        (self.folder / "mine.csv").write_text(PROFILE, encoding="utf-8")
        self.experiment = self.write(EXPERIMENT)
        self.dice = random.Random(20260101)
        begun = time.monotonic()
        self.succeed("run", self.experiment, "-o", self.folder / "whole", "--quiet")
        self.seconds = time.monotonic() - begun
        self.reference = self.numbers("whole")

    def numbers(self, name):
        """Every number of a run: its tables as text, and results.h5 where there is one."""
        self.succeed("export", self.folder / name, "--csv", self.folder / "csv")
        found = {path.name: path.read_bytes() for path in (self.folder / "csv").iterdir()}
        for path in (self.folder / name).glob("results.h5"):
            found[path.name] = path.read_bytes()
        self.assertIn("scenarios.csv", found)
        return found

    def start(self, name):
        """A process that goes on with the run, each time in another way."""
        return subprocess.Popen([PROGRAM, "run", self.experiment, "-o", self.folder / name, "--quiet", "--resume",
                                 "--threads", str(self.dice.choice((1, 2))), "--batch",
                                 str(self.dice.choice((1, 60, 700)))], stderr=subprocess.PIPE)

    def kill(self, process, moment):
        """Kills the process at a moment: after a time, or when results.h5 is being written. True if it came to it."""
        deadline = time.monotonic() + (self.dice.uniform(0, 1.1 * self.seconds) if moment == "any" else 60)
        while process.poll() is None and time.monotonic() < deadline:
            if moment == "results" and any(self.folder.glob("run/results.h5.*")):
                time.sleep(self.dice.uniform(0, 0.01))
                break
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return process.returncode == -signal.SIGKILL

    def test_killed_runs_come_to_the_same_numbers(self):
        killed = in_results = 0
        for number in range(RUNS):
            subprocess.run(["rm", "-rf", self.folder / "run"], check=True)
            for _ in range(self.dice.randint(1, 4)):
                moment = "results" if number % 3 == 2 else "any"
                was_killed = self.kill(self.start("run"), moment)
                killed += was_killed
                in_results += was_killed and any(self.folder.glob("run/results.h5.*"))
            last = self.start("run")
            _, said = last.communicate(timeout=120)
            self.assertEqual(last.returncode, 0, said)
            self.assertEqual(self.numbers("run"), self.reference, f"run {number}")
            manifest = json.loads((self.folder / "run" / "manifest.json").read_text(encoding="utf-8"))
            self.assertEqual(manifest["state"], "done")
        print(f"{RUNS} runs, {killed} kills, {in_results} of them while results.h5 was written")
        self.assertGreaterEqual(killed, RUNS)

    def test_a_disk_that_is_full_now_and_then(self):
        """A limit on the size of files stands for the full disk: the journal or results.h5 does not fit."""
        sizes = {path.name: path.stat().st_size for path in (self.folder / "whole").iterdir() if path.is_file()}
        largest = max(size for name, size in sizes.items() if name.endswith((".bin", ".h5")))
        failed = 0
        for share in (0.02, 0.2, 0.5, 0.9, 0.99):
            limit = int(share * largest)
            for attempt in range(100):
                done = subprocess.run(["prlimit", f"--fsize={limit * (1 + attempt)}", PROGRAM, "run", self.experiment, "-o",
                                       self.folder / f"full{share}", "--quiet", "--resume", "--batch", "256"],
                                      capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    break
                failed += 1
                self.assertEqual(done.returncode, EXIT_IO, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertEqual(self.numbers(f"full{share}"), self.reference, f"limit {limit}")
        self.assertGreater(failed, 4)

    def test_an_interrupted_run_says_how_to_go_on_and_the_command_works(self):
        process = subprocess.Popen([PROGRAM, "run", self.experiment, "-o", self.folder / "run", "--batch", "16"],
                                   stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not any(path.stat().st_size > 4000 for path in self.folder.glob("run/journal-*")):
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, EXIT_INTERRUPTED, said)
        command = said.split("go on with `edgesweep ")[1].split("`")[0].split()
        self.assertEqual(command, ["run", f"{self.folder}/run", "-o", f"{self.folder}/run", "--resume"])
        (self.folder / "mine.csv").unlink()  # the run carries its own copy
        self.experiment.unlink()
        self.succeed(*command, "--quiet")
        self.assertEqual(self.numbers("run"), self.reference)


if __name__ == "__main__":
    unittest.main()
