"""A run that was killed, on a disk that has since become read-only: what is done can be read, nothing is lost, one line says
why it does not go on, and it goes on when the disk can be written again."""

import os
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_IO, PROGRAM, CliTest

EXPERIMENT = """\
system: ecc
seed: 37
scenarios: 3000
methods: [device-only, li-gd]
parameters: {aps: 2, subchannels: 2}
sweep: {users: [2, 5]}
compare: {baseline: device-only}
keep: [summary, scenarios]
"""


class ReadOnly(CliTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def mounted(self):
        """Whether a file system of its own can be had here."""
        done = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.disk],
                                                    check=False, capture_output=True).returncode == 0
        if done:
            self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        return done

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.disk], check=True)

    def bytes_of(self, directory):
        return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    def numbers(self, directory):
        """Every number of a run: its tables as text, and results.h5 where there is one."""
        out = self.folder / "csv"
        self.succeed("export", directory, "--csv", out)
        return {**self.bytes_of(out), **{path.name: path.read_bytes() for path in directory.glob("results.h5")}}

    def kill_midway(self, experiment, run):
        with subprocess.Popen([PROGRAM, "run", experiment, "-o", run, "--quiet", "--batch", "16"]) as process:
            while process.poll() is None and not any(path.stat().st_size > 60000 for path in run.glob("journal-*")):
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_a_killed_run_waits_for_its_disk(self):
        if not self.mounted():
            print("left out here: no tmpfs can be mounted; fault_writes does it with injected errors")
            return
        experiment, run = self.write(EXPERIMENT), self.disk / "run"
        self.succeed("run", experiment, "-o", self.folder / "whole", "--quiet")
        self.kill_midway(experiment, run)
        left = self.bytes_of(run)

        self.remount("ro")
        for command in (("run", experiment, "-o", run, "--resume"), ("run", run, "-o", run, "--resume", "--quiet"),
                        ("run", experiment, "-o", self.disk / "other"), ("merge", run, "-o", self.disk / "merged"),
                        ("export", run, "--csv", run / "csv"), ("report", run)):
            self.fail_with(EXIT_IO, *command, says=(str(self.disk), "Read-only file system"))
        self.assertIn("li-gd", self.succeed("show", run))
        self.remount("rw")

        self.assertEqual(self.bytes_of(run), left)
        self.succeed("run", experiment, "-o", run, "--resume", "--quiet")
        self.assertEqual(self.numbers(run), self.numbers(self.folder / "whole"))


if __name__ == "__main__":
    unittest.main()
